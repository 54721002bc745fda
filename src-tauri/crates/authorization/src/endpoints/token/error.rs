//! Why no tokens were given: the reason for the log, the word for the client, and the match between them.

use axum::response::Response;
use http::StatusCode;

use crate::Error;
use crate::audit::RejectionKind;
use crate::endpoints::body::BodyError;
use crate::endpoints::client_authentication::AuthenticationError;
use crate::endpoints::context::Context;
use crate::endpoints::wire;
use crate::rules::exchange::CodeError;
use crate::rules::parameters::InvalidParameter;
use crate::rules::refresh::RefreshError;
use crate::service::Inner;

/// Why no tokens were given, or none taken back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    #[error("only authorization_code and refresh_token are supported")]
    GrantType,
    #[error(transparent)]
    Client(AuthenticationError),
    #[error("no code of that hash is stored")]
    UnknownCode,
    #[error(transparent)]
    Code(#[from] CodeError),
    #[error("the code was used before; its grant is revoked")]
    CodeReplayed,
    #[error("no refresh token of that hash is stored, or its grant was revoked")]
    UnknownRefreshToken,
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    #[error("the refresh token was used before; its grant is revoked")]
    RefreshReplayed,
    #[error("the rate is exceeded")]
    RateLimited(u64),
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<AuthenticationError> for TokenError {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Failed(error) => Self::Failed(error),
            error => Self::Client(error),
        }
    }
}

impl From<database::Error> for TokenError {
    fn from(error: database::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<rusqlite::Error> for TokenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The same words for every reason: which part of a stolen code or token is wrong is nobody's business.
const BAD_CODE: &str =
    "the code is invalid, expired, used, or not for this client, redirect_uri or code_verifier";
const BAD_REFRESH: &str = "the refresh token is invalid, expired, revoked, or not for this client";

impl TokenError {
    /// Logs and counts the reason, and says on the wire no more than is needed. `kind`: what a fault of form
    /// is counted as.
    pub(crate) fn answer(&self, inner: &Inner, context: &Context, kind: RejectionKind) -> Response {
        if let Self::Failed(error) = self {
            tracing::error!(%error, "a token request could not be stored or looked up");
            return wire::unavailable();
        }
        tracing::debug!(reason = %self, arrival = %context.arrival, "token request refused");
        let bad = |code, text: &str| wire::error(StatusCode::BAD_REQUEST, code, text);
        let (kind, response) = match self {
            Self::Body(BodyError::TooLarge) => (
                RejectionKind::TooLarge,
                wire::error(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", &self.to_string()),
            ),
            Self::Body(BodyError::NotAForm) => {
                (kind, wire::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request", &self.to_string()))
            }
            Self::Parameter(_) | Self::Missing(_) => (kind, bad("invalid_request", &self.to_string())),
            Self::GrantType => (kind, bad("unsupported_grant_type", &self.to_string())),
            // 401 and not 400: on it Claude registers again instead of giving up.
            Self::Client(error) => (error.kind(kind), error.answer()),
            Self::Code(CodeError::Resource) => {
                (RejectionKind::InvalidCode, bad("invalid_target", "the resource is not the one of the code"))
            }
            Self::UnknownCode
            | Self::CodeReplayed
            | Self::Code(
                CodeError::OtherClient
                | CodeError::OtherOrigin
                | CodeError::OtherRedirectUri
                | CodeError::Verifier
                | CodeError::Expired,
            ) => (RejectionKind::InvalidCode, bad("invalid_grant", BAD_CODE)),
            Self::Refresh(RefreshError::Resource) => (
                RejectionKind::InvalidRefreshToken,
                bad("invalid_target", "the resource is not the one of the grant"),
            ),
            Self::Refresh(RefreshError::ScopeGrows) => (
                RejectionKind::InvalidRefreshToken,
                bad("invalid_scope", "the scope is more than what was granted"),
            ),
            Self::UnknownRefreshToken
            | Self::RefreshReplayed
            | Self::Refresh(RefreshError::OtherClient | RefreshError::OtherOrigin | RefreshError::Expired) => {
                (RejectionKind::InvalidRefreshToken, bad("invalid_grant", BAD_REFRESH))
            }
            Self::RateLimited(seconds) => (RejectionKind::RateLimited, wire::rate_limited(*seconds)),
            Self::Failed(_) => (kind, wire::unavailable()),
        };
        inner.reject(kind, &context.arrival);
        response
    }
}
