//! What an assistant can do once it is in, in both eras of the protocol.

use serde_json::json;

use crate::support::mcp::{Era, McpClient, message};
use crate::support::oauth::{authorize, connect};
use crate::support::program::Home;

#[tokio::test]
async fn the_five_tools_work_for_clients_of_both_eras() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    for era in [Era::Legacy, Era::Modern] {
        let mut mcp = McpClient::open(&server.https(), &tokens.access, era).await;
        let listed = message(&mcp.post("tools/list", None, &json!({})).await);
        let names: Vec<&str> = listed["result"]["tools"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|tool| tool["name"].as_str())
            .collect();
        for tool in [
            "log_conversation_turn",
            "get_user_context",
            "get_recent_insights",
            "add_user_interest",
            "set_user_goal",
        ] {
            assert!(names.contains(&tool), "{tool} is not in {names:?} ({era:?})");
        }

        let turn = json!({
            "user_message": format!("How do I borrow twice in Rust? ({era:?})"),
            "assistant_response": "You cannot borrow mutably twice; split the borrow.",
        });
        let stored = mcp.call("log_conversation_turn", turn).await;
        assert_eq!(stored.content["stored"], true, "{stored:?}");
        assert!(stored.content["turn_id"].is_string(), "{stored:?}");

        mcp.call("add_user_interest", json!({"interest": format!("sailing {era:?}")})).await;
        mcp.call("set_user_goal", json!({"goal": format!("cross the bay {era:?}")})).await;
        let context = mcp.call("get_user_context", json!({})).await;
        assert!(context.text.contains(&format!("sailing {era:?}")), "{context:?}");
        assert!(context.text.contains(&format!("cross the bay {era:?}")), "{context:?}");
        let insights = mcp.call("get_recent_insights", json!({"limit": 3})).await;
        assert!(!insights.is_error, "{insights:?}");
    }
}

#[tokio::test]
async fn a_wrong_argument_is_a_tool_error_that_says_how_to_do_better() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let missing = mcp.call("log_conversation_turn", json!({"user_message": "only one half"})).await;
    assert!(missing.is_error, "{missing:?}");
    assert!(missing.text.contains("assistant_response"), "{missing:?}");
    let wrong = mcp.call("get_recent_insights", json!({"limit": "many"})).await;
    assert!(wrong.is_error && wrong.text.contains("limit"), "{wrong:?}");
}

#[tokio::test]
async fn a_token_finds_what_its_scopes_allow_and_learns_nothing_of_the_rest() {
    let server = Home::new().serve().await;
    let (client, all) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &all.access, Era::Modern).await;
    let turn = json!({"user_message": "Where do swifts sleep?", "assistant_response": "In the air."});
    mcp.call("log_conversation_turn", turn).await;
    mcp.call("add_user_interest", json!({"interest": "swifts"})).await;
    let both = mcp.call("search", json!({"query": "swifts"})).await.content;
    let turn = both["results"].as_array().unwrap().iter().find(|hit| hit["kind"] == "turn").unwrap();

    let tokens = authorize(&server, &client, Some("context:read")).await;
    for era in [Era::Legacy, Era::Modern] {
        let mut mcp = McpClient::open(&server.https(), &tokens.access, era).await;
        let found = mcp.call("search", json!({"query": "swifts"})).await.content;
        let kinds: Vec<_> = found["results"].as_array().unwrap().iter().map(|hit| &hit["kind"]).collect();
        assert_eq!(kinds, ["interest"], "{era:?}");
        let hidden = mcp.call("fetch", json!({"id": turn["id"]})).await;
        let absent = mcp.call("fetch", json!({"id": "019a9d0c-5c00-7000-8000-0123456789ab"})).await;
        assert!(hidden.is_error && hidden.text == absent.text, "{hidden:?} {absent:?}");
    }
    let tokens = authorize(&server, &client, Some("context:write")).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let call = json!({"name": "search", "arguments": {"query": "swifts"}});
    let refused = mcp.post("tools/call", Some("search"), &call).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
}

#[tokio::test]
async fn a_session_belongs_to_the_client_that_opened_it() {
    let server = Home::new().serve().await;
    let (_, first) = connect(&server, "First", None).await;
    let (_, second) = connect(&server, "Second", None).await;
    let mine = McpClient::open(&server.https(), &first.access, Era::Legacy).await;
    let session = mine.session().expect("a legacy client gets a session").to_owned();

    let body = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/list", "params": {}});
    let request = hyper::Request::post("/mcp")
        .header("authorization", format!("Bearer {}", second.access))
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", "2025-11-25")
        .header("mcp-session-id", &session)
        .body(http_body_util::Full::from(body.to_string()))
        .unwrap();
    let answer = server.https().send(request).await;
    assert_eq!(answer.status, 404, "to somebody else the session does not exist: {}", answer.text());
}
