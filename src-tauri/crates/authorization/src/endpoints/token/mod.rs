//! `/oauth/token`: a code or a refresh token becomes a pair of tokens (RFC 6749 §3.2).
//!
//! Nothing is consumed before everything else was checked: a request that is wrong in any part leaves the
//! code good for the right one.

mod code;
mod error;
mod refresh;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clock::Timestamp;
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::body;
use super::context::{Context, text};
use super::wire;
use crate::audit::RejectionKind;
use crate::client::Client;
use crate::limits::Limited;
use crate::rules::parameters::Parameters;
use crate::scope::ScopeSet;
use crate::seal::Pair;
use crate::service::Inner;

pub(crate) use error::TokenError;

/// What is answered when everything was right.
struct Granted {
    pair: Pair,
    scopes: ScopeSet,
}

pub(crate) async fn handle(State(inner): State<Arc<Inner>>, context: Context, request: Request) -> Response {
    match exchange(&inner, &context, request).await {
        Ok(granted) => success(&granted, inner.clock.now()),
        Err(error) => error.answer(&inner, &context, RejectionKind::BadTokenRequest),
    }
}

async fn exchange(inner: &Inner, context: &Context, request: Request) -> Result<Granted, TokenError> {
    let headers = request.headers().clone();
    let form = body::form(request).await?;
    match form.one("grant_type")? {
        Some("authorization_code") => {
            inner.limits.take(Limited::CodeExchange, &context.arrival).map_err(TokenError::RateLimited)?;
            let client = identify(inner, &headers, &form).await?;
            code::exchange(inner, context, &client, &form).await
        }
        Some("refresh_token") => {
            inner.limits.take(Limited::Refresh, &context.arrival).map_err(TokenError::RateLimited)?;
            let client = identify(inner, &headers, &form).await?;
            refresh::refresh(inner, context, &client, &form).await
        }
        Some(_) => Err(TokenError::GrantType),
        None => Err(TokenError::Missing("grant_type")),
    }
}

/// Which client asks. All clients are public, so naming itself is all a client can do; one that sends a
/// secret has been told another thing by somebody else, and is refused so that it registers anew.
pub(crate) async fn identify(
    inner: &Inner,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<Client, TokenError> {
    let named = form.one("client_id")?;
    let id = match text(headers, &header::AUTHORIZATION) {
        None => named.ok_or(TokenError::Missing("client_id"))?.to_owned(),
        Some(value) => {
            let (id, secret) = basic_credentials(value).ok_or(TokenError::BadBasic)?;
            if !secret.is_empty() || named.is_some_and(|named| named != id) {
                return Err(TokenError::BadBasic);
            }
            id
        }
    };
    if form.one("client_secret")?.is_some() {
        return Err(TokenError::UnexpectedSecret);
    }
    if id.len() > crate::rules::authorize::MAX_CLIENT_ID {
        return Err(TokenError::UnknownClient);
    }
    inner.client(&id).await?.ok_or(TokenError::UnknownClient)
}

/// HTTP Basic, form-encoded within (RFC 6749 §2.3.1).
pub(crate) fn basic_credentials(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let unescape = |text: &str| {
        url::form_urlencoded::parse(format!("v={}", text.replace('&', "%26")).as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Some((unescape(id)?, unescape(secret)?))
}

fn success(granted: &Granted, now: Timestamp) -> Response {
    wire::answer(
        StatusCode::OK,
        &json!({
            "access_token": granted.pair.access.expose(),
            "token_type": "Bearer",
            "expires_in": granted.pair.access_expires_at.since(now).as_secs(),
            "refresh_token": granted.pair.refresh.expose(),
            "scope": granted.scopes.to_string(),
        }),
    )
}
