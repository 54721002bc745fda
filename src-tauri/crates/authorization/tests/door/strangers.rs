//! What a stranger cannot find out or bring about.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::support::{Answer, CLAUDE_CODE, REDIRECT, Server, VERIFIER, tokens};

async fn bring(server: &Server, client: &str, code: &str, verifier: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", verifier),
    ];
    server.post_form("/oauth/token", &fields).await
}

/// Byte for byte: whoever guesses must not see how near the guess was.
#[tokio::test]
async fn whoever_brings_a_bad_code_or_token_learns_nothing_of_why() {
    let server = Server::new();
    let other = server.register(REDIRECT).await;
    let wrong = VERIFIER.replace('d', "e");
    let (open, used, expired) =
        (server.code(CLAUDE_CODE).await, server.code(CLAUDE_CODE).await, server.code(CLAUDE_CODE).await);
    let pair = tokens(&server.exchange(CLAUDE_CODE, &used).await);
    let mut said = vec![
        bring(&server, CLAUDE_CODE, "nonsense", VERIFIER).await,
        bring(&server, &other, &open, VERIFIER).await,
        bring(&server, CLAUDE_CODE, &open, &wrong).await,
        bring(&server, &other, &used, VERIFIER).await,
        bring(&server, CLAUDE_CODE, &used, &wrong).await,
        bring(&server, CLAUDE_CODE, &pair.refresh, VERIFIER).await,
    ];
    server.clock.advance(Duration::from_secs(61));
    said.push(bring(&server, CLAUDE_CODE, &expired, VERIFIER).await);
    all_the_same(&said);

    let rotated = tokens(&server.refresh(CLAUDE_CODE, &pair.refresh).await);
    let mut said = vec![
        server.refresh(CLAUDE_CODE, "nonsense").await,
        server.refresh(CLAUDE_CODE, &rotated.access).await,
        server.refresh(&other, &rotated.refresh).await,
        server.refresh(&other, &pair.refresh).await,
    ];
    server.clock.advance(Duration::from_secs(61));
    // A replay ends the grant, and says no more than the others.
    said.push(server.refresh(CLAUDE_CODE, &pair.refresh).await);
    said.push(server.refresh(CLAUDE_CODE, &rotated.refresh).await);
    all_the_same(&said);
}

fn all_the_same(said: &[Answer]) {
    for answer in said {
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.error(), "invalid_grant");
        assert_eq!(answer.body, said[0].body);
        let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(names(answer), names(&said[0]));
    }
}

#[tokio::test]
async fn no_grant_type_but_the_two_is_served() {
    let server = Server::new();
    let client = server.register(REDIRECT).await;
    for grant_type in [
        "client_credentials",
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
        "Authorization_Code",
    ] {
        let fields = [("grant_type", grant_type), ("client_id", client.as_str())];
        let answer = server.post_form("/oauth/token", &fields).await;
        assert_eq!(answer.error(), "unsupported_grant_type", "{grant_type}");
    }
    let metadata = server.get("/.well-known/oauth-authorization-server", None).await.json();
    assert_eq!(metadata["grant_types_supported"], serde_json::json!(["authorization_code", "refresh_token"]));
}

/// 307 and 308 would have a browser send again what it was sent (RFC 9700 §4.12).
#[tokio::test]
async fn every_redirect_is_a_303() {
    let server = Server::new();
    let asked = server.ask(CLAUDE_CODE).await;
    server.approve(&asked).await;
    let denied = server.ask_with(CLAUDE_CODE, &[("state", "other")]).await;
    server.auth.deny(denied.id, false, authorization::Decider::Terminal).await.unwrap();
    let answers = [
        server.get(&server.authorize_uri(CLAUDE_CODE, &[("state", "new")]), None).await,
        server.get(&server.authorize_uri(CLAUDE_CODE, &[("response_type", "token")]), None).await,
        server.page(&asked).await,
        server.page(&denied).await,
    ];
    for answer in answers {
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.headers.contains_key("location"));
    }
}

/// Clients ask for what they read here, so nothing stands here that nobody should have by habit.
#[tokio::test]
async fn no_document_or_challenge_asks_for_more_than_the_baseline() {
    let server = Server::new();
    let baseline = authorization::ScopeSet::DEFAULT.to_string();
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
    ] {
        let document = server.get(path, None).await.json();
        let scopes: Vec<&str> =
            document["scopes_supported"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(scopes.join(" "), baseline, "{path}");
    }
    let challenge = server.auth.challenge(server.origin, authorization::Challenge::Missing);
    let challenge = challenge.to_str().unwrap();
    assert!(challenge.contains(&format!("scope=\"{baseline}\"")), "{challenge}");
    assert!(!challenge.contains("offline_access"));
}
