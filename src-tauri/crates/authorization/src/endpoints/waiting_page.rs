//! `/oauth/requests/{id}`: where the browser that asked waits for the owner, and from where it goes back to
//! the client.
//!
//! It belongs to that browser alone: the cookie that `/oauth/authorize` set is what the code is given
//! against. Otherwise whoever knows the page's address could take the code (CVE-2026-27124).

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use clock::Timestamp;
use http::{HeaderMap, StatusCode};
use rusqlite::Connection;

use super::authorize::{cookie_name, cookies};
use super::consent_cookie;
use super::context::Context;
use super::page::{self, Escaped, Page};
use crate::Error;
use crate::arrival::Arrival;
use crate::audit::{Decider, RejectionKind};
use crate::duration::AccessDuration;
use crate::event::AuthorizationEvent;
use crate::id::RequestId;
use crate::link::ApprovalLink;
use crate::rules::approval::{self, Next, Status};
use crate::rules::authorize::response_uri;
use crate::rules::exchange::StoredCode;
use crate::rules::parameters::Parameters;
use crate::rules::pkce::CodeChallenge;
use crate::rules::{redirect_uri, remember};
use crate::secret::{Browser, Code, ConfirmationCode, Remembered, Token, TokenHash};
use crate::service::{Inner, expire_overdue};
use crate::settings::Settings;
use crate::store;
use crate::store::requests::StoredRequest;

/// What the browser gets.
enum Seen {
    NotThere,
    ForeignBrowser,
    Request(Box<StoredRequest>, Next),
}

pub(crate) async fn handle(
    State(inner): State<Arc<Inner>>,
    context: Context,
    id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    // Bytes that are no text are an id that is not there.
    let id = id.map_or_else(|_| String::new(), |Path(id)| id);
    show(&inner, &context, &id, query.as_deref(), &headers).await.unwrap_or_else(|error| {
        tracing::error!(%error, "an authorization request could not be looked up");
        page::problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "One moment, please",
            "This server can not look up the request right now. Reload this page in a moment.",
        )
    })
}

async fn show(
    inner: &Inner,
    context: &Context,
    id: &str,
    query: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    // Before anything else is looked at: a proof that was brought is used up, whatever comes of it.
    let proof = query.and_then(|query| take_proof(inner, query));
    let Ok(id) = id.parse::<RequestId>() else { return Ok(refuse(inner, context, &Seen::NotThere)) };
    let name = cookie_name(id);
    let secrets: Vec<Token<Browser>> = cookies(headers)
        .filter(|(cookie, _)| *cookie == name)
        .filter_map(|(_, value)| Token::parse(value))
        .take(4)
        .collect();
    let hashes: Vec<_> = secrets.iter().map(Token::hash).collect();
    let now = inner.clock.now();
    let settings = inner.settings.clone();
    let (seen, browser) =
        inner.database.read(move |connection| look(connection, id, &hashes, &settings, now)).await?;
    let (Seen::Request(request, next), Some(secret)) = (&seen, browser.and_then(|index| secrets.get(index)))
    else {
        return Ok(refuse(inner, context, &seen));
    };
    if let Some(proof) = proof {
        // The cookie alone is any browser that asked, the nonce alone whoever got hold of an address; together
        // they are the person's own browser. A page that loads this in the background proves nothing.
        let proves = proof.good_for == Some(id) && context.navigation && *next == Next::Wait;
        if proves {
            inner.prove(id, secret.hash()).await?;
        }
        // Also where it was not good: the address with the nonce stays in no history and in no address bar. Where
        // it was, not to a second waiting page beside the first: both would go back to the client with the code,
        // and a client that uses it twice looks like a thief.
        return Ok(page::redirect(&format!("/oauth/requests/{id}{}", if proves { "/proved" } else { "" })));
    }
    match next {
        Next::Wait => Ok(waiting(inner, request, secret, now)),
        Next::SendCode => send_code(inner, request, secret, now).await,
        Next::SendDenial => send_denial(inner, request, now).await,
        Next::DoneApproved => Ok(done_approved(request)),
        Next::DoneDenied => Ok(done_denied(request)),
    }
}

/// Where the browser ends that has brought its proof, beside the page that waits. Says nothing of the request.
pub(crate) async fn proved() -> Response {
    page::problem(
        StatusCode::OK,
        "This is the computer",
        "Now answer in the window of Ambient Insights. The page where you began goes on by itself; you can close this \
         one.",
    )
}

/// What the query brought as a proof.
struct BroughtProof {
    good_for: Option<RequestId>,
}

/// Takes the nonce out of the query, if there is anything that would be one.
fn take_proof(inner: &Inner, query: &str) -> Option<BroughtProof> {
    let parameters = Parameters::decode(query.as_bytes());
    let now = inner.clock.now();
    let brought: Vec<_> = parameters
        .all("proof")
        .take(4)
        .map(|text| Token::parse(text).and_then(|nonce| inner.proofs.lock().take(&nonce.hash(), now)))
        .collect();
    match brought.as_slice() {
        [] => None,
        [good_for] => Some(BroughtProof { good_for: *good_for }),
        // Nothing of ours brings two.
        _ => Some(BroughtProof { good_for: None }),
    }
}

/// Looks a request up for a browser, and says with which of its secrets the browser is known.
fn look(
    connection: &Connection,
    id: RequestId,
    hashes: &[TokenHash<Browser>],
    settings: &Settings,
    now: Timestamp,
) -> Result<(Seen, Option<usize>), Error> {
    let Some(request) = store::requests::find(connection, id)? else { return Ok((Seen::NotThere, None)) };
    let browsers = store::requests::browsers(connection, id)?;
    let known = hashes.iter().position(|hash| browsers.iter().any(|(browser, _)| browser == hash));
    let Some(index) = known else { return Ok((Seen::ForeignBrowser, None)) };
    let browser = &hashes[index];
    // The owner typed the code of another browser's page: this one gets nothing.
    if request.chosen_browser.is_some_and(|chosen| chosen != *browser) {
        return Ok((Seen::Request(Box::new(request), Next::DoneDenied), Some(index)));
    }
    let code_is_good = store::codes::is_good_for(connection, id, browser, now)?;
    let pickup_until = request.pickup_until(settings.request_lifetime);
    let next = approval::next(request.status, now, request.expires_at, pickup_until, code_is_good);
    Ok((Seen::Request(Box::new(request), next), Some(index)))
}

/// Sends the browser back with the code. The code follows from the browser's secret, so the same browser,
/// asking again because the first answer was lost, gets the same one while it is good.
async fn send_code(
    inner: &Inner,
    request: &StoredRequest,
    secret: &Token<Browser>,
    now: Timestamp,
) -> Result<Response, Error> {
    let code = Token::<Code>::derived_from(secret, request.id.as_bytes());
    if request.status == Status::Approved {
        let (code_hash, browser, stored) = (code.hash(), secret.hash(), request.clone());
        let remembered = remembered(inner, request, secret).map(|remembered| remembered.hash());
        let expires_at = now.plus(inner.settings.code_lifetime);
        let delivered = inner
            .database
            .write(move |connection| {
                deliver_code(connection, &stored, &code_hash, &browser, remembered, expires_at, now)
            })
            .await?;
        if !delivered {
            return Ok(done_approved(request));
        }
    }
    let Some(answer_to) = request.answer_to() else { return Ok(done_denied(request)) };
    let answer = [("code", code.expose())];
    let mut response =
        page::redirect(&response_uri(answer_to, &answer, request.state.as_deref(), &request.issuer));
    if let Some(remembered) = remembered(inner, request, secret) {
        consent_cookie::give(&mut response, &request.client_id, &remembered);
    }
    Ok(response)
}

/// What the browser keeps, where the owner's yes may count again for it. It follows from the browser's secret, so
/// that an answer which is given once more gives the same.
fn remembered(inner: &Inner, request: &StoredRequest, secret: &Token<Browser>) -> Option<Token<Remembered>> {
    let good = inner.settings.remember_consent
        && request.duration == AccessDuration::UntilRevoked
        && request.arrival == Arrival::Local.as_str()
        && (request.verified || request.vouching_host().is_some())
        && remember::leads_to_a_server(&request.redirect_uri);
    good.then(|| Token::derived_from(secret, request.id.as_bytes()))
}

fn deliver_code(
    connection: &Connection,
    request: &StoredRequest,
    hash: &TokenHash<Code>,
    browser: &TokenHash<Browser>,
    remembered_by: Option<TokenHash<Remembered>>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, Error> {
    if !store::requests::advance(connection, request.id, Status::Approved, Status::CodeDelivered, now)? {
        // Asked twice at the same moment: the first of the two has stored the code. For this very browser
        // it is the same code.
        return Ok(store::codes::is_good_for(connection, request.id, browser, now)?);
    }
    let code = StoredCode {
        client_id: request.client_id.clone(),
        client_name: request.client_name.clone(),
        redirect_uri: request.redirect_uri.clone(),
        challenge: CodeChallenge::from_store(request.code_challenge.clone()),
        scopes: request.granted_scopes,
        resource: request.resource.clone(),
        arrival: request.arrival.clone(),
        duration: request.duration,
        expires_at,
        used: false,
        grant: None,
        consent_hash: request.consent_hash,
        remembered_by,
    };
    store::codes::insert(connection, hash, request.id, browser, &code)?;
    Ok(true)
}

/// Sends the browser back with the no, once.
async fn send_denial(inner: &Inner, request: &StoredRequest, now: Timestamp) -> Result<Response, Error> {
    let id = request.id;
    let (expired, delivered) = inner
        .database
        .write(move |connection| -> Result<_, Error> {
            let expired = expire_overdue(connection, now)?;
            let delivered = store::requests::advance(connection, id, Status::Denied, Status::DenialDelivered, now)?
                // Approved, and not picked up in time.
                || store::requests::advance(connection, id, Status::Approved, Status::DenialDelivered, now)?;
            Ok((expired, delivered))
        })
        .await?;
    for id in expired {
        inner.announce(AuthorizationEvent::RequestDecided { id, approved: false, by: Decider::Rule });
    }
    if !delivered {
        return Ok(done_denied(request));
    }
    // Where it is not known whose address that is, the person stays here (RFC 9700 §4.11.2).
    let Some(answer_to) = request.answer_to() else { return Ok(done_denied(request)) };
    let answer = [("error", "access_denied"), ("error_description", "the owner has denied access")];
    Ok(page::redirect(&response_uri(answer_to, &answer, request.state.as_deref(), &request.issuer)))
}

fn waiting(inner: &Inner, request: &StoredRequest, secret: &Token<Browser>, now: Timestamp) -> Response {
    let scopes: Vec<_> =
        request.scopes.iter().map(|scope| format!("<li>{}</li>", Escaped(scope.in_words()))).collect();
    let scopes = scopes.concat();
    let code = request.code_required.then(|| ConfirmationCode::derived_from(secret, request.id.as_bytes()));
    let code = code.as_ref().map(ConfirmationCode::expose);
    let how = if inner.settings.self_approval {
        at_a_terminal(request.id, code)
    } else {
        in_the_window(request.id, code)
    };
    let typed = code.map_or_else(String::new, |code| {
        format!(
            "<h2>Your code</h2>\n<p class=\"typed\">{code}</p>\n<p>Type it where you approve. It shows that this page is \
             yours. Never read it out to somebody else.</p>\n",
        )
    });
    let verified = if request.verified {
        "known to Ambient Insights"
    } else if request.looked_up {
        "not verified: the name is its own word"
    } else {
        "not looked up yet: that is done when the owner opens this request"
    };
    let minutes = request.expires_at.since(now).as_secs().div_ceil(60);
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let body = format!(
        "<p role=\"status\">Waiting for the owner’s approval. This page goes on by itself.</p>\n\
         <h2>What to do</h2>\n{how}{typed}\
         <dl>\n<dt>Program</dt><dd>{name} ({verified})</dd>\n<dt>Answer goes to</dt><dd>{host}</dd>\n</dl>\n\
         <h2>It asks to</h2>\n<ul>{scopes}</ul>\n\
         <p class=\"soft\">Open for about {minutes} {unit} more. If you did not start this, close this page and nothing \
         happens.</p>",
        name = Escaped(&request.client_name),
        host = Escaped(&redirect_uri::display_host(&request.redirect_uri)),
    );
    let title = format!("{} asks for access to your memory", request.client_name);
    Page { status: StatusCode::OK, title: &title, body, waiting: true }.respond()
}

/// What to do where the engine runs without a desktop.
fn at_a_terminal(id: RequestId, code: Option<&str>) -> String {
    let with_code = code.map_or_else(String::new, |code| format!(" --code {code}"));
    format!(
        "<p>On the computer where Ambient Insights runs, in a terminal:</p>\n\
         <code>ambient-insights approvals approve {id}{with_code}</code>\n"
    )
}

/// What to do where a desktop decides. A request that needs a code came through the tunnel: its browser may run
/// anywhere, and following the link shows where.
fn in_the_window(id: RequestId, code: Option<&str>) -> String {
    if code.is_none() {
        return "<p>On the computer where Ambient Insights runs: answer in the window that it shows, or open this \
                request from its icon in the tray.</p>\n"
            .to_owned();
    }
    format!(
        "<p>If Ambient Insights runs on this computer:</p>\n\
         <p><a class=\"act\" href=\"{link}\">Approve on this computer</a></p>\n\
         <p>If it runs on another one: open this request there, from its icon in the tray, and type the code.</p>\n",
        link = ApprovalLink(id)
    )
}

fn done_approved(request: &StoredRequest) -> Response {
    page::problem(
        StatusCode::OK,
        "This request is done",
        &format!("Access was approved, and {} has its answer. You can close this page.", request.client_name),
    )
}

fn done_denied(request: &StoredRequest) -> Response {
    if let Some(because) = &request.refused_because {
        return page::problem(
            StatusCode::OK,
            "This program is not what it says",
            &format!(
                "Access was not given to {}, and you were not sent on: {because}. You can close this page.",
                request.client_name
            ),
        );
    }
    page::problem(
        StatusCode::OK,
        "This request is done",
        &format!(
            "Access was not given to {}: it was denied, or nobody decided in time. To try again, start again there. \
             You can close this page.",
            request.client_name
        ),
    )
}

fn refuse(inner: &Inner, context: &Context, seen: &Seen) -> Response {
    inner.reject(RejectionKind::ForeignBrowser, &context.arrival);
    match seen {
        Seen::NotThere => page::problem(
            StatusCode::NOT_FOUND,
            "There is no such request",
            "It may be over since long. Start again in the program that wants access.",
        ),
        Seen::ForeignBrowser | Seen::Request(..) => page::problem(
            StatusCode::FORBIDDEN,
            "This page belongs to another browser",
            "Only the browser in which the request was started can follow it. If that was this one, cookies may be \
             switched off; start again in the program that wants access.",
        ),
    }
}
