#![expect(clippy::needless_pass_by_value, reason = "it reads like the JSON that it makes")]

use serde_json::{Value, json};

use super::is_conversations;
use crate::ImportFormat;
use crate::fixture::Fixture;
use crate::import::tests::{import_bytes, texts_of};

fn message(uuid: &str, sender: &str, text: &str, content: Value) -> Value {
    json!({"uuid": uuid, "sender": sender, "text": text, "content": content,
        "created_at": "2025-03-04T05:06:07.123456Z", "updated_at": "2025-03-04T05:06:07Z",
        "attachments": [], "files": []})
}

fn said(text: &str) -> Value {
    json!([{"type": "text", "text": text, "citations": []}])
}

fn conversation(uuid: &str, messages: &[Value]) -> Value {
    json!({"uuid": uuid, "name": "Tea", "summary": "", "created_at": "2025-03-04T05:06:07Z",
        "account": {"uuid": "acc"}, "chat_messages": messages})
}

#[tokio::test]
async fn questions_come_in_with_their_answers_and_only_once() {
    let fixture = Fixture::new();
    let unsupported = "This block is not supported on your current device yet.";
    let tool = json!([{"type": "thinking", "thinking": "Hm"}, {"type": "text", "text": "Let me see."},
        {"type": "tool_use", "name": "search", "input": {}}, {"type": "tool_result", "content": []},
        {"type": "text", "text": "Three minutes."}]);
    let mut attached = message("m3", "human", "", json!([]));
    attached["attachments"] = json!([{"file_name": "tea.pdf", "extracted_content": "pages of tea"}]);
    attached["files"] = json!([{"file_name": "leaf.png"}, {"file_name": ""}]);
    let file = json!([
        conversation(
            "c1",
            &[
                message("m1", "human", "How long does tea steep?", json!([])),
                message("m2", "assistant", unsupported, tool),
                attached,
                message("m4", "assistant", "Old exports have the text alone.", json!([])),
            ]
        ),
        conversation("empty", &[]),
        conversation(
            "c2",
            &[message("m9", "assistant", "", said("Welcome!")), message("s", "system", "x", json!([]))]
        ),
    ]);
    for (turns, duplicates) in [(3, 0), (0, 3)] {
        let report = import_bytes(&fixture, "conversations.json", file.to_string().as_bytes()).await.unwrap();
        assert_eq!(report.format, Some(ImportFormat::Claude));
        assert_eq!((report.turns, report.duplicates, report.skipped), (turns, duplicates, 0), "{report:?}");
    }
    let texts = texts_of(&fixture, "claude").await;
    assert_eq!(texts[0], ["How long does tea steep?", "Let me see.\n\nThree minutes.", "c1", "m1"]);
    assert_eq!(texts[1], ["[tea.pdf, leaf.png]", "Old exports have the text alone.", "c1", "m3"]);
    assert_eq!(texts[2], ["", "Welcome!", "c2", "m9"]);
}

#[tokio::test]
async fn an_answer_belongs_to_the_message_it_answers() {
    let fixture = Fixture::new();
    let mut messages = vec![
        message("q1", "human", "One?", json!([])),
        message("q1b", "human", "One, edited?", json!([])),
        message("a1", "assistant", "1", json!([])),
        message("a1b", "assistant", "1b", json!([])),
    ];
    messages[2]["parent_message_uuid"] = json!("q1");
    messages[3]["parent_message_uuid"] = json!("q1b");
    let file = json!({"account": {}, "conversations": [conversation("c", &messages)]}).to_string();
    import_bytes(&fixture, "c.json", file.as_bytes()).await.unwrap();
    let texts = texts_of(&fixture, "claude").await;
    assert_eq!([&texts[0][1], &texts[1][1]], ["1", "1b"]);
}

#[tokio::test]
async fn a_message_of_an_unknown_shape_skips_itself_alone() {
    let fixture = Fixture::new();
    let mut messages = vec![
        message("m1", "human", "Hello", json!([])),
        json!({"sender": 7}),
        message("m2", "assistant", "", json!("a bare text")),
    ];
    messages[0]["created_at"] = json!(1_712_000_000);
    messages[0]["text"] = json!("Hello \u{1F375} \u{0000}\u{202E}");
    let report = import_bytes(
        &fixture,
        "c.json",
        json!([conversation("c", &messages), {"chat_messages": "x"}]).to_string().as_bytes(),
    )
    .await
    .unwrap();
    let places: Vec<&str> = report.errors.iter().filter_map(|error| error.at.as_deref()).collect();
    assert_eq!((places, report.turns), (vec!["[0].chat_messages[1]", "[1]"], 1), "{report:?}");
    assert_eq!(texts_of(&fixture, "claude").await[0][1], "a bare text");
}

#[test]
fn the_files_of_an_account_are_known_by_their_names() {
    for name in ["conversations.json", "conversations-000.json", "conversations-12.json"] {
        assert!(is_conversations(name), "{name}");
    }
    for name in
        ["conversations.json.bak", "my-conversations.json", "conversations-a.json", "conversationsx.json"]
    {
        assert!(!is_conversations(name), "{name}");
    }
}
