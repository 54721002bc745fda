//! The published schema against what is really written: as much of JSON Schema as the schema uses, and one rule
//! more, that no member is left undescribed.

use serde_json::{Value, json};

use crate::fixture::{Fixture, client, turn};
use crate::{Author, EXPORT_SCHEMA, ItemChange, ItemKind, ItemState, NewItem, NewTurn};

fn check(schema: &Value, value: &Value, root: &Value, place: &str, wrong: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.strip_prefix("#/").unwrap();
        return check(root.pointer(&format!("/{name}")).unwrap(), value, root, place, wrong);
    }
    let mut fail = |why: String| wrong.push(format!("{place}: {why}"));
    if schema.get("const").is_some_and(|only| only != value) {
        fail(format!("{value} is not {}", schema["const"]));
    }
    if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
        fail(format!("{value} is none of {}", schema["enum"]));
    }
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("the schema uses the type {other}"),
    };
    match &schema["type"] {
        Value::String(kind) if !is(kind) => fail(format!("{value} is no {kind}")),
        Value::Array(kinds) if !kinds.iter().any(|kind| is(kind.as_str().unwrap())) => {
            fail(format!("{value} is none of {kinds:?}"));
        }
        _ => {}
    }
    match schema["format"].as_str() {
        Some("uuid") => assert!(value.as_str().unwrap().parse::<uuid::Uuid>().is_ok(), "{place}: {value}"),
        Some("date-time") => {
            assert!(value.as_str().unwrap().parse::<clock::Timestamp>().is_ok(), "{place}: {value}");
        }
        _ => {}
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        assert!(regex::Regex::new(pattern).unwrap().is_match(value.as_str().unwrap()), "{place}: {value}");
    }
    if let Some(properties) = schema["properties"].as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            if value.get(name.as_str().unwrap()).is_none() {
                fail(format!("{name} is missing"));
            }
        }
        for (name, member) in value.as_object().into_iter().flatten() {
            match properties.get(name) {
                Some(schema) => check(schema, member, root, &format!("{place}.{name}"), wrong),
                None => wrong
                    .push(format!("{place}: {name:?} is not described; describe it in schema/export-1.json")),
            }
        }
    }
    if let (Some(schema), Some(members)) = (schema.get("items"), value.as_array()) {
        for (index, member) in members.iter().enumerate() {
            check(schema, member, root, &format!("{place}[{index}]"), wrong);
        }
    }
}

fn faults(export: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(EXPORT_SCHEMA).unwrap();
    let mut wrong = Vec::new();
    check(&schema, export, &schema, "$", &mut wrong);
    wrong
}

#[tokio::test]
async fn what_is_written_is_what_the_published_schema_says() {
    let fixture = Fixture::new();
    for text in ["I love hiking.", "I love hiking. I had no idea.", "I love opera."] {
        let (external_id, request_key) = (Some("x".to_owned()), Some(text.to_owned()));
        fixture
            .log(NewTurn { external_id, request_key, conversation: Some(text.to_owned()), ..turn(text) })
            .await;
    }
    let goal = fixture.add(ItemKind::Goal, "run", client("claude")).await.item;
    let change = ItemChange { name: Some("run far".to_owned()), ..ItemChange::default() };
    fixture.context.update_item(goal.id, change, Author::Owner).await.unwrap();
    fixture.state(goal.id, ItemState::Paused, Author::Owner).await.unwrap();
    let value = Some(json!({"a": [1]}));
    let theme = NewItem { kind: ItemKind::Preference, name: "theme".to_owned(), value };
    fixture.context.add_item(theme, Author::Owner).await.unwrap();
    let hiking = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
    fixture.context.analysis_settled().await;
    let opera = fixture.find(ItemKind::Interest, "opera").await.unwrap();
    fixture.context.remove_item(opera.id, Author::Owner).await.unwrap();
    assert!(!hiking.evidence.is_empty());
    let export: Value = serde_json::from_str(&fixture.exported("out.json").await).unwrap();
    for list in ["conversations", "turns", "items", "insights", "history", "forgotten"] {
        assert!(!export[list].as_array().unwrap().is_empty(), "{list} proves nothing");
    }
    assert_eq!(faults(&export), Vec::<String>::new());
    // The check itself finds what is wrong.
    let mut broken = export;
    broken["version"] = json!(2);
    broken["turns"][0]["secret"] = json!(1);
    broken["items"][0].as_object_mut().unwrap().remove("kind");
    broken["insights"][0]["confidence"] = json!("high");
    assert_eq!(faults(&broken).len(), 4);
}
