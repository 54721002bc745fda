//! No input makes a fault of the server, and none that is wrong in any part changes anything.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use proptest::prelude::*;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::client_support::{By, OTHER_SECRET, SECRET};
use crate::support::{
    Answer, CLAUDE_CODE, REDIRECT, Server, Tokens, VERIFIER, challenge_of, settings, tokens,
};

const GETS: [&str; 6] = [
    "/oauth/register/x",
    "/oauth/authorize",
    "/authorize",
    "/oauth/requests/x",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource/mcp",
];
const POSTS: [&str; 5] =
    ["/oauth/token", "/oauth/register", "/oauth/revoke", "/oauth/introspect", "/introspect"];

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
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let request = Request::builder()
                .method(method)
                .uri("/oauth/register/x")
                .header(header::CONTENT_TYPE, kind)
                .header(header::AUTHORIZATION, &auth)
                .body(Body::from(body.clone()))
                .unwrap();
            let answer = runtime.block_on(server.send(request));
            prop_assert_eq!(answer.error(), "invalid_token");
        }
        let rejected = runtime.block_on(server.auth.authenticate(&auth, authorization::OriginName::Local));
        prop_assert!(rejected.is_err());
    });
}

/// One thing that is wrong with a request; a number chooses the field.
#[derive(Clone, Debug)]
enum Wrong {
    Left(usize),
    Twice(usize),
    Other(usize, String),
}

fn wrong() -> impl Strategy<Value = Wrong> {
    prop_oneof![
        any::<usize>().prop_map(Wrong::Left),
        any::<usize>().prop_map(Wrong::Twice),
        // Shorter than whatever is right, so never by chance the same.
        (any::<usize>(), "[!-~]{1,8}").prop_map(|(field, text)| Wrong::Other(field, text)),
        (any::<usize>(), "(?s).{1,8}").prop_map(|(field, text)| Wrong::Other(field, text)),
    ]
}

type Fields = Vec<(&'static str, String)>;

fn spoil(mut fields: Fields, wrong: &Wrong) -> Fields {
    match wrong {
        Wrong::Left(field) => {
            fields.remove(field % fields.len());
        }
        Wrong::Twice(field) => fields.push(fields[field % fields.len()].clone()),
        Wrong::Other(field, text) => {
            let field = field % fields.len();
            fields[field].1.clone_from(text);
        }
    }
    fields
}

/// What is in the tables that a stranger must not be able to change.
fn rows(file: &Connection) -> Vec<i64> {
    ["clients", "authorization_requests", "codes", "grants", "access_tokens", "refresh_tokens", "blocks"]
        .iter()
        .map(|table| {
            let count = format!("SELECT count(*) FROM {table}");
            file.query_row(&count, [], |row| row.get(0)).unwrap()
        })
        .collect()
}

/// A server in the middle of things, and what could be taken from it.
struct Midway {
    server: Server,
    file: Connection,
    code: String,
    access: String,
    refresh: String,
    waiting: String,
    of_agent: Tokens,
}

impl Midway {
    async fn new() -> Self {
        let server = Server::in_memory(settings());
        server.register(REDIRECT).await;
        let pair = server.connect(CLAUDE_CODE).await;
        server.add_confidential("agent").await;
        let of_agent = server.connect_confidential("agent").await;
        let waiting = server.ask_with(CLAUDE_CODE, &[("state", "waiting")]).await;
        let asked = server.ask_with(CLAUDE_CODE, &[("state", "approved")]).await;
        server.approve(&asked).await;
        let code = server.page(&asked).await.parameter("code");
        let path = server.directory.path().join("authorization.db");
        let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        Self {
            server,
            file,
            code,
            access: pair.access,
            refresh: pair.refresh,
            waiting: waiting.id.to_string(),
            of_agent,
        }
    }

    fn exchange(&self) -> Fields {
        vec![
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", CLAUDE_CODE.to_owned()),
            ("code", self.code.clone()),
            ("code_verifier", VERIFIER.to_owned()),
        ]
    }

    fn renewal(&self) -> Fields {
        vec![
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", CLAUDE_CODE.to_owned()),
            ("refresh_token", self.refresh.clone()),
        ]
    }

    fn authorization() -> Fields {
        vec![
            ("response_type", "code".to_owned()),
            ("client_id", CLAUDE_CODE.to_owned()),
            // Claude Code has two, so one must be named.
            ("redirect_uri", REDIRECT.to_owned()),
            ("code_challenge", challenge_of(VERIFIER)),
            ("code_challenge_method", "S256".to_owned()),
        ]
    }

    fn revocation(token: &str) -> Fields {
        vec![("token", token.to_owned()), ("client_id", CLAUDE_CODE.to_owned())]
    }

    async fn post(&self, path: &str, fields: &Fields) -> Answer {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.server.post_form(path, &fields).await
    }

    async fn authorize(&self, fields: &Fields) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.server.get(&format!("/oauth/authorize?{query}"), None).await
    }
}

/// An error as its RFC wants it: an answer of its own, JSON, with words that help.
fn is_refusal(answer: &Answer) -> bool {
    let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    answer.status.is_client_error()
        && json["error"].as_str().is_some_and(|code| !code.is_empty())
        && json["error_description"].as_str().is_some_and(|words| words.len() > 10)
        && answer.header("cache-control") == "no-store"
}

#[test]
fn a_request_that_is_wrong_in_any_part_is_refused_in_its_rfcs_words_and_changes_nothing() {
    let runtime = Runtime::new().unwrap();
    let midway = runtime.block_on(Midway::new());
    let before = rows(&midway.file);
    let config = ProptestConfig { cases: 400, ..ProptestConfig::default() };
    proptest!(config, |(wrong in wrong(), extra in proptest::option::of(wrong()), junk in "(?s).{0,60}")| {
        let spoilt = |fields: Fields| {
            let spoilt = spoil(fields, &wrong);
            // A second fault must not mend the first.
            match &extra {
                Some(Wrong::Other(..)) => spoil(spoilt, extra.as_ref().unwrap()),
                _ => spoilt,
            }
        };
        runtime.block_on(async {
            for path in ["/oauth/token", "/token"] {
                for fields in [spoilt(midway.exchange()), spoilt(midway.renewal())] {
                    let answer = midway.post(path, &fields).await;
                    assert!(is_refusal(&answer), "{fields:?}: {} {}", answer.status, answer.body);
                }
            }
            let fields = spoilt(Midway::authorization());
            let answer = midway.authorize(&fields).await;
            if answer.status == StatusCode::SEE_OTHER {
                let (target, _) = answer.location();
                assert_eq!(target, REDIRECT, "{fields:?}");
                assert!(!answer.parameter("error").is_empty());
            } else {
                assert!(answer.status.is_client_error(), "{fields:?}: {}", answer.status);
            }
            // Giving back what is not there is no error (RFC 7009 §2.2), and nothing else than what was named.
            let fields = spoilt(Midway::revocation("ami_rt_of_somebody_else"));
            let answer = midway.post("/oauth/revoke", &fields).await;
            assert!(answer.status == StatusCode::OK || is_refusal(&answer), "{fields:?}: {}", answer.body);
            // Only the agent's own secret gets an answer, and a wrong one takes nothing.
            let fields = spoilt(vec![
                ("token", midway.of_agent.access.clone()),
                ("client_id", "agent".to_owned()),
                ("client_secret", OTHER_SECRET.to_owned()),
            ]);
            for path in ["/oauth/introspect", "/introspect", "/oauth/revoke", "/oauth/token"] {
                let answer = midway.post(path, &fields).await;
                assert!(is_refusal(&answer), "{path} {fields:?}: {} {}", answer.status, answer.body);
            }
            for body in [json!({ "redirect_uris": junk }), json!({ "redirect_uris": [junk] }), json!(junk)] {
                let answer = midway.server.post_json("/oauth/register", &body).await;
                assert!(is_refusal(&answer), "{body}: {}", answer.body);
            }
            let cookie = format!("__Host-ambient-insights-{}=ami_bs_x", midway.waiting);
            let page = midway.server.get(&format!("/oauth/requests/{}", midway.waiting), Some(&cookie)).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
        });
        prop_assert_eq!(rows(&midway.file), before.clone());
    });
    runtime.block_on(async {
        // Thousands of refusals are a few counters.
        midway.server.auth.flush().await;
        let lines: i64 = midway.file.query_row("SELECT count(*) FROM audit", [], |row| row.get(0)).unwrap();
        assert!(lines < 40, "{lines} lines");
        // And all of it is still good for whom it belongs to.
        assert!(midway.server.opens(&midway.access).await);
        assert!(midway.server.opens(&midway.of_agent.access).await);
        tokens(&midway.server.refresh_as(By::Post, "agent", SECRET, &midway.of_agent.refresh).await);
        tokens(&midway.post("/oauth/token", &midway.exchange()).await);
        tokens(&midway.post("/oauth/token", &midway.renewal()).await);
        assert_eq!(midway.server.auth.pending().await.unwrap().len(), 1);
    });
}
