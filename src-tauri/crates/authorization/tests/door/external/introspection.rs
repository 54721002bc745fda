//! Tokens that are checked by asking the other server.

use std::time::Duration;

use authorization::{ExternalSecret, ExternalServer, OriginName, Rejection, TokenValidation};
use serde_json::{Value, json};

use super::issuer::Issuer;
use super::{external, is_unavailable, now, rejected, server};
use crate::support::Server;

async fn asking() -> (Issuer, Server) {
    let issuer = Issuer::new().await;
    let client_secret = ExternalSecret::new("s e:cret").unwrap();
    let validation = TokenValidation::Introspection { client_id: "me:mory".to_owned(), client_secret };
    let server = server(ExternalServer { validation, ..external(&issuer.url) });
    (issuer, server)
}

fn active(issuer: &Issuer, server: &Server) -> Value {
    let mut answer = issuer.claims(now(server));
    answer["active"] = true.into();
    answer
}

#[tokio::test]
async fn a_token_that_the_server_calls_active_opens_the_door_and_is_asked_about_once_a_minute() {
    let (issuer, server) = asking().await;
    issuer.put("/introspect", 200, &active(&issuer, &server));
    for _ in 0..3 {
        let access = server.auth.authenticate("opaque-token", OriginName::Local).await.unwrap();
        assert_eq!(
            (access.client_id.as_str(), access.scopes.to_string().as_str()),
            ("their-client", "context:read")
        );
    }
    let came = issuer.came("/introspect");
    assert_eq!(came.len(), 1);
    assert_eq!(came[0].body, "token=opaque-token&token_type_hint=access_token");
    // RFC 6749 §2.3.1: form-encoded, then joined; "me%3Amory:s+e%3Acret".
    assert!(came[0].head.contains("Basic bWUlM0Ftb3J5OnMrZSUzQWNyZXQ="), "{}", came[0].head);
    // Revoked there: here at most a minute later.
    issuer.put("/introspect", 200, &json!({ "active": false }));
    assert!(server.opens("opaque-token").await);
    server.clock.advance(Duration::from_mins(1));
    assert_eq!(rejected(&server, "opaque-token").await, Rejection::Unknown);
}

#[tokio::test]
async fn a_good_answer_is_never_remembered_longer_than_the_token_lives() {
    let (issuer, server) = asking().await;
    let mut answer = active(&issuer, &server);
    answer["exp"] = (now(&server).as_secs() + 20).into();
    issuer.put("/introspect", 200, &answer);
    assert!(server.opens("opaque-token").await);
    server.clock.advance(Duration::from_secs(21));
    issuer.put("/introspect", 200, &json!({ "active": false }));
    assert_eq!(rejected(&server, "opaque-token").await, Rejection::Unknown);
}

#[tokio::test]
async fn a_bad_answer_is_remembered_for_five_seconds() {
    let (issuer, server) = asking().await;
    issuer.put("/introspect", 200, &json!({ "active": false }));
    for _ in 0..10 {
        assert_eq!(rejected(&server, "dead-token").await, Rejection::Unknown);
    }
    assert_eq!(issuer.came("/introspect").len(), 1);
    issuer.put("/introspect", 200, &active(&issuer, &server));
    assert_eq!(rejected(&server, "dead-token").await, Rejection::Unknown);
    server.clock.advance(Duration::from_secs(5));
    assert!(server.opens("dead-token").await);
}

#[tokio::test]
async fn active_alone_is_not_enough() {
    let (issuer, server) = asking().await;
    for (name, value, expected) in [
        ("aud", json!("https://memory.example/mcp"), Rejection::WrongAudience),
        ("aud", json!(null), Rejection::Malformed),
        ("iss", json!("https://other.example"), Rejection::Unknown),
        ("exp", json!(now(&server).as_secs() - 61), Rejection::Expired),
        ("exp", json!("soon"), Rejection::Malformed),
        ("nbf", json!(now(&server).as_secs() + 90), Rejection::Unknown),
        ("cnf", json!({}), Rejection::Malformed),
    ] {
        let mut answer = active(&issuer, &server);
        answer[name] = value.clone();
        issuer.put("/introspect", 200, &answer);
        let token = format!("{name}-{value}");
        assert_eq!(rejected(&server, &token).await, expected, "{token}");
    }
    let mut answer = active(&issuer, &server);
    answer.as_object_mut().unwrap().remove("aud");
    issuer.put("/introspect", 200, &answer);
    assert_eq!(rejected(&server, "for-anybody").await, Rejection::Malformed);
}

#[tokio::test]
async fn an_answer_that_says_neither_yes_nor_no_is_no_answer() {
    let (issuer, server) = asking().await;
    let mut quoted = active(&issuer, &server);
    quoted["active"] = "true".into();
    for (index, (status, answer)) in [
        (200, quoted),
        (200, json!({})),
        (200, json!([true])),
        (500, active(&issuer, &server)),
        (401, json!({ "error": "invalid_client" })),
        (404, json!({})),
    ]
    .into_iter()
    .enumerate()
    {
        issuer.put("/introspect", status, &answer);
        let rejection = rejected(&server, &format!("token-{index}")).await;
        assert!(is_unavailable(&rejection), "{status} {answer}: {rejection:?}");
    }
    issuer.put("/introspect", 401, &json!({ "error": "invalid_client" }));
    let examined = server.auth.examine_external().await.unwrap().unwrap_err().to_string();
    assert!(examined.contains("authorization.client_id"), "{examined}");
    issuer.put("/introspect", 200, &json!({ "active": false }));
    assert!(server.auth.examine_external().await.unwrap().is_ok());
}

#[tokio::test]
async fn while_the_server_is_away_only_what_it_said_a_moment_ago_is_good() {
    let (issuer, server) = asking().await;
    issuer.put("/introspect", 200, &active(&issuer, &server));
    assert!(server.opens("known").await);
    issuer.down(true);
    assert!(server.opens("known").await);
    assert!(is_unavailable(&rejected(&server, "unknown").await));
    server.clock.advance(Duration::from_mins(1));
    assert!(is_unavailable(&rejected(&server, "known").await));
    issuer.down(false);
    issuer.put("/introspect", 200, &active(&issuer, &server));
    assert!(server.opens("known").await);
}

#[tokio::test]
async fn strangers_can_not_make_us_ask_without_end() {
    let (issuer, server) = asking().await;
    issuer.put("/introspect", 200, &active(&issuer, &server));
    assert!(server.opens("known").await);
    issuer.put("/introspect", 200, &json!({ "active": false }));
    let mut turned_away = 0;
    for number in 0..150 {
        let rejection = server.auth.authenticate(&format!("guess-{number}"), OriginName::Public).await;
        turned_away += usize::from(is_unavailable(&rejection.unwrap_err()));
    }
    assert!(turned_away > 0 && issuer.came("/introspect").len() <= 125, "{turned_away}");
    // The owner's own computer draws from another bucket, and what is known needs none.
    assert!(server.opens("known").await);
    assert_eq!(rejected(&server, "local-guess").await, Rejection::Unknown);
}
