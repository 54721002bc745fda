//! `/oauth/register`: dynamic client registration (RFC 7591). Anybody may register; it gives nothing but an
//! id to ask with.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use clock::uuid_v7;
use http::StatusCode;
use rusqlite::Connection;
use serde_json::{Map, Value};

use super::body::{self, BodyError};
use super::context::Context;
use super::{registration, wire};
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, RejectionKind};
use crate::client::metadata::{self, ClientMetadata, InvalidMetadata};
use crate::client::{Client, Registration};
use crate::event::AuthorizationEvent;
use crate::limits::Limited;
use crate::secret::{Management, Token, TokenHash};
use crate::service::Inner;
use crate::store;

/// How old an unused client must be to make room for a new one: whoever has just registered is about to ask.
const EVICTABLE_AFTER: Duration = Duration::from_hours(1);

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
enum RegisterError {
    #[error(
        "this server registers no clients by itself: its owner has switched that off (the setting `registration`) and \
         can add a client with `ambient-insights clients add`"
    )]
    Off,
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
    if !inner.settings.registration.allows_dynamic() {
        return Err(RegisterError::Off);
    }
    let ClientMetadata { name, redirect_uris, echo } = metadata::read(&body::bytes(request).await?)?;
    let now = inner.clock.now();
    // Each registration gets an id of its own: one that is shared by equal registrations would let anybody
    // learn and use the id of a client that has a grant.
    let id = uuid_v7(now, &*inner.random).to_string();
    let client = Client::public(id, name, Registration::Dynamic, redirect_uris);
    let entry = AuditEntry::new(now, AuditKind::Registered)
        .client(&client.id, &client.name)
        .sent_by(&context.sender());
    let management = Token::<Management>::generate(&*inner.random);
    let hash = management.hash();
    let answer = registration::document(&context.origin, &client.id, now, echo.clone(), &management);
    let client_id = client.id.clone();
    let cap = inner.settings.max_unused_clients;
    let stored = inner
        .database
        .write(move |connection| store_client(connection, &client, &echo, &hash, &entry, cap))
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
    management: &TokenHash<Management>,
    entry: &AuditEntry,
    cap: u32,
) -> Result<bool, Error> {
    let now = entry.at;
    let full = store::clients::count_spare(connection)? >= cap;
    if full && !store::clients::evict_oldest_spare(connection, now.minus(EVICTABLE_AFTER))? {
        return Ok(false);
    }
    store::clients::insert(connection, client, metadata, management, now)?;
    store::audit::append(connection, entry)?;
    Ok(true)
}

fn refuse(inner: &Inner, context: &Context, error: &RegisterError) -> Response {
    tracing::debug!(%error, arrival = %context.arrival, "registration refused");
    let kind = match error {
        RegisterError::RateLimited(_) | RegisterError::Full => RejectionKind::RateLimited,
        RegisterError::Off => RejectionKind::RegistrationOff,
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
        // RFC 7591 has no word for it; this is OAuth's own for what is not allowed.
        RegisterError::Off => wire::error(StatusCode::FORBIDDEN, "access_denied", &error.to_string()),
        RegisterError::Metadata(invalid) => {
            wire::error(StatusCode::BAD_REQUEST, invalid.code(), &error.to_string())
        }
        RegisterError::Body(BodyError::NotAForm) | RegisterError::Failed(_) => {
            wire::error(StatusCode::BAD_REQUEST, "invalid_client_metadata", &error.to_string())
        }
    }
}
