//! Authorization requests whose time has passed.

use clock::Timestamp;
use rusqlite::Connection;

use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::id::RequestId;
use crate::rules::approval::Status;
use crate::store;

/// Denies every request whose time has passed, with a line in the audit trail each. Gives their ids.
pub(crate) fn expire_overdue(connection: &Connection, now: Timestamp) -> Result<Vec<RequestId>, Error> {
    let overdue = store::requests::list_overdue(connection, now)?;
    for request in &overdue {
        store::requests::advance(connection, request.id, Status::Pending, Status::Denied, now)?;
        let entry = AuditEntry {
            request_id: Some(request.id),
            arrival: Some(request.arrival.clone()),
            by: Some(Decider::Rule),
            outcome: Some("expired".to_owned()),
            ..AuditEntry::new(now, AuditKind::Denied).client(&request.client_id, &request.client_name)
        };
        store::audit::append(connection, &entry)?;
    }
    Ok(overdue.into_iter().map(|request| request.id).collect())
}
