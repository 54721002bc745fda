//! OAuth's JSON answers.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::json;

/// An answer that nobody may keep (RFC 6749 §5.1).
pub(crate) fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    no_store(&mut response);
    response
}

/// An error (RFC 6749 §5.2). The description helps whoever wrote the client and tells nothing that an
/// attacker does not know.
pub(crate) fn error(status: StatusCode, code: &str, description: &str) -> Response {
    answer(status, &json!({ "error": code, "error_description": description }))
}

/// Too many requests: when to come back.
pub(crate) fn rate_limited(seconds: u64) -> Response {
    let mut response = error(
        StatusCode::TOO_MANY_REQUESTS,
        "temporarily_unavailable",
        "too many requests; wait and try again",
    );
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The database can not be used at the moment. Never a 401 or `invalid_grant`: a client would throw away
/// what is still good.
pub(crate) fn unavailable() -> Response {
    let mut response = error(
        StatusCode::SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        "the request could not be stored or looked up; try again",
    );
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(5));
    response
}

pub(crate) fn no_store(response: &mut Response) {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
