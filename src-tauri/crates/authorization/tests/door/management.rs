//! What a client does with its registration (RFC 7592), and how long it is kept.

use std::time::Duration;

use authorization::{AuditKind, AuditQuery, Decider, RegistrationPolicy, Settings};
use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Answer, CLAUDE_CODE, ISSUER, REDIRECT, Server, settings, tokens};

const DAY: Duration = Duration::from_hours(24);

async fn registered(server: &Server) -> Value {
    let body = json!({ "client_name": "Test", "redirect_uris": [REDIRECT], "scope": "context:read openid" });
    let answer = server.post_json("/oauth/register", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    answer.json()
}

async fn manage(server: &Server, method: Method, id: &str, token: &str, body: Option<&Value>) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("/oauth/register/{id}"));
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    server.send(request.body(body).unwrap()).await
}

fn text<'a>(document: &'a Value, member: &str) -> &'a str {
    document[member].as_str().unwrap()
}

#[tokio::test]
async fn a_registration_names_where_it_is_managed_and_is_read_there() {
    let mut server = Server::new();
    let document = registered(&server).await;
    let id = text(&document, "client_id");
    assert_eq!(text(&document, "registration_client_uri"), format!("{ISSUER}/oauth/register/{id}"));
    let token = text(&document, "registration_access_token");
    assert!(token.starts_with("ami_rm_"));
    assert!(document.get("client_secret_expires_at").is_none() && document.get("client_secret").is_none());
    let read = manage(&server, Method::GET, id, token, None).await;
    assert_eq!((read.status, read.json()), (StatusCode::OK, document.clone()));
    assert_eq!(read.header("cache-control"), "no-store");
    server.restart().await;
    server.origin = authorization::OriginName::Public;
    let read = manage(&server, Method::GET, id, token, None).await.json();
    assert_eq!(text(&read, "registration_client_uri"), format!("https://memory.example/oauth/register/{id}"));
    assert!(read.as_object().unwrap().values().all(|value| !value.is_null()));
}

#[tokio::test]
async fn a_change_replaces_the_registration_and_its_token() {
    let server = Server::new();
    let document = registered(&server).await;
    let (id, token) = (text(&document, "client_id"), text(&document, "registration_access_token"));
    let mut wanted = document.clone();
    wanted["client_name"] = "Other".into();
    wanted["redirect_uris"] = json!(["https://app.example/cb"]);
    wanted.as_object_mut().unwrap().remove("scope");
    let changed = manage(&server, Method::PUT, id, token, Some(&wanted)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let changed = changed.json();
    assert_eq!((text(&changed, "client_name"), text(&changed, "client_id")), ("Other", id));
    assert_eq!(changed["redirect_uris"], json!(["https://app.example/cb"]));
    assert_eq!(changed["client_id_issued_at"], document["client_id_issued_at"]);
    assert!(changed.get("scope").is_none() && changed.as_object().unwrap().values().all(|v| !v.is_null()));
    let next = text(&changed, "registration_access_token");
    assert_ne!(next, token);
    assert_eq!(manage(&server, Method::GET, id, token, None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(manage(&server, Method::GET, id, next, None).await.json(), changed);
    assert_eq!(server.get(&server.authorize_uri(id, &[]), None).await.status, StatusCode::BAD_REQUEST);
    let uri = server.authorize_uri(id, &[("redirect_uri", "https://app.example/cb")]);
    assert_eq!(server.get(&uri, None).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn without_its_token_a_registration_is_neither_shown_nor_changed_and_an_unknown_one_looks_the_same() {
    let server = Server::new();
    let (one, two) = (registered(&server).await, registered(&server).await);
    let id = text(&one, "client_id");
    let unknown = manage(&server, Method::GET, "0195-nobody", "x", None).await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    assert!(unknown.header("www-authenticate").starts_with("Bearer"));
    let own = text(&one, "registration_access_token");
    let others = text(&two, "registration_access_token");
    let mut answers = Vec::new();
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        for (id, token) in [(id, ""), (id, "x"), (id, others), ("nobody", own), (CLAUDE_CODE_ID, own)] {
            answers.push(manage(&server, method.clone(), id, token, Some(&json!({}))).await);
        }
    }
    for answer in answers {
        assert_eq!((answer.status, &answer.body), (StatusCode::UNAUTHORIZED, &unknown.body));
    }
    assert_eq!(manage(&server, Method::GET, id, own, None).await.json(), one);
    let posted = manage(&server, Method::POST, id, own, Some(&one)).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
}

const CLAUDE_CODE_ID: &str = "https:%2F%2Fclaude.ai%2Foauth%2Fclaude-code-client-metadata";

#[tokio::test]
async fn what_the_owner_agreed_to_can_not_be_changed_while_it_holds() {
    let server = Server::new();
    let document = registered(&server).await;
    let (id, token) = (text(&document, "client_id"), text(&document, "registration_access_token"));
    let pair = server.connect(id).await;
    for (member, value) in [
        ("redirect_uris", json!(["https://evil.example/cb"])),
        ("redirect_uris", json!([REDIRECT, "https://evil.example/cb"])),
        ("client_name", json!("Claude")),
    ] {
        let mut wanted = document.clone();
        wanted[member] = value;
        let refused = manage(&server, Method::PUT, id, token, Some(&wanted)).await;
        assert_eq!(
            (refused.status, refused.error().as_str()),
            (StatusCode::BAD_REQUEST, "invalid_client_metadata")
        );
        assert!(refused.body.contains("owner agreed"), "{}", refused.body);
    }
    // What is nothing to the owner may change; and the refused ones cost the token nothing.
    let mut wanted = document.clone();
    wanted["software_version"] = "2".into();
    let changed = manage(&server, Method::PUT, id, token, Some(&wanted)).await.json();
    assert_eq!(changed["software_version"], "2");
    tokens(&server.refresh(id, &pair.refresh).await);

    server.auth.revoke_client(id, Decider::Terminal).await.unwrap();
    wanted["redirect_uris"] = json!(["https://app.example/cb"]);
    let next = text(&changed, "registration_access_token");
    assert_eq!(manage(&server, Method::PUT, id, next, Some(&wanted)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_request_that_waits_holds_the_registration_too() {
    let server = Server::new();
    let document = registered(&server).await;
    let (id, token) = (text(&document, "client_id"), text(&document, "registration_access_token"));
    server.ask(id).await;
    let mut wanted = document.clone();
    wanted["client_name"] = "Claude".into();
    assert_eq!(manage(&server, Method::PUT, id, token, Some(&wanted)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.auth.pending().await.unwrap()[0].client_name, "Test");
}

#[tokio::test]
async fn a_bad_change_is_refused_in_the_words_of_its_rfc_and_changes_nothing() {
    let server = Server::new();
    let document = registered(&server).await;
    let (id, token) = (text(&document, "client_id"), text(&document, "registration_access_token"));
    let with = |member: &str, value: Value| {
        let mut wanted = document.clone();
        wanted[member] = value;
        wanted
    };
    for (body, code) in [
        (json!([]), "invalid_client_metadata"),
        (json!({ "redirect_uris": [REDIRECT] }), "invalid_client_metadata"),
        (with("client_id", "other".into()), "invalid_client_metadata"),
        (with("client_secret", "k3J9".into()), "invalid_client_metadata"),
        (with("grant_types", json!(["password"])), "invalid_client_metadata"),
        (with("redirect_uris", json!([])), "invalid_redirect_uri"),
        (with("redirect_uris", json!(["javascript:alert(1)"])), "invalid_redirect_uri"),
    ] {
        let answer = manage(&server, Method::PUT, id, token, Some(&body)).await;
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::BAD_REQUEST, code), "{body}");
    }
    let large = manage(&server, Method::PUT, id, token, Some(&json!("x".repeat(17_000)))).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(manage(&server, Method::GET, id, token, None).await.json(), document);
}

#[tokio::test]
async fn two_changes_at_once_with_one_token_are_one_change() {
    let server = Server::new();
    let document = registered(&server).await;
    let (id, token) = (text(&document, "client_id"), text(&document, "registration_access_token"));
    let (one, two) = tokio::join!(
        manage(&server, Method::PUT, id, token, Some(&document)),
        manage(&server, Method::PUT, id, token, Some(&document))
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_by_key(StatusCode::as_u16);
    assert_eq!(statuses, [StatusCode::OK, StatusCode::UNAUTHORIZED]);
}

#[tokio::test]
async fn a_removed_registration_ends_what_the_client_was_given() {
    let server = Server::new();
    let document = registered(&server).await;
    let (id, token) = (text(&document, "client_id"), text(&document, "registration_access_token"));
    let pair = server.connect(id).await;
    assert!(server.opens(&pair.access).await);
    let gone = manage(&server, Method::DELETE, id, token, None).await;
    assert_eq!((gone.status, gone.body.as_str()), (StatusCode::NO_CONTENT, ""));
    assert!(!server.opens(&pair.access).await);
    assert_eq!(server.refresh(id, &pair.refresh).await.error(), "invalid_client");
    assert_eq!(manage(&server, Method::DELETE, id, token, None).await.status, StatusCode::UNAUTHORIZED);
    let lines = server.auth.audit(AuditQuery::default()).await.unwrap();
    assert_eq!((lines[0].kind, lines[0].by), (AuditKind::ClientRemoved, Some(Decider::Client)));
    assert_eq!(lines[0].arrival.as_deref(), Some("local"));
    assert_eq!(lines[1].kind, AuditKind::Revoked);
}

#[tokio::test]
async fn a_client_that_is_not_used_is_forgotten_after_thirty_days_and_one_with_access_never() {
    let mut server = Server::new();
    let connected = server.register(REDIRECT).await;
    let pair = server.connect(&connected).await;
    let unused = server.register(REDIRECT).await;
    let asking = server.register(REDIRECT).await;
    let listed = server.auth.clients().await.unwrap();
    let expires = |id: &str| listed.iter().find(|client| client.client_id == id).unwrap().expires_at;
    assert!(expires(&unused).is_some() && expires(&connected).is_none());

    server.clock.advance(15 * DAY);
    let pair = tokens(&server.refresh(&connected, &pair.refresh).await);
    let fresh = server.register(REDIRECT).await;
    server.clock.advance(15 * DAY + Duration::from_secs(1));
    server.ask(&asking).await;
    housekeeping(&mut server).await;
    let ids: Vec<_> =
        server.auth.clients().await.unwrap().into_iter().map(|client| client.client_id).collect();
    assert!(ids.contains(&connected), "it has access: {ids:?}");
    assert!(ids.contains(&asking), "it waits for the owner: {ids:?}");
    assert!(ids.contains(&fresh), "it is younger: {ids:?}");
    assert!(!ids.contains(&unused), "{ids:?}");
    tokens(&server.refresh(&connected, &pair.refresh).await);
    assert_eq!(server.refresh(&unused, "x").await.error(), "invalid_client", "so that it registers again");
}

/// What is past its time is cleared away at each start, before the thread ends.
async fn housekeeping(server: &mut Server) {
    server.restart().await;
    server.auth.flush().await;
    server.restart().await;
}

#[tokio::test]
async fn real_clients_oddities_are_lived_with() {
    let server = Server::new();
    // Cursor, as it is reported: a private scheme beside usable addresses.
    let cursor = json!({
        "client_name": "Cursor",
        "redirect_uris": [
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ],
        "token_endpoint_auth_method": "none",
    });
    let id = text(&server.post_json("/oauth/register", &cursor).await.json(), "client_id").to_owned();
    let at = |uri: &str| server.authorize_uri(&id, &[("redirect_uri", uri)]);
    let private = server.get(&at("cursor://anysphere.cursor-mcp/oauth/callback"), None).await;
    assert_eq!(private.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.get(&at("http://localhost:50000/callback"), None).await.status, StatusCode::SEE_OTHER);
    // Scopes of OpenID Connect, asked for by habit.
    let scope = json!({ "redirect_uris": [REDIRECT], "scope": "openid profile email" });
    assert_eq!(server.post_json("/register", &scope).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn without_dynamic_registration_nobody_registers_and_the_metadata_does_not_name_it() {
    for policy in [RegistrationPolicy::Documents, RegistrationPolicy::Off] {
        let mut server = Server::new();
        let dynamic = server.register(REDIRECT).await;
        let (own, built_in) = (server.connect(&dynamic).await, server.connect(CLAUDE_CODE).await);
        server.settings = Settings { registration: policy, ..settings() };
        server.restart().await;
        let answer = server.post_json("/oauth/register", &json!({ "redirect_uris": [REDIRECT] })).await;
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::FORBIDDEN, "access_denied"));
        assert!(answer.body.contains("clients add"), "{}", answer.body);
        let metadata = server.get("/.well-known/oauth-authorization-server", None).await.json();
        assert!(metadata.get("registration_endpoint").is_none());
        let documents = metadata.get("client_id_metadata_document_supported") == Some(&json!(true));
        assert_eq!(documents, policy == RegistrationPolicy::Documents);

        // Who may ask anew.
        let asked = async |client: &str| server.get(&server.authorize_uri(client, &[]), None).await;
        let refused = asked(&dynamic).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.header("content-type").starts_with("text/html"), "a page, and no redirect");
        assert_eq!(asked(CLAUDE_CODE).await.status == StatusCode::SEE_OTHER, documents);
        server.add_confidential("agent").await;
        assert_eq!(asked("agent").await.status, StatusCode::SEE_OTHER);

        // What was given stays good.
        assert!(server.opens(&own.access).await && server.opens(&built_in.access).await);
        tokens(&server.refresh(&dynamic, &own.refresh).await);
        tokens(&server.refresh(CLAUDE_CODE, &built_in.refresh).await);
    }
}
