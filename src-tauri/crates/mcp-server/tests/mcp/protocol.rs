//! Both eras of the protocol: discovery, the handshake, each version, and what is not declared.

use http::StatusCode;
use mcp_server::DEFAULT_SCOPES;
use serde_json::json;

use crate::client::{LEGACY, MODERN, Server, caller};

#[tokio::test]
async fn discovery_declares_tools_alone_and_names_five_versions() {
    let server = Server::start().await;
    let answer = server.modern(Some(caller(DEFAULT_SCOPES)), "server/discover", json!({})).await;
    let result = answer.result();
    assert_eq!(result["capabilities"], json!({ "tools": {} }));
    let versions = result["supportedVersions"].as_array().unwrap();
    for version in LEGACY.iter().chain(&[MODERN]) {
        assert!(versions.contains(&json!(version)), "{version}");
    }
    assert_eq!(versions.len(), 5);
    assert_eq!(result["cacheScope"], "private");
    assert_eq!(result["ttlMs"], 300_000);
    let info = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(info["name"], "ambient-insights");
    assert_eq!(info["title"], "Ambient Insights");
    assert!(info.get("icons").is_none());
    let instructions = result["instructions"].as_str().unwrap();
    assert!(instructions.chars().count() < 600, "{} characters", instructions.chars().count());
    for tool in ["get_user_context", "get_recent_insights", "log_conversation_turn"] {
        assert!(instructions.contains(tool), "{tool}");
    }
}

#[tokio::test]
async fn each_legacy_version_is_agreed_to_and_served() {
    for version in LEGACY {
        let server = Server::start().await;
        let session = server.open_session(version).await;
        assert_eq!(session.initialized["protocolVersion"], version);
        assert_eq!(session.initialized["capabilities"], json!({ "tools": {} }));
        assert_eq!(session.initialized["serverInfo"]["name"], "ambient-insights");
        assert!(session.initialized["instructions"].is_string());

        let client = || Some(caller(DEFAULT_SCOPES));
        assert_eq!(session.request(client(), "ping", json!({})).await.result(), &json!({}), "{version}");

        let list = session.request(client(), "tools/list", json!({})).await;
        let list = list.result();
        assert_eq!(list["tools"].as_array().unwrap().len(), 7, "{version}");
        for key in ["ttlMs", "cacheScope", "resultType", "_meta"] {
            assert!(list.get(key).is_none(), "{version} does not know {key}");
        }

        let params = json!({ "name": "add_user_interest", "arguments": { "interest": "Rust" } });
        let called = session.request(client(), "tools/call", params).await;
        assert_eq!(called.structured()["added"], true, "{version}");
        assert!(called.result().get("resultType").is_none(), "{version}");
    }
}

#[tokio::test]
async fn a_handshake_for_an_unknown_version_gets_the_newest_that_has_one() {
    for asked in ["2099-01-01", MODERN] {
        let server = Server::start().await;
        let body = json!({
            "jsonrpc": "2.0", "id": 0, "method": "initialize",
            "params": { "protocolVersion": asked, "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } },
        });
        let answer = server.post(Some(caller(DEFAULT_SCOPES)), &[], &body).await;
        assert_eq!(answer.result()["protocolVersion"], "2025-11-25", "{asked}");
    }
}

#[tokio::test]
async fn a_modern_request_for_an_unknown_version_names_those_that_are_known() {
    let server = Server::start().await;
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/list",
        "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2099-01-01",
            "io.modelcontextprotocol/clientCapabilities": {},
        } },
    });
    let headers = [("mcp-protocol-version", "2099-01-01"), ("mcp-method", "tools/list")];
    let answer = server.post(Some(caller(DEFAULT_SCOPES)), &headers, &body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.code(), -32022);
    assert!(answer.message["error"]["data"]["supported"].as_array().unwrap().contains(&json!(MODERN)));
}

#[tokio::test]
async fn headers_that_contradict_the_body_are_refused() {
    let server = Server::start().await;
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "get_user_context", "_meta": {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        } },
    });
    for headers in [
        vec![
            ("mcp-protocol-version", MODERN),
            ("mcp-method", "tools/list"),
            ("mcp-name", "get_user_context"),
        ],
        vec![("mcp-protocol-version", MODERN), ("mcp-method", "tools/call"), ("mcp-name", "set_user_goal")],
        vec![("mcp-protocol-version", MODERN), ("mcp-method", "tools/call")],
        vec![("mcp-protocol-version", MODERN)],
    ] {
        let answer = server.post(Some(caller(DEFAULT_SCOPES)), &headers, &body).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32020), "{headers:?}");
    }
    assert!(server.reported().is_empty(), "nothing was called");
}

#[tokio::test]
async fn what_is_not_declared_is_not_found_in_either_era() {
    let server = Server::start().await;
    let session = server.open_session("2025-11-25").await;
    let reference = json!({ "type": "ref/prompt", "name": "x" });
    for (method, params) in [
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "x" })),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "test://x" })),
        ("completion/complete", json!({ "ref": reference, "argument": { "name": "a", "value": "" } })),
        ("logging/setLevel", json!({ "level": "info" })),
        ("tasks/get", json!({ "taskId": "x" })),
        ("skills/list", json!({})),
        ("no/such/method", json!({})),
    ] {
        let legacy = session.request(Some(caller(DEFAULT_SCOPES)), method, params.clone()).await;
        assert_eq!(legacy.code(), -32601, "{method}");
        let mut headers = vec![("mcp-protocol-version", MODERN), ("mcp-method", method)];
        match method {
            "resources/read" => headers.push(("mcp-name", "test://x")),
            "prompts/get" | "tasks/get" => headers.push(("mcp-name", "x")),
            _ => {}
        }
        let mut params = params;
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let modern = server.post(Some(caller(DEFAULT_SCOPES)), &headers, &body).await;
        assert_eq!((modern.status, modern.code()), (StatusCode::NOT_FOUND, -32601), "{method}");
    }
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let answer =
            session.request(Some(caller(DEFAULT_SCOPES)), method, json!({ "uri": "test://x" })).await;
        assert_eq!(answer.code(), -32601, "{method}");
    }
    let listen = json!({ "notifications": { "toolsListChanged": true } });
    let answer = server.modern(Some(caller(DEFAULT_SCOPES)), "subscriptions/listen", listen).await;
    assert_eq!(answer.code(), -32601);
}

#[tokio::test]
async fn the_handshake_and_ping_are_gone_from_the_modern_protocol() {
    let server = Server::start().await;
    for method in ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"] {
        let answer = server.modern(Some(caller(DEFAULT_SCOPES)), method, json!({})).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, -32601), "{method}");
        assert_eq!(answer.message["id"], 1, "{method}");
    }
}

#[tokio::test]
async fn a_tool_call_of_the_wrong_shape_is_told_the_right_one() {
    let server = Server::start().await;
    let session = server.open_session("2025-06-18").await;
    for params in [
        json!({ "name": "get_user_context", "arguments": "{}" }),
        json!({ "name": "get_user_context", "arguments": [] }),
        json!({ "name": 5 }),
        json!({ "tool": "get_user_context" }),
    ] {
        let answer = session.request(Some(caller(DEFAULT_SCOPES)), "tools/call", params.clone()).await;
        assert_eq!(answer.code(), -32602, "{params}");
        assert!(answer.error_text().contains("\"arguments\": object"), "{}", answer.error_text());
    }
}

#[tokio::test]
async fn malformed_json_rpc_is_a_client_error_and_does_no_harm() {
    let server = Server::start().await;
    let modern = [("mcp-protocol-version", MODERN), ("mcp-method", "tools/list")];
    for body in
        ["", "{", "null", "[]", "{\"jsonrpc\":\"1.0\"}", "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":1}"]
    {
        let answer = server.send("POST", Some(caller(DEFAULT_SCOPES)), &modern, body.to_owned()).await;
        assert!(answer.status.is_client_error(), "{body:?}: {answer:?}");
    }
    let after = server.modern(Some(caller(DEFAULT_SCOPES)), "tools/list", json!({})).await;
    assert_eq!(after.status, StatusCode::OK);
}
