use std::time::Duration;

use super::*;
use crate::ItemChange;
use crate::fixture::{Fixture, client, turn};

#[tokio::test]
async fn what_a_client_states_is_active_at_once_and_two_spellings_are_one() {
    let fixture = Fixture::new();
    fixture.log(turn("I love rust, a language.")).await;
    let suggested = fixture.find(ItemKind::Interest, "Rust").await.unwrap();
    let added = fixture.add(ItemKind::Interest, "  RUST ", client("claude")).await;
    assert!(added.existed);
    assert_eq!((added.item.id, added.item.state), (suggested.id, ItemState::Active));
    assert_eq!(added.item.author, client("claude"));
    let preference = |value: &str| NewItem {
        kind: ItemKind::Preference,
        name: "Theme".to_owned(),
        value: Some(value.into()),
    };
    fixture.context.add_item(preference("dark"), client("claude")).await.unwrap();
    let changed = fixture.context.add_item(preference("light"), client("cursor")).await.unwrap();
    assert_eq!(changed.item.value, Some(json!("light")));
    let events = fixture.context.history(changed.item.id.as_uuid()).await.unwrap();
    assert_eq!(events[1].detail, Some(json!({ "from": "dark", "to": "light" })));
    assert_eq!(events[1].author, client("cursor"));
    let profile = serde_json::to_value(fixture.context.profile().await.unwrap()).unwrap();
    assert_eq!(profile["preferences"], json!({ "Theme": "light" }));
    assert_eq!(profile["interests"], json!(["Rust"]));
    assert_eq!(profile["last_updated"], json!("2026-11-21T12:00:00Z"));
}

#[tokio::test]
async fn bad_items_and_empty_changes_are_refused() {
    let fixture = Fixture::new();
    let bad = NewItem { kind: ItemKind::Goal, name: "\u{1b}[31mred".to_owned(), value: None };
    let error = fixture.context.add_item(bad, Author::Owner).await.unwrap_err();
    assert_eq!(error, Error::Input(InputError::ControlCharacter { field: "goal" }));
    let item = fixture.add(ItemKind::Goal, "run 5 km", Author::Owner).await.item;
    let error = fixture.context.update_item(item.id, ItemChange::default(), Author::Owner).await.unwrap_err();
    assert_eq!(error, Error::Input(InputError::EmptyChange));
    let valued = ItemChange { value: Some(json!(1)), ..ItemChange::default() };
    let error = fixture.context.update_item(item.id, valued, Author::Owner).await.unwrap_err();
    assert_eq!(error, Error::Input(InputError::UnexpectedValue { kind: ItemKind::Goal }));
    fixture.context.remove_item(item.id, Author::Owner).await.unwrap();
    let error = fixture.context.remove_item(item.id, Author::Owner).await.unwrap_err();
    assert_eq!(error, Error::NotFound { what: Subject::Item, id: item.id.as_uuid() });
    let events = fixture.context.history(item.id.as_uuid()).await.unwrap();
    assert_eq!(events.iter().map(|event| event.action).collect::<Vec<_>>(), [Action::Removed]);
}

#[tokio::test]
async fn the_profile_is_bounded_and_says_that_there_is_more() {
    let fixture = Fixture::new();
    for n in 0..60 {
        fixture.add(ItemKind::Interest, &format!("topic {n}"), client("claude")).await;
        fixture.clock.advance(Duration::from_secs(1));
    }
    let profile = fixture.context.profile().await.unwrap();
    assert_eq!((profile.interests.len(), profile.more), (50, true));
    assert_eq!(profile.interests[0], "topic 59");
}
