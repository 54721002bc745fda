//! Who did what.

use authorization::{AuditEntry, AuditQuery};
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Reads the audit trail, newest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ListAudit {
    /// What to read.
    pub query: AuditQuery,
}

impl Operation for ListAudit {
    const NAME: &'static str = "audit.list";
    type Output = Vec<AuditEntry>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.authorization().audit(self.query).await?)
    }
}
