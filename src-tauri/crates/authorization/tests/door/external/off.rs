//! What our own addresses answer while another server stands in place of ours.

use authorization::{Challenge, ExternalServer, OriginName, Rejection, ScopeSet};
use http::StatusCode;
use serde_json::json;

use super::issuer::{Issuer, Key};
use super::{external, is_unavailable, reaching, server};
use crate::support::{CLAUDE_CODE, RESOURCE, settings};

#[tokio::test]
async fn the_resource_names_the_other_server_alone() {
    let issuer = Issuer::new().await;
    let server = server(external(&issuer.url));
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let document = server.get(path, None).await.json();
        assert_eq!(document["authorization_servers"], json!([issuer.url]));
        assert_eq!(document["resource"], RESOURCE);
    }
}

#[tokio::test]
async fn every_endpoint_of_ours_is_off_and_says_where_to_go() {
    let issuer = Issuer::new().await;
    let server = server(external(&issuer.url));
    let pages = [
        "/oauth/authorize?client_id=x",
        "/authorize",
        "/oauth/requests/01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34",
        "/oauth/requests/01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34/proved",
    ];
    for path in pages {
        let answer = server.get(path, None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.header("content-type").starts_with("text/html"), "{path}");
        assert!(answer.body.contains(&issuer.url), "{path}: {}", answer.body);
    }
    for path in ["/oauth/token", "/token", "/oauth/revoke", "/oauth/introspect", "/introspect"] {
        let answer = server.post_form(path, &[("grant_type", "authorization_code")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.json()["error_description"].as_str().unwrap().contains(&issuer.url), "{path}");
    }
    for path in ["/oauth/register", "/register"] {
        assert_eq!(server.post_json(path, &json!({})).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/oauth/jwks", "/.well-known/oauth-authorization-server"] {
        assert_eq!(server.get(path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(issuer.came("/register").is_empty());
}

#[tokio::test]
async fn our_own_tokens_open_nothing_while_another_server_decides() {
    let issuer = Issuer::new().await;
    issuer.publish(&[&Key::p256("one")]);
    let mut server = reaching(settings());
    server.settings.access_token_format = authorization::AccessTokenFormat::Jwt;
    let opaque = server.connect(CLAUDE_CODE).await;
    server.restart().await;
    let signed = server.connect(CLAUDE_CODE).await;
    server.settings.external = Some(external(&issuer.url));
    server.restart().await;
    for token in [&opaque.access, &signed.access] {
        let rejection = server.auth.authenticate(token, OriginName::Local).await.unwrap_err();
        assert!(matches!(rejection, Rejection::Malformed | Rejection::Unknown), "{rejection:?}");
    }
}

#[tokio::test]
async fn the_challenge_asks_for_scopes_in_the_other_servers_words() {
    let issuer = Issuer::new().await;
    let scope_map = "memory=context:read,context:write,insights:read boss=admin".parse().unwrap();
    let server = server(ExternalServer { scope_map, ..external(&issuer.url) });
    let needed: ScopeSet = "context:read admin".parse().unwrap();
    let challenge = server.auth.challenge(OriginName::Local, Challenge::InsufficientScope { needed });
    assert!(challenge.to_str().unwrap().contains("scope=\"memory boss\""), "{challenge:?}");
    let document = server.get("/.well-known/oauth-protected-resource", None).await.json();
    assert_eq!(
        document["scopes_supported"],
        json!(["memory", "conversations:read", "conversations:write", "insights:write"])
    );
}

#[tokio::test]
async fn the_other_servers_documents_are_relayed_where_the_owner_wants_it() {
    let issuer = Issuer::new().await;
    let server = server(ExternalServer { relay: true, ..external(&issuer.url) });
    let metadata = server.get("/.well-known/oauth-authorization-server", None).await.json();
    assert_eq!(metadata["issuer"], issuer.url);
    assert_eq!(metadata["token_endpoint"], format!("{}/token", issuer.url));
    assert_eq!(metadata["registration_endpoint"], "https://localhost:9100/oauth/register");
    let answer = json!({ "client_id": "theirs", "redirect_uris": ["http://localhost/callback"] });
    issuer.put("/register", 201, &answer);
    let wish = json!({ "client_name": "Mine", "redirect_uris": ["http://localhost/callback"] });
    let registered = server.post_json("/oauth/register", &wish).await;
    assert_eq!((registered.status, registered.json()), (StatusCode::CREATED, answer));
    assert_eq!(registered.header("cache-control"), "no-store");
    let came = issuer.came("/register");
    assert_eq!(came[0].body, wish.to_string());
    assert!(!came[0].head.to_ascii_lowercase().contains("authorization:"), "{}", came[0].head);
    // What that server refuses is refused in its words.
    issuer.put("/register", 400, &json!({ "error": "invalid_redirect_uri" }));
    assert_eq!(server.post_json("/register", &wish).await.error(), "invalid_redirect_uri");
    // What is no registration is not passed on, and neither is what is too long.
    let count = issuer.came("/register").len();
    assert_eq!(server.post_json("/register", &json!([1])).await.status, StatusCode::BAD_REQUEST);
    let long = json!({ "client_name": "x".repeat(20_000) });
    assert_eq!(server.post_json("/register", &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(issuer.came("/register").len(), count);
}

#[tokio::test]
async fn what_can_not_be_relayed_just_now_is_to_be_tried_again() {
    let issuer = Issuer::new().await;
    let server = server(ExternalServer { relay: true, ..external(&issuer.url) });
    issuer.down(true);
    let metadata = server.get("/.well-known/oauth-authorization-server", None).await;
    let registration = server.post_json("/oauth/register", &json!({ "redirect_uris": [] })).await;
    for answer in [metadata, registration] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
        assert_eq!(answer.header("retry-after"), "5");
    }
    let rejection = server.auth.authenticate("a.b.c", OriginName::Local).await.unwrap_err();
    assert!(is_unavailable(&rejection) || rejection == Rejection::Malformed);
}
