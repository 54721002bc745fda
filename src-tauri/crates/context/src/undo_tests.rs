use serde_json::json;

use super::*;
use crate::fixture::{Fixture, client, in_conversation, turn};
use crate::{ItemChange, ItemKind, ItemQuery, ItemState, NewItem};

async fn undo(fixture: &Fixture, undo: UndoId) -> Result<Item, Error> {
    fixture.context.undo_removal(undo, Author::Owner).await
}

async fn remove(fixture: &Fixture, id: ItemId) -> UndoId {
    let removal = fixture.context.remove_item(id, Author::Owner).await.unwrap();
    assert_eq!(removal.removed, Removed { items: 1, ..Removed::default() });
    removal.undo
}

#[tokio::test]
async fn what_was_removed_comes_back_as_it_was() {
    let fixture = Fixture::new();
    for n in 0..7 {
        fixture.log(in_conversation(&format!("c{n}"), "I love hiking.")).await;
    }
    let found = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
    fixture.clock.advance(Duration::from_secs(5));
    let rename = ItemChange { name: Some("long walks".to_owned()), ..ItemChange::default() };
    fixture.context.update_item(found.id, rename, Author::Owner).await.unwrap();
    let preference =
        NewItem { kind: ItemKind::Preference, name: "theme".to_owned(), value: Some(json!({"a": [1]})) };
    let preference = fixture.context.add_item(preference, client("claude")).await.unwrap().item;
    let suggested = {
        fixture.log(turn("I love opera.")).await;
        fixture.find(ItemKind::Interest, "opera").await.unwrap()
    };
    let before = fixture.exported("before.json").await;
    for id in [found.id, preference.id, suggested.id] {
        let was = fixture.context.item(id).await.unwrap();
        let history = fixture.context.history(id.as_uuid()).await.unwrap();
        fixture.clock.advance(Duration::from_secs(1));
        let key = remove(&fixture, id).await;
        let mut changes = fixture.context.changes();
        assert_eq!(undo(&fixture, key).await.unwrap(), was);
        assert_eq!(fixture.context.item(id).await.unwrap(), was);
        let change = changes.recv().await.unwrap();
        assert_eq!(
            (change.subject, change.id, change.action),
            (Subject::Item, Some(id.as_uuid()), Action::Added)
        );
        let events = fixture.context.history(id.as_uuid()).await.unwrap();
        assert_eq!(events[..history.len()], history);
        let told: Vec<_> =
            events[history.len()..].iter().map(|event| (event.action, event.author.clone())).collect();
        assert_eq!(told, [(Action::Removed, Author::Owner), (Action::Added, Author::Owner)]);
    }
    // But for the two new events each, the whole store is as it was: aliases, evidence, support, marks.
    let after = fixture.exported("after.json").await;
    let rest = |text: &str| {
        let mut all: serde_json::Value = serde_json::from_str(text).unwrap();
        all.as_object_mut().unwrap().remove("history");
        all
    };
    assert_eq!(rest(&after), rest(&before));
    // Analysis finds it again under its old name, not as a new thing.
    fixture.log(in_conversation("c9", "I love hiking.")).await;
    assert_eq!(fixture.find(ItemKind::Interest, "hiking").await, None);
    assert_eq!(fixture.context.item(found.id).await.unwrap().support, 8);
}

#[tokio::test]
async fn it_can_be_undone_for_ten_minutes_once_and_not_after_a_restart() {
    let fixture = Fixture::new();
    let item = fixture.add(ItemKind::Goal, "run 5 km", Author::Owner).await.item;
    let key = remove(&fixture, item.id).await;
    fixture.clock.advance(Duration::from_secs(10 * 60 - 1));
    undo(&fixture, key).await.unwrap();
    assert_eq!(undo(&fixture, key).await.unwrap_err(), Error::UndoGone);
    let key = remove(&fixture, item.id).await;
    fixture.clock.advance(UNDO_TIME);
    let error = undo(&fixture, key).await.unwrap_err();
    assert_eq!(error, Error::UndoGone);
    assert!(error.to_string().starts_with("this can not be undone any more"), "{error}");
    let unknown = "019a9d0c-5c00-7000-8000-0123456789ab".parse().unwrap();
    assert_eq!(undo(&fixture, unknown).await.unwrap_err(), Error::UndoGone);

    let again = fixture.add(ItemKind::Goal, "run 5 km", Author::Owner).await.item;
    let key = remove(&fixture, again.id).await;
    fixture.context.clone().close().await;
    let context = crate::fixture::open(fixture.directory.path(), &fixture.clock, 2);
    assert_eq!(context.undo_removal(key, Author::Owner).await.unwrap_err(), Error::UndoGone);
}

#[tokio::test]
async fn a_hundred_removals_are_kept_and_the_oldest_is_given_up_first() {
    let fixture = Fixture::new();
    let mut keys = Vec::new();
    for n in 0..=UNDOS_KEPT {
        let item = fixture.add(ItemKind::Goal, &format!("goal {n}"), Author::Owner).await.item;
        keys.push(remove(&fixture, item.id).await);
    }
    assert_eq!(undo(&fixture, keys[0]).await.unwrap_err(), Error::UndoGone);
    undo(&fixture, keys[1]).await.unwrap();
    undo(&fixture, keys[UNDOS_KEPT]).await.unwrap();
    let kept = format!("{:?}", fixture.context);
    assert!(kept.contains("Undos { kept: 98 }") && !kept.contains("goal"), "{kept}");
    // What is too old is dropped with the next change, whether or not anybody asks for it.
    fixture.clock.advance(UNDO_TIME);
    fixture.add(ItemKind::Goal, "another", Author::Owner).await;
    assert!(format!("{:?}", fixture.context).contains("Undos { kept: 0 }"));
}

#[tokio::test]
async fn a_name_that_was_taken_meanwhile_is_named_and_can_be_freed() {
    let fixture = Fixture::new();
    let item = fixture.add(ItemKind::Goal, "Run", Author::Owner).await.item;
    let rename = |name: &str| ItemChange { name: Some(name.to_owned()), ..ItemChange::default() };
    fixture.context.update_item(item.id, rename("Run far"), Author::Owner).await.unwrap();
    let key = remove(&fixture, item.id).await;
    let other = fixture.add(ItemKind::Goal, "run FAR", Author::Owner).await.item;
    let old_name = fixture.add(ItemKind::Goal, "run", Author::Owner).await.item;
    let error = undo(&fixture, key).await.unwrap_err();
    assert_eq!(error, Error::NameTaken { kind: ItemKind::Goal, name: "Run far".to_owned() });
    fixture.context.update_item(other.id, rename("walk"), Author::Owner).await.unwrap();
    undo(&fixture, key).await.unwrap();
    // Each name belongs to one item: what is said under it reaches that one.
    for (name, id) in [("run far", item.id), ("walk", other.id), ("run", old_name.id)] {
        let added = fixture.add(ItemKind::Goal, name, client("claude")).await;
        assert_eq!((added.existed, added.item.id), (true, id), "{name}");
    }
}

#[tokio::test]
async fn turns_that_were_removed_meanwhile_speak_for_nothing_any_more() {
    let fixture = Fixture::new();
    let (first, _) = fixture.log(in_conversation("a", "I love hiking.")).await;
    fixture.clock.advance(Duration::from_mins(1));
    let (second, _) = fixture.log(in_conversation("b", "I love hiking.")).await;
    let found = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
    assert_eq!((found.state, found.support), (ItemState::Active, 2));
    let key = remove(&fixture, found.id).await;
    fixture.context.remove_turn(second, Author::Owner).await.unwrap();
    let back = undo(&fixture, key).await.unwrap();
    assert_eq!((back.state, back.support, back.last_seen_at), (ItemState::Suggested, 1, found.created_at));

    let key = remove(&fixture, found.id).await;
    fixture.context.remove_turn(first, Author::Owner).await.unwrap();
    assert_eq!(undo(&fixture, key).await.unwrap_err(), Error::UndoGone);
    assert_eq!(fixture.context.items(ItemQuery::default()).await.unwrap(), []);
    assert_eq!(fixture.context.integrity().await.unwrap(), Vec::<String>::new());
}
