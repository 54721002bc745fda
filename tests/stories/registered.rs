//! Clients that the owner registers: from the command line, in the settings, in the environment.

use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, header};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use url::form_urlencoded;

use crate::support::https::Answer;
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::{OAuthClient, Tokens, approve_in, connect, parameter};
use crate::support::program::{Ended, Home, RunningServer, Serve};
use crate::support::within;

const REDIRECT: &str = "http://127.0.0.1:49152/callback";
const SECRET: &str = "k3J9-x2Qw8Zp-7fLmT1vRb6Yc-0HdNsEuG";

/// Runs a command with this on its standard input.
async fn run_with_input(home: &Home, arguments: &[&str], input: &str) -> Ended {
    let mut command = home.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    stdin.write_all(input.as_bytes()).await.expect("the program reads its input");
    drop(stdin);
    Ended::from(within("the end of a command", child.wait_with_output()).await.expect("it ends"))
}

/// A form, sent as the client that this secret shows.
async fn post_as(
    server: &RunningServer,
    id: &str,
    secret: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
        .body(Full::new(Bytes::from(body)))
        .expect("this is a request");
    server.https().send(request).await
}

/// The whole way of a client with a secret.
async fn connect_as(server: &RunningServer, id: &str, secret: &str) -> Tokens {
    let client = OAuthClient { id: id.to_owned(), redirect_uri: REDIRECT.to_owned() };
    let attempt = client.attempt(server, None);
    let back = approve_in(server, &mut server.browser(), &attempt.url).await;
    let code = parameter(&back, "code").expect("the answer has a code");
    assert_eq!(client.redeem(server, &code, &attempt.verifier).await.status, 401, "its secret is missing");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", &attempt.verifier),
    ];
    let answer = post_as(server, id, secret, "/oauth/token", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    Tokens::from(&answer.json())
}

async fn refresh_as(server: &RunningServer, id: &str, secret: &str, refresh: &str) -> Answer {
    post_as(
        server,
        id,
        secret,
        "/oauth/token",
        &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
    )
    .await
}

fn client<'a>(listing: &'a Value, id: &str) -> &'a Value {
    let clients = listing.as_array().expect("a listing is an array");
    clients.iter().find(|client| client["client_id"] == id).unwrap_or_else(|| panic!("no {id} in {listing}"))
}

#[tokio::test]
async fn the_owner_registers_a_client_with_a_secret_and_changes_it_while_the_program_runs() {
    let home = Home::new();
    let server = home.serve().await;
    let add = ["clients", "add", "--name", "My agent", "--id", "agent", "--redirect-uri", REDIRECT];
    let given = [&add[..], &["--secret-stdin", "--json"]].concat();
    let ended = run_with_input(&home, &given, &format!("{SECRET}\n")).await.expect_success();
    assert!(!ended.stdout.contains(SECRET), "what was given is not told back: {}", ended.stdout);
    let tokens = connect_as(&server, "agent", SECRET).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    mcp.call("get_user_context", json!({})).await;
    let listing = home.json(["clients", "--json"]).await;
    let agent = client(&listing, "agent");
    assert_eq!((&agent["registration"], &agent["has_secret"]), (&json!("static"), &json!(true)));
    home.run(add).await.expect_failure(1, &["\"agent\"", "another id"]);

    // A secret that is made is shown once.
    let rotated = home.json(["clients", "rotate-secret", "agent", "--overlap", "1h", "--json"]).await;
    let made = rotated["client_secret"].as_str().expect("a secret was made").to_owned();
    assert!(rotated["old_secret_until"].is_string());
    let answer = refresh_as(&server, "agent", SECRET, &tokens.refresh).await;
    assert_eq!(answer.status, 200, "the old one is good for an hour: {}", answer.text());
    let tokens = Tokens::from(&answer.json());
    home.run(["clients", "rotate-secret", "agent", "--overlap", "0"]).await.expect_success();
    assert_eq!(refresh_as(&server, "agent", SECRET, &tokens.refresh).await.status, 401);
    assert_eq!(refresh_as(&server, "agent", &made, &tokens.refresh).await.status, 401);
    let people = home.run(["clients"]).await.expect_success().stdout;
    assert!(people.contains("at a terminal, with a secret") && !people.contains(&made), "{people}");

    home.run(["clients", "remove", "agent"]).await.expect_success();
    assert_eq!(home.json(["clients", "--json"]).await, json!([]));
    home.run(["clients", "remove", "agent"]).await.expect_failure(1, &["agent", "clients list"]);
    let kinds = home.json(["audit", "--client", "agent", "--json"]).await.to_string();
    for kind in ["client_added", "secret_rotated", "client_removed", "revoked"] {
        assert!(kinds.contains(kind), "{kind} in {kinds}");
    }
    assert!(!server.log().contains(SECRET) && !server.log().contains(&made));
}

#[tokio::test]
async fn a_secret_that_can_be_guessed_is_refused_wherever_it_comes_from() {
    let home = Home::new();
    let add = ["clients", "add", "--name", "A", "--redirect-uri", REDIRECT];
    for secret in ["short", "changeme-changeme-changeme-changeme", ""] {
        let given = [&add[..], &["--secret-stdin"]].concat();
        run_with_input(&home, &given, secret).await.expect_failure(2, &["32 or more random characters"]);
    }
    let file = home.file("secret").display().to_string();
    std::fs::write(&file, "x".repeat(40)).unwrap();
    home.run([&add[..], &["--secret-file", &file]].concat()).await.expect_failure(2, &["repeats itself"]);
    home.run([&add[..], &["--secret-file", "nowhere"]].concat()).await.expect_failure(1, &["nowhere"]);
    home.run([&add[..], &["--public", "--secret-stdin"]].concat()).await.expect_failure(2, &["--public"]);
    home.run(["clients", "add", "--name", "A", "--redirect-uri", "http://a.example/cb"])
        .await
        .expect_failure(2, &["http://a.example/cb", "https"]);
    assert_eq!(home.json(["clients", "--json"]).await, json!([]));
}

#[tokio::test]
async fn the_environment_s_client_is_there_while_it_is_named_there_and_no_longer() {
    let home = Home::new();
    let variable =
        |name: &str, value: &str| (format!("AMBIENT_INSIGHTS_STATIC_CLIENT_{name}"), value.to_owned());
    let secret = home.file("secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let mut named = Serve {
        environment: vec![
            variable("ID", "agent"),
            variable("NAME", "From outside"),
            variable("REDIRECT_URIS", REDIRECT),
            variable("SECRET_FILE", &secret.display().to_string()),
        ],
        ..Serve::default()
    };
    let server = home.serve_with(&named).await;
    let tokens = connect_as(&server, "agent", SECRET).await;
    let listing = home.json(["clients", "--json"]).await;
    assert_eq!(client(&listing, "agent")["source"], "environment");
    home.run(["clients", "remove", "agent"]).await.expect_failure(1, &["the environment", "change it there"]);
    home.run(["clients", "rotate-secret", "agent"]).await.expect_failure(1, &["the environment"]);
    // Its tokens are for this very address.
    named.port = server.port();
    server.kill().await;

    // A command without that environment takes nothing away.
    let listing = home.json(["clients", "--json"]).await;
    assert_eq!(client(&listing, "agent")["grants"].as_array().map(Vec::len), Some(1));
    let server = home.serve_with(&named).await;
    assert_eq!(refresh_as(&server, "agent", SECRET, &tokens.refresh).await.status, 200);
    server.kill().await;

    let server = home.serve().await;
    assert_eq!(refresh_as(&server, "agent", SECRET, &tokens.refresh).await.status, 401);
    assert_eq!(home.json(["clients", "--json"]).await, json!([]));
    let trail = home.json(["audit", "--kind", "client_removed", "--json"]).await;
    assert_eq!(trail[0]["outcome"], "no longer in the settings");
    drop(server);

    let weak = Serve {
        environment: vec![
            variable("ID", "a"),
            variable("REDIRECT_URIS", REDIRECT),
            variable("SECRET", "weak"),
        ],
        ..Serve::default()
    };
    let refused = home.try_serve(&weak).await.err().expect("it refuses to start");
    refused.expect_failure(2, &["the environment", "32"]);
}

#[tokio::test]
async fn the_audit_trail_tells_how_long_a_call_took_is_filtered_paged_and_exported() {
    let home = Home::new();
    let server = home.serve().await;
    let (oauth, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    mcp.call("add_user_interest", json!({"interest": "astronomy"})).await;
    mcp.call("get_user_context", json!({})).await;

    // Lines of calls are written within a tenth of a second.
    let output = home.file("out.json").display().to_string();
    home.run(["export", "--output", &output, "--with-audit"]).await.expect_success();
    let calls = home.json(["audit", "--kind", "tool_called", "--client", &oauth.id, "--json"]).await;
    assert_eq!(calls.as_array().map(Vec::len), Some(2), "{calls}");
    for call in calls.as_array().unwrap() {
        assert!(call["took_micros"].is_i64() && call["arrival"] == "local", "{call}");
    }
    let issued = home.json(["audit", "--kind", "issued", "--json"]).await;
    assert_eq!((&issued[0]["arrival"], &issued[0]["remote_address"]), (&json!("local"), &json!("127.0.0.1")));
    let newest = calls[0]["seq"].as_i64().unwrap().to_string();
    let page =
        home.json(["audit", "--kind", "tool_called", "--before", &newest, "--limit", "5", "--json"]).await;
    assert_eq!(page.as_array().map(Vec::len), Some(1), "{page}");
    assert_eq!(home.json(["audit", "--until", "2020-01-01", "--json"]).await, json!([]));
    assert_ne!(home.json(["audit", "--since", "2020-01-01", "--json"]).await, json!([]));
    home.run(["audit", "--kind", "gossip"]).await.expect_failure(2, &["tool_called"]);
    home.run(["audit", "--since", "yesterday"]).await.expect_failure(2, &["2026-11-21"]);

    let exported: Value = serde_json::from_slice(&std::fs::read(&output).unwrap()).unwrap();
    assert_eq!(exported["items"][0]["name"], "astronomy");
    let trail = exported["audit"].as_array().expect("the trail went along");
    assert!(trail.iter().any(|line| line["kind"] == "tool_called"), "{trail:?}");
    drop(server);
    let other = Home::new();
    other.run(["import", &output]).await.expect_success();
    let context = other.json(["context", "--json"]).await;
    assert!(context.to_string().contains("astronomy"), "{context}");
    let markdown = home.file("notes").display().to_string();
    home.run(["export", "--format", "markdown", "--output", &markdown, "--with-audit"])
        .await
        .expect_failure(2, &["JSON"]);
}
