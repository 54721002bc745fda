//! OAuth clients that know nothing of MCP, from npm and `PyPI`: what they understand of us is what the RFCs say.

use serde_json::Value;
use tokio::process::Command;
use url::Url;

use super::{Talking, installed, node, python};
use crate::support::oauth::approve_in;
use crate::support::program::{Home, RunningServer};

/// Lets the client come in with the owner's approval and gives what it says of it.
async fn comes_in(server: &RunningServer, mut command: Command) -> Value {
    let issuer = server.ready.issuer.as_str().trim_end_matches('/');
    command.arg(issuer).arg(server.ready.mcp_url.as_str());
    command.arg(server.authority());
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
    came_in_and_went(&comes_in(&server, command).await);
}

#[tokio::test]
#[ignore = "needs Authlib; `cargo xtask test --all` installs and runs it"]
async fn authlib_registers_comes_in_refreshes_and_gives_its_tokens_back() {
    let server = Home::new().serve().await;
    let mut command = python(&server.home);
    command.arg(installed("authlib_client.py"));
    came_in_and_went(&comes_in(&server, command).await);
}
