//! The profile: what assistants are told about the person. Bounded, whatever the store's size.

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Error;
use crate::calendar::Day;
use crate::id::ItemId;
use crate::item::{StoredItem, of_state};
use crate::item_past::{self, EarlierValue};
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
    /// More of those goals that have a day or a note.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goal_details: Vec<KnownGoal>,
    /// More of those preferences that were different before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preference_details: Vec<KnownPreference>,
}

/// A goal with its day and its progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownGoal {
    /// The goal.
    pub name: String,
    /// The day by which it is to be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Day>,
    /// What was noted about it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<String>,
    /// When that was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_at: Option<Timestamp>,
}

/// A preference that was different before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPreference {
    /// What it is about.
    pub name: String,
    /// Since when it is as it is.
    pub since: Timestamp,
    /// What it was before.
    pub was: Value,
    /// Until when.
    pub until: Timestamp,
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
    let names = |items: Vec<StoredItem>| -> Vec<String> {
        items.into_iter().map(|stored| stored.item.name).collect()
    };
    let interests = names(active(ItemKind::Interest)?);
    let skills = names(active(ItemKind::Skill)?);
    let current_projects = names(active(ItemKind::Project)?);
    let goals = active(ItemKind::Goal)?;
    let mut goal_details = Vec::new();
    for stored in &goals {
        let note = item_past::notes(connection, stored.seq, 1)?.pop();
        if stored.item.target.is_some() || note.is_some() {
            goal_details.push(KnownGoal {
                name: stored.item.name.clone(),
                target: stored.item.target,
                progress_at: note.as_ref().map(|note| note.at),
                progress: note.map(|note| note.text),
            });
        }
    }
    let goals = goals.into_iter().map(|stored| stored.item.name).collect();
    let preferences = active(ItemKind::Preference)?;
    let mut preference_details = Vec::new();
    for stored in &preferences {
        if let Some(EarlierValue { value, until, .. }) =
            item_past::earlier(connection, stored)?.into_iter().next()
        {
            let name = stored.item.name.clone();
            preference_details.push(KnownPreference { name, since: until, was: value, until });
        }
    }
    let preferences = preferences
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
        goal_details,
        preference_details,
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
