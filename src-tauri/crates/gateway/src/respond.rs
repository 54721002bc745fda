//! Answers that the door gives itself, and the headers that every answer carries.

use axum::body::Body;
use http::header::{self, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};

/// An answer that ends a request before it reached its room.
#[derive(Debug)]
pub(crate) struct Early(Box<Response<Body>>);

impl From<Response<Body>> for Early {
    fn from(response: Response<Body>) -> Self {
        Self(Box::new(response))
    }
}

impl From<Early> for Response<Body> {
    fn from(early: Early) -> Self {
        *early.0
    }
}

/// A plain-text answer for people and logs.
pub(crate) fn text(status: StatusCode, message: &str) -> Response<Body> {
    with_type(status, "text/plain; charset=utf-8", format!("{message}\n"))
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: String) -> Response<Body> {
    with_type(status, "application/json", body)
}

/// An error of OAuth's resource server (RFC 6750 §3.1) with its challenge.
pub(crate) fn challenge(
    status: StatusCode,
    challenge: HeaderValue,
    error: &str,
    why: &str,
) -> Response<Body> {
    let body = serde_json::json!({ "error": error, "error_description": why });
    let mut response = json(status, body.to_string());
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

/// The server asks for patience.
pub(crate) fn wait(status: StatusCode, seconds: u64, message: &str) -> Response<Body> {
    let mut response = text(status, message);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

fn with_type(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// What browsers are told about every answer, unless its room has said something stricter.
///
/// No `Cross-Origin-Opener-Policy` either: it would cut the waiting page off from a client that opened it in a
/// popup; the pages that end a flow set it themselves.
///
/// No `Strict-Transport-Security` here: it holds for a host on all its ports, and `localhost` is also every
/// other program's name.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Adds the headers of [`ALWAYS`] that are not there yet.
pub(crate) fn harden(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Lets the page of an allowed origin read the answer. No credentials: tokens come in a header.
pub(crate) fn allow_browser(headers: &mut HeaderMap, origin: &str) {
    let Ok(origin) = HeaderValue::from_str(origin) else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("mcp-session-id, mcp-protocol-version, www-authenticate"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
}

/// Answers a browser's question whether a page may send a request (CORS preflight).
pub(crate) fn preflight(origin: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    allow_browser(headers, origin);
    headers
        .insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE, OPTIONS"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "authorization, content-type, accept, last-event-id, mcp-session-id, mcp-protocol-version, \
             mcp-method, mcp-name",
        ),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}
