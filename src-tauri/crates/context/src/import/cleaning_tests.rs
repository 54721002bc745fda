use serde_json::Value;

use crate::fixture::{Fixture, in_conversation, turn};
use crate::import::tests::import_bytes;
use crate::{Author, ItemChange, ItemKind, NewTurn, Redaction};

/// Made up, in the form of a provider's keys.
const KEY: &str = "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOp";

/// The export of a store that keeps secrets, with one in every place where a person's words stand.
async fn with_secrets() -> String {
    let fixture = Fixture::new();
    fixture.context.set_redaction(Redaction::Off);
    fixture.log(turn(&format!("I love hiking. The key is {KEY}. I love old maps."))).await;
    fixture.log(in_conversation("c", "I love hiking in the Alps.")).await;
    let answer = NewTurn { assistant_response: format!("Use {KEY}."), ..turn("How do I call it?") };
    fixture.log(answer).await;
    let goal = fixture.add(ItemKind::Goal, "ship it", Author::Owner).await.item;
    let change = ItemChange { note: Some(format!("with {KEY}")), ..ItemChange::default() };
    fixture.context.update_item(goal.id, change, Author::Owner).await.unwrap();
    fixture.context.add_note(&format!("The door's key: {KEY}"), None, Author::Owner).await.unwrap();
    fixture.context.analysis_settled().await;
    fixture.exported("secrets.json").await
}

#[tokio::test]
async fn secrets_in_our_own_export_stay_outside_and_all_else_comes_in() {
    let export = with_secrets().await;
    assert!(export.matches(KEY).count() >= 4, "{export}");
    let fixture = Fixture::new();
    let report = import_bytes(&fixture, "in.json", export.as_bytes()).await.unwrap();
    assert_eq!((report.turns, report.skipped), (3, 0), "{report:?}");
    fixture.context.analysis_settled().await;
    let stored = fixture.exported("out.json").await;
    assert!(!stored.contains(KEY) && stored.contains("[redacted: "), "{stored}");
    assert!(stored.contains("I love old maps."), "{stored}");
    // What stood on characters of a changed text stands on the whole of it, never behind its end.
    let stored: Value = serde_json::from_str(&stored).unwrap();
    let turns = stored["turns"].as_array().unwrap();
    let mut looked_at = 0;
    for thing in ["items", "insights"].iter().flat_map(|part| stored[part].as_array().unwrap()) {
        for piece in thing["evidence"].as_array().into_iter().flatten() {
            let turn = turns.iter().find(|turn| turn["id"] == piece["turn_id"]).unwrap();
            let side = if piece["side"] == "user" { "user_message" } else { "assistant_response" };
            let chars = turn[side].as_str().unwrap().chars().count() as u64;
            assert!(piece["end"].as_u64().unwrap() <= chars, "{piece} of {turn}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 0);
}

#[tokio::test]
async fn whoever_keeps_secrets_gets_them_back_and_what_is_private_never_comes_in() {
    let export = with_secrets().await;
    let fixture = Fixture::new();
    fixture.context.set_redaction(Redaction::Off);
    import_bytes(&fixture, "in.json", export.as_bytes()).await.unwrap();
    assert_eq!(fixture.exported("out.json").await.matches(KEY).count(), export.matches(KEY).count());

    let fixture = Fixture::new();
    let private = export.replace("How do I call it?", "<private>How do I call it?</private>");
    let report = import_bytes(&fixture, "in.json", private.as_bytes()).await.unwrap();
    assert_eq!((report.turns, report.skipped), (2, 1), "{report:?}");
    assert!(!fixture.exported("out.json").await.contains("call it"));
}
