//! The profile: what assistants are told about the person. Bounded, whatever the store's size.

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Error;
use crate::id::ItemId;
use crate::item::{StoredItem, of_state};
use crate::state::{ItemKind, ItemState};

/// The most active items of one kind that the profile names: the last seen.
pub const PROFILE_ITEMS: u32 = 50;
/// The most suggestions of one kind.
pub const PROFILE_SUGGESTIONS: u32 = 10;

/// What is known of the person, in the original's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// What the person cares about.
    pub interests: Vec<String>,
    /// What the person can do.
    pub skills: Vec<String>,
    /// What the person works on.
    pub current_projects: Vec<String>,
    /// What the person wants to reach.
    pub goals: Vec<String>,
    /// How the person likes things.
    pub preferences: Map<String, Value>,
    /// When any of it last changed.
    pub last_updated: Option<Timestamp>,
    /// There is more than the profile names.
    pub more: bool,
    /// What analysis found once and nobody confirmed: not known, only suspected.
    pub suggestions: Suggestions,
}

/// What analysis found and nobody confirmed yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestions {
    /// Perhaps interests.
    pub interests: Vec<Suggestion>,
    /// Perhaps skills.
    pub skills: Vec<Suggestion>,
    /// Perhaps projects.
    pub current_projects: Vec<Suggestion>,
    /// Perhaps goals.
    pub goals: Vec<Suggestion>,
    /// Perhaps preferences.
    pub preferences: Vec<Suggestion>,
}

/// One suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The item's id, to confirm or dismiss it.
    pub id: ItemId,
    /// Its name.
    pub name: String,
    /// When it was last found.
    pub last_seen_at: Timestamp,
}

pub(crate) const LAST_UPDATE: &str = "SELECT max(updated_at) FROM item";

pub(crate) fn read(connection: &Connection) -> Result<Profile, Error> {
    let mut more = false;
    let mut active = |kind| -> Result<Vec<StoredItem>, Error> {
        let mut items = of_state(connection, kind, ItemState::Active, PROFILE_ITEMS + 1)?;
        more |= items.len() > PROFILE_ITEMS as usize;
        items.truncate(PROFILE_ITEMS as usize);
        Ok(items)
    };
    let mut names = |kind| -> Result<Vec<String>, Error> {
        Ok(active(kind)?.into_iter().map(|stored| stored.item.name).collect())
    };
    let interests = names(ItemKind::Interest)?;
    let skills = names(ItemKind::Skill)?;
    let current_projects = names(ItemKind::Project)?;
    let goals = names(ItemKind::Goal)?;
    let preferences = active(ItemKind::Preference)?
        .into_iter()
        .map(|stored| (stored.item.name, stored.item.value.unwrap_or(Value::Null)))
        .collect();
    let last: Option<i64> = connection.prepare_cached(LAST_UPDATE)?.query_row([], |row| row.get(0))?;
    Ok(Profile {
        interests,
        skills,
        current_projects,
        goals,
        preferences,
        last_updated: last.map(Timestamp::from_micros),
        more,
        suggestions: Suggestions {
            interests: suggested(connection, ItemKind::Interest)?,
            skills: suggested(connection, ItemKind::Skill)?,
            current_projects: suggested(connection, ItemKind::Project)?,
            goals: suggested(connection, ItemKind::Goal)?,
            preferences: suggested(connection, ItemKind::Preference)?,
        },
    })
}

fn suggested(connection: &Connection, kind: ItemKind) -> Result<Vec<Suggestion>, Error> {
    let items = of_state(connection, kind, ItemState::Suggested, PROFILE_SUGGESTIONS)?;
    Ok(items
        .into_iter()
        .map(|StoredItem { item, .. }| Suggestion {
            id: item.id,
            name: item.name,
            last_seen_at: item.last_seen_at,
        })
        .collect())
}
