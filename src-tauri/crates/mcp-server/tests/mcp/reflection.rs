//! Reflection through the door of the tools: turns are handed out, and what is concluded from them is kept.

use serde_json::json;

use crate::calls::assert_promised;
use crate::client::Server;

#[tokio::test]
async fn an_assistant_reflects_on_new_turns_and_saves_what_they_show_with_their_ids() {
    let server = Server::start().await;
    let logged = json!({ "user_message": "I always bake on Fridays.", "assistant_response": "Nice." });
    let turn = server.call("log_conversation_turn", logged).await.structured()["turn_id"].clone();
    let task = server.call("get_reflection_task", json!({})).await;
    let task = task.structured();
    assert_promised(&server, "get_reflection_task", task).await;
    assert_eq!(task["turns"][0]["id"], turn);
    assert!(task["request"].as_str().unwrap().contains("at most 3 insights"));
    let insight = json!({ "text": "Bakes on Fridays", "type": "pattern", "evidence_turn_ids": [turn] });
    let saved = server.call("save_insight", insight.clone()).await;
    let saved = saved.structured();
    assert_promised(&server, "save_insight", saved).await;
    assert_eq!((&saved["state"], &saved["merged"]), (&json!("suggested"), &json!(false)));
    assert_eq!(server.call("save_insight", insight).await.structured()["merged"], true);
    let listed = server.call("get_recent_insights", json!({ "insight_type": "pattern" })).await;
    let listed = listed.structured();
    assert_promised(&server, "get_recent_insights", listed).await;
    assert_eq!(listed["insights"][0]["content"], "Bakes on Fridays");
    assert_eq!(listed["insights"][0]["evidence"][0]["turn_id"], turn);
    let nothing = server.call("get_reflection_task", json!({})).await;
    assert_eq!(nothing.structured()["turns"], json!([]));
}

#[tokio::test]
async fn an_insight_on_turns_that_are_not_here_is_refused_by_their_ids() {
    let server = Server::start().await;
    let unknown = "01a1fdfa-4600-753c-b6d7-6cec99e07585";
    let insight =
        json!({ "text": "Is tall", "type": "pattern", "evidence_turn_ids": [unknown, "turn seven"] });
    let refused = server.call("save_insight", insight).await;
    assert!(refused.tool_error().contains("there is no turn turn seven"), "{}", refused.tool_error());
    let insight = json!({ "text": "Is tall", "type": "pattern", "evidence_turn_ids": [unknown] });
    let refused = server.call("save_insight", insight).await;
    assert!(refused.tool_error().contains(unknown), "{}", refused.tool_error());
    let insight = json!({ "text": "Is tall", "type": "pattern", "evidence_turn_ids": [] });
    assert!(!server.call("save_insight", insight).await.tool_error().is_empty());
    let since = server.call("get_reflection_task", json!({ "since": "yesterday" })).await;
    assert!(since.tool_error().contains("`since`"), "{}", since.tool_error());
}
