use std::time::Duration;

use authorization::{AuditKind, AuditQuery, LimitsSetting, Settings};
use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::json;

use crate::support::{REDIRECT, Server, settings};

#[tokio::test]
async fn a_registration_is_created_and_echoed_without_nulls_or_secret() {
    let server = Server::new();
    let answer = server
        .post_json(
            "/register",
            &json!({ "redirect_uris": [REDIRECT], "client_name": "A\u{202E}B", "logo_uri": null,
                     "token_endpoint_auth_method": "client_secret_basic" }),
        )
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["client_name"], "AB");
    assert_eq!(body["redirect_uris"], json!([REDIRECT]));
    assert_eq!(body["token_endpoint_auth_method"], "none");
    assert!(body["client_id_issued_at"].is_i64());
    assert!(body.get("client_secret").is_none());
    assert!(body.as_object().unwrap().values().all(|value| !value.is_null()));
    assert_eq!(server.auth.clients().await.unwrap()[0].client_name, "AB");
}

#[tokio::test]
async fn two_equal_registrations_are_two_clients() {
    let server = Server::new();
    assert_ne!(server.register(REDIRECT).await, server.register(REDIRECT).await);
}

#[tokio::test]
async fn a_bad_registration_is_refused_in_the_words_of_its_rfc_and_leaves_nothing() {
    let server = Server::new();
    for (body, code) in [
        (json!({}), "invalid_redirect_uri"),
        (json!({ "redirect_uris": ["javascript:alert(1)"] }), "invalid_redirect_uri"),
        (json!({ "redirect_uris": [REDIRECT], "grant_types": ["password"] }), "invalid_client_metadata"),
        (json!([]), "invalid_client_metadata"),
    ] {
        let answer = server.post_json("/oauth/register", &body).await;
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::BAD_REQUEST, code), "{body}");
    }
    let large = Request::post("/oauth/register").body(Body::from("x".repeat(16 * 1024 + 1))).unwrap();
    assert_eq!(server.send(large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(server.auth.clients().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_burst_of_registrations_passes_and_a_flood_is_told_when_to_come_back() {
    let server = Server::with(Settings { limits: LimitsSetting::On, ..settings() });
    for _ in 0..10 {
        server.register(REDIRECT).await;
    }
    let answer = server.post_json("/oauth/register", &json!({ "redirect_uris": [REDIRECT] })).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    server.clock.advance(Duration::from_secs(wait));
    server.register(REDIRECT).await;
}

#[tokio::test]
async fn the_oldest_unused_client_makes_room_but_never_one_with_a_grant_nor_a_fresh_one() {
    let server = Server::with(Settings { max_unused_clients: 2, ..settings() });
    let connected = server.register(REDIRECT).await;
    server.connect(&connected).await;
    let first = server.register(REDIRECT).await;
    let second = server.register(REDIRECT).await;

    // Both unused ones are fresh: whoever registered them is about to ask.
    let answer = server.post_json("/oauth/register", &json!({ "redirect_uris": [REDIRECT] })).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(answer.header("retry-after"), "");

    server.clock.advance(Duration::from_secs(3601));
    let third = server.register(REDIRECT).await;
    let ids: Vec<_> =
        server.auth.clients().await.unwrap().into_iter().map(|client| client.client_id).collect();
    assert!(ids.contains(&connected) && ids.contains(&second) && ids.contains(&third), "{ids:?}");
    assert!(!ids.contains(&first), "{ids:?}");
}

#[tokio::test]
async fn a_registration_stands_in_the_audit_trail() {
    let server = Server::new();
    let id = server.register(REDIRECT).await;
    let entries = server.auth.audit(AuditQuery::default()).await.unwrap();
    assert_eq!(entries[0].kind, AuditKind::Registered);
    assert_eq!(entries[0].client_id.as_deref(), Some(id.as_str()));
}
