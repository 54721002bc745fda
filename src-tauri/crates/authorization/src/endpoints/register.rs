//! `/oauth/register`: dynamic client registration (RFC 7591). Anybody may register; it gives nothing but an
//! id to ask with.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use clock::{Timestamp, uuid_v7};
use http::StatusCode;
use rusqlite::Connection;
use serde_json::{Map, Value};

use super::body::{self, BodyError};
use super::context::Context;
use super::wire;
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, RejectionKind};
use crate::client::metadata::{self, ClientMetadata, InvalidMetadata};
use crate::client::{Client, Registration};
use crate::event::AuthorizationEvent;
use crate::limits::Limited;
use crate::service::Inner;
use crate::store;

/// How old an unused client must be to make room for a new one: whoever has just registered is about to ask.
const EVICTABLE_AFTER: Duration = Duration::from_hours(1);

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
enum RegisterError {
    #[error("registration rate exceeded")]
    RateLimited(u64),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Metadata(#[from] InvalidMetadata),
    #[error("there are too many clients without a grant, and none is old enough to be removed")]
    Full,
    #[error(transparent)]
    Failed(#[from] Error),
}

pub(crate) async fn handle(State(inner): State<Arc<Inner>>, context: Context, request: Request) -> Response {
    match register(&inner, &context, request).await {
        Ok(answer) => wire::answer(StatusCode::CREATED, &answer),
        Err(error) => refuse(&inner, &context, &error),
    }
}

async fn register(
    inner: &Inner,
    context: &Context,
    request: Request,
) -> Result<Map<String, Value>, RegisterError> {
    inner.limits.take(Limited::Registration, &context.arrival).map_err(RegisterError::RateLimited)?;
    let ClientMetadata { name, redirect_uris, echo } = metadata::read(&body::bytes(request).await?)?;
    let now = inner.clock.now();
    let client = Client {
        // Each registration gets an id of its own: one that is shared by equal registrations would let
        // anybody learn and use the id of a client that has a grant.
        id: uuid_v7(now, &*inner.random).to_string(),
        name,
        registration: Registration::Dynamic,
        redirect_uris,
    };
    let entry = AuditEntry {
        arrival: Some(context.arrival.to_string()),
        remote_address: context.peer.map(|address| address.to_string()),
        user_agent: context.user_agent.clone(),
        ..AuditEntry::new(now, AuditKind::Registered).client(&client.id, &client.name)
    };
    let mut answer = Map::new();
    answer.insert("client_id".to_owned(), client.id.clone().into());
    answer.insert("client_id_issued_at".to_owned(), now.as_secs().into());
    answer.extend(echo.clone());

    let client_id = client.id.clone();
    let cap = inner.settings.max_unused_clients;
    let stored = inner
        .database
        .write(move |connection| store_client(connection, &client, &echo, &entry, cap, now))
        .await?;
    if !stored {
        return Err(RegisterError::Full);
    }
    inner.announce(AuthorizationEvent::ClientRegistered { client_id });
    Ok(answer)
}

fn store_client(
    connection: &Connection,
    client: &Client,
    metadata: &Map<String, Value>,
    entry: &AuditEntry,
    cap: u32,
    now: Timestamp,
) -> Result<bool, Error> {
    let full = store::clients::count_spare(connection)? >= cap;
    if full && !store::clients::evict_oldest_spare(connection, now.minus(EVICTABLE_AFTER))? {
        return Ok(false);
    }
    store::clients::insert(connection, client, metadata, now)?;
    store::audit::append(connection, entry)?;
    Ok(true)
}

fn refuse(inner: &Inner, context: &Context, error: &RegisterError) -> Response {
    tracing::debug!(%error, arrival = %context.arrival, "registration refused");
    let kind = match error {
        RegisterError::RateLimited(_) | RegisterError::Full => RejectionKind::RateLimited,
        RegisterError::Body(BodyError::TooLarge) => RejectionKind::TooLarge,
        RegisterError::Body(BodyError::NotAForm) | RegisterError::Metadata(_) => {
            RejectionKind::BadRegistration
        }
        RegisterError::Failed(error) => {
            tracing::error!(%error, "a registration could not be stored");
            return wire::unavailable();
        }
    };
    inner.reject(kind, &context.arrival);
    match error {
        RegisterError::RateLimited(seconds) => wire::rate_limited(*seconds),
        RegisterError::Full => wire::rate_limited(EVICTABLE_AFTER.as_secs()),
        RegisterError::Body(BodyError::TooLarge) => {
            wire::error(StatusCode::PAYLOAD_TOO_LARGE, "invalid_client_metadata", &error.to_string())
        }
        RegisterError::Metadata(
            InvalidMetadata::NoRedirectUris
            | InvalidMetadata::TooManyRedirectUris
            | InvalidMetadata::RedirectUri(_)
            | InvalidMetadata::NoUsableRedirectUri,
        ) => wire::error(StatusCode::BAD_REQUEST, "invalid_redirect_uri", &error.to_string()),
        RegisterError::Body(BodyError::NotAForm) | RegisterError::Metadata(_) | RegisterError::Failed(_) => {
            wire::error(StatusCode::BAD_REQUEST, "invalid_client_metadata", &error.to_string())
        }
    }
}
