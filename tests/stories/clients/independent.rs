//! OAuth clients that know nothing of MCP, from npm and `PyPI`: what they understand of us is what the RFCs say.

use serde_json::{Value, json};
use tokio::process::Command;
use url::Url;

use super::{Talking, installed, node, python};
use crate::support::oauth::{approve_in, connect};
use crate::support::program::{Home, RunningServer};

/// Lets the client come in with the owner's approval and gives what it says of it.
async fn comes_in(server: &RunningServer, mut command: Command, as_whom: &[&str]) -> Value {
    let issuer = server.ready.issuer.as_str().trim_end_matches('/');
    command.arg(issuer).arg(server.ready.mcp_url.as_str());
    command.arg(server.authority()).args(as_whom);
    let mut client = Talking::start(command);
    let said = client.line().await;
    let url = said["authorize_url"].as_str().unwrap_or_else(|| panic!("no authorization URL: {said}"));
    let url = Url::parse(url).expect("the authorization URL is a URL");
    let back = approve_in(server, &mut server.browser(), &url).await;
    client.tell(back.as_str()).await;
    let said = client.line().await;
    client.end().await;
    said
}

fn came_in_and_went(said: &Value) {
    assert_eq!(said["scope"], "context:read insights:read", "{said}");
    assert_eq!(said["with_token"], 200, "{said}");
    assert_eq!(said["rotated"], true, "{said}");
    assert_eq!(said["with_renewed"], 200, "{said}");
    assert_eq!(said["same_again"], true, "a lost answer is given again: {said}");
    assert_eq!(said["code_again"], "invalid_grant", "{said}");
    assert_eq!(said["with_revoked"], 401, "{said}");
    assert_eq!(said["refresh_revoked"], "invalid_grant", "{said}");
}

#[tokio::test]
#[ignore = "needs openid-client; `cargo xtask test --all` installs and runs it"]
async fn openid_client_registers_comes_in_refreshes_and_gives_its_tokens_back() {
    let server = Home::new().serve().await;
    let mut command = node(&server.home);
    command.env("NODE_EXTRA_CA_CERTS", server.authority()).arg(installed("openid_client.mjs"));
    came_in_and_went(&comes_in(&server, command, &[]).await);
}

#[tokio::test]
#[ignore = "needs Authlib; `cargo xtask test --all` installs and runs it"]
async fn authlib_registers_comes_in_refreshes_and_gives_its_tokens_back() {
    let server = Home::new().serve().await;
    let mut command = python(&server.home);
    command.arg(installed("authlib_client.py"));
    let said = comes_in(&server, command, &[]).await;
    came_in_and_went(&said);
    let managed = json!({
        "renamed": "Authlib, renamed",
        "with_old_token": 401,
        "removed": 204,
        "read_when_removed": 401,
        "refresh_when_removed": "invalid_client",
    });
    assert_eq!(said["managed"], managed, "{said}");
}

/// The owner registers a client; it comes in by each of the ways to show a secret.
async fn comes_in_with_a_secret(command: impl Fn(&RunningServer) -> Command) {
    let server = Home::new().serve().await;
    let (other, foreign) = connect(&server, "Somebody else", None).await;
    for method in ["client_secret_basic", "client_secret_post"] {
        let redirect = "http://127.0.0.1:49152/callback";
        let add =
            ["clients", "add", "--name", "Server", "--id", method, "--redirect-uri", redirect, "--json"];
        let added = server.home.json(add).await;
        let secret = added["client_secret"].as_str().expect("a secret was made");
        let as_whom = [method, method, secret, foreign.access.as_str()];
        let said = comes_in(&server, command(&server), &as_whom).await;
        assert_eq!(said["with_wrong_secret"], true, "{said}");
        assert_eq!(said["scope"], "context:read insights:read", "the code was still good: {said}");
        let own = json!({
            "active": true,
            "scope": "context:read insights:read",
            "client_id": method,
            "aud": server.ready.mcp_url.as_str(),
            "iss": server.ready.issuer.as_str().trim_end_matches('/'),
        });
        assert_eq!(said["own"], own);
        assert_eq!(said["foreign"], json!({ "active": false }), "another's token is no business of it");
        assert_eq!(said["asked_with_wrong_secret"], true, "{said}");
        assert_eq!((&said["rotated"], &said["renewed"]), (&json!(true), &json!(true)), "{said}");
        assert_eq!(said["revoked"], json!({ "active": false }));
    }
    let answer = other.refresh(&server, &foreign.refresh).await;
    assert_eq!(answer.status, 200, "it gave back what was another's in vain: {}", answer.text());
}

#[tokio::test]
#[ignore = "needs openid-client; `cargo xtask test --all` installs and runs it"]
async fn openid_client_with_a_secret_comes_in_asks_about_its_tokens_and_gives_them_back() {
    comes_in_with_a_secret(|server| {
        let mut command = node(&server.home);
        command.env("NODE_EXTRA_CA_CERTS", server.authority()).arg(installed("openid_client_secret.mjs"));
        command
    })
    .await;
}

#[tokio::test]
#[ignore = "needs Authlib; `cargo xtask test --all` installs and runs it"]
async fn authlib_with_a_secret_comes_in_asks_about_its_tokens_and_gives_them_back() {
    comes_in_with_a_secret(|server| {
        let mut command = python(&server.home);
        command.arg(installed("authlib_client_secret.py"));
        command
    })
    .await;
}
