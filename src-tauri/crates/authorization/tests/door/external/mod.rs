//! Another authorization server in place of ours: whom its tokens let in, and what happens while it is away.

mod introspection;
mod issuer;
mod off;

use std::sync::Arc;
use std::time::Duration;

use authorization::{
    ExternalServer, OriginName, Principal, Rejection, ScopeMap, Settings, SystemNetwork, TokenValidation,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use self::issuer::{Issuer, Key};
use crate::support::{Server, settings};

const MINUTE: Duration = Duration::from_mins(1);
const DEBOUNCE: Duration = Duration::from_secs(10);

fn external(issuer: &str) -> ExternalServer {
    ExternalServer {
        issuer: issuer.parse().unwrap(),
        audiences: Vec::new(),
        subjects: Vec::new(),
        validation: TokenValidation::Jwt,
        scope_map: ScopeMap::default(),
        relay: false,
    }
}

fn server(external: ExternalServer) -> Server {
    reaching(Settings { external: Some(external), ..settings() })
}

/// A server that may reach the issuers of these tests, which are on loopback.
fn reaching(settings: Settings) -> Server {
    Server::on(Arc::new(SystemNetwork), settings)
}

fn now(server: &Server) -> clock::Timestamp {
    clock::Clock::now(&server.clock)
}

async fn with_key() -> (Issuer, Key, Server) {
    let issuer = Issuer::new().await;
    let key = Key::p256("one");
    issuer.publish(&[&key]);
    let server = server(external(&issuer.url));
    (issuer, key, server)
}

async fn rejected(server: &Server, token: &str) -> Rejection {
    server.auth.authenticate(token, OriginName::Local).await.unwrap_err()
}

fn is_unavailable(rejection: &Rejection) -> bool {
    matches!(rejection, Rejection::Unavailable(authorization::Error::ExternalServer { .. }))
}

#[tokio::test]
async fn a_token_of_the_named_issuer_for_this_resource_opens_the_door() {
    let (issuer, key, server) = with_key().await;
    let other = Key::ed25519("two");
    issuer.publish(&[&key, &other]);
    let claims = issuer.claims(now(&server));
    let mut principals = Vec::new();
    for key in [&key, &other] {
        let access = server.auth.authenticate(&key.token(&claims), OriginName::Local).await.unwrap();
        assert_eq!(
            (access.client_id.as_str(), access.scopes.to_string().as_str()),
            ("their-client", "context:read")
        );
        assert!(matches!(access.principal, Principal::External(_)));
        principals.push(access.principal.to_string());
    }
    assert_eq!(principals[0], principals[1], "the same client and person, whatever the token");
    assert!(principals[0].starts_with("external-"));
    let mut someone = claims.clone();
    someone["sub"] = "someone".into();
    let access = server.auth.authenticate(&key.token(&someone), OriginName::Local).await.unwrap();
    assert_ne!(access.principal.to_string(), principals[0]);
    assert_eq!(issuer.came("/jwks").len(), 1, "the keys are kept");
}

#[tokio::test]
async fn a_token_that_is_wrong_in_one_thing_opens_nothing() {
    let (issuer, key, server) = with_key().await;
    let (claims, time) = (issuer.claims(now(&server)), now(&server).as_secs());
    assert!(server.opens(&key.token(&claims)).await);
    for (name, value, expected) in [
        ("iss", json!("https://other.example"), Rejection::Unknown),
        ("iss", json!([issuer.url]), Rejection::Malformed),
        ("aud", json!("https://memory.example/mcp"), Rejection::WrongAudience),
        ("aud", json!("their-client"), Rejection::WrongAudience),
        ("exp", json!(time - 61), Rejection::Expired),
        ("exp", json!((time + 300).to_string()), Rejection::Malformed),
        ("nbf", json!((time - 5).to_string()), Rejection::Malformed),
        ("nbf", json!(time + 90), Rejection::Unknown),
        ("iat", json!(time + 90), Rejection::Unknown),
        ("cnf", json!({ "jkt": "k" }), Rejection::Malformed),
        ("sub", json!(7), Rejection::Malformed),
    ] {
        let mut claims = claims.clone();
        claims[name] = value.clone();
        assert_eq!(rejected(&server, &key.token(&claims)).await, expected, "{name}: {value}");
    }
    for name in ["iss", "aud", "exp", "sub", "client_id"] {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(rejected(&server, &key.token(&claims)).await, Rejection::Malformed, "without {name}");
    }
}

#[tokio::test]
async fn no_confusion_of_algorithms_keys_or_kinds_of_tokens_opens_the_door() {
    let (issuer, key, server) = with_key().await;
    let claims = issuer.claims(now(&server));
    let header = |alg: &str, typ: &str, kid: &str| json!({ "alg": alg, "typ": typ, "kid": kid });
    let mut tokens = vec![
        // Signed by somebody else under the name of the issuer's key.
        Key::p256("one").token(&claims),
        // The header says another algorithm than the key is for.
        key.token_with(&header("RS256", "at+jwt", "one"), &claims),
        key.token_with(&header("ES384", "at+jwt", "one"), &claims),
        key.token_with(&header("EdDSA", "at+jwt", "one"), &claims),
        // Other things that the issuer signs.
        key.token_with(&header("ES256", "logout+jwt", "one"), &claims),
        key.token_with(&json!({ "alg": "ES256", "kid": "one" }), &claims),
        // A key that the token brings along.
        Key::p256("x").token_with(
            &json!({ "alg": "ES256", "typ": "at+jwt", "jwk": { "kty": "EC" }, "jku": "https://a.example" }),
            &claims,
        ),
        key.token_with(&json!({ "alg": "ES256", "typ": "at+jwt", "kid": "one", "crit": ["b64"] }), &claims),
    ];
    // The public key as a shared secret.
    let unsigned = issuer::unsigned(&header("HS256", "at+jwt", "one"), &claims);
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key.public());
    let signature = ring::hmac::sign(&secret, unsigned.as_bytes());
    tokens.push(format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(signature)));
    // No signature at all, and an empty one.
    let unsigned = issuer::unsigned(&header("none", "at+jwt", "one"), &claims);
    tokens.extend([format!("{unsigned}."), unsigned.clone(), format!("{unsigned}.AA")]);
    // Good claims under the signature of others.
    let good = key.token(&claims);
    let mut more = claims.clone();
    more["scope"] = "context:write".into();
    let more = issuer::unsigned(&header("ES256", "at+jwt", "one"), &more);
    tokens.push(format!("{more}.{}", good.rsplit('.').next().unwrap()));
    for (index, token) in tokens.iter().enumerate() {
        let rejection = rejected(&server, token).await;
        assert!(matches!(rejection, Rejection::Malformed | Rejection::Unknown), "{index}: {rejection:?}");
    }
    assert!(server.opens(&good).await);
}

#[tokio::test]
async fn a_token_for_one_origin_is_not_good_at_the_other_unless_the_audience_is_set() {
    let (issuer, key, mut server) = with_key().await;
    let token = key.token(&issuer.claims(now(&server)));
    assert!(server.opens(&token).await);
    let elsewhere = server.auth.authenticate(&token, OriginName::Public).await;
    assert_eq!(elsewhere, Err(Rejection::WrongAudience));
    let audiences = vec!["memory".to_owned()];
    server.settings.external = Some(ExternalServer { audiences, ..external(&issuer.url) });
    server.restart().await;
    assert_eq!(rejected(&server, &token).await, Rejection::WrongAudience);
    let mut claims = issuer.claims(now(&server));
    claims["aud"] = json!(["other", "memory"]);
    for origin in [OriginName::Local, OriginName::Public] {
        assert!(server.auth.authenticate(&key.token(&claims), origin).await.is_ok());
    }
    server.auth.set_public_origin(None);
    let gone = server.auth.authenticate(&key.token(&claims), OriginName::Public).await;
    assert_eq!(gone, Err(Rejection::WrongAudience));
}

#[tokio::test]
async fn a_new_key_is_found_by_one_fetch_and_unknown_ones_cause_few() {
    let (issuer, key, server) = with_key().await;
    let claims = issuer.claims(now(&server));
    assert!(server.opens(&key.token(&claims)).await);
    server.clock.advance(DEBOUNCE);
    let next = Key::p256("next");
    issuer.publish(&[&next]);
    assert!(server.opens(&next.token(&claims)).await);
    assert_eq!(rejected(&server, &key.token(&claims)).await, Rejection::Unknown, "the old key is gone");
    let before = issuer.came("/jwks").len();
    assert_eq!(before, 2);
    for _ in 0..30 {
        assert_eq!(rejected(&server, &Key::p256("strange").token(&claims)).await, Rejection::Unknown);
    }
    assert_eq!(issuer.came("/jwks").len(), before);
    server.clock.advance(DEBOUNCE);
    let strange = Key::p256("strange").token(&claims);
    let all = futures::future::join_all((0..20).map(|_| rejected(&server, &strange))).await;
    assert!(all.into_iter().all(|rejection| rejection == Rejection::Unknown));
    assert_eq!(issuer.came("/jwks").len(), before + 1, "twenty at once cause one fetch");
}

#[tokio::test]
async fn while_the_issuer_is_away_what_is_not_known_is_unavailable_and_never_refused() {
    let (issuer, key, server) = with_key().await;
    issuer.down(true);
    let token = key.token(&issuer.claims(now(&server)));
    let rejection = rejected(&server, &token).await;
    assert!(is_unavailable(&rejection), "{rejection:?}");
    assert!(rejection.to_string().contains(&issuer.url), "{rejection}");
    issuer.down(false);
    server.clock.advance(DEBOUNCE);
    assert!(server.opens(&token).await);
    // Away again: what is known serves on, and a key that may be new is no reason to say no.
    issuer.down(true);
    server.clock.advance(20 * MINUTE);
    let fresh = issuer.claims(now(&server));
    assert!(server.opens(&key.token(&fresh)).await);
    server.clock.advance(DEBOUNCE);
    let newer = rejected(&server, &Key::p256("next").token(&fresh)).await;
    assert!(is_unavailable(&newer), "{newer:?}");
    // Not for ever: a key may have been taken back meanwhile.
    server.clock.advance(25 * 60 * MINUTE);
    let late = rejected(&server, &key.token(&issuer.claims(now(&server)))).await;
    assert!(is_unavailable(&late), "{late:?}");
    issuer.down(false);
    server.clock.advance(DEBOUNCE);
    assert!(server.opens(&key.token(&issuer.claims(now(&server)))).await);
}

#[tokio::test]
async fn metadata_is_found_by_both_standards_and_must_be_that_issuers_own() {
    let issuer = Issuer::at("/realms/home").await;
    let key = Key::p256("one");
    issuer.publish(&[&key]);
    let fresh = || server(external(&issuer.url));
    let opens = async |server: &Server| {
        server.auth.authenticate(&key.token(&issuer.claims(now(server))), OriginName::Local).await
    };
    assert!(opens(&fresh()).await.is_ok());
    let (_, document) = issuer.remove("/.well-known/oauth-authorization-server/realms/home").unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    for place in
        ["/.well-known/openid-configuration/realms/home", "/realms/home/.well-known/openid-configuration"]
    {
        let unfound = opens(&fresh()).await.unwrap_err();
        assert!(is_unavailable(&unfound), "{unfound:?}");
        issuer.put(place, 200, &document);
        assert!(opens(&fresh()).await.is_ok(), "{place}");
        // Another issuer's metadata in that place is worth nothing.
        let mut other = document.clone();
        other["issuer"] = format!("{}/", issuer.url).into();
        issuer.put(place, 200, &other);
        let mixed_up = opens(&fresh()).await.unwrap_err();
        assert!(is_unavailable(&mixed_up) && mixed_up.to_string().contains("very same text"), "{mixed_up}");
        issuer.remove(place);
    }
}

#[tokio::test]
async fn only_the_persons_whom_the_owner_named_come_in() {
    let (issuer, key, _) = with_key().await;
    let subjects = vec!["somebody else".to_owned()];
    let server = server(ExternalServer { subjects, ..external(&issuer.url) });
    assert_eq!(rejected(&server, &key.token(&issuer.claims(now(&server)))).await, Rejection::Unknown);
}

#[tokio::test]
async fn keys_that_are_nonsense_leave_the_door_shut_and_say_so() {
    let (issuer, key, _) = with_key().await;
    for document in [json!({ "keys": [] }), json!([]), json!({ "keys": [{ "kty": "oct", "k": "AA" }] })] {
        issuer.put("/jwks", 200, &document);
        let server = server(external(&issuer.url));
        let rejection = rejected(&server, &key.token(&issuer.claims(now(&server)))).await;
        assert!(is_unavailable(&rejection), "{document}: {rejection:?}");
        let examined = server.auth.examine_external().await.unwrap().unwrap_err().to_string();
        assert!(examined.contains("its keys can not be used"), "{examined}");
    }
    issuer.publish(&[&key]);
    let server = server(external(&issuer.url));
    assert!(server.auth.examine_external().await.unwrap().unwrap().contains("publishes: 1"));
    assert!(Server::new().auth.examine_external().await.is_none());
}
