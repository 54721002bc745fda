//! Clears away what is past its time. Nothing depends on it: every rule judges times itself.

use std::time::Duration;

use clock::Timestamp;
use rusqlite::Connection;

use super::{audit, clients, codes, documents, grants, mutes, requests, tokens};
use crate::Error;
use crate::id::RequestId;
use crate::service;
use crate::settings::{AccessTokenFormat, Settings};

const DAY: Duration = Duration::from_hours(24);

/// Clears every table. Gives the authorization requests whose time has passed.
pub(crate) fn clear(
    connection: &Connection,
    now: Timestamp,
    settings: &Settings,
) -> Result<Vec<RequestId>, Error> {
    tokens::clear_sealed(connection, now.minus(settings.refresh_retry_window))?;
    tokens::clear(connection, now)?;
    if settings.access_token_format == AccessTokenFormat::Jwt {
        service::keep_keys(connection, now)?;
    }
    codes::clear(connection, now.minus(DAY))?;
    let expired = service::expire_overdue(connection, now)?;
    requests::clear(connection, now.minus(DAY))?;
    grants::clear(connection, now.minus(30 * DAY))?;
    // After the grants: a client that lost its last grant a month ago is spare by then. Never one that has
    // one: clients that find themselves forgotten do not come back by themselves.
    clients::clear_spare(connection, now.minus(service::UNUSED_CLIENT_LIFETIME))?;
    clients::clear_old_secrets(connection, now)?;
    documents::clear(connection, now.minus(service::UNUSED_CLIENT_LIFETIME))?;
    mutes::clear(connection, now)?;
    audit::retain(connection, &settings.audit_retention, now)?;
    Ok(expired)
}
