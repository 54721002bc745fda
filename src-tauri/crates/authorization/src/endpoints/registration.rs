//! `/oauth/register/{client_id}`: a client that registered itself reads, changes or removes its registration
//! (RFC 7592), with the token that the registration gave it.
//!
//! A wrong token, a missing one and a client that is not there are answered alike. What the owner said yes to
//! does not change behind the owner's back: while a client has access or asks for it, name and redirect URIs
//! stay.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use clock::Timestamp;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rusqlite::Connection;
use serde_json::{Map, Value};

use super::body::{self, BodyError};
use super::context::Context;
use super::wire;
use crate::Error;
use crate::audit::{AuditEntry, AuditKind, Decider, RejectionKind, Sender};
use crate::client::metadata::{self, ClientMetadata, InvalidMetadata};
use crate::client::{Client, Registration};
use crate::limits::Limited;
use crate::origin::Origin;
use crate::secret::{Management, Token, TokenHash};
use crate::service::{Inner, end_client};
use crate::store;
use crate::store::clients::Managed;

/// Why a registration was not given, changed or removed.
#[derive(Debug, thiserror::Error)]
enum ManagementError {
    #[error("the rate is exceeded")]
    RateLimited(u64),
    #[error("no registration access token was sent, or not as a bearer token")]
    NoToken,
    #[error("no client of that id has this registration access token")]
    WrongToken,
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Metadata(#[from] InvalidMetadata),
    #[error("client_id is missing or is not the one of this registration")]
    OtherClientId,
    #[error("this client has no client_secret, so none can be sent with a change")]
    Secret,
    #[error(
        "client_name and redirect_uris can not be changed while the client has access or asks for it: its owner \
         agreed to these; register a new client"
    )]
    InUse,
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<database::Error> for ManagementError {
    fn from(error: database::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<rusqlite::Error> for ManagementError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// What a client is told of its registration: when it registers, and each time it asks (RFC 7592 §3). Never a
/// null, and no `client_secret_expires_at`, since there is no secret.
pub(crate) fn document(
    origin: &Origin,
    client_id: &str,
    registered_at: Timestamp,
    metadata: Map<String, Value>,
    token: &Token<Management>,
) -> Map<String, Value> {
    let mut document = Map::new();
    document.insert("client_id".to_owned(), client_id.into());
    document.insert("client_id_issued_at".to_owned(), registered_at.as_secs().into());
    // Ids of clients that registered themselves are UUIDs, so nothing has to be encoded.
    document
        .insert("registration_client_uri".to_owned(), format!("{origin}/oauth/register/{client_id}").into());
    document.insert("registration_access_token".to_owned(), token.expose().into());
    document.extend(metadata);
    document
}

/// GET: the registration as it is.
pub(crate) async fn read(
    State(inner): State<Arc<Inner>>,
    context: Context,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let read = async {
        let token = admit(&inner, &context, &headers)?;
        let hash = token.hash();
        let client_id = id.clone();
        let found = inner
            .database
            .read(move |connection| -> Result<_, ManagementError> {
                Ok(store::clients::find_managed(connection, &client_id, &hash)?)
            })
            .await?;
        let Managed { client, metadata, registered_at } = found.ok_or(ManagementError::WrongToken)?;
        Ok(document(&context.origin, &client.id, registered_at, metadata, &token))
    };
    match read.await {
        Ok(document) => wire::answer(StatusCode::OK, &document),
        Err(error) => refuse(&inner, &context, &error),
    }
}

/// PUT: another registration in the place of this one. The token that managed it is worth nothing afterwards.
pub(crate) async fn replace(
    State(inner): State<Arc<Inner>>,
    context: Context,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let replace = async {
        let token = admit(&inner, &context, request.headers())?;
        let hash = token.hash();
        let body = body::bytes(request).await?;
        let change = Change {
            body: body.to_vec(),
            id,
            hash,
            next: Token::generate(&*inner.random),
            sender: context.sender(),
            now: inner.clock.now(),
        };
        let (change, registered_at, metadata) = inner
            .database
            .write(move |connection| -> Result<_, ManagementError> {
                let (registered_at, metadata) = change.apply(connection)?;
                Ok((change, registered_at, metadata))
            })
            .await?;
        Ok(document(&context.origin, &change.id, registered_at, metadata, &change.next))
    };
    match replace.await {
        Ok(document) => wire::answer(StatusCode::OK, &document),
        Err(error) => refuse(&inner, &context, &error),
    }
}

/// DELETE: the client is known no more, and what it was given ends.
pub(crate) async fn remove(
    State(inner): State<Arc<Inner>>,
    context: Context,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let remove = async {
        let hash = admit(&inner, &context, &headers)?.hash();
        let (sender, now) = (context.sender(), inner.clock.now());
        let ended = inner
            .database
            .write(move |connection| -> Result<_, ManagementError> {
                let found = store::clients::find_managed(connection, &id, &hash)?;
                let Managed { client, .. } = found.ok_or(ManagementError::WrongToken)?;
                let why = "the client removed its registration";
                let ended = end_client(connection, &client.id, Decider::Client, why, now)?;
                store::clients::remove(connection, &client.id)?;
                append(connection, AuditKind::ClientRemoved, &client, &sender, now)?;
                Ok(ended)
            })
            .await?;
        inner.announce_ended(&ended, Decider::Client);
        Ok(())
    };
    match remove.await {
        Ok(()) => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            wire::no_store(&mut response);
            response
        }
        Err(error) => refuse(&inner, &context, &error),
    }
}

/// A change as it was asked for.
struct Change {
    id: String,
    hash: TokenHash<Management>,
    body: Vec<u8>,
    /// What manages the registration from now on.
    next: Token<Management>,
    sender: Sender,
    now: Timestamp,
}

impl Change {
    fn apply(&self, connection: &Connection) -> Result<(Timestamp, Map<String, Value>), ManagementError> {
        // Nothing of the body is judged before the token: whoever has none learns nothing.
        let found = store::clients::find_managed(connection, &self.id, &self.hash)?;
        let Managed { client, registered_at, .. } = found.ok_or(ManagementError::WrongToken)?;
        let ClientMetadata { name, redirect_uris, echo } = self.read()?;
        let changed = Client::public(client.id.clone(), name, Registration::Dynamic, redirect_uris);
        let keeps_its_face = changed.name == client.name && changed.redirect_uris == client.redirect_uris;
        if !keeps_its_face && !store::clients::is_idle(connection, &client.id)? {
            return Err(ManagementError::InUse);
        }
        store::clients::change_managed(connection, &changed, &echo, &self.next.hash())?;
        append(connection, AuditKind::ClientChanged, &changed, &self.sender, self.now)?;
        Ok((registered_at, echo))
    }

    fn read(&self) -> Result<ClientMetadata, ManagementError> {
        let fields: Map<String, Value> =
            serde_json::from_slice(&self.body).map_err(|_| InvalidMetadata::NotAnObject)?;
        if fields.get("client_id").and_then(Value::as_str) != Some(&self.id) {
            return Err(ManagementError::OtherClientId);
        }
        if fields.get("client_secret").is_some_and(|secret| !secret.is_null()) {
            return Err(ManagementError::Secret);
        }
        Ok(metadata::read(&self.body)?)
    }
}

fn append(
    connection: &Connection,
    kind: AuditKind,
    client: &Client,
    sender: &Sender,
    now: Timestamp,
) -> Result<(), Error> {
    let entry = AuditEntry {
        by: Some(Decider::Client),
        ..AuditEntry::new(now, kind).client(&client.id, &client.name).sent_by(sender)
    };
    Ok(store::audit::append(connection, &entry)?)
}

/// The presented token, within the rate.
fn admit(
    inner: &Inner,
    context: &Context,
    headers: &HeaderMap,
) -> Result<Token<Management>, ManagementError> {
    inner.limits.take(Limited::Management, &context.arrival).map_err(ManagementError::RateLimited)?;
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().and_then(|value| value.to_str().ok()).ok_or(ManagementError::NoToken)?;
    if values.next().is_some() {
        return Err(ManagementError::NoToken);
    }
    let (scheme, token) = value.split_once(' ').ok_or(ManagementError::NoToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ManagementError::NoToken);
    }
    Token::parse(token.trim()).ok_or(ManagementError::WrongToken)
}

fn refuse(inner: &Inner, context: &Context, error: &ManagementError) -> Response {
    tracing::debug!(%error, arrival = %context.arrival, "a registration was not shown or changed");
    let bad = |status, code| wire::error(status, code, &error.to_string());
    let (kind, response) = match error {
        ManagementError::Failed(error) => {
            tracing::error!(%error, "a registration could not be read or changed");
            return wire::unavailable();
        }
        ManagementError::RateLimited(seconds) => (RejectionKind::RateLimited, wire::rate_limited(*seconds)),
        ManagementError::NoToken | ManagementError::WrongToken => {
            let mut response = wire::error(
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "send the registration_access_token that came with this registration, as a bearer token",
            );
            let bearer = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
            (RejectionKind::ForeignRegistration, response)
        }
        ManagementError::Body(BodyError::TooLarge) => {
            (RejectionKind::TooLarge, bad(StatusCode::PAYLOAD_TOO_LARGE, "invalid_client_metadata"))
        }
        ManagementError::Metadata(invalid) => {
            (RejectionKind::BadRegistration, bad(StatusCode::BAD_REQUEST, invalid.code()))
        }
        ManagementError::Body(BodyError::NotAForm)
        | ManagementError::OtherClientId
        | ManagementError::Secret
        | ManagementError::InUse => {
            (RejectionKind::BadRegistration, bad(StatusCode::BAD_REQUEST, "invalid_client_metadata"))
        }
    };
    inner.reject(kind, &context.arrival);
    response
}
