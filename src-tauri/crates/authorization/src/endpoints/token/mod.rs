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
use clock::Timestamp;
use http::StatusCode;
use serde_json::json;

use super::body;
use super::client_authentication::authenticate;
use super::context::Context;
use super::wire;
use crate::audit::RejectionKind;
use crate::limits::Limited;
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
    let grant_type = match form.one("grant_type")? {
        Some("authorization_code") => Limited::CodeExchange,
        Some("refresh_token") => Limited::Refresh,
        Some(_) => return Err(TokenError::GrantType),
        None => return Err(TokenError::Missing("grant_type")),
    };
    let authenticated = authenticate(inner, &headers, &form).await;
    let asking = authenticated.as_ref().ok().map(|client| client.id.as_str());
    inner.limits.take_for(grant_type, &context.arrival, asking).map_err(TokenError::RateLimited)?;
    let client = authenticated?;
    match grant_type {
        Limited::Refresh => refresh::refresh(inner, context, &client, &form).await,
        _ => code::exchange(inner, context, &client, &form).await,
    }
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
