//! `/oauth/authorize`: a client sends a person's browser here to ask for access.
//!
//! It only ever makes a pending request and leads to its waiting page. Nothing is decided in the browser.

mod asking;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use self::asking::{Applicant, Asking, Outcome};
use super::context::Context;
use super::{consent_cookie, page};
use crate::Error;
use crate::arrival::Arrival;
use crate::audit::{Decider, RejectionKind};
use crate::client::document::ClientIdUrl;
use crate::client::{Client, Registration};
use crate::event::AuthorizationEvent;
use crate::id::RequestId;
use crate::limits::Limited;
use crate::rules::authorize::{self, RequestError, TargetError};
use crate::rules::parameters::Parameters;
use crate::secret::{Browser, ConfirmationCode, Token};
use crate::service::{Asker, Inner};

/// The longest query that is looked at, in bytes: room for every parameter at its own limit.
const MAX_QUERY: usize = 32 * 1024;
/// Why there is no pending request.
#[derive(Debug, thiserror::Error)]
enum AuthorizeError {
    #[error("the rate is exceeded")]
    RateLimited(u64),
    #[error("the query is too long")]
    QueryTooLong,
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("no client of that id is known")]
    UnknownClient,
    #[error("the client became known in a way that the owner has switched off")]
    NotAdmitted,
    #[error("{error}")]
    Request { error: RequestError, back: Option<Back> },
    #[error("the owner has blocked this client for this redirect host")]
    Blocked { back: Option<Back> },
    #[error("too many requests are waiting")]
    TooManyPending { back: Option<Back> },
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Where an error may go: an address that is known to be the client's.
#[derive(Clone, Debug)]
struct Back {
    redirect_uri: String,
    state: Option<String>,
}

impl From<&Client> for Applicant {
    fn from(client: &Client) -> Self {
        Self {
            id: client.id.clone(),
            name: client.name.clone(),
            verified: client.is_verified(),
            consent_hash: Some(client.consent_hash()),
            vouched_for: client.is_verified() || client.registration == Registration::MetadataDocument,
        }
    }
}

impl From<&ClientIdUrl> for Applicant {
    /// Only its host is more than its own word, and that only once it was asked.
    fn from(url: &ClientIdUrl) -> Self {
        Self {
            id: url.as_str().to_owned(),
            name: url.host().to_owned(),
            verified: false,
            consent_hash: None,
            vouched_for: false,
        }
    }
}

pub(crate) async fn handle(
    State(inner): State<Arc<Inner>>,
    context: Context,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match ask(&inner, &context, query.as_deref().unwrap_or(""), &headers).await {
        Ok(response) => response,
        Err(error) => refuse(&inner, &context, &error),
    }
}

async fn ask(
    inner: &Inner,
    context: &Context,
    query: &str,
    headers: &HeaderMap,
) -> Result<Response, AuthorizeError> {
    let limited = if context.navigation { Limited::Authorization } else { Limited::BackgroundAuthorization };
    inner.limits.take(limited, &context.arrival).map_err(AuthorizeError::RateLimited)?;
    if query.len() > MAX_QUERY {
        return Err(AuthorizeError::QueryTooLong);
    }
    let parameters = Parameters::decode(query.as_bytes());
    let client_id = authorize::client_id(&parameters)?;
    let (client, redirect_uri, back) = match inner.asker(client_id).await? {
        Asker::Unknown => return Err(AuthorizeError::UnknownClient),
        Asker::NotAdmitted => return Err(AuthorizeError::NotAdmitted),
        Asker::Known(client) => {
            let redirect_uri = authorize::target(&parameters, &client)?;
            // From here on an error may go to the client: it is known, and so is its address.
            let state = authorize::returnable_state(&parameters).map(str::to_owned);
            let back = Back { redirect_uri: redirect_uri.clone(), state };
            (Applicant::from(&client), redirect_uri, Some(back))
        }
        // Its document is fetched when the owner acts, never because somebody asked. Until then nobody knows whose
        // address that is, so every error stays here.
        Asker::NotLookedUp(url) => (Applicant::from(&url), authorize::unproved_target(&parameters)?, None),
    };
    let request = authorize::judge(&parameters, redirect_uri, &context.origin)
        .map_err(|error| AuthorizeError::Request { error, back: back.clone() })?;

    let now = inner.clock.now();
    let secret = Token::<Browser>::generate(&*inner.random);
    let cookie = secret.expose().to_owned();
    let id = RequestId::new(now, &*inner.random);
    let tunnel = matches!(context.arrival, Arrival::Tunnel(_));
    let lifetime = if tunnel {
        inner.settings.confirmation_lifetime.min(inner.settings.request_lifetime)
    } else {
        inner.settings.request_lifetime
    };
    let asking = Asking {
        confirmation: tunnel
            .then(|| ConfirmationCode::derived_from(&secret, id.as_bytes()).hash(id.as_bytes())),
        shown: cookies(headers)
            .filter_map(|(_, value)| Token::parse(value))
            .map(|token| token.hash())
            .collect(),
        fresh: secret.hash(),
        context: context.clone(),
        expires_at: now.plus(lifetime),
        remembers: inner.settings.remember_consent,
        prompt: parameters.all("prompt").next().is_some(),
        known_by: consent_cookie::shown(headers, &client.id),
        client,
        request,
        id,
        secret,
        now,
    };
    let (client_id, client_name) = (asking.client.id.clone(), asking.client.name.clone());
    match inner.database.write(move |connection| asking::store_request(connection, &asking)).await? {
        Outcome::Asked { id, replaced } => {
            if let Some(id) = replaced {
                inner.announce(AuthorizationEvent::RequestDecided { id, approved: false, by: Decider::Rule });
            }
            inner.announce(AuthorizationEvent::RequestPending { id });
            Ok(to_waiting_page(id, Some(&cookie)))
        }
        Outcome::Remembered { id, replaced } => {
            if let Some(id) = replaced {
                inner.announce(AuthorizationEvent::RequestDecided { id, approved: false, by: Decider::Rule });
            }
            inner.announce(AuthorizationEvent::RequestDecided { id, approved: true, by: Decider::Rule });
            inner.announce(AuthorizationEvent::ConsentRemembered { id, client_id, client_name });
            Ok(to_waiting_page(id, Some(&cookie)))
        }
        Outcome::Joined(id) => Ok(to_waiting_page(id, Some(&cookie))),
        Outcome::Known(id) => Ok(to_waiting_page(id, None)),
        Outcome::Blocked => Err(AuthorizeError::Blocked { back }),
        Outcome::TooMany => Err(AuthorizeError::TooManyPending { back }),
    }
}

fn refuse(inner: &Inner, context: &Context, error: &AuthorizeError) -> Response {
    if let AuthorizeError::Failed(error) = error {
        tracing::error!(%error, "an authorization request could not be stored");
        return retry_later(StatusCode::SERVICE_UNAVAILABLE, 5);
    }
    tracing::debug!(reason = %error, arrival = %context.arrival, "authorization request refused");
    let issuer = context.origin.as_str();
    let send = |back: Option<&Back>, code: &str, description: &str| match back {
        Some(Back { redirect_uri, state }) => {
            let answer = [("error", code), ("error_description", description)];
            page::redirect(&authorize::response_uri(redirect_uri, &answer, state.as_deref(), issuer))
        }
        None => page::problem(
            StatusCode::BAD_REQUEST,
            "This request can not be answered",
            &format!("You were not sent on, because {description}. Nothing was shared."),
        ),
    };
    let (kind, response) = match error {
        AuthorizeError::RateLimited(seconds) => {
            (RejectionKind::RateLimited, retry_later(StatusCode::TOO_MANY_REQUESTS, *seconds))
        }
        AuthorizeError::QueryTooLong => (
            RejectionKind::TooLarge,
            page::problem(
                StatusCode::URI_TOO_LONG,
                "This request is too long",
                "The program that sent you here asked in a way that can not be answered. Nothing was shared.",
            ),
        ),
        AuthorizeError::UnknownClient => (
            RejectionKind::UnknownClient,
            page::problem(
                StatusCode::BAD_REQUEST,
                "This program is not known here",
                "The program that sent you here has not registered, or its registration has been removed. Remove \
                 this server in that program and add it again. Nothing was shared.",
            ),
        ),
        AuthorizeError::NotAdmitted => (
            RejectionKind::RegistrationOff,
            page::problem(
                StatusCode::FORBIDDEN,
                "This program is not admitted here",
                "Only programs that the owner of this server has added may ask for access. The owner can add one \
                 with `ambient-insights clients add`, or change the setting `registration`. Nothing was shared.",
            ),
        ),
        AuthorizeError::Target(reason) => (
            RejectionKind::BadRedirect,
            page::problem(
                StatusCode::BAD_REQUEST,
                "This request can not be answered",
                &format!("You were not sent on, because {reason}. Nothing was shared."),
            ),
        ),
        AuthorizeError::Request { error, back } => {
            (RejectionKind::BadAuthorizationRequest, send(back.as_ref(), error.code(), &error.to_string()))
        }
        AuthorizeError::Blocked { back } => (
            RejectionKind::BlockedClient,
            send(back.as_ref(), "access_denied", "the owner has denied access"),
        ),
        AuthorizeError::TooManyPending { back } => (
            RejectionKind::RateLimited,
            send(
                back.as_ref(),
                "temporarily_unavailable",
                "too many requests are waiting for the owner; try again later",
            ),
        ),
        AuthorizeError::Failed(_) => return retry_later(StatusCode::SERVICE_UNAVAILABLE, 5),
    };
    inner.reject(kind, &context.arrival);
    response
}

fn retry_later(status: StatusCode, seconds: u64) -> Response {
    let mut response = page::problem(
        status,
        "One moment, please",
        "This server can not take the request right now. Wait a little, then start again in the program that sent \
         you here.",
    );
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Leads to the waiting page, and ties the request to this browser: `__Host-` (no other host, no plain HTTP
/// can set it), not readable by scripts, and a name of its own for each request, so that two requests at
/// once do not overwrite each other's.
fn to_waiting_page(id: RequestId, secret: Option<&str>) -> Response {
    let mut response = page::redirect(&format!("/oauth/requests/{id}"));
    if let Some(secret) = secret {
        let cookie =
            format!("{}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1200", cookie_name(id));
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// The name of the cookie that ties a browser to a request.
pub(crate) fn cookie_name(id: RequestId) -> String {
    format!("__Host-ambient-insights-{id}")
}

/// The cookies that a browser sent.
pub(crate) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .take(100)
}
