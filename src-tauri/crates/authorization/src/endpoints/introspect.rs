//! `/oauth/introspect`: a server asks whether a token is good (RFC 7662).
//!
//! Only clients with a secret are answered, and only about what is theirs: tokens that were issued to them, and
//! access tokens for a resource that the owner let them ask about. Whatever else is asked about is inactive, so
//! that nobody learns here which tokens exist (RFC 7662 §4).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use clock::Timestamp;
use http::StatusCode;
use serde::Serialize;

use super::body;
use super::client_authentication::authenticate_confidential;
use super::context::Context;
use super::token::TokenError;
use super::wire;
use crate::Error;
use crate::access_token::AccessToken;
use crate::audit::RejectionKind;
use crate::client::Client;
use crate::limits::Limited;
use crate::origin::Origin;
use crate::scope::ScopeSet;
use crate::secret::{Refresh, Token};
use crate::service::{Inner, OWNER};
use crate::store;

/// What is said of a good token. An answer without one is `{"active":false}` and no word more.
#[derive(Serialize)]
struct Description {
    active: bool,
    scope: String,
    client_id: String,
    /// Only access tokens have a type (RFC 7662 §2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    sub: &'static str,
    aud: String,
    iss: String,
}

pub(crate) async fn handle(State(inner): State<Arc<Inner>>, context: Context, request: Request) -> Response {
    match introspect(&inner, &context, request).await {
        Ok(Some(description)) => wire::answer(StatusCode::OK, &description),
        Ok(None) => wire::answer(StatusCode::OK, &serde_json::json!({ "active": false })),
        Err(error) => error.answer(&inner, &context, RejectionKind::BadIntrospection),
    }
}

async fn introspect(
    inner: &Inner,
    context: &Context,
    request: Request,
) -> Result<Option<Description>, TokenError> {
    let headers = request.headers().clone();
    let form = body::form(request).await?;
    let authenticated = authenticate_confidential(inner, &headers, &form).await;
    let asking = authenticated.as_ref().ok().map(|(client, _)| client.id.as_str());
    inner
        .limits
        .take_for(Limited::Introspection, &context.arrival, asking)
        .map_err(TokenError::RateLimited)?;
    let (client, introspects) = authenticated?;
    let token = form.one("token")?.ok_or(TokenError::Missing("token"))?;
    let now = inner.clock.now();
    if let Some(token) = Token::<Refresh>::parse(token) {
        return Ok(refresh_token(inner, &client, &token, now).await?);
    }
    Ok(access_token(inner, &client, &introspects, token, now).await?)
}

async fn access_token(
    inner: &Inner,
    client: &Client,
    introspects: &[String],
    text: &str,
    now: Timestamp,
) -> Result<Option<Description>, Error> {
    let Some(token) = AccessToken::parse(text) else { return Ok(None) };
    let hash = token.hash();
    let found =
        inner.database.read(move |connection| Ok::<_, Error>(store::tokens::find_access(connection, &hash)?));
    let Some(token) = found.await? else { return Ok(None) };
    let is_asked_by_its_own = token.client_id == client.id || introspects.contains(&token.resource);
    if !is_asked_by_its_own || now >= token.expires_at {
        return Ok(None);
    }
    Ok(describe(token.scopes, token.client_id, token.resource, token.expires_at, token.issued_at, true))
}

async fn refresh_token(
    inner: &Inner,
    client: &Client,
    token: &Token<Refresh>,
    now: Timestamp,
) -> Result<Option<Description>, Error> {
    let hash = token.hash();
    let found = inner.database.read(move |connection| {
        let found = store::tokens::find_refresh(connection, &hash)?;
        let issued_at = store::tokens::refresh_issued_at(connection, &hash)?;
        Ok::<_, Error>(found.map(|(_, _, token)| (token, issued_at)))
    });
    let Some((token, issued_at)) = found.await? else { return Ok(None) };
    let expires_at = token.idle_expires_at.min(token.absolute_expires_at);
    // One that was exchanged is worth a retry at most, and no server should count on it.
    if token.client_id != client.id || token.rotation.is_some() || now >= expires_at {
        return Ok(None);
    }
    Ok(describe(token.scopes, token.client_id, token.resource, expires_at, issued_at, false))
}

/// A resource that is none of an origin's has no issuer, and its tokens open nothing.
fn describe(
    scopes: ScopeSet,
    client_id: String,
    resource: String,
    expires_at: Timestamp,
    issued_at: Option<Timestamp>,
    is_access: bool,
) -> Option<Description> {
    Some(Description {
        active: true,
        scope: scopes.to_string(),
        client_id,
        token_type: is_access.then_some("Bearer"),
        exp: expires_at.as_secs(),
        iat: issued_at.map(Timestamp::as_secs),
        sub: OWNER,
        iss: Origin::of_resource(&resource)?.as_str().to_owned(),
        aud: resource,
    })
}
