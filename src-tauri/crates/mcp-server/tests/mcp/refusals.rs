//! Who is refused: requests without a caller, and callers without the scope.

use http::StatusCode;
use mcp_server::{DEFAULT_SCOPES, Outcome, scope};
use serde_json::{Value, json};

use crate::client::{Server, caller};

#[tokio::test]
async fn nothing_answers_without_a_caller() {
    let server = Server::start().await;
    for (method, params) in [
        ("server/discover", json!({})),
        ("tools/list", json!({})),
        ("tools/call", json!({ "name": "get_user_context", "arguments": {} })),
        ("tools/call", json!({ "name": "add_user_interest", "arguments": { "interest": "Rust" } })),
    ] {
        let answer = server.modern(None, method, params).await;
        assert_eq!(answer.code(), -32600, "{method}");
        assert_eq!(answer.error_text(), "this request carries no authenticated client");
    }
    assert!(server.reported().is_empty());
    let profile = serde_json::to_value(server.context.profile().await.unwrap()).unwrap();
    assert_eq!(profile["interests"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn no_session_opens_without_a_caller() {
    let server = Server::start().await;
    let body = json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": { "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } },
    });
    let answer = server.post(None, &[], &body).await;
    assert!(answer.message.get("result").is_none(), "{answer:?}");
}

#[tokio::test]
async fn a_session_does_not_lend_its_caller_to_requests_without_one() {
    let server = Server::start().await;
    let session = server.open_session("2025-11-25").await;
    for method in ["ping", "tools/list"] {
        let answer = session.request(None, method, json!({})).await;
        assert_eq!(answer.code(), -32600, "{method}");
    }
}

#[tokio::test]
async fn each_request_of_a_session_is_judged_by_its_own_scopes() {
    let server = Server::start().await;
    let session = server.open_session("2025-11-25").await;
    let answer = session.request(Some(caller(&[scope::CONTEXT_READ])), "tools/list", json!({})).await;
    assert_eq!(answer.result()["tools"].as_array().unwrap().len(), 3);
    let params = json!({ "name": "set_user_goal", "arguments": { "goal": "x" } });
    let answer = session.request(Some(caller(&[scope::CONTEXT_READ])), "tools/call", params).await;
    assert_eq!(answer.message["error"]["data"]["scope"], scope::CONTEXT_WRITE);
}

#[tokio::test]
async fn a_tool_hidden_by_scopes_names_the_missing_scope_and_does_nothing() {
    let server = Server::start().await;
    for (tool, arguments, needed) in [
        (
            "log_conversation_turn",
            json!({ "user_message": "a", "assistant_response": "b" }),
            scope::CONVERSATIONS_WRITE,
        ),
        ("get_user_context", json!({}), scope::CONTEXT_READ),
        ("get_recent_insights", json!({}), scope::INSIGHTS_READ),
        ("add_user_interest", json!({ "interest": "Rust" }), scope::CONTEXT_WRITE),
        ("set_user_goal", json!({ "goal": "Ship" }), scope::CONTEXT_WRITE),
    ] {
        let others: Vec<_> = DEFAULT_SCOPES.iter().copied().filter(|scope| *scope != needed).collect();
        let params = json!({ "name": tool, "arguments": arguments });
        let answer = server.modern(Some(caller(&others)), "tools/call", params).await;
        assert_eq!(answer.status, StatusCode::OK, "HTTP's 403 is the gateway's to give");
        assert_eq!(answer.code(), -32600);
        assert!(answer.error_text().contains(needed), "{}", answer.error_text());
        assert!(!answer.error_text().contains("unknown"), "{}", answer.error_text());
        assert_eq!(
            answer.message["error"]["data"],
            json!({ "error": "insufficient_scope", "scope": needed })
        );
        let (client, name, scopes, outcome) = server.reported().pop().unwrap();
        assert_eq!((client.as_str(), name, outcome), ("client-1", tool, Outcome::Refused));
        assert_eq!(scopes, [needed]);
    }
    let profile = serde_json::to_value(server.context.profile().await.unwrap()).unwrap();
    assert_eq!((&profile["interests"], &profile["goals"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn search_and_fetch_are_open_to_each_reading_scope_and_to_no_other() {
    let server = Server::start().await;
    for (tool, arguments) in [("search", json!({ "query": "x" })), ("fetch", json!({ "id": "x" }))] {
        let call = |scopes: Vec<&'static str>| {
            let params = json!({ "name": tool, "arguments": arguments });
            let server = &server;
            async move { server.modern(Some(caller(&scopes)), "tools/call", params).await }
        };
        for reading in [scope::CONVERSATIONS_READ, scope::INSIGHTS_READ, scope::CONTEXT_READ] {
            let answer = call(vec![reading]).await;
            assert!(answer.message.get("error").is_none(), "{tool} with {reading}: {answer:?}");
            let (_, name, scopes, _) = server.reported().pop().unwrap();
            assert_eq!((name, scopes), (tool, &[reading][..]), "the trail names the scope that let it in");
        }
        let answer =
            call(vec![scope::CONVERSATIONS_WRITE, scope::INSIGHTS_WRITE, scope::CONTEXT_WRITE]).await;
        assert_eq!(answer.code(), -32600, "{tool}");
        assert!(answer.error_text().contains("one of"), "{}", answer.error_text());
        let named = &answer.message["error"]["data"]["scope"];
        assert_eq!(named, "conversations:read insights:read context:read", "{tool}");
    }
}

#[tokio::test]
async fn an_unknown_tool_is_invalid_params_with_the_nearest_visible_name() {
    let server = Server::start().await;
    let call = |scopes: &'static [&'static str], name: &str| {
        let params = json!({ "name": name, "arguments": {} });
        let server = &server;
        async move { server.modern(Some(caller(scopes)), "tools/call", params).await }
    };
    let answer = call(DEFAULT_SCOPES, "log_conversation").await;
    assert_eq!(answer.code(), -32602);
    assert!(answer.error_text().contains("did you mean log_conversation_turn?"), "{}", answer.error_text());
    let answer = call(&[scope::CONTEXT_READ], "log_conversation").await;
    assert!(!answer.error_text().contains("log_conversation_turn"), "a hidden tool is not offered");
    let answer = call(DEFAULT_SCOPES, "zzzzzz").await;
    assert_eq!(answer.error_text(), "unknown tool; tools/list names all tools");
    assert_eq!(server.reported(), [], "a name from outside never reaches the audit trail");
    assert_eq!(answer.message["error"].get("data"), None::<&Value>);
}
