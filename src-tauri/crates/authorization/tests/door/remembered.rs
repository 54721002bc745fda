//! An owner's earlier yes that counts again without a window, through the whole door.

use std::sync::Arc;
use std::time::Duration;

use authorization::{AccessDuration, Approval, AuditKind, AuditQuery, AuthorizationEvent, Decider, Settings};
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::json;

use crate::documents::{CLIENT, THERE, document, page};
use crate::support::{Answer, Server, VERIFIER, asked, settings, tokens};
use crate::web::{Page, Web};

const CLAUDE: &str = "https://claude.ai/oauth/mcp-oauth-client-metadata";
const CALLBACK: &str = "https://claude.ai/api/mcp/auth_callback";

fn remembering() -> Settings {
    Settings { remember_consent: true, ..settings() }
}

/// As a browser that a page of the client leads here.
async fn navigate(server: &Server, client: &str, changes: &[(&str, &str)], cookie: &str) -> Answer {
    let request = Request::get(server.authorize_uri(client, changes))
        .header("sec-fetch-dest", "document")
        .header(header::COOKIE, cookie);
    server.send(request.body(Body::empty()).unwrap()).await
}

/// Connects with the owner's yes, and gives what the browser keeps.
async fn connect(server: &Server, client: &str, redirect: &str, duration: AccessDuration) -> String {
    let request = asked(&navigate(server, client, &[("redirect_uri", redirect)], "").await);
    let approval = Approval { duration, ..Approval::by(Decider::Desktop) };
    server.auth.approve(request.id, approval).await.unwrap();
    let answer = server.page(&request).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    exchange(server, client, redirect, &answer.parameter("code")).await;
    cookie
}

async fn exchange(server: &Server, client: &str, redirect: &str, code: &str) {
    let exchange = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", VERIFIER),
    ];
    tokens(&server.post_form("/oauth/token", &exchange).await);
}

/// Whether a request was let in without anybody being asked.
async fn passes(server: &Server, client: &str, changes: &[(&str, &str)], cookie: &str) -> bool {
    let request = asked(&navigate(server, client, changes, cookie).await);
    let asks = server.auth.pending_request(request.id).await.unwrap().is_some();
    if asks {
        server.auth.deny(request.id, false, Decider::Desktop).await.unwrap();
    }
    !asks
}

#[tokio::test]
async fn a_checked_client_in_the_same_browser_is_let_in_again_and_the_owner_is_told() {
    let server = Server::with(remembering());
    let cookie = connect(&server, CLAUDE, CALLBACK, AccessDuration::UntilRevoked).await;
    assert!(cookie.starts_with("__Host-ambient-insights-known-"), "{cookie}");
    let mut events = server.auth.events();
    let request = asked(&navigate(&server, CLAUDE, &[("redirect_uri", CALLBACK)], &cookie).await);
    assert!(matches!(
        events.try_recv().unwrap(),
        AuthorizationEvent::RequestDecided { approved: true, by: Decider::Rule, .. }
    ));
    let told = AuthorizationEvent::ConsentRemembered {
        id: request.id,
        client_id: CLAUDE.to_owned(),
        client_name: "Claude".to_owned(),
    };
    assert_eq!(events.try_recv().unwrap(), told);
    let answer = server.page(&request).await;
    assert_eq!(answer.location().0, CALLBACK);
    exchange(&server, CLAUDE, CALLBACK, &answer.parameter("code")).await;
    // Its new secret is good as well.
    let next = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_ne!(next, cookie);
    assert!(passes(&server, CLAUDE, &[("redirect_uri", CALLBACK)], &next).await);

    let approvals = AuditQuery { kinds: vec![AuditKind::Approved], ..AuditQuery::default() };
    let lines = server.auth.audit(approvals).await.unwrap();
    assert_eq!((lines[1].by, lines[1].outcome.as_deref()), (Some(Decider::Rule), Some("remembered")));
    assert_eq!(lines[2].by, Some(Decider::Desktop));
}

#[tokio::test]
async fn with_any_part_missing_the_owner_is_asked() {
    let mut server = Server::with(remembering());
    let cookie = connect(&server, CLAUDE, CALLBACK, AccessDuration::UntilRevoked).await;
    let usual = [("redirect_uri", CALLBACK)];
    assert!(!passes(&server, CLAUDE, &usual, "").await, "no cookie");
    let (name, value) = cookie.split_once('=').unwrap();
    let wrong = format!("{name}={}", value.chars().rev().collect::<String>());
    assert!(!passes(&server, CLAUDE, &usual, &wrong).await, "another secret");
    for (what, changes) in [
        ("more scopes", vec![("scope", "context:read connectors:use")]),
        ("admin", vec![("scope", "context:read admin")]),
        ("a prompt", vec![("prompt", "consent")]),
        ("another host", vec![("redirect_uri", "https://claude.com/api/mcp/auth_callback")]),
    ] {
        let changes = [&usual[..], &changes].concat();
        assert!(!passes(&server, CLAUDE, &changes, &cookie).await, "{what}");
    }
    // Not by a navigation that the browser says it is.
    let plain = server.get(&server.authorize_uri(CLAUDE, &usual), Some(&cookie)).await;
    assert_eq!(server.auth.pending().await.unwrap().len(), 1);
    server.auth.deny(asked(&plain).id, false, Decider::Desktop).await.unwrap();

    server.through_the_tunnel();
    assert!(!passes(&server, CLAUDE, &usual, &cookie).await, "from the internet");
    (server.arrival, server.origin) = (authorization::Arrival::Local, authorization::OriginName::Local);
    assert!(passes(&server, CLAUDE, &usual, &cookie).await, "nothing of that has spoilt it");

    let muted = server.ask_with(CLAUDE, &usual).await;
    server.auth.deny_and_mute(muted.id, Decider::Desktop).await.unwrap();
    assert!(!passes(&server, CLAUDE, &usual, &cookie).await, "muted");
    server.auth.unblock(CLAUDE, Decider::Desktop).await.unwrap();
    assert!(passes(&server, CLAUDE, &usual, &cookie).await);

    server.auth.revoke_client(CLAUDE, Decider::Owner).await.unwrap();
    assert!(!passes(&server, CLAUDE, &usual, &cookie).await, "revoked");
}

#[tokio::test]
async fn what_was_given_for_a_time_or_to_a_program_on_a_computer_is_not_remembered() {
    let server = Server::with(remembering());
    for duration in [AccessDuration::Session, AccessDuration::ThirtyDays] {
        assert_eq!(connect(&server, CLAUDE, CALLBACK, duration).await, "", "{duration:?}");
    }
    let code = "https://claude.ai/oauth/claude-code-client-metadata";
    assert_eq!(connect(&server, code, "http://localhost:1/callback", AccessDuration::UntilRevoked).await, "");
    let dynamic = server.register("https://app.example/callback").await;
    let own_word =
        connect(&server, &dynamic, "https://app.example/callback", AccessDuration::UntilRevoked).await;
    assert_eq!(own_word, "");
}

#[tokio::test]
async fn nothing_is_remembered_unless_the_owner_turned_it_on() {
    let mut server = Server::with(remembering());
    let cookie = connect(&server, CLAUDE, CALLBACK, AccessDuration::UntilRevoked).await;
    server.settings.remember_consent = false;
    server.restart().await;
    assert!(!passes(&server, CLAUDE, &[("redirect_uri", CALLBACK)], &cookie).await);
    assert_eq!(connect(&server, CLAUDE, CALLBACK, AccessDuration::UntilRevoked).await, "");
}

#[tokio::test]
async fn a_client_whose_document_has_changed_is_asked_about() {
    let web = Web::with_names(&["client.example"]).await;
    let mut text = document();
    web.put(CLIENT, page(&text));
    let server = Server::on(Arc::new(web.clone()), remembering());
    let cookie = connect(&server, CLIENT, THERE, AccessDuration::UntilRevoked).await;
    let usual = [("redirect_uri", THERE)];
    assert!(passes(&server, CLIENT, &usual, &cookie).await);

    // No longer looked up: nobody knows what it is now.
    server.clock.advance(Duration::from_hours(2));
    assert!(!passes(&server, CLIENT, &usual, &cookie).await);
    let request =
        asked(&navigate(&server, CLIENT, &[("redirect_uri", THERE), ("state", "same")], &cookie).await);
    server.auth.look_up(request.id).await.unwrap();
    assert!(passes(&server, CLIENT, &usual, &cookie).await, "looked up, and the same as before");

    server.clock.advance(Duration::from_hours(2));
    text["redirect_uris"] = json!([THERE, "https://elsewhere.example/callback"]);
    web.put(CLIENT, Page::json(&text.to_string()));
    let request =
        asked(&navigate(&server, CLIENT, &[("redirect_uri", THERE), ("state", "changed")], &cookie).await);
    server.auth.look_up(request.id).await.unwrap();
    assert!(server.auth.pending_request(request.id).await.unwrap().unwrap().changed);
    assert!(!passes(&server, CLIENT, &usual, &cookie).await);
    assert_eq!(server.page(&request).await.status, StatusCode::OK);
}
