//! What our addresses answer while another authorization server stands in place of ours: where to go instead,
//! and, where the owner wants it, that server's own documents.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::body::{self, BodyError};
use super::context::Context;
use super::{page, wire};
use crate::audit::RejectionKind;
use crate::external::{External, RelayError, Relayed};
use crate::limits::Limited;
use crate::service::Inner;

/// A page of ours that is not in use.
pub(super) async fn page(State(inner): State<Arc<Inner>>) -> Response {
    page::problem(StatusCode::NOT_FOUND, "Not decided here", &reason(inner.external.as_ref()))
}

/// Any other endpoint of ours that is not in use.
pub(super) async fn endpoint(State(inner): State<Arc<Inner>>) -> Response {
    wire::error(StatusCode::NOT_FOUND, "not_found", &reason(inner.external.as_ref()))
}

/// `/.well-known/oauth-authorization-server`: the other server's, where it is relayed.
pub(super) async fn authorization_server(State(inner): State<Arc<Inner>>, context: Context) -> Response {
    let Some(external) = &inner.external else { return wire::unavailable() };
    match external.relayed_metadata(&context.origin, &inner.fetcher, &*inner.clock).await {
        Ok(document) => ([(header::CACHE_CONTROL, "public, max-age=60")], Json(document)).into_response(),
        Err(error) => refuse(external, &error),
    }
}

/// `/oauth/register`: passed on to the other server, where it is relayed.
pub(super) async fn register(
    State(inner): State<Arc<Inner>>,
    context: Context,
    request: Request,
) -> Response {
    let Some(external) = &inner.external else { return wire::unavailable() };
    if !external.server.relay {
        return refuse(external, &RelayError::Off);
    }
    if let Err(seconds) = inner.limits.take(Limited::Registration, &context.arrival) {
        inner.reject(RejectionKind::RateLimited, &context.arrival);
        return wire::rate_limited(seconds);
    }
    let body = match body::bytes(request).await {
        Ok(body) => body,
        Err(error @ (BodyError::TooLarge | BodyError::NotAForm)) => {
            inner.reject(RejectionKind::TooLarge, &context.arrival);
            return wire::error(StatusCode::PAYLOAD_TOO_LARGE, "invalid_client_metadata", &error.to_string());
        }
    };
    // Only what is a registration by its form is passed on.
    let is_object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&body).is_ok();
    let (true, Ok(body)) = (is_object, std::str::from_utf8(&body)) else {
        inner.reject(RejectionKind::BadRegistration, &context.arrival);
        return wire::error(
            StatusCode::BAD_REQUEST,
            "invalid_client_metadata",
            "the body must be a JSON object (RFC 7591)",
        );
    };
    match external.relay_registration(body, &inner.fetcher, &*inner.clock).await {
        Ok(Relayed { status, body }) if status.is_success() || status.is_client_error() => {
            let mut response = (status, body).into_response();
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            wire::no_store(&mut response);
            response
        }
        // It has a fault of its own: nothing that the client could mend.
        Ok(Relayed { status, .. }) => {
            tracing::warn!(%status, "the external authorization server failed at a registration");
            wire::unavailable()
        }
        Err(error) => refuse(external, &error),
    }
}

fn refuse(external: &External, error: &RelayError) -> Response {
    match error {
        RelayError::Off | RelayError::NoRegistration => {
            wire::error(StatusCode::NOT_FOUND, "not_found", &reason(Some(external)))
        }
        RelayError::Failed(error) => {
            tracing::warn!(%error, "nothing could be relayed");
            wire::unavailable()
        }
    }
}

fn reason(external: Option<&External>) -> String {
    let issuer = external.map_or("another server", |external| external.server.issuer.as_str());
    format!("this server leaves it to {issuer} to say who comes in; authorize there")
}
