//! Adding, changing and removing items by hand or by an outright statement, with their history.

use clock::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Error;
use crate::author::Author;
use crate::evidence;
use crate::history::{self, NewEvent, StoreKey};
use crate::id::ItemId;
use crate::input::{InputError, check_name, check_value, normalise};
use crate::item::{self, Added, Item, ItemChange, NewItem, StoredItem};
use crate::item_past::{self, ItemNote};
use crate::redaction::{self, Redaction};
use crate::state::{Action, ItemKind, ItemState, Subject};
use crate::undo::RemovedItem;

/// Who changes something, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hand<'a> {
    pub(crate) author: &'a Author,
    pub(crate) at: Timestamp,
}

/// Checks a new item and gives it with its name in the form that is shown, without what must not be stored.
pub(crate) fn check_new(mut new: NewItem, redaction: Redaction) -> Result<NewItem, InputError> {
    new.name = check_clean_name(new.kind, &new.name, redaction)?;
    if let Some(value) = &mut new.value {
        redaction.clean_value(&new.name, value);
    }
    check_value(new.kind, new.value.as_ref())?;
    Ok(new)
}

fn check_clean_name(kind: ItemKind, name: &str, redaction: Redaction) -> Result<String, InputError> {
    let cleaned = redaction.clean(name);
    if redaction::is_private_whole(&cleaned) {
        return Err(InputError::Private);
    }
    check_name(kind.as_str(), &cleaned)
}

/// The mark that keeps a removed item from being found again.
pub(crate) fn forgotten_mark(key: StoreKey, kind: ItemKind, normal_name: &str) -> [u8; 16] {
    key.hash("forgotten item", &[kind.as_str(), normal_name])
}

/// Where an item stands after somebody said it outright.
///
/// The owner's word makes anything active. A client's word does so unless the owner set the state by hand;
/// an import only confirms what analysis suggested.
#[must_use]
pub fn state_after_statement(current: ItemState, edited_by_owner: bool, author: &Author) -> ItemState {
    match author {
        Author::Client { .. } if edited_by_owner || current == ItemState::Dismissed => current,
        Author::Import { .. } if edited_by_owner || current != ItemState::Suggested => current,
        Author::Analysis => current,
        Author::Owner | Author::Client { .. } | Author::Import { .. } => ItemState::Active,
    }
}

pub(crate) fn add(
    connection: &Connection,
    new: NewItem,
    hand: Hand<'_>,
    new_id: Uuid,
) -> Result<Added, Error> {
    let normal_name = normalise(&new.name);
    let key = StoreKey::read(connection)?;
    history::unforget(connection, forgotten_mark(key, new.kind, &normal_name))?;
    if let Some(stored) = item::by_name(connection, new.kind, &normal_name)? {
        let item = state_again(connection, stored, new, hand)?;
        return Ok(Added { item, existed: true });
    }
    let item = Item {
        id: ItemId::from(new_id),
        kind: new.kind,
        name: new.name,
        value: new.value,
        state: ItemState::Active,
        author: hand.author.clone(),
        edited_by_owner: *hand.author == Author::Owner,
        created_at: hand.at,
        updated_at: hand.at,
        stated_at: Some(hand.at),
        last_seen_at: hand.at,
        support: 0,
        target: None,
        notes: Vec::new(),
        earlier: Vec::new(),
        evidence: Vec::new(),
    };
    item::insert(connection, &item, &normal_name)?;
    note(connection, item.id, Action::Added, None, hand)?;
    Ok(Added { item, existed: false })
}

/// Somebody says outright what is there already.
fn state_again(
    connection: &Connection,
    mut stored: StoredItem,
    new: NewItem,
    hand: Hand<'_>,
) -> Result<Item, Error> {
    let was_analysis_own = stored.is_analysis_own();
    let before = stored.clone();
    let item = &mut stored.item;
    let is_import = matches!(hand.author, Author::Import { .. });
    if is_import && !was_analysis_own {
        return item::with_evidence(connection, stored);
    }
    let state = state_after_statement(item.state, item.edited_by_owner, hand.author);
    let mut changed = false;
    if state != item.state {
        let detail = json!({ "from": item.state, "to": state });
        note(connection, item.id, Action::StateChanged, Some(detail), hand)?;
        item.state = state;
        changed = true;
    }
    if item.kind == ItemKind::Preference && item.value != new.value && state != ItemState::Dismissed {
        let detail = json!({ "from": item.value, "to": new.value });
        note(connection, item.id, Action::ValueChanged, Some(detail), hand)?;
        item_past::keep_value(connection, &before, hand)?;
        item.value = new.value;
        changed = true;
    }
    if was_analysis_own {
        note(connection, item.id, Action::Stated, None, hand)?;
        item.author = hand.author.clone();
        changed = true;
    }
    if *hand.author == Author::Owner {
        item.edited_by_owner = true;
    }
    item.stated_at = Some(item.stated_at.unwrap_or(hand.at).max(hand.at));
    item.last_seen_at = item.last_seen_at.max(hand.at);
    if changed {
        item.updated_at = hand.at;
    }
    let normal_name = normalise(&item.name);
    item::update(connection, &stored, &normal_name)?;
    item::with_evidence(connection, stored)
}

/// Checks a change and takes out of it what must not be stored.
pub(crate) fn check_change(change: &mut ItemChange, redaction: Redaction) -> Result<(), InputError> {
    let ItemChange { name, value, state, target, clear_target, note } = change;
    if name.is_none()
        && value.is_none()
        && state.is_none()
        && target.is_none()
        && !*clear_target
        && note.is_none()
    {
        return Err(InputError::EmptyChange);
    }
    for text in [name.as_mut(), note.as_mut()].into_iter().flatten() {
        redaction.clean_in_place(text);
        if redaction::is_private_whole(text) {
            return Err(InputError::Private);
        }
    }
    if let Some(value) = value {
        redaction.clean_value(name.as_deref().unwrap_or_default(), value);
    }
    note.as_deref().map(item_past::check_note).transpose()?;
    Ok(())
}

pub(crate) fn change(
    connection: &Connection,
    id: ItemId,
    change: ItemChange,
    hand: Hand<'_>,
    redaction: Redaction,
) -> Result<Item, Error> {
    let mut stored = item::by_id(connection, id)?;
    let owners_no = stored.item.state == ItemState::Dismissed && stored.item.edited_by_owner;
    if owners_no && *hand.author != Author::Owner {
        return Err(Error::OwnersDecision { what: Subject::Item, id: id.as_uuid() });
    }
    let was_analysis_own = stored.is_analysis_own();
    let before = stored.clone();
    let old_normal = normalise(&stored.item.name);
    let mut normal_name = old_normal.clone();
    let item = &mut stored.item;
    if let Some(name) = change.name {
        let name = check_name(item.kind.as_str(), &name)?;
        normal_name = normalise(&name);
        if name != item.name {
            let detail = json!({ "from": item.name, "to": name });
            note(connection, id, Action::Renamed, Some(detail), hand)?;
            item.name = name;
        }
    }
    if let Some(mut value) = change.value {
        // The name may say that the value is a secret, and only here is it known.
        redaction.clean_value(&item.name, &mut value);
        check_value(item.kind, Some(&value))?;
        if item.value.as_ref() != Some(&value) {
            let detail = json!({ "from": item.value, "to": value });
            note(connection, id, Action::ValueChanged, Some(detail), hand)?;
            item_past::keep_value(connection, &before, hand)?;
            item.value = Some(value);
        }
    }
    if let Some(state) = change.state
        && state != item.state
    {
        let detail = json!({ "from": item.state, "to": state });
        note(connection, id, Action::StateChanged, Some(detail), hand)?;
        item.state = state;
    }
    if change.target.is_some() || change.clear_target {
        if item.kind != ItemKind::Goal {
            return Err(InputError::UnexpectedTarget { kind: item.kind }.into());
        }
        if change.target != item.target {
            let detail = json!({ "from": item.target, "to": change.target });
            note(connection, id, Action::TargetChanged, Some(detail), hand)?;
            item.target = change.target;
        }
    }
    if let Some(text) = &change.note {
        let text = item_past::check_note(text)?;
        let noted = ItemNote { at: hand.at, author: hand.author.clone(), text };
        item_past::add_note(connection, before.seq, &noted)?;
        note(connection, id, Action::Noted, None, hand)?;
    }
    item.updated_at = hand.at;
    item.stated_at = Some(item.stated_at.unwrap_or(hand.at).max(hand.at));
    item.last_seen_at = item.last_seen_at.max(hand.at);
    if *hand.author == Author::Owner {
        item.edited_by_owner = true;
    } else if was_analysis_own {
        item.author = hand.author.clone();
    }
    if normal_name != old_normal {
        rename(connection, &stored, &old_normal, &normal_name)?;
    }
    item::update(connection, &stored, &normal_name)?;
    item::with_evidence(connection, stored)
}

/// Makes room for a name: no other item may have it, and none goes by it from an earlier time any more.
pub(crate) fn make_room(
    connection: &Connection,
    kind: ItemKind,
    name: &str,
    normal_name: &str,
    own: Option<i64>,
) -> Result<(), Error> {
    if let Some(other) = item::by_name(connection, kind, normal_name)?
        && Some(other.seq) != own
        && normalise(&other.item.name) == normal_name
    {
        return Err(Error::NameTaken { kind, name: name.to_owned() });
    }
    connection
        .prepare_cached("DELETE FROM item_alias WHERE kind = ?1 AND normal_name = ?2")?
        .execute((kind, normal_name))?;
    Ok(())
}

/// Notes a name that an item had before, unless it is another's by now.
pub(crate) fn add_alias_if_free(
    connection: &Connection,
    kind: ItemKind,
    normal_name: &str,
    item: i64,
) -> Result<(), Error> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO item_alias (kind, normal_name, item) SELECT ?1, ?2, ?3 \
             WHERE NOT EXISTS (SELECT 1 FROM item WHERE kind = ?1 AND normal_name = ?2)",
        )?
        .execute((kind, normal_name, item))?;
    Ok(())
}

/// Takes the new name and keeps the old one, so that analysis does not find it as a new thing.
fn rename(connection: &Connection, stored: &StoredItem, old: &str, new: &str) -> Result<(), Error> {
    let kind = stored.item.kind;
    make_room(connection, kind, &stored.item.name, new, Some(stored.seq))?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO item_alias (kind, normal_name, item) VALUES (?1, ?2, ?3)")?
        .execute((kind, old, stored.seq))?;
    Ok(())
}

/// Removes an item: analysis does not find it again, only an outright statement brings it back. Gives what is
/// needed to put it back.
pub(crate) fn remove(connection: &Connection, id: ItemId, hand: Hand<'_>) -> Result<RemovedItem, Error> {
    let mut stored = item::by_id(connection, id)?;
    let owners_no = stored.item.state == ItemState::Dismissed && stored.item.edited_by_owner;
    if owners_no && *hand.author != Author::Owner {
        return Err(Error::OwnersDecision { what: Subject::Item, id: id.as_uuid() });
    }
    let kind = stored.item.kind;
    let key = StoreKey::read(connection)?;
    let aliases = aliases(connection, stored.seq)?;
    let mut marks = Vec::new();
    for name in aliases.iter().chain([&normalise(&stored.item.name)]) {
        let mark = forgotten_mark(key, kind, name);
        if history::forget(connection, mark)? {
            marks.push(mark);
        }
    }
    stored.item.evidence = evidence::read(connection, evidence::OF_ITEM, stored.seq, -1)?;
    stored.item.notes = item_past::notes(connection, stored.seq, -1)?;
    stored.item.earlier = item_past::changed_values(connection, stored.seq, -1)?;
    let said = item_past::said(connection, stored.seq)?;
    let history = history::of(connection, id.as_uuid())?;
    connection.prepare_cached("DELETE FROM item WHERE seq = ?1")?.execute([stored.seq])?;
    history::record_removal(connection, id.as_uuid(), Subject::Item, hand.author, hand.at)?;
    Ok(RemovedItem { item: stored.item, said, aliases, history, marks })
}

/// The names an item had before.
pub(crate) fn aliases(connection: &Connection, item: i64) -> Result<Vec<String>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT normal_name FROM item_alias WHERE item = ?1 ORDER BY normal_name")?;
    let rows = statement.query_map([item], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn note(
    connection: &Connection,
    id: ItemId,
    action: Action,
    detail: Option<Value>,
    hand: Hand<'_>,
) -> Result<(), Error> {
    let event = NewEvent {
        subject: id.as_uuid(),
        kind: Subject::Item,
        action,
        detail,
        author: hand.author,
        at: hand.at,
    };
    history::record(connection, &event)
}

#[cfg(test)]
#[path = "item_change_tests.rs"]
mod tests;
