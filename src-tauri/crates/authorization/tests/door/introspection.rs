//! Who is told what of a token (RFC 7662).

use std::time::Duration;

use authorization::{AuditKind, AuditQuery, Decider, LimitsSetting, Settings};
use http::StatusCode;
use serde_json::json;

use crate::client_support::{By, OTHER_SECRET, SECRET};
use crate::support::{Answer, CLAUDE_CODE, ISSUER, RESOURCE, Server, settings, tokens};

fn assert_inactive(answer: &Answer) {
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "active": false })));
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_server_behind_a_resource_learns_what_a_token_for_it_allows() {
    let server = Server::new();
    server.add_resource_server("rs", RESOURCE).await;
    let pair = server.connect(CLAUDE_CODE).await;
    let answer = server.introspect_as("rs", SECRET, &pair.access).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    let exp = server.auth.authenticate(&pair.access, server.origin).await.unwrap().expires_at.as_secs();
    let scope = server.scopes_of(&pair.access).await.to_string();
    assert_eq!(
        answer.json(),
        json!({ "active": true, "scope": scope, "client_id": CLAUDE_CODE, "token_type": "Bearer", "exp": exp,
                "iat": exp - 900, "sub": "owner", "aud": RESOURCE, "iss": ISSUER })
    );
    let fields = [("token", pair.access.as_str()), ("token_type_hint", "refresh_token")];
    for (path, hinted) in [("/introspect", &fields[..]), ("/oauth/introspect", &fields[..1])] {
        let again = server.post_as(By::Post, "rs", SECRET, path, hinted).await;
        assert_eq!(again.json(), answer.json(), "a wrong hint is only a hint");
    }
}

#[tokio::test]
async fn a_client_is_told_of_its_own_tokens_and_of_nobody_else_s() {
    let server = Server::new();
    server.add_confidential("one").await;
    server.add_confidential("two").await;
    server.add_resource_server("elsewhere", "https://memory.example/mcp").await;
    let pair = server.connect_confidential("one").await;
    let access = server.introspect_as("one", SECRET, &pair.access).await.json();
    assert_eq!((&access["active"], &access["client_id"]), (&json!(true), &json!("one")));
    let refresh = server.introspect_as("one", SECRET, &pair.refresh).await.json();
    assert_eq!(refresh["active"], true);
    assert!(refresh.get("token_type").is_none() && refresh["exp"].as_i64() > access["exp"].as_i64());
    for other in ["two", "elsewhere"] {
        for token in [&pair.access, &pair.refresh] {
            assert_inactive(&server.introspect_as(other, SECRET, token).await);
        }
    }
}

#[tokio::test]
async fn refresh_tokens_are_no_business_of_the_server_behind_the_resource() {
    let server = Server::new();
    server.add_resource_server("rs", RESOURCE).await;
    let pair = server.connect(CLAUDE_CODE).await;
    assert_inactive(&server.introspect_as("rs", SECRET, &pair.refresh).await);
}

#[tokio::test]
async fn whatever_is_not_good_is_inactive_and_nothing_more() {
    let server = Server::new();
    server.add_resource_server("rs", RESOURCE).await;
    server.add_confidential("one").await;
    for text in ["x", "ami_at_", &"a".repeat(5000), "ami_ac_x", "\u{1F600}"] {
        assert_inactive(&server.introspect_as("rs", SECRET, text).await);
    }
    let expired = server.connect(CLAUDE_CODE).await;
    server.clock.advance(Duration::from_mins(15));
    assert_inactive(&server.introspect_as("rs", SECRET, &expired.access).await);

    let revoked = server.connect(CLAUDE_CODE).await;
    assert_eq!(server.introspect_as("rs", SECRET, &revoked.access).await.json()["active"], true);
    server.auth.revoke_client(CLAUDE_CODE, Decider::Terminal).await.unwrap();
    assert_inactive(&server.introspect_as("rs", SECRET, &revoked.access).await);

    let first = server.connect_confidential("one").await;
    tokens(&server.refresh_as(By::Basic, "one", SECRET, &first.refresh).await);
    assert_inactive(&server.introspect_as("one", SECRET, &first.refresh).await);
}

#[tokio::test]
async fn nobody_without_a_good_secret_is_answered() {
    let server = Server::new();
    server.add_resource_server("rs", RESOURCE).await;
    let pair = server.connect(CLAUDE_CODE).await;
    let token = [("token", pair.access.as_str())];
    let mut refused = vec![
        server.introspect_as("rs", OTHER_SECRET, &pair.access).await,
        server.introspect_as("nobody", SECRET, &pair.access).await,
        server.introspect_as("rs", "", &pair.access).await,
    ];
    // A public client may ask for nothing here, not even about its own token.
    for fields in [[("client_id", CLAUDE_CODE), token[0]], [("client_id", "rs"), token[0]]] {
        refused.push(server.post_form("/oauth/introspect", &fields).await);
    }
    for answer in &refused {
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"));
        assert_eq!(answer.body, refused[0].body, "all alike");
    }
    assert_eq!(server.post_form("/oauth/introspect", &token).await.error(), "invalid_request");
    let without = server.post_as(By::Basic, "rs", SECRET, "/oauth/introspect", &[]).await;
    assert_eq!((without.status, without.error().as_str()), (StatusCode::BAD_REQUEST, "invalid_request"));
    let twice = server.post_as(By::Basic, "rs", SECRET, "/oauth/introspect", &[token[0], token[0]]).await;
    assert_eq!(twice.error(), "invalid_request");
    server.auth.flush().await;
    let query = AuditQuery { kinds: vec![AuditKind::Rejected], ..AuditQuery::default() };
    let reasons: Vec<_> =
        server.auth.audit(query).await.unwrap().into_iter().filter_map(|entry| entry.outcome).collect();
    assert!(reasons.contains(&"wrong_secret".to_owned()), "{reasons:?}");
    assert!(reasons.contains(&"bad_introspection".to_owned()), "{reasons:?}");
}

#[tokio::test]
async fn a_token_of_the_other_origin_names_that_origin() {
    let mut server = Server::new();
    server.add_resource_server("rs", "https://memory.example/mcp").await;
    server.through_the_tunnel();
    let asked = server.ask(CLAUDE_CODE).await;
    let page = server.page(&asked).await.body;
    let code = page.split("class=\"typed\">").nth(1).unwrap()[..6].to_owned();
    let approval =
        authorization::Approval { code: Some(code), ..authorization::Approval::by(Decider::Terminal) };
    server.auth.approve(asked.id, approval).await.unwrap();
    let code = server.page(&asked).await.parameter("code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", CLAUDE_CODE),
        ("code", code.as_str()),
        ("code_verifier", crate::support::VERIFIER),
    ];
    let pair = tokens(&server.post_form("/oauth/token", &fields).await);
    // Asked at the local origin, it is still the public one's.
    server.arrival = authorization::Arrival::Local;
    server.origin = authorization::OriginName::Local;
    let answer = server.introspect_as("rs", SECRET, &pair.access).await.json();
    assert_eq!(answer["aud"], "https://memory.example/mcp");
    assert_eq!(answer["iss"], "https://memory.example");
    server.add_resource_server("local", RESOURCE).await;
    assert_inactive(&server.introspect_as("local", SECRET, &pair.access).await);
}

#[tokio::test]
async fn asking_too_often_is_told_when_to_come_back_and_keeps_no_other_client_out() {
    let server = Server::with(Settings { limits: LimitsSetting::On, ..settings() });
    server.add_resource_server("wild", RESOURCE).await;
    server.add_resource_server("calm", RESOURCE).await;
    let pair = server.connect(CLAUDE_CODE).await;
    let mut last = server.introspect_as("wild", SECRET, &pair.access).await;
    for _ in 0..100 {
        last = server.introspect_as("wild", SECRET, &pair.access).await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(last.header("retry-after"), "");
    assert_eq!(server.introspect_as("calm", SECRET, &pair.access).await.json()["active"], true);
}

#[tokio::test]
async fn a_signed_token_is_told_about_like_any_other_and_is_over_when_it_is_revoked() {
    let format = authorization::AccessTokenFormat::Jwt;
    let server = Server::with(Settings { access_token_format: format, ..settings() });
    server.add_resource_server("rs", RESOURCE).await;
    let pair = server.connect(CLAUDE_CODE).await;
    assert!(pair.access.starts_with("eyJ"));
    let answer = server.introspect_as("rs", SECRET, &pair.access).await.json();
    assert_eq!((&answer["active"], &answer["sub"]), (&json!(true), &json!("owner")));
    let fields = [("client_id", CLAUDE_CODE), ("token", pair.access.as_str())];
    assert_eq!(server.post_form("/oauth/revoke", &fields).await.status, StatusCode::OK);
    assert_inactive(&server.introspect_as("rs", SECRET, &pair.access).await);
}
