//! The clients that the owner does not want to hear of again.

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::Authorization;
use super::approvals::decision;
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::client::built_in;
use crate::id::RequestId;
use crate::rules::approval::Status;
use crate::rules::redirect_uri;
use crate::store;
use crate::store::requests::StoredRequest;

/// A client whose requests to one redirect host are denied without asking, or stay quiet for a while.
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
    /// Until when its requests stay quiet; nothing where they are denied, which has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub muted_until: Option<Timestamp>,
}

impl Authorization {
    /// Every block and every mute that holds, the newest first.
    ///
    /// # Errors
    /// A database that can not be read.
    pub async fn blocks(&self) -> Result<Vec<BlockedClient>, Error> {
        let now = self.inner.clock.now();
        let mut blocks = self
            .inner
            .database
            .read(move |connection| -> Result<_, Error> {
                let mut all = store::blocks::list(connection)?;
                all.extend(store::mutes::list(connection, now)?);
                Ok(all)
            })
            .await?;
        // Stable: those of one moment stay in their order.
        blocks.sort_by_key(|block| std::cmp::Reverse(block.blocked_at));
        for block in &mut blocks {
            // A checked name stands above what was written down.
            if let Some(client) = built_in::find(&block.client_id) {
                block.client_name = client.name;
            }
        }
        Ok(blocks)
    }

    /// Lifts every block and every mute of a client. Gives how many there were.
    ///
    /// # Errors
    /// A database that can not be written.
    pub async fn unblock(&self, client_id: &str, by: Decider) -> Result<usize, Error> {
        let client_id = client_id.to_owned();
        let now = self.inner.clock.now();
        self.inner
            .database
            .write(move |connection| {
                let lifted = store::blocks::remove(connection, &client_id)?
                    + store::mutes::remove(connection, &client_id)?;
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

/// Blocks the client of this request for its redirect host, and denies what else these two wait for: whoever says
/// "never again" does not mean to be asked once more, nor a yes that nobody has taken yet. Gives the requests that
/// are denied by it.
pub(super) fn block(
    connection: &Connection,
    request: &StoredRequest,
    by: Decider,
    now: Timestamp,
) -> Result<Vec<RequestId>, Error> {
    let host = redirect_uri::host(&request.redirect_uri);
    store::blocks::add(connection, &request.client_id, &host, now)?;
    let entry = AuditEntry { outcome: Some(host.clone()), ..decision(request, AuditKind::Blocked, by, now) };
    store::audit::append(connection, &entry)?;
    let mut denied = Vec::new();
    for other in store::requests::list_undelivered(connection, &request.client_id)? {
        // One whose time has passed ends as such.
        let is_overdue = other.status == Status::Pending && now >= other.expires_at;
        if !is_overdue && redirect_uri::host(&other.redirect_uri) == host {
            store::requests::advance(connection, other.id, other.status, Status::Denied, now)?;
            store::audit::append(connection, &decision(&other, AuditKind::Denied, by, now))?;
            denied.push(other.id);
        }
    }
    Ok(denied)
}
