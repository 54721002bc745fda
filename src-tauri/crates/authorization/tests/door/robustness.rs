//! No input makes a fault of the server.

use axum::body::Body;
use http::{Request, header};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::support::{CLAUDE_CODE, Server};

const GETS: [&str; 5] = [
    "/oauth/authorize",
    "/authorize",
    "/oauth/requests/x",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource/mcp",
];
const POSTS: [&str; 3] = ["/oauth/token", "/oauth/register", "/oauth/revoke"];

fn pair() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "client_id",
        "redirect_uri",
        "response_type",
        "state",
        "scope",
        "resource",
        "code_challenge",
        "code_challenge_method",
        "grant_type",
        "code",
        "code_verifier",
        "refresh_token",
        "token",
        "prompt",
        "x",
    ]);
    let value = prop_oneof![
        Just(url::form_urlencoded::byte_serialize(CLAUDE_CODE.as_bytes()).collect::<String>()),
        Just("http%3A%2F%2Flocalhost%3A1%2Fcallback".to_owned()),
        Just("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
        Just("S256".to_owned()),
        Just("code".to_owned()),
        Just("authorization_code".to_owned()),
        Just("refresh_token".to_owned()),
        "[!-~&&[^ #&]]{0,40}",
        "(%[0-9A-F]{2}){0,20}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name}={value}"))
}

fn query() -> impl Strategy<Value = String> {
    prop::collection::vec(pair(), 0..12).prop_map(|pairs| pairs.join("&"))
}

#[test]
fn no_query_form_or_body_is_answered_with_a_server_error() {
    let runtime = Runtime::new().unwrap();
    let server = Server::new();
    let body = prop_oneof![query().prop_map(String::into_bytes), prop::collection::vec(any::<u8>(), 0..400)];
    let kind = prop::sample::select(vec![
        "application/x-www-form-urlencoded",
        "application/json",
        "text/plain; charset=\u{7f}".trim_end_matches('\u{7f}'),
        "",
    ]);
    proptest!(ProptestConfig::with_cases(600), |(query in query(), body in body, kind in kind, auth in "[ -~]{0,60}", cookie in "[ -~]{0,60}")| {
        for path in GETS {
            let uri = format!("{path}?{query}");
            let Ok(request) = Request::get(uri).header(header::COOKIE, &cookie).body(Body::empty()) else { continue };
            let answer = runtime.block_on(server.send(request));
            prop_assert!(answer.status.as_u16() < 500, "{} {}", path, answer.status);
        }
        for path in POSTS {
            let request = Request::post(path)
                .header(header::CONTENT_TYPE, kind)
                .header(header::AUTHORIZATION, &auth)
                .body(Body::from(body.clone()))
                .unwrap();
            let answer = runtime.block_on(server.send(request));
            prop_assert!(answer.status.as_u16() < 500, "{} {}", path, answer.status);
            if answer.status.is_client_error() {
                prop_assert!(answer.json()["error"].is_string());
            }
        }
        let rejected = runtime.block_on(server.auth.authenticate(&auth, authorization::OriginName::Local));
        prop_assert!(rejected.is_err());
    });
}
