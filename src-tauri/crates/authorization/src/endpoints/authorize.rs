//! `/oauth/authorize`: a client sends a person's browser here to ask for access.
//!
//! It only ever makes a pending request and leads to its waiting page. Nothing is decided in the browser.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use clock::Timestamp;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rusqlite::Connection;

use super::context::Context;
use super::page;
use crate::Error;
use crate::arrival::Arrival;
use crate::audit::{AuditEntry, AuditKind, Decider, RejectionKind};
use crate::client::Client;
use crate::duration::AccessDuration;
use crate::event::AuthorizationEvent;
use crate::id::RequestId;
use crate::limits::Limited;
use crate::rules::approval::Status;
use crate::rules::authorize::{self, RequestError, TargetError, ValidRequest};
use crate::rules::parameters::Parameters;
use crate::rules::redirect_uri;
use crate::secret::{Browser, ConfirmationCode, ConfirmationHash, Token, TokenHash};
use crate::service::Inner;
use crate::store;
use crate::store::requests::StoredRequest;

/// The longest query that is looked at, in bytes: room for every parameter at its own limit.
const MAX_QUERY: usize = 32 * 1024;
/// How many requests of one arrival may wait at once: of all clients, and of one. What pages ask for in the
/// background is counted apart, so that no website can fill the places of real requests.
const MAX_PENDING: u32 = 32;
const MAX_PENDING_OF_CLIENT: u32 = 5;
/// How long after a request the same one from another browser still counts as asked twice. Browsers that
/// load ahead ask twice at nearly the same moment, before the first answer's cookie is there.
const TWIN_WINDOW: Duration = Duration::from_secs(10);
/// How many browsers may take one request's answer.
const MAX_BROWSERS: usize = 4;

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
    Request { error: RequestError, redirect_uri: String, state: Option<String> },
    #[error("the owner has blocked this client for this redirect host")]
    Blocked { redirect_uri: String, state: Option<String> },
    #[error("too many requests are waiting")]
    TooManyPending { redirect_uri: String, state: Option<String> },
    #[error(transparent)]
    Failed(#[from] Error),
}

/// What the transaction came to.
enum Outcome {
    /// A new entry.
    Asked(RequestId),
    /// The same browser asked the same again.
    Known(RequestId),
    /// Another contact of what is most likely the same browser; it may take the answer as well.
    Joined(RequestId),
    Blocked,
    TooMany,
}

/// Everything the transaction needs.
struct Asking {
    client: Client,
    request: ValidRequest,
    context: Context,
    /// The secrets of requests that the browser has shown, by their hashes.
    shown: Vec<TokenHash<Browser>>,
    /// The secret that a new entry would get.
    fresh: TokenHash<Browser>,
    id: RequestId,
    confirmation: Option<ConfirmationHash>,
    /// For a twin the code must follow from the twin's id, which is only known in the transaction.
    secret: Token<Browser>,
    expires_at: Timestamp,
    now: Timestamp,
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
    let client = inner.client(client_id).await?.ok_or(AuthorizeError::UnknownClient)?;
    // What such a client was given before stays good; it can not ask anew.
    if !inner.settings.registration.allows(client.registration) {
        return Err(AuthorizeError::NotAdmitted);
    }
    let redirect_uri = authorize::target(&parameters, &client)?;
    // From here on an error may go to the client: it is known, and so is its address.
    let state = authorize::returnable_state(&parameters).map(str::to_owned);
    let request = authorize::judge(&parameters, redirect_uri.clone(), &context.origin).map_err(|error| {
        AuthorizeError::Request { error, redirect_uri: redirect_uri.clone(), state: state.clone() }
    })?;

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
        client,
        request,
        id,
        secret,
        now,
    };
    match inner.database.write(move |connection| store_request(connection, &asking)).await? {
        Outcome::Asked(id) => {
            inner.announce(AuthorizationEvent::RequestPending { id });
            Ok(to_waiting_page(id, Some(&cookie)))
        }
        Outcome::Joined(id) => Ok(to_waiting_page(id, Some(&cookie))),
        Outcome::Known(id) => Ok(to_waiting_page(id, None)),
        Outcome::Blocked => Err(AuthorizeError::Blocked { redirect_uri, state }),
        Outcome::TooMany => Err(AuthorizeError::TooManyPending { redirect_uri, state }),
    }
}

fn store_request(connection: &Connection, asking: &Asking) -> Result<Outcome, Error> {
    let Asking { client, request, context, now, .. } = asking;
    if store::blocks::contains(connection, &client.id, &redirect_uri::host(&request.redirect_uri))? {
        return Ok(Outcome::Blocked);
    }
    let arrival = context.arrival.to_string();
    let fingerprint = authorize::fingerprint(&client.id, request, &arrival);
    if let Some(twin) = store::requests::find_twin(connection, &fingerprint, *now)? {
        let browsers = store::requests::browsers(connection, twin.id)?;
        if browsers.iter().any(|(browser, _)| asking.shown.contains(browser)) {
            return Ok(Outcome::Known(twin.id));
        }
        // One entry, so that the owner is not asked twice. That another browser may take the answer is safe:
        // through the tunnel the typed code chooses the browser that shows it, and the answers on this
        // computer can be read by nobody outside it.
        if now.since(twin.requested_at) < TWIN_WINDOW
            && twin.user_agent == context.user_agent
            && browsers.len() < MAX_BROWSERS
            // A proved request has its browser; another one would only be told that it gets nothing.
            && !twin.proved
        {
            let confirmation = twin.code_required.then(|| {
                ConfirmationCode::derived_from(&asking.secret, twin.id.as_bytes()).hash(twin.id.as_bytes())
            });
            store::requests::add_browser(connection, twin.id, &asking.fresh, confirmation.as_ref())?;
            return Ok(Outcome::Joined(twin.id));
        }
    }
    let (all, of_client) =
        store::requests::count_pending(connection, &arrival, context.navigation, &client.id, *now)?;
    if all >= MAX_PENDING || of_client >= MAX_PENDING_OF_CLIENT {
        return Ok(Outcome::TooMany);
    }
    let stored = StoredRequest {
        id: asking.id,
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        verified: client.is_verified(),
        redirect_uri: request.redirect_uri.clone(),
        state: request.state.clone(),
        code_challenge: request.challenge.as_str().to_owned(),
        scopes: request.scopes,
        resource: request.resource.clone(),
        issuer: context.origin.as_str().to_owned(),
        arrival: arrival.clone(),
        remote_address: context.peer.map(|address| address.to_string()),
        user_agent: context.user_agent.clone(),
        navigation: context.navigation,
        requested_at: *now,
        expires_at: asking.expires_at,
        code_required: asking.confirmation.is_some(),
        proved: false,
        wrong_codes: 0,
        status: Status::Pending,
        decided_at: None,
        granted_scopes: crate::scope::ScopeSet::EMPTY,
        // Until the owner chooses another.
        duration: AccessDuration::UntilRevoked,
        chosen_browser: None,
    };
    store::requests::insert(connection, &stored, &fingerprint)?;
    store::requests::add_browser(connection, asking.id, &asking.fresh, asking.confirmation.as_ref())?;
    let entry = AuditEntry {
        request_id: Some(asking.id),
        arrival: Some(arrival),
        remote_address: stored.remote_address,
        user_agent: stored.user_agent,
        scopes: Some(request.scopes),
        by: Some(Decider::Client),
        ..AuditEntry::new(*now, AuditKind::Asked).client(&client.id, &client.name)
    };
    store::audit::append(connection, &entry)?;
    Ok(Outcome::Asked(asking.id))
}

fn refuse(inner: &Inner, context: &Context, error: &AuthorizeError) -> Response {
    if let AuthorizeError::Failed(error) = error {
        tracing::error!(%error, "an authorization request could not be stored");
        return retry_later(StatusCode::SERVICE_UNAVAILABLE, 5);
    }
    tracing::debug!(reason = %error, arrival = %context.arrival, "authorization request refused");
    let issuer = context.origin.as_str();
    let back = |redirect_uri: &str, code: &str, description: &str, state: Option<&str>| {
        let answer = [("error", code), ("error_description", description)];
        page::redirect(&authorize::response_uri(redirect_uri, &answer, state, issuer))
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
        AuthorizeError::Request { error, redirect_uri, state } => (
            RejectionKind::BadAuthorizationRequest,
            back(redirect_uri, error.code(), &error.to_string(), state.as_deref()),
        ),
        AuthorizeError::Blocked { redirect_uri, state } => (
            RejectionKind::BlockedClient,
            back(redirect_uri, "access_denied", "the owner has denied access", state.as_deref()),
        ),
        AuthorizeError::TooManyPending { redirect_uri, state } => (
            RejectionKind::RateLimited,
            back(
                redirect_uri,
                "temporarily_unavailable",
                "too many requests are waiting for the owner; try again later",
                state.as_deref(),
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
