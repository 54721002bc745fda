//! `search` and `fetch`, as an assistant calls them.

use mcp_server::scope::{
    CONTEXT_READ, CONTEXT_WRITE, CONVERSATIONS_READ, CONVERSATIONS_WRITE, DEFAULT_SCOPES, INSIGHTS_READ,
};
use serde_json::{Value, json};

use crate::client::{Answer, Server, caller};

async fn call(server: &Server, scopes: &[&str], tool: &str, arguments: Value) -> Answer {
    let call = json!({ "name": tool, "arguments": arguments });
    server.modern(Some(caller(scopes)), "tools/call", call).await
}

async fn answer(server: &Server, scopes: &[&str], tool: &str, arguments: Value) -> Value {
    call(server, scopes, tool, arguments).await.structured().clone()
}

async fn refusal(server: &Server, scopes: &[&str], tool: &str, arguments: Value) -> String {
    call(server, scopes, tool, arguments).await.tool_error().to_owned()
}

const ALL: &[&str] = DEFAULT_SCOPES;

#[tokio::test]
async fn what_was_just_logged_is_found_and_fetched() {
    let server = Server::start().await;
    let turn =
        json!({ "user_message": "My oboe needs new reeds", "assistant_response": "Order them in Trieste." });
    answer(&server, ALL, "log_conversation_turn", turn).await;
    let found = answer(&server, ALL, "search", json!({ "query": "Where do I order oboe reeds?" })).await;
    let hit = &found["results"][0];
    assert_eq!(hit["kind"], "turn");
    assert!(hit["text"].as_str().unwrap().contains("Trieste"));
    assert!(hit["url"].as_str().unwrap().starts_with("ambient://turns/"));
    for id in ["id", "url"] {
        let whole = answer(&server, ALL, "fetch", json!({ "id": hit[id] })).await;
        assert_eq!(
            (&whole["id"], &whole["title"], &whole["metadata"]["kind"]),
            (&hit["id"], &hit["title"], &json!("turn"))
        );
    }
}

#[tokio::test]
async fn what_the_token_may_not_read_is_neither_found_nor_fetched() {
    let server = Server::start().await;
    let writer = [CONTEXT_WRITE, CONVERSATIONS_WRITE];
    answer(&server, &writer, "add_user_interest", json!({ "interest": "glassblowing" })).await;
    let note = json!({ "kind": "note", "text": "The glassblowing course begins in May." });
    answer(&server, &writer, "remember", note).await;
    let turn = json!({ "user_message": "About glassblowing", "assistant_response": "It is hot." });
    answer(&server, &writer, "log_conversation_turn", turn).await;
    let kinds = |answer: &Value| -> Vec<String> {
        let results = answer["results"].as_array().unwrap().iter();
        let mut kinds: Vec<_> = results.map(|hit| hit["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort_unstable();
        kinds
    };
    let query = json!({ "query": "glassblowing" });
    let all = answer(&server, ALL, "search", query.clone()).await;
    assert_eq!(kinds(&all), ["insight", "interest", "turn"]);
    let unknown =
        refusal(&server, ALL, "fetch", json!({ "id": "019a9d0c-5c00-7000-8000-0123456789ab" })).await;
    for (scope, own) in [(CONVERSATIONS_READ, "turn"), (INSIGHTS_READ, "insight"), (CONTEXT_READ, "interest")]
    {
        let found = answer(&server, &[scope], "search", query.clone()).await;
        assert_eq!(kinds(&found), [own], "{scope}");
        assert!(found.get("note").is_none(), "nothing was asked for that is missing: {found}");
        assert!(found["results"][0].get("score").is_none(), "it is counted over what the token may not read");
        for hit in all["results"].as_array().unwrap() {
            let (kind, id) = (hit["kind"].as_str().unwrap(), json!({ "id": hit["id"] }));
            if kind == own {
                assert_eq!(answer(&server, &[scope], "fetch", id).await["id"], hit["id"], "{scope}");
                continue;
            }
            // In the words in which an id is refused that nothing has: nobody learns that there is more.
            assert_eq!(refusal(&server, &[scope], "fetch", id).await, unknown, "{scope} {kind}");
            let only = json!({ "query": "glassblowing", "kinds": [kind] });
            let empty = answer(&server, &[scope], "search", only).await;
            assert!(kinds(&empty).is_empty(), "{scope} {kind}");
            assert!(empty["note"].as_str().unwrap().contains("may not read"), "{empty}");
            let both = json!({ "query": "glassblowing", "kinds": [kind, own] });
            let one = answer(&server, &[scope], "search", both).await;
            assert_eq!(kinds(&one), [own], "{scope} {kind}");
            assert!(one["note"].as_str().unwrap().contains("may not read"), "{one}");
        }
    }
}

#[tokio::test]
async fn a_budget_shortens_texts_and_a_cursor_goes_on_behind_them() {
    let server = Server::start().await;
    for number in 0..8 {
        let long = format!("Tide table {number}. {}", "And so on. ".repeat(400));
        let turn = json!({ "user_message": long, "assistant_response": "Noted." });
        answer(&server, ALL, "log_conversation_turn", turn).await;
    }
    let query = |more: Value| {
        let mut query = json!({ "query": "tide table", "limit": 5, "kinds": ["turn"], "max_tokens": 200 });
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        query
    };
    let first = answer(&server, ALL, "search", query(json!({}))).await;
    assert_eq!(first["results"].as_array().unwrap().len(), 5);
    assert!(first.to_string().len() < 6_000, "{} bytes", first.to_string().len());
    let second = answer(&server, ALL, "search", query(json!({ "cursor": first["next_cursor"] }))).await;
    assert_eq!(second["results"].as_array().unwrap().len(), 3);
    assert!(second.get("next_cursor").is_none());
    let other = query(json!({ "cursor": first["next_cursor"], "query": "something else" }));
    assert!(refusal(&server, ALL, "search", other).await.contains("another call"));
}

#[tokio::test]
async fn bad_arguments_are_told_how_to_do_better() {
    let server = Server::start().await;
    for (arguments, wanted) in [
        (json!({ "query": "x", "since": "soon" }), "last week"),
        (json!({ "query": "x", "kinds": ["memory"] }), "turn, insight"),
        (json!({}), "`query` is missing"),
    ] {
        let told = refusal(&server, ALL, "search", arguments).await;
        assert!(told.contains(wanted), "{told}");
    }
    let told = refusal(&server, ALL, "fetch", json!({ "id": "nonsense" })).await;
    assert!(told.contains("one that search gave"), "{told}");
}
