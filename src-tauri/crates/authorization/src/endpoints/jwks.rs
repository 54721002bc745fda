//! `/oauth/jwks`: the public keys that check our signed access tokens (RFC 7517).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use serde_json::json;

use super::wire;
use crate::rules::signing_keys::CACHE_LIFETIME;
use crate::service::{Inner, public_keys};

pub(crate) async fn handle(State(inner): State<Arc<Inner>>) -> Response {
    match inner.database.read(public_keys).await {
        // Keys stay published where the setting changed back: the tokens that they signed go on for a while.
        Ok(keys) if keys.is_empty() => wire::error(
            StatusCode::NOT_FOUND,
            "not_found",
            "access tokens of this server are not signed; it has no keys to check them with",
        ),
        Ok(keys) => {
            let lifetime = format!("public, max-age={}", CACHE_LIFETIME.as_secs());
            ([(header::CACHE_CONTROL, lifetime)], Json(json!({ "keys": keys }))).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the public keys could not be read");
            wire::unavailable()
        }
    }
}
