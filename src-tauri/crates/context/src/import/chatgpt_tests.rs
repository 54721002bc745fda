#![expect(clippy::needless_pass_by_value, reason = "it reads like the JSON that it makes")]

use serde_json::{Value, json};

use crate::ImportFormat;
use crate::fixture::Fixture;
use crate::import::tests::{import_bytes, texts_of};

fn node(id: &str, parent: Value, children: &[&str], role: &str, content: Value) -> Value {
    json!({"id": id, "parent": parent, "children": children, "message": {
        "id": id, "author": {"role": role, "name": null, "metadata": {}}, "create_time": 1_712_345_678.25,
        "content": content, "status": "finished_successfully", "end_turn": true, "weight": 1.0,
        "metadata": {}, "recipient": "all"}})
}

fn text(text: &str) -> Value {
    json!({"content_type": "text", "parts": [text]})
}

/// A question that was edited, an answer that was regenerated, a tool in between, and an answer in two pieces.
fn conversation() -> Value {
    json!({"title": "Tea", "create_time": 1_712_345_678.0, "update_time": 1_712_345_999.0,
    "conversation_id": "c1", "id": "c1", "current_node": "a2b", "mapping": {
        "root": {"id": "root", "message": null, "parent": null, "children": ["sys"]},
        "sys": node("sys", json!("root"), &["u1", "u1x"], "system", text("Be helpful.")),
        "u1x": node("u1x", json!("sys"), &["a1x"], "user", text("How long does tea steeps?")),
        "a1x": node("a1x", json!("u1x"), &[], "assistant", text("Old answer")),
        "u1": node("u1", json!("sys"), &["think"], "user", text("How long does tea steep?")),
        "think": node("think", json!("u1"), &["call"], "assistant", json!({"content_type": "thoughts", "thoughts": []})),
        "call": {"id": "call", "parent": "think", "children": ["tool"], "message": {
            "id": "call", "author": {"role": "assistant"}, "create_time": null, "recipient": "web",
            "content": {"content_type": "code", "language": "json", "text": "{\"search\": 1}"}}},
        "tool": node("tool", json!("call"), &["a1", "a1y"], "tool", text("Search results")),
        "a1y": node("a1y", json!("tool"), &[], "assistant", text("Regenerated away")),
        "a1": node("a1", json!("tool"), &["a1b"], "assistant", text("Three minutes.")),
        "a1b": node("a1b", json!("a1"), &["u2"], "assistant", json!({"content_type": "text", "parts": ["Or four.", {"unknown": [1]}, 7]})),
        "u2": node("u2", json!("a1b"), &["a2"], "user", json!({"content_type": "multimodal_text", "parts": [
            {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}, "Which leaf is this?"]})),
        "a2": node("a2", json!("u2"), &["a2b"], "assistant", json!({"content_type": "brand_new_type", "parts": ["Assam."]})),
        "a2b": node("a2b", json!("a2"), &[], "assistant", Value::Null),
    }})
}

#[tokio::test]
async fn the_branch_that_was_open_last_comes_in_and_only_once() {
    let fixture = Fixture::new();
    let file = json!([conversation()]).to_string();
    for (turns, duplicates) in [(2, 0), (0, 2)] {
        let report = import_bytes(&fixture, "conversations.json", file.as_bytes()).await.unwrap();
        assert_eq!(report.format, Some(ImportFormat::Chatgpt));
        assert_eq!((report.turns, report.duplicates, report.skipped), (turns, duplicates, 0), "{report:?}");
        fixture.clock.advance(std::time::Duration::from_hours(30));
    }
    let texts = texts_of(&fixture, "chatgpt").await;
    assert_eq!(texts[0], ["How long does tea steep?", "Three minutes.\n\nOr four.", "c1", "u1"]);
    assert_eq!(texts[1], ["Which leaf is this?", "Assam.", "c1", "u2"]);
    let page = fixture.context.turns(crate::TurnQuery::default()).await.unwrap();
    assert_eq!(page.entries[0].occurred_at.to_string(), "2024-04-05T19:34:38.25Z");
}

#[tokio::test]
async fn without_a_current_node_the_newest_leaf_counts_and_circles_end() {
    let fixture = Fixture::new();
    let mut lost = conversation();
    lost["current_node"] = json!("nowhere");
    lost["mapping"]["a2"]["message"]["create_time"] = json!(1_900_000_000.0);
    lost["mapping"]["a2"]["children"] = json!([]);
    let circle = json!({"conversation_id": "c2", "current_node": "b", "mapping": {
        "a": node("a", json!("b"), &["b"], "user", text("Round")),
        "b": node("b", json!("a"), &["a"], "assistant", text("and round"))}});
    let file = json!([lost, circle, {"conversation_id": "c3", "mapping": {}}]).to_string();
    let report = import_bytes(&fixture, "c.json", file.as_bytes()).await.unwrap();
    assert_eq!((report.turns, report.skipped), (3, 0), "{report:?}");
    assert_eq!(texts_of(&fixture, "chatgpt").await.last().unwrap()[0], "Round");
}

#[tokio::test]
async fn what_is_broken_skips_itself_with_its_place() {
    let fixture = Fixture::new();
    let mut odd = conversation();
    odd["mapping"]["a1b"]["message"]["author"] = json!("nobody");
    odd["mapping"]["u2"]["message"]["metadata"]["is_visually_hidden_from_conversation"] = json!(true);
    let whole = conversation().to_string().replace("\"c1\"", "\"c9\"");
    let file = format!("[{odd}, {{\"mapping\": 7}}, {{oops}}, \"x\", {whole}, {{\"mapping\":{{\"a\":");
    let report = import_bytes(&fixture, "conversations.json", file.as_bytes()).await.unwrap();
    let places: Vec<&str> = report.errors.iter().filter_map(|error| error.at.as_deref()).collect();
    assert_eq!(places, ["[0].mapping[\"a1b\"].message", "[1]", "[2]", "[3]", "[5]"], "{report:?}");
    assert!(report.errors[4].why.contains("cut off"), "{report:?}");
    assert_eq!(report.turns, 3);
    // What was hidden took its answer with it to the turn before.
    assert_eq!(texts_of(&fixture, "chatgpt").await[0][1], "Three minutes.\n\nAssam.");
}
