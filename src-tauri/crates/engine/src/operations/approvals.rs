//! Authorization requests that wait for the owner's decision.

use authorization::{Approval, Approved, Decider, PendingRequest, RequestId, ScopeSet};
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Lists what waits, oldest first.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ListApprovals {}

impl Operation for ListApprovals {
    const NAME: &'static str = "approvals.list";
    type Output = Vec<PendingRequest>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.authorization().pending().await?)
    }
}

/// Lets a client in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Approve {
    /// The request.
    pub id: RequestId,
    /// The code that the waiting page shows, where one is required.
    pub code: Option<String>,
    /// The scopes to give, out of those that were asked for; all of them if absent.
    pub scopes: Option<ScopeSet>,
    /// Whether the owner typed the confirmation that `admin` needs.
    pub admin_confirmed: bool,
}

impl Operation for Approve {
    const NAME: &'static str = "approvals.approve";
    type Output = Approved;

    async fn run(self, engine: &Engine) -> Result<Approved, Failure> {
        let approval = Approval {
            code: self.code,
            scopes: self.scopes,
            admin_confirmed: self.admin_confirmed,
            ..Approval::by(Decider::Terminal)
        };
        Ok(engine.authorization().approve(self.id, approval).await?)
    }
}

/// Sends a client away.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Deny {
    /// The request.
    pub id: RequestId,
    /// Whether the client's further requests are refused unseen.
    pub block: bool,
}

impl Operation for Deny {
    const NAME: &'static str = "approvals.deny";
    type Output = ();

    async fn run(self, engine: &Engine) -> Result<(), Failure> {
        Ok(engine.authorization().deny(self.id, self.block, Decider::Terminal).await?)
    }
}
