//! The clients that the owner does not want to hear of again.

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::Authorization;
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::client::built_in;
use crate::store;

/// A client whose requests to one redirect host are denied without asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BlockedClient {
    /// The client.
    pub client_id: String,
    /// Its name for people; its id where no name is known any more.
    pub client_name: String,
    /// The host that its answers would go to.
    pub redirect_host: String,
    /// Since when.
    pub blocked_at: Timestamp,
}

impl Authorization {
    /// Every block, the newest first.
    ///
    /// # Errors
    /// A database that can not be read.
    pub async fn blocks(&self) -> Result<Vec<BlockedClient>, Error> {
        let mut blocks = self
            .inner
            .database
            .read(move |connection| -> Result<_, Error> { Ok(store::blocks::list(connection)?) })
            .await?;
        for block in &mut blocks {
            // A checked name stands above what was written down.
            if let Some(client) = built_in::find(&block.client_id) {
                block.client_name = client.name;
            }
        }
        Ok(blocks)
    }

    /// Lifts every block of a client. Gives how many there were.
    ///
    /// # Errors
    /// A database that can not be written.
    pub async fn unblock(&self, client_id: &str, by: Decider) -> Result<usize, Error> {
        let client_id = client_id.to_owned();
        let now = self.inner.clock.now();
        self.inner
            .database
            .write(move |connection| {
                let lifted = store::blocks::remove(connection, &client_id)?;
                if lifted > 0 {
                    let entry = AuditEntry {
                        client_id: Some(client_id),
                        by: Some(by),
                        ..AuditEntry::new(now, AuditKind::Unblocked)
                    };
                    store::audit::append(connection, &entry)?;
                }
                Ok(lifted)
            })
            .await
    }
}
