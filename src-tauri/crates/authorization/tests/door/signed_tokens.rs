//! Access tokens that are signed: what they say, who can check them, and that they end like the others.

use std::time::Duration;

use authorization::{AccessTokenFormat, OriginName, Rejection, Settings};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::Value;

use crate::support::{CLAUDE_CODE, ISSUER, RESOURCE, Server, settings, tokens};

fn signing() -> Server {
    Server::with(Settings { access_token_format: AccessTokenFormat::Jwt, ..settings() })
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

async fn key_ids(server: &Server) -> Vec<String> {
    let answer = server.get("/oauth/jwks", None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let keys = answer.json()["keys"].as_array().unwrap().clone();
    for key in &keys {
        assert!(key.get("d").is_none() && key["alg"] == "ES256" && key["use"] == "sig", "{key}");
    }
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_signed_token_says_who_gave_what_to_whom_and_until_when() {
    let server = signing();
    let given = server.connect(CLAUDE_CODE).await;
    let header = part(&given.access, 0);
    assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("at+jwt"), Some("ES256")));
    assert_eq!(key_ids(&server).await, [header["kid"].as_str().unwrap()]);
    let claims = part(&given.access, 1);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["aud"], RESOURCE);
    assert_eq!(claims["sub"], "owner");
    assert_eq!(claims["client_id"], CLAUDE_CODE);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 15 * 60);
    assert_eq!(claims["scope"], authorization::ScopeSet::DEFAULT.to_string());
    let other = server.connect(CLAUDE_CODE).await;
    assert_ne!(part(&other.access, 1)["jti"], claims["jti"]);
    assert!(server.opens(&given.access).await);
}

#[tokio::test]
async fn the_metadata_names_the_keys_only_where_tokens_are_signed() {
    let server = signing();
    let metadata = server.get("/.well-known/oauth-authorization-server", None).await.json();
    assert_eq!(metadata["jwks_uri"], format!("{ISSUER}/oauth/jwks"));
    // The key is there before the first token: nobody keeps an empty set.
    assert_eq!(key_ids(&server).await.len(), 1);
    let opaque = Server::new();
    let metadata = opaque.get("/.well-known/oauth-authorization-server", None).await.json();
    assert_eq!(metadata.get("jwks_uri"), None);
    assert_eq!(opaque.get("/oauth/jwks", None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_signed_token_that_was_revoked_opens_nothing_however_good_its_signature() {
    let server = signing();
    let given = server.connect(CLAUDE_CODE).await;
    assert!(server.opens(&given.access).await);
    let fields = [("client_id", CLAUDE_CODE), ("token", given.access.as_str())];
    assert_eq!(server.post_form("/oauth/revoke", &fields).await.status, StatusCode::OK);
    assert_eq!(server.auth.authenticate(&given.access, OriginName::Local).await, Err(Rejection::Unknown));
    // The refresh token gives another one.
    let renewed = tokens(&server.refresh(CLAUDE_CODE, &given.refresh).await);
    assert!(server.opens(&renewed.access).await);
}

#[tokio::test]
async fn a_token_with_one_changed_character_or_of_another_program_is_none() {
    let (server, other) = (signing(), signing());
    let given = server.connect(CLAUDE_CODE).await;
    assert!(!other.opens(&given.access).await);
    for position in (0..given.access.len()).step_by(37) {
        let mut changed = given.access.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        assert!(!server.opens(&String::from_utf8(changed).unwrap()).await, "position {position}");
    }
    assert_eq!(
        server.auth.authenticate(&given.access, OriginName::Public).await,
        Err(Rejection::WrongAudience)
    );
    server.clock.advance(Duration::from_mins(15));
    assert_eq!(server.auth.authenticate(&given.access, OriginName::Local).await, Err(Rejection::Expired));
}

#[tokio::test]
async fn a_retry_gets_the_very_same_signed_token() {
    let server = signing();
    let given = server.connect(CLAUDE_CODE).await;
    let first = tokens(&server.refresh(CLAUDE_CODE, &given.refresh).await);
    let retry = tokens(&server.refresh(CLAUDE_CODE, &given.refresh).await);
    assert_eq!(first, retry);
    assert!(first.access.starts_with("eyJ"));
}

#[tokio::test]
async fn changing_the_format_ends_no_session_in_either_direction() {
    let mut server = Server::new();
    let opaque = server.connect(CLAUDE_CODE).await;
    server.settings.access_token_format = AccessTokenFormat::Jwt;
    server.restart().await;
    assert!(server.opens(&opaque.access).await);
    let signed = tokens(&server.refresh(CLAUDE_CODE, &opaque.refresh).await);
    assert!(signed.access.starts_with("eyJ"));
    server.settings.access_token_format = AccessTokenFormat::Opaque;
    server.restart().await;
    assert!(server.opens(&signed.access).await);
    // Who checks that token by itself still finds the key.
    assert_eq!(key_ids(&server).await.len(), 1);
    let again = tokens(&server.refresh(CLAUDE_CODE, &signed.refresh).await);
    assert!(again.access.starts_with("ami_at_"));
}

#[tokio::test]
async fn the_next_key_is_published_before_it_signs_and_the_old_one_leaves_after_its_last_token() {
    let mut server = signing();
    let day = Duration::from_hours(24);
    let signer = |access: &str| part(access, 0)["kid"].as_str().unwrap().to_owned();
    let old = signer(&server.connect(CLAUDE_CODE).await.access);
    server.clock.advance(89 * day);
    assert_eq!(signer(&server.connect(CLAUDE_CODE).await.access), old);
    let published = key_ids(&server).await;
    assert_eq!(published.len(), 2, "the next key is published with the first token of its last day");
    server.clock.advance(day);
    let next = signer(&server.connect(CLAUDE_CODE).await.access);
    assert_ne!(next, old);
    assert!(published.contains(&next));
    assert_eq!(key_ids(&server).await.len(), 2, "tokens of the old key may still be about");
    server.clock.advance(day);
    // A restart keeps the keys, and clears away what nobody needs.
    server.restart().await;
    assert_eq!(key_ids(&server).await, [next.as_str()]);
    assert_eq!(signer(&server.connect(CLAUDE_CODE).await.access), next);
}

#[tokio::test]
async fn the_private_keys_lie_in_a_file_for_the_owner_alone_and_are_never_published() {
    let server = signing();
    server.connect(CLAUDE_CODE).await;
    let published = server.get("/oauth/jwks", None).await.body;
    assert!(!published.contains("\"d\"") && !published.contains("private"), "{published}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = server.directory.path().join("authorization.db");
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
