//! `tools/list`: what it shows to whom, in which order, how large, and how long it may be kept.

use mcp_server::{DEFAULT_SCOPES, scope};
use serde_json::{Value, json};

use crate::client::{Server, caller};

async fn list(server: &Server, scopes: &[&str]) -> Value {
    server.modern(Some(caller(scopes)), "tools/list", json!({})).await.result().clone()
}

fn names(list: &Value) -> Vec<&str> {
    list["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_whole_list_reads_as_committed() {
    let server = Server::start().await;
    let list = list(&server, DEFAULT_SCOPES).await;
    insta::assert_json_snapshot!(list["tools"]);
}

#[tokio::test]
async fn the_whole_list_stays_small() {
    // Every client puts it into its model's context.
    let server = Server::start().await;
    let size = list(&server, DEFAULT_SCOPES).await["tools"].to_string().len();
    // All twelve tools stay below 9,000 bytes; peers need 11 to 68 kB.
    assert!(size < 9_000, "tools/list is {size} bytes");
}

#[tokio::test]
async fn the_order_is_the_same_each_time() {
    let server = Server::start().await;
    let first = list(&server, DEFAULT_SCOPES).await;
    for _ in 0..5 {
        assert_eq!(list(&server, DEFAULT_SCOPES).await, first);
    }
    assert_eq!(
        names(&first),
        [
            "get_user_context",
            "get_recent_insights",
            "search",
            "fetch",
            "get_reflection_task",
            "log_conversation_turn",
            "remember",
            "update_user_context",
            "add_user_interest",
            "set_user_goal",
            "save_insight",
            "forget"
        ]
    );
}

#[tokio::test]
async fn a_token_sees_only_the_tools_that_its_scopes_allow() {
    let server = Server::start().await;
    for (scopes, visible) in [
        (vec![], vec![]),
        (vec![scope::CONTEXT_READ], vec!["get_user_context", "search", "fetch"]),
        (vec![scope::INSIGHTS_READ], vec!["get_recent_insights", "search", "fetch"]),
        (vec![scope::CONVERSATIONS_WRITE], vec!["log_conversation_turn"]),
        (
            vec![scope::CONTEXT_WRITE],
            vec!["remember", "update_user_context", "add_user_interest", "set_user_goal"],
        ),
        (vec![scope::CONVERSATIONS_READ], vec!["search", "fetch"]),
        (vec![scope::INSIGHTS_WRITE], vec!["save_insight"]),
        (
            vec![scope::CONVERSATIONS_READ, scope::INSIGHTS_READ],
            vec!["get_recent_insights", "search", "fetch", "get_reflection_task"],
        ),
        (vec!["context", "context:readwrite", "CONTEXT:READ"], vec![]),
    ] {
        assert_eq!(names(&list(&server, &scopes).await), visible, "{scopes:?}");
    }
}

#[tokio::test]
async fn the_list_is_private_and_short_lived() {
    let server = Server::start().await;
    let list = list(&server, DEFAULT_SCOPES).await;
    assert_eq!(list["cacheScope"], "private");
    assert_eq!(list["ttlMs"], 300_000);
    assert_eq!(list["resultType"], "complete");
    assert_eq!(list["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "ambient-insights");
    assert!(list.get("nextCursor").is_none());
}

#[tokio::test]
async fn a_cursor_that_was_never_given_is_refused() {
    let server = Server::start().await;
    let answer = server.modern(Some(caller(DEFAULT_SCOPES)), "tools/list", json!({ "cursor": "MTA" })).await;
    assert_eq!(answer.code(), -32602);
    assert!(answer.error_text().contains("one page"));
}
