//! Each tool called as an assistant calls it, over a real store.

use context::{Author, ItemChange, ItemQuery, ItemState};
use mcp_server::Outcome;
use serde_json::{Value, json};

use crate::client::Server;

/// Holds an answer against the output schema that `tools/list` promised.
pub(crate) async fn assert_promised(server: &Server, tool: &str, structured: &Value) {
    let caller = crate::client::caller(mcp_server::DEFAULT_SCOPES);
    let list = server.modern(Some(caller), "tools/list", json!({})).await;
    let tools = list.result()["tools"].as_array().unwrap();
    let schema = &tools.iter().find(|listed| listed["name"] == tool).unwrap()["outputSchema"];
    let validator = jsonschema::draft202012::new(schema).unwrap();
    let faults: Vec<_> = validator.iter_errors(structured).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{tool} broke its promise: {faults:?} in {structured}");
}

fn turn(user_message: &str, assistant_response: &str) -> Value {
    json!({ "user_message": user_message, "assistant_response": assistant_response })
}

#[tokio::test]
async fn a_logged_turn_is_stored_and_its_id_returned() {
    let server = Server::start().await;
    let answer = server.call("log_conversation_turn", turn("I am learning Rust", "Good choice")).await;
    let stored = answer.structured();
    assert_eq!(stored["stored"], true);
    assert_eq!(stored["turn_id"].as_str().unwrap().len(), 36, "a hyphenated UUID");
    assert_promised(&server, "log_conversation_turn", stored).await;
    let (client, tool, _, outcome) = server.reported().pop().unwrap();
    assert_eq!((client.as_str(), tool, outcome), ("client-1", "log_conversation_turn", Outcome::Answered));
}

#[tokio::test]
async fn a_turn_logged_twice_is_stored_once_and_says_so() {
    let server = Server::start().await;
    let first = server.call("log_conversation_turn", turn("What is a monad?", "A monoid...")).await;
    let again = server.call("log_conversation_turn", turn("What is a monad?", "A monoid...")).await;
    let expected = json!({
        "stored": false, "reason": "duplicate", "turn_id": first.structured()["turn_id"],
    });
    assert_eq!(*again.structured(), expected);
    assert_promised(&server, "log_conversation_turn", &expected).await;
}

#[tokio::test]
async fn a_turn_may_name_its_conversation_and_its_time() {
    let server = Server::start().await;
    let mut arguments = turn("Where were we?", "At the borrow checker");
    arguments["conversation"] = json!("thread-9");
    arguments["occurred_at"] = json!("2026-11-20T08:00:00+01:00");
    let answer = server.call("log_conversation_turn", arguments).await;
    assert_eq!(answer.structured()["stored"], true);
}

#[tokio::test]
async fn a_turn_with_one_empty_side_is_stored_but_not_one_with_two() {
    let server = Server::start().await;
    let answer = server.call("log_conversation_turn", turn("Remember the milk", "")).await;
    assert_eq!(answer.structured()["stored"], true);
    let answer = server.call("log_conversation_turn", turn(" ", "\n")).await;
    assert!(answer.tool_error().contains("nothing to remember"), "{}", answer.tool_error());
}

#[tokio::test]
async fn a_time_that_is_none_is_told_how_to_write_one() {
    let server = Server::start().await;
    for time in ["yesterday", "2026-11-20", "2026-11-20T08:00:00", "1795000000", ""] {
        let mut arguments = turn("a", "b");
        arguments["occurred_at"] = json!(time);
        let answer = server.call("log_conversation_turn", arguments).await;
        let text = answer.tool_error();
        assert!(text.contains("`occurred_at`") && text.contains("2026-11-21T09:30:00Z"), "{time}: {text}");
    }
    let stored = server.context.statistics().await.unwrap();
    let stored = serde_json::to_value(stored).unwrap();
    assert_eq!(stored["turns"], 0, "nothing was stored: {stored}");
}

#[tokio::test]
async fn a_fresh_profile_has_the_originals_keys_and_is_empty() {
    let server = Server::start().await;
    let answer = server.call("get_user_context", json!({})).await;
    let profile = answer.structured();
    for key in ["interests", "skills", "current_projects", "goals"] {
        assert_eq!(profile[key], json!([]), "{key}");
    }
    assert_eq!(profile["preferences"], json!({}));
    assert!(profile["last_updated"].is_null());
    assert_promised(&server, "get_user_context", profile).await;
}

#[tokio::test]
async fn an_interest_is_added_once_and_shows_in_the_profile() {
    let server = Server::start().await;
    let added = server.call("add_user_interest", json!({ "interest": "Rust async runtimes" })).await;
    let added = added.structured();
    assert_eq!((&added["added"], &added["interest"]), (&json!(true), &json!("Rust async runtimes")));
    assert_promised(&server, "add_user_interest", added).await;
    let again = server.call("add_user_interest", json!({ "interest": "rust async runtimes" })).await;
    assert_eq!(again.structured()["added"], false);
    assert!(again.structured()["message"].as_str().unwrap().contains("known already"));
    let profile = server.call("get_user_context", json!({})).await;
    assert_eq!(profile.structured()["interests"], json!(["Rust async runtimes"]));
    assert!(profile.structured()["last_updated"].is_string());
    assert_promised(&server, "get_user_context", profile.structured()).await;
}

#[tokio::test]
async fn a_goal_is_added_once_and_shows_in_the_profile() {
    let server = Server::start().await;
    let added = server.call("set_user_goal", json!({ "goal": "Ship the first release" })).await;
    assert_eq!(added.structured()["added"], true);
    assert_promised(&server, "set_user_goal", added.structured()).await;
    let again = server.call("set_user_goal", json!({ "goal": "Ship the first release" })).await;
    assert_eq!(again.structured()["added"], false);
    let profile = server.call("get_user_context", json!({})).await;
    assert_eq!(profile.structured()["goals"], json!(["Ship the first release"]));
}

#[tokio::test]
async fn insights_come_newest_first_and_no_more_than_asked() {
    let server = Server::start().await;
    for number in 0..8 {
        let user = format!("I finally understand how topic {number} works, thanks for explaining it");
        server.call("log_conversation_turn", turn(&user, "Great, now you can build on it")).await;
    }
    server.context.analysis_settled().await;
    let by_default = server.call("get_recent_insights", json!({})).await;
    let insights = by_default.structured()["insights"].as_array().unwrap();
    assert_eq!(insights.len(), 5, "the original's default");
    assert_promised(&server, "get_recent_insights", by_default.structured()).await;
    let times: Vec<_> = insights.iter().map(|insight| insight["timestamp"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|one, next| one >= next), "{times:?}");
    assert!(!insights[0]["evidence"].as_array().unwrap().is_empty());
    let two = server.call("get_recent_insights", json!({ "limit": 2 })).await;
    assert_eq!(two.structured()["insights"].as_array().unwrap()[..], insights[..2]);
    let none =
        server.call("get_recent_insights", json!({ "limit": 50, "insight_type": "no_such_type" })).await;
    assert_eq!(none.structured()["insights"], json!([]));
}

#[tokio::test]
async fn wrong_arguments_are_tool_errors_that_teach() {
    let server = Server::start().await;
    for (tool, arguments) in [
        ("log_conversation_turn", json!({})),
        ("log_conversation_turn", json!({ "user_msg": "a", "response": "b" })),
        ("log_conversation_turn", json!({ "user_message": ["a"], "assistant_response": 5 })),
        ("log_conversation_turn", turn("a", &"x".repeat(1_000_001))),
        ("get_user_context", json!({ "verbose": true })),
        ("get_recent_insights", json!({ "limit": "five" })),
        ("get_recent_insights", json!({ "limit": 0 })),
        ("get_recent_insights", json!({ "limit": 51, "type": "learning_moment" })),
        ("add_user_interest", json!({ "interest": "" })),
        ("add_user_interest", json!({ "interests": ["Rust"] })),
        ("set_user_goal", json!({ "goal": { "text": "Ship" } })),
        ("set_user_goal", json!({ "goal": "x".repeat(501) })),
    ] {
        let answer = server.call(tool, arguments).await;
        insta::with_settings!({ omit_expression => true, snapshot_suffix => "" }, {
            insta::assert_snapshot!(answer.tool_error());
        });
        assert_eq!(server.reported().pop().unwrap().3, Outcome::InputError);
    }
    let profile = server.call("get_user_context", json!({})).await;
    assert_eq!(profile.structured()["interests"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn a_store_that_fails_gives_a_remedy_and_no_details() {
    let server = Server::start().await;
    server.context.clone().close().await;
    let answer = server.call("add_user_interest", json!({ "interest": "Rust" })).await;
    let text = answer.tool_error();
    assert!(text.contains("Try it once more") && text.contains("ambient-insights doctor"), "{text}");
    for detail in ["context.db", "/", "sqlite", "SQL"] {
        assert!(!text.contains(detail), "{detail} in {text}");
    }
    assert_eq!(server.reported().pop().unwrap().3, Outcome::Failed);
}

#[tokio::test]
async fn arguments_may_be_left_out_where_none_are_needed() {
    let server = Server::start().await;
    let caller = crate::client::caller(mcp_server::DEFAULT_SCOPES);
    let answer = server.modern(Some(caller), "tools/call", json!({ "name": "get_user_context" })).await;
    assert!(answer.structured().is_object());
}

#[tokio::test]
async fn a_rule_of_the_store_speaks_to_the_model_in_its_own_words() {
    let server = Server::start().await;
    // Within the schema's characters, over the store's bytes.
    let answer = server.call("log_conversation_turn", turn(&"ä".repeat(600_000), "b")).await;
    let text = answer.tool_error();
    assert!(text.contains("user_message has 1200000 bytes"), "{text}");
    assert_eq!(server.reported().pop().unwrap().3, Outcome::InputError);
}

#[tokio::test]
async fn while_the_owner_has_paused_remembering_nothing_is_stored_and_the_assistant_is_told() {
    let server = Server::start().await;
    server.call("add_user_interest", json!({ "interest": "Rust" })).await;
    server.context.pause(None).await.unwrap();
    let answer = server.call("log_conversation_turn", turn("My secret", "Noted")).await;
    assert_eq!(*answer.structured(), json!({ "stored": false, "reason": "paused" }));
    assert_promised(&server, "log_conversation_turn", answer.structured()).await;
    for (tool, arguments) in [
        ("add_user_interest", json!({ "interest": "secrets" })),
        ("set_user_goal", json!({ "goal": "keep a secret" })),
    ] {
        let answer = server.call(tool, arguments).await;
        assert_eq!(
            answer.tool_error(),
            "remembering is paused by the owner until they resume it; nothing was stored. Trying again is no use \
             until the user resumes; go on without it. Reading still works."
        );
        assert_eq!(server.reported().pop().unwrap().3, Outcome::Refused);
    }
    let profile = server.call("get_user_context", json!({})).await;
    assert_eq!(profile.structured()["interests"], json!(["Rust"]));
    assert_eq!(profile.structured()["goals"], json!([]));
    server.context.resume().await.unwrap();
    let answer = server.call("log_conversation_turn", turn("Go on", "With pleasure")).await;
    assert_eq!(answer.structured()["stored"], true);
}

#[tokio::test]
async fn what_the_owner_dismissed_is_not_brought_back_by_an_assistant() {
    let server = Server::start().await;
    server.call("add_user_interest", json!({ "interest": "Astrology" })).await;
    let items = server.context.items(ItemQuery::default()).await.unwrap();
    let dismissed = ItemChange { state: Some(ItemState::Dismissed), ..ItemChange::default() };
    server.context.update_item(items[0].id, dismissed, Author::Owner).await.unwrap();
    let answer = server.call("add_user_interest", json!({ "interest": "astrology" })).await;
    assert_eq!(answer.structured()["added"], false);
    let message = answer.structured()["message"].as_str().unwrap();
    assert!(message.contains("dismissed") && message.contains("Do not try again"), "{message}");
    let profile = server.call("get_user_context", json!({})).await;
    assert_eq!(profile.structured()["interests"], json!([]));
}
