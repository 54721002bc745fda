//! How a client is let in, stays in, and is put out.

use serde_json::json;

use crate::support::browser::Arrived;
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::{OAuthClient, Tokens, approve_in, authorize, connect, parameter};
use crate::support::program::Home;
use crate::support::within;

#[tokio::test]
async fn a_stranger_is_told_where_to_ask_and_finds_the_whole_way_from_there() {
    let server = Home::new().serve().await;
    let https = server.https();
    let issuer = server.ready.issuer.as_str().trim_end_matches('/');

    let refused = https.post_json("/mcp", &json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})).await;
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate");
    let document = format!("{issuer}/.well-known/oauth-protected-resource");
    assert!(challenge.starts_with("Bearer "), "{challenge}");
    assert!(challenge.contains(&format!("resource_metadata=\"{document}")), "{challenge}");
    assert!(challenge.contains("context:read"), "{challenge}");
    for never in ["admin", "connectors:use", "web-search:read", "offline_access"] {
        assert!(!challenge.contains(never), "{challenge}");
    }

    for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"] {
        let resource = https.get(path).await.json();
        assert_eq!(resource["resource"], server.ready.mcp_url.as_str());
        assert_eq!(resource["authorization_servers"], json!([issuer]));
    }
    let metadata = https.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["issuer"], issuer);
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(metadata["response_types_supported"], json!(["code"]));
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    assert_eq!(metadata["client_id_metadata_document_supported"], true);
}

#[tokio::test]
async fn a_client_gets_in_only_after_the_owner_approved_and_only_in_the_browser_that_asked() {
    let server = Home::new().serve().await;
    let client = OAuthClient::register(&server, "Story").await;
    let attempt = client.attempt(&server, None);
    let mut browser = server.browser();
    let (waiting, page) = browser.open(&attempt.url).await.page();
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert!(
        browser.cookie_names().iter().any(|name| name.starts_with("__Host-")),
        "{:?}",
        browser.cookie_names()
    );

    let pending = server.home.json(["approvals", "list", "--json"]).await;
    let entry = &pending[0];
    assert_eq!(pending.as_array().map(Vec::len), Some(1), "{pending}");
    assert_eq!(entry["client_id"], client.id.as_str());
    assert_eq!(entry["client_name"], "Story");
    assert_eq!(entry["redirect_host"].as_str().unwrap().split(':').next(), Some("127.0.0.1"));
    assert_eq!(entry["resource"], server.ready.mcp_url.as_str());
    assert_eq!(entry["arrival"], "local");
    assert!(waiting.path().ends_with(entry["id"].as_str().unwrap()), "{waiting} {entry}");

    // Undecided: the browser waits. Decided: only the browser with the cookie is sent to the client.
    assert!(matches!(browser.open(&waiting).await, Arrived::Page { .. }));
    server.home.run(["approvals", "approve", entry["id"].as_str().unwrap()]).await.expect_success();
    assert!(
        matches!(server.browser().open(&waiting).await, Arrived::Page { .. }),
        "another browser learns nothing"
    );
    let back = browser.open(&waiting).await.away();
    assert!(back.as_str().starts_with(&client.redirect_uri), "{back}");
    assert_eq!(parameter(&back, "state").as_deref(), Some(attempt.state.as_str()));
    let issuer = server.ready.issuer.as_str().trim_end_matches('/');
    assert_eq!(parameter(&back, "iss").as_deref(), Some(issuer));

    let code = parameter(&back, "code").unwrap();
    let wrong = client.redeem(&server, &code, "a-verifier-that-nobody-made-a-challenge-of-0123456789").await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["error"].clone()), (400, json!("invalid_grant")));
    let pending = server.home.json(["approvals", "list", "--json"]).await;
    assert_eq!(pending, json!([]), "what is decided does not wait any more");
}

#[tokio::test]
async fn a_denied_client_hears_access_denied() {
    let server = Home::new().serve().await;
    let client = OAuthClient::register(&server, "Unwanted").await;
    let attempt = client.attempt(&server, None);
    let mut browser = server.browser();
    let (waiting, _) = browser.open(&attempt.url).await.page();
    let id = waiting.path_segments().unwrap().next_back().unwrap().to_owned();
    server.home.run(["approvals", "deny", &id]).await.expect_success();
    let back = browser.open(&waiting).await.away();
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&back, "state").as_deref(), Some(attempt.state.as_str()));
    assert_eq!(parameter(&back, "code"), None);
}

#[tokio::test]
async fn a_client_whose_document_can_not_be_fetched_waits_and_is_denied_once_the_owner_acts() {
    let server = Home::new().serve().await;
    // No name under `.invalid` is ever looked up, so that this asks nobody outside.
    let attempt = OAuthClient {
        id: "https://client.example.invalid/client.json".to_owned(),
        ..OAuthClient::register(&server, "Unknown").await
    }
    .attempt(&server, None);
    let (_, refused) = server.browser().open(&attempt.url).await.page();
    assert_eq!(refused.status, 400, "{}", refused.text());

    let attempt = OAuthClient {
        id: "https://client.example/client.json".to_owned(),
        ..OAuthClient::register(&server, "Unknown").await
    }
    .attempt(&server, None);
    let mut browser = server.browser();
    let (waiting, page) = browser.open(&attempt.url).await.page();
    assert!(page.text().contains("not looked up yet"), "{}", page.text());
    let pending = server.home.json(["approvals", "list", "--json"]).await;
    assert_eq!(
        (&pending[0]["client_name"], &pending[0]["verified"], &pending[0]["looked_up"]),
        (&json!("client.example"), &json!(false), &json!(false))
    );
    // `client.example` has no address (RFC 2606), or this computer has no way out.
    let id = pending[0]["id"].as_str().unwrap().to_owned();
    server.home.run(["approvals", "approve", &id]).await.expect_failure(1, &["metadata document", "denied"]);
    let (_, page) = browser.open(&waiting).await.page();
    assert!(page.text().contains("could not be fetched"), "{}", page.text());
    assert_eq!(server.home.json(["approvals", "list", "--json"]).await, json!([]));
}

#[tokio::test]
async fn the_owner_can_give_less_than_was_asked() {
    let server = Home::new().serve().await;
    let client = OAuthClient::register(&server, "Greedy").await;
    let attempt = client.attempt(&server, None);
    let mut browser = server.browser();
    let (waiting, _) = browser.open(&attempt.url).await.page();
    let id = waiting.path_segments().unwrap().next_back().unwrap().to_owned();
    server.home.run(["approvals", "approve", &id, "--scopes", "context:read"]).await.expect_success();
    let code = parameter(&browser.open(&waiting).await.away(), "code").unwrap();
    let tokens = Tokens::from(&client.redeem(&server, &code, &attempt.verifier).await.json());
    assert_eq!(tokens.scope, "context:read");

    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let arguments = json!({"name": "log_conversation_turn", "arguments": {"user_message": "a", "assistant_response": "b"}});
    let refused = mcp.post("tools/call", Some("log_conversation_turn"), &arguments).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    let challenge = refused.header("www-authenticate");
    assert!(
        challenge.contains("error=\"insufficient_scope\"") && challenge.contains("conversations:write"),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_code_works_once_and_its_replay_takes_the_tokens_back() {
    let server = Home::new().serve().await;
    let client = OAuthClient::register(&server, "Story").await;
    let attempt = client.attempt(&server, None);
    let back = approve_in(&server, &mut server.browser(), &attempt.url).await;
    let code = parameter(&back, "code").unwrap();
    let tokens = Tokens::from(&client.redeem(&server, &code, &attempt.verifier).await.json());
    McpClient::open(&server.https(), &tokens.access, Era::Legacy).await;

    let replay = client.redeem(&server, &code, &attempt.verifier).await;
    assert_eq!((replay.status.as_u16(), replay.json()["error"].clone()), (400, json!("invalid_grant")));
    assert_eq!(knock(&server, &tokens.access).await, 401, "whoever replayed may have stolen the tokens too");
}

#[tokio::test]
async fn refreshing_rotates_and_revoking_ends_it() {
    let server = Home::new().serve().await;
    let (client, first) = connect(&server, "Story", None).await;
    assert!(first.scope.split(' ').all(|scope| !scope.starts_with("admin")), "{}", first.scope);

    let answer = client.refresh(&server, &first.refresh).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    let second = Tokens::from(&answer.json());
    assert_ne!(first.refresh, second.refresh);
    assert_ne!(first.access, second.access);
    assert_eq!(knock(&server, &second.access).await, 200);

    assert_eq!(client.revoke(&server, &second.refresh).await.status, 200);
    assert_eq!(knock(&server, &second.access).await, 401);
    let dead = client.refresh(&server, &second.refresh).await;
    assert_eq!((dead.status.as_u16(), dead.json()["error"].clone()), (400, json!("invalid_grant")));
}

#[tokio::test]
async fn a_restart_keeps_clients_tokens_and_memories() {
    let home = Home::new();
    let server = home.serve().await;
    let port = server.port();
    let (client, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let turn = json!({"user_message": "Remember the lighthouse.", "assistant_response": "I will."});
    let stored = mcp.call("log_conversation_turn", turn).await;
    assert_eq!(stored.content["stored"], true, "{stored:?}");
    mcp.call("add_user_interest", json!({"interest": "lighthouses"})).await;
    drop(mcp);
    server.kill().await;

    // The same port: the origin, and with it every audience, has the port in it.
    let options = crate::support::program::Serve { port, ..Default::default() };
    let server = home.serve_with(&options).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let context = mcp.call("get_user_context", json!({})).await;
    assert!(context.text.contains("lighthouses"), "{context:?}");
    let turns = home.json(["turns", "list", "--json"]).await;
    assert!(turns.to_string().contains("Remember the lighthouse."), "{turns}");
    assert_eq!(client.refresh(&server, &tokens.refresh).await.status, 200);
    authorize(&server, &client, None).await;
}

#[tokio::test]
async fn the_owner_ends_a_clients_access_at_once_and_the_audit_trail_has_it_all() {
    let server = Home::new().serve().await;
    let (client, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    mcp.call("get_user_context", json!({})).await;

    let clients = server.home.json(["clients", "--json"]).await;
    assert!(clients.to_string().contains(&client.id), "{clients}");
    server.home.run(["clients", "revoke", &client.id]).await.expect_success();
    assert_eq!(knock(&server, &tokens.access).await, 401);

    // Tool calls reach the trail within a tenth of a second, off the answer's path.
    let audit = within("the tool call in the audit trail", async {
        loop {
            let audit = server.home.json(["audit", "--json"]).await.to_string();
            if audit.contains("get_user_context") {
                break audit;
            }
        }
    })
    .await;
    assert!(audit.contains(&client.id), "{audit}");
    for secret in [&tokens.access, &tokens.refresh] {
        assert!(!audit.contains(secret.as_str()), "a token stands in the audit trail");
        assert!(!server.log().contains(secret.as_str()), "a token stands in the log");
        for file in ["authorization.db", "authorization.db-wal", "context.db", "context.db-wal"] {
            let bytes = std::fs::read(server.home.data().join(file)).unwrap_or_default();
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a token stands in {file}");
        }
    }
}

/// What the door answers to a bearer token.
async fn knock(server: &crate::support::program::RunningServer, token: &str) -> u16 {
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "knock", "version": "1"}},
    });
    let request = hyper::Request::post("/mcp")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(http_body_util::Full::from(body.to_string()))
        .unwrap();
    server.https().send(request).await.status.as_u16()
}

/// RS-3: what a challenge names is what the client asks for next, and then it goes on (step-up).
#[tokio::test]
async fn a_client_that_lacks_a_scope_asks_for_what_the_challenge_names_and_then_may() {
    let server = Home::new().serve().await;
    let client = OAuthClient::register(&server, "Modest").await;
    let few = authorize(&server, &client, Some("context:read")).await;
    let mut mcp = McpClient::open(&server.https(), &few.access, Era::Modern).await;
    let turn = json!({ "user_message": "May I?", "assistant_response": "Now you may." });
    let call = json!({ "name": "log_conversation_turn", "arguments": turn });
    let refused = mcp.post("tools/call", Some("log_conversation_turn"), &call).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    let challenge = refused.header("www-authenticate");
    assert!(challenge.contains("resource_metadata=\"https://"), "{challenge}");
    let named = challenge.split("scope=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();

    // As MCP says: what it has, and what it lacks.
    let union = format!("{} {named}", few.scope);
    let more = authorize(&server, &client, Some(&union)).await;
    let mut mcp = McpClient::open(&server.https(), &more.access, Era::Modern).await;
    let stored = mcp.call("log_conversation_turn", turn).await;
    assert_eq!(stored.content["stored"], true, "{}", stored.text);
    let read = mcp.call("get_user_context", json!({})).await;
    assert!(!read.is_error, "what it had before it has still: {}", read.text);
}
