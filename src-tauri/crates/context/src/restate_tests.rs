use serde_json::json;

use super::*;
use crate::NewItem;
use crate::fixture::{Fixture, client};

fn to(state: ItemState) -> ItemChange {
    ItemChange { state: Some(state), ..ItemChange::default() }
}

#[tokio::test]
async fn an_item_is_found_by_any_spelling_of_its_name_and_by_an_earlier_one() {
    let store = Fixture::new();
    let item = store.add(ItemKind::Project, "Sailing Boat", Author::Owner).await.item;
    let renamed = ItemChange { name: Some("The Sloop".to_owned()), ..ItemChange::default() };
    store.context.update_item(item.id, renamed, Author::Owner).await.unwrap();
    for name in ["the sloop", " THE  SLOOP. ", "sailing boat"] {
        let found = store.context.item_named(ItemKind::Project, name).await.unwrap();
        assert_eq!(found.map(|found| found.id), Some(item.id), "{name}");
    }
    assert_eq!(store.context.item_named(ItemKind::Goal, "the sloop").await.unwrap(), None);
    assert_eq!(store.context.item_named(ItemKind::Project, "sloop").await.unwrap(), None);
}

#[tokio::test]
async fn a_client_moves_an_item_between_states_until_the_owner_sets_one() {
    let store = Fixture::new();
    let id = store.add(ItemKind::Goal, "Learn to sail", Author::Owner).await.item.id;
    let archived = store.context.restate_item(id, to(ItemState::Archived), client("claude")).await.unwrap();
    assert_eq!(archived.state, ItemState::Archived);
    store.context.restate_item(id, to(ItemState::Active), client("claude")).await.unwrap();

    store.state(id, ItemState::Paused, Author::Owner).await.unwrap();
    let error = store.context.restate_item(id, to(ItemState::Active), client("claude")).await.unwrap_err();
    assert_eq!(error, Error::OwnersState { id: id.as_uuid(), state: ItemState::Paused });
    assert!(error.is_callers() && error.to_string().contains("paused"), "{error}");
    assert_eq!(store.context.item(id).await.unwrap().state, ItemState::Paused);
    // What the owner set may be said again.
    store.context.restate_item(id, to(ItemState::Paused), client("claude")).await.unwrap();
}

#[tokio::test]
async fn what_the_owner_dismissed_no_client_brings_back() {
    let store = Fixture::new();
    let id = store.add(ItemKind::Goal, "Learn to sail", client("claude")).await.item.id;
    store.state(id, ItemState::Dismissed, Author::Owner).await.unwrap();
    let error = store.context.restate_item(id, to(ItemState::Active), client("claude")).await.unwrap_err();
    assert_eq!(error, Error::OwnersDecision { what: Subject::Item, id: id.as_uuid() });
}

#[tokio::test]
async fn while_remembering_is_paused_a_client_changes_nothing() {
    let store = Fixture::new();
    let new = NewItem { kind: ItemKind::Preference, name: "tabs".to_owned(), value: Some(json!("four")) };
    let id = store.context.add_item(new, client("claude")).await.unwrap().item.id;
    store.context.pause(None).await.unwrap();
    let change = ItemChange { value: Some(json!("two")), ..ItemChange::default() };
    let error = store.context.restate_item(id, change, client("claude")).await.unwrap_err();
    assert!(matches!(error, Error::Paused { .. }));
    assert_eq!(store.context.item(id).await.unwrap().value, Some(json!("four")));
}
