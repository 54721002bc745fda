//! Reading a request's body, within its limit.

use axum::body::Bytes;
use axum::extract::Request;
use http::header;

use crate::rules::parameters::Parameters;

/// The longest body of any endpoint here, in bytes.
pub(crate) const MAX_BODY: usize = 16 * 1024;

/// Why a body can not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than 16 KiB or was cut off")]
    TooLarge,
    #[error("the body must be application/x-www-form-urlencoded")]
    NotAForm,
}

/// The whole body.
pub(crate) async fn bytes(request: Request) -> Result<Bytes, BodyError> {
    axum::body::to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| BodyError::TooLarge)
}

/// The body's parameters (RFC 6749 §3.2). The type is insisted on: a page in a browser can send a form
/// without asking, but nothing here acts on a cookie, and clients all send this type.
pub(crate) async fn form(request: Request) -> Result<Parameters, BodyError> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(BodyError::NotAForm);
    }
    bytes(request).await.map(|body| Parameters::decode(&body))
}
