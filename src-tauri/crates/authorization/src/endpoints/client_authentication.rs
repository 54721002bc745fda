//! Which client asks, and whether it is that client (RFC 6749 §2.3): the one place for every endpoint that
//! clients call themselves.
//!
//! `client_secret_basic`, `client_secret_post` and `none`. A public client can only name itself; a confidential
//! one must present its secret, whatever it asks for. An unknown client, a wrong secret and a missing one are
//! told in the same words, after the same comparison.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::wire;
use crate::Error;
use crate::audit::RejectionKind;
use crate::client::secret::SecretHash;
use crate::client::{Authentication, Client};
use crate::rules::authorize::MAX_CLIENT_ID;
use crate::rules::parameters::{InvalidParameter, Parameters};
use crate::service::Inner;

/// What `token_endpoint_auth_methods_supported` and its siblings name.
pub(crate) const METHODS: [&str; 3] = ["none", "client_secret_basic", "client_secret_post"];
/// Those with a secret.
pub(crate) const CONFIDENTIAL_METHODS: [&str; 2] = ["client_secret_basic", "client_secret_post"];

/// Why the client is not taken for the one it names.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthenticationError {
    #[error(transparent)]
    Parameter(#[from] InvalidParameter),
    #[error("the parameter client_id is missing")]
    NoClientId,
    #[error(
        "the client authenticates in two ways at once; use the Authorization header or the form, not both"
    )]
    TwoMethods,
    #[error("the client_id of the form is not the one of the Authorization header")]
    TwoClients,
    #[error("the Authorization header is not HTTP Basic with a form-encoded id and secret")]
    BadHeader,
    #[error("the client authenticates with an assertion, which is not supported")]
    Assertion,
    #[error("no client of that id is known")]
    Unknown { basic: bool },
    #[error("the secret is not the client's")]
    WrongSecret { basic: bool },
    #[error("the client has a secret and sent none")]
    MissingSecret { basic: bool },
    #[error("a secret was sent for a public client")]
    UnexpectedSecret { basic: bool },
    #[error("a public client asked what only an authenticated one may know")]
    PublicCaller { basic: bool },
    #[error(transparent)]
    Failed(#[from] Error),
}

/// One text for all that could tell a stranger whether a client or its secret is right. Claude registers again
/// on 401 `invalid_client`.
const REFUSED: &str =
    "the client is unknown or its authentication is wrong; register again, or send the client's secret";

impl AuthenticationError {
    /// What it is counted as; `form`: what a fault of form is.
    pub(crate) fn kind(&self, form: RejectionKind) -> RejectionKind {
        match self {
            Self::Parameter(_) | Self::NoClientId | Self::TwoMethods | Self::TwoClients | Self::Failed(_) => {
                form
            }
            Self::BadHeader | Self::Assertion | Self::Unknown { .. } | Self::UnexpectedSecret { .. } => {
                RejectionKind::UnknownClient
            }
            Self::WrongSecret { .. } | Self::MissingSecret { .. } | Self::PublicCaller { .. } => {
                RejectionKind::WrongSecret
            }
        }
    }

    /// The answer (RFC 6749 §5.2).
    pub(crate) fn answer(&self) -> Response {
        let refused = |with_scheme: bool, text: &str| {
            let mut response = wire::error(StatusCode::UNAUTHORIZED, "invalid_client", text);
            if with_scheme {
                // Who used the header is told the scheme.
                let basic = HeaderValue::from_static("Basic realm=\"Ambient Insights\", charset=\"UTF-8\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, basic);
            }
            response
        };
        match self {
            Self::Parameter(_) | Self::NoClientId | Self::TwoMethods | Self::TwoClients => {
                wire::error(StatusCode::BAD_REQUEST, "invalid_request", &self.to_string())
            }
            Self::BadHeader => refused(true, &self.to_string()),
            Self::Assertion => refused(false, &self.to_string()),
            Self::Unknown { basic }
            | Self::WrongSecret { basic }
            | Self::MissingSecret { basic }
            | Self::UnexpectedSecret { basic }
            | Self::PublicCaller { basic } => refused(*basic, REFUSED),
            Self::Failed(_) => wire::unavailable(),
        }
    }
}

/// What a request says of its client.
struct Presented {
    id: String,
    /// Not empty.
    secret: Option<String>,
    basic: bool,
}

/// The client that asks, if it shows that it is that client.
pub(crate) async fn authenticate(
    inner: &Inner,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<Client, AuthenticationError> {
    let Presented { id, secret, basic } = read(headers, form)?;
    let known = if id.len() > MAX_CLIENT_ID { None } else { inner.client(&id).await? };
    let presented = SecretHash::of(secret.as_deref().unwrap_or_default());
    let now = inner.clock.now();
    let Some(client) = known else {
        // The same comparison as for a known one, so that the time does not tell who is known.
        let _ = std::hint::black_box(presented == SecretHash::NONE);
        return Err(AuthenticationError::Unknown { basic });
    };
    match (&client.authentication, secret) {
        (Authentication::Public, None) => Ok(client),
        // It was told of a secret by somebody else: refused, so that it registers anew.
        (Authentication::Public, Some(_)) => Err(AuthenticationError::UnexpectedSecret { basic }),
        (Authentication::Secret(_), None) => Err(AuthenticationError::MissingSecret { basic }),
        (Authentication::Secret(secrets), Some(_)) if secrets.accept(&presented, now) => Ok(client),
        (Authentication::Secret(_), Some(_)) => Err(AuthenticationError::WrongSecret { basic }),
    }
}

/// As [`authenticate`], for what only a client with a secret may ask. Gives the resources it may ask about.
pub(crate) async fn authenticate_confidential(
    inner: &Inner,
    headers: &HeaderMap,
    form: &Parameters,
) -> Result<(Client, Vec<String>), AuthenticationError> {
    let client = authenticate(inner, headers, form).await?;
    match &client.authentication {
        Authentication::Secret(secrets) => {
            let introspects = secrets.introspects.clone();
            Ok((client, introspects))
        }
        Authentication::Public => {
            Err(AuthenticationError::PublicCaller { basic: headers.contains_key(header::AUTHORIZATION) })
        }
    }
}

fn read(headers: &HeaderMap, form: &Parameters) -> Result<Presented, AuthenticationError> {
    let named = form.one("client_id")?;
    let posted = form.one("client_secret")?;
    if form.one("client_assertion")?.is_some() || form.one("client_assertion_type")?.is_some() {
        return Err(AuthenticationError::Assertion);
    }
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = authorizations.next() else {
        let id = named.ok_or(AuthenticationError::NoClientId)?.to_owned();
        return Ok(Presented { id, secret: posted.map(str::to_owned), basic: false });
    };
    if authorizations.next().is_some() || posted.is_some() {
        return Err(AuthenticationError::TwoMethods);
    }
    let (id, secret) = value
        .to_str()
        .ok()
        .and_then(basic_credentials)
        .filter(|(id, _)| !id.is_empty())
        .ok_or(AuthenticationError::BadHeader)?;
    if named.is_some_and(|named| named != id) {
        return Err(AuthenticationError::TwoClients);
    }
    Ok(Presented { id, secret: Some(secret).filter(|secret| !secret.is_empty()), basic: true })
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

#[cfg(test)]
#[path = "client_authentication_tests.rs"]
mod tests;
