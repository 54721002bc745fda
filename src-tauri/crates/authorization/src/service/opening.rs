//! What is put right before anybody is answered: access that was given until the program is closed has ended,
//! the clients of the settings are those that stand there now, and the key that signs access tokens is there.

use clock::Timestamp;
use database::Database;
use rusqlite::Connection;

use super::{keep_keys, pre_registered, revoke_grant};
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider};
use crate::client::pre_registered::{StaticClient, StaticSource};
use crate::duration::AccessDuration;
use crate::settings::AccessTokenFormat;
use crate::store;

const WHY: &str = "the program was closed";

/// Puts right what the last run left and what the settings say now. It is written before anybody is answered: a
/// token that has ended must not open the door once more. Where access tokens are signed, the key is there before
/// anybody asks for it: who had seen a set without it would keep that for a while.
pub(super) fn prepare(
    database: &Database,
    static_clients: Option<Vec<(StaticClient, StaticSource)>>,
    format: AccessTokenFormat,
    now: Timestamp,
) -> Result<(), Error> {
    let write = move |connection: &Connection| {
        end_sessions(connection, now)?;
        if let Some(wanted) = &static_clients {
            pre_registered::follow_settings(connection, wanted, now)?;
        }
        match format {
            AccessTokenFormat::Opaque => Ok(()),
            AccessTokenFormat::Jwt => keep_keys(connection, now).map(drop),
        }
    };
    // On a thread of its own, since whoever opens the room may do so on a thread that drives other tasks, and
    // the database refuses to block one of those.
    let done = std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("authorization-open".to_owned())
            .spawn_scoped(scope, || database.write_blocking(write))
            .map(std::thread::ScopedJoinHandle::join)
    });
    match done {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(Error::Thread { detail: "it panicked".to_owned() }),
        Err(error) => Err(Error::Thread { detail: error.to_string() }),
    }
}

/// Ends what was given until the program is closed: it is being opened again, so it was. Also what was approved
/// and not taken yet, so that nobody takes it now.
fn end_sessions(connection: &Connection, now: Timestamp) -> Result<(), Error> {
    for grant in store::grants::of_duration(connection, AccessDuration::Session)? {
        revoke_grant(connection, &grant, Decider::Rule, WHY, now)?;
    }
    store::codes::void_of_duration(connection, AccessDuration::Session)?;
    for request in store::requests::void_of_duration(connection, AccessDuration::Session, now)? {
        let entry = AuditEntry {
            request_id: Some(request.id),
            arrival: Some(request.arrival),
            by: Some(Decider::Rule),
            outcome: Some(WHY.to_owned()),
            ..AuditEntry::new(now, AuditKind::Denied).client(&request.client_id, &request.client_name)
        };
        store::audit::append(connection, &entry)?;
    }
    Ok(())
}
