//! Access tokens that are signed, checked by a library that knows nothing of us.

use serde_json::Value;

use super::{installed, node};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::{OAuthClient, connect};
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::within;

/// What a resource server with `jose` says of a token.
async fn verified(server: &RunningServer, token: &str, resource: &str) -> Result<Value, String> {
    let issuer = server.ready.issuer.as_str().trim_end_matches('/');
    let mut command = node(&server.home);
    command
        .env("NODE_EXTRA_CA_CERTS", server.authority())
        .arg(installed("verify_token.mjs"))
        .args([issuer, resource, token]);
    let output = within("the end of jose", command.output()).await.expect("jose starts");
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).expect("it prints the claims"))
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[tokio::test]
#[ignore = "needs jose; `cargo xtask test --all` installs and runs it"]
async fn a_signed_token_is_verified_by_others_with_the_keys_that_the_metadata_names() {
    let signed = Serve {
        environment: vec![("AMBIENT_INSIGHTS_ACCESS_TOKEN_FORMAT".to_owned(), "jwt".to_owned())],
        ..Serve::default()
    };
    let server = Home::new().serve_with(&signed).await;
    let (client, tokens) = connect(&server, "Signed", None).await;
    let resource = server.ready.mcp_url.as_str();
    let claims = verified(&server, &tokens.access, resource).await.expect("the token is good");
    assert_eq!(claims["payload"]["client_id"], client.id.as_str());
    assert_eq!(claims["payload"]["scope"], tokens.scope.as_str());
    let elsewhere = verified(&server, &tokens.access, "https://elsewhere.example/mcp").await;
    assert!(elsewhere.expect_err("it is for us").contains("\"aud\""));
    let mut changed = tokens.access.clone();
    let last = changed.pop().expect("a token has an end");
    // The last character of 64 bytes in base64url carries four bits of no meaning; another one of the signature.
    let middle = changed.len() - 20;
    let other = if changed.as_bytes()[middle] == b'A' { "B" } else { "A" };
    changed.replace_range(middle..=middle, other);
    changed.push(last);
    assert!(verified(&server, &changed, resource).await.is_err());

    // Here it opens the door, until it is given back: at once, however good its signature still is.
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    assert!(!mcp.call("get_user_context", serde_json::json!({})).await.is_error);
    refreshes(&server, &client, &tokens.refresh).await;
    assert_eq!(client.revoke(&server, &tokens.access).await.status, 200);
    let refused = mcp.post("tools/list", None, &serde_json::json!({})).await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    assert!(verified(&server, &tokens.access, resource).await.is_ok());
}

async fn refreshes(server: &RunningServer, client: &OAuthClient, refresh_token: &str) {
    let first = client.refresh(server, refresh_token).await.json();
    let retry = client.refresh(server, refresh_token).await.json();
    assert_eq!(first["access_token"], retry["access_token"], "a retry gets the very same token");
    assert!(first["access_token"].as_str().is_some_and(|token| token.starts_with("eyJ")), "{first}");
}
