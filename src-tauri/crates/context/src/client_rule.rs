//! What the owner allows one client: the table `client_rule`.
//!
//! Like the pause, it stands on the disk and in memory, and is judged on the writer's thread: once a change is
//! answered, nothing that came later is stored against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::author::Author;
use crate::handle::{Context, Inner};
use crate::input::InputError;
use crate::state::ClientMode;

/// The longest time that can be set, in days: a hundred years.
pub const LONGEST_RETENTION_DAYS: u32 = 36_525;

/// How long what a client brought is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "days", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Retention {
    /// As long as the setting for everybody says.
    #[default]
    AsForAll,
    /// For ever.
    ForEver,
    /// So many days from when it happened.
    Days(u32),
}

/// What the owner allows one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ClientRule {
    /// How it may use the memory.
    pub mode: ClientMode,
    /// How long what it brought is kept.
    pub retention: Retention,
}

/// A client's rule as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRuleChange {
    /// The client's id, or an import's source.
    pub client: String,
    /// The name it goes by.
    pub name: String,
    /// It registers itself and may come back under another id: whoever has this name and no rule of its own
    /// follows this one. A name proves nothing, but a rule only ever takes away.
    pub by_name: bool,
    /// The new mode; none: as it is.
    pub mode: Option<ClientMode>,
    /// The new time; none: as it is.
    pub retention: Option<Retention>,
}

#[derive(Clone, Debug)]
struct Stored {
    name: String,
    by_name: bool,
    rule: ClientRule,
}

const USUAL: ClientRule = ClientRule { mode: ClientMode::Normal, retention: Retention::AsForAll };

/// All rules as they were last set. All clones are one.
#[derive(Clone, Debug)]
pub(crate) struct ClientRules(Arc<RwLock<BTreeMap<String, Stored>>>);

impl ClientRules {
    pub(crate) fn load(connection: &Connection) -> Result<Self, Error> {
        Ok(Self(Arc::new(RwLock::new(read(connection)?))))
    }

    /// The rule for the client of this id, which goes by `name`.
    pub(crate) fn of(&self, client: &str, name: &str) -> ClientRule {
        let rules = self.0.read();
        if let Some(own) = rules.get(client) {
            return own.rule.clone();
        }
        // The strictest of those that go by the name: it is the safe mistake.
        let named = rules.values().filter(|stored| stored.by_name && stored.name == name);
        named.map(|stored| stored.rule.clone()).max_by_key(|rule| rule.mode).unwrap_or(USUAL)
    }

    fn mode_of(&self, author: &Author) -> ClientMode {
        match author {
            Author::Client { client_id, client_name } => self.of(client_id, client_name).mode,
            Author::Owner | Author::Analysis | Author::Import { .. } => ClientMode::Normal,
        }
    }

    /// The mode that keeps `author` from writing, if one does.
    pub(crate) fn keeps_from_writing(&self, author: &Author) -> Option<ClientMode> {
        Some(self.mode_of(author)).filter(|mode| *mode != ClientMode::Normal)
    }

    /// [`ClientRules::keeps_from_writing`] as an error.
    pub(crate) fn check_writing(&self, author: &Author) -> Result<(), Error> {
        match self.mode_of(author) {
            ClientMode::Normal => Ok(()),
            ClientMode::ReadOnly => Err(Error::ReadOnly),
            ClientMode::Incognito => Err(Error::Incognito),
        }
    }

    /// On the writer's thread alone, so that memory and disk change in the same order.
    fn set(&self, connection: &Connection, change: &ClientRuleChange) -> Result<ClientRule, Error> {
        let mut rule = self.of(&change.client, &change.name);
        rule.mode = change.mode.unwrap_or(rule.mode);
        rule.retention = change.retention.unwrap_or(rule.retention);
        let days = match rule.retention {
            Retention::AsForAll => None,
            Retention::ForEver => Some(0),
            Retention::Days(days) => Some(days),
        };
        connection.execute(
            "INSERT OR REPLACE INTO client_rule (client, name, by_name, mode, retention_days) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (&change.client, &change.name, change.by_name, rule.mode, days),
        )?;
        let stored = Stored { name: change.name.clone(), by_name: change.by_name, rule: rule.clone() };
        self.0.write().insert(change.client.clone(), stored);
        Ok(rule)
    }

    /// After a commit failed, memory may have changed all the same: what holds is what the disk says.
    fn read_again(&self, connection: &Connection) -> Result<(), Error> {
        *self.0.write() = read(connection)?;
        Ok(())
    }
}

/// Keeps what an import from `source` brings so long from now on. Blocks; not for the writer's thread.
pub(crate) fn keep_import(inner: &Inner, source: &str, retention: Retention) -> Result<(), Error> {
    let change = ClientRuleChange {
        client: source.to_owned(),
        name: source.to_owned(),
        by_name: false,
        mode: None,
        retention: Some(retention),
    };
    let rules = inner.rules.clone();
    let set = inner.database.write_blocking(move |connection| rules.set(connection, &change).map(drop));
    if set.is_err() {
        let rules = inner.rules.clone();
        // The first error is the one to tell.
        let _ = inner.database.write_blocking(move |connection| rules.read_again(connection));
    }
    set
}

/// A time of no days, or of more than a life, is refused.
pub(crate) fn check_retention(retention: Option<Retention>) -> Result<(), Error> {
    match retention {
        Some(Retention::Days(days)) if !(1..=LONGEST_RETENTION_DAYS).contains(&days) => {
            Err(InputError::RetentionOutOfRange.into())
        }
        _ => Ok(()),
    }
}

fn read(connection: &Connection) -> Result<BTreeMap<String, Stored>, Error> {
    let mut statement =
        connection.prepare("SELECT client, name, by_name, mode, retention_days FROM client_rule")?;
    let rows = statement.query_map([], |row| {
        let retention = match row.get(4)? {
            None => Retention::AsForAll,
            Some(0) => Retention::ForEver,
            Some(days) => Retention::Days(days),
        };
        let rule = ClientRule { mode: row.get(3)?, retention };
        Ok((row.get(0)?, Stored { name: row.get(1)?, by_name: row.get(2)?, rule }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Context {
    /// The rule that holds for the client of this id (or an import's source), which goes by `name`.
    #[must_use]
    pub fn client_rule(&self, client: &str, name: &str) -> ClientRule {
        self.inner.rules.of(client, name)
    }

    /// Sets what a client is allowed. From the answer on it holds, also after a restart.
    ///
    /// # Errors
    /// [`Error::Input`] for a time of no days, or of more than [`LONGEST_RETENTION_DAYS`].
    pub async fn change_client_rule(&self, change: ClientRuleChange) -> Result<ClientRule, Error> {
        check_retention(change.retention)?;
        let rules = self.inner.rules.clone();
        let set = self.inner.database.write(move |connection| rules.set(connection, &change)).await;
        if set.is_err() {
            let rules = self.inner.rules.clone();
            // The first error is the one to tell.
            let _ = self.inner.database.write(move |connection| rules.read_again(connection)).await;
        }
        set
    }

    /// Whether `author` may be told anything of what is stored.
    ///
    /// # Errors
    /// [`Error::Incognito`].
    pub fn check_reading(&self, author: &Author) -> Result<(), Error> {
        match self.inner.rules.mode_of(author) {
            ClientMode::Normal | ClientMode::ReadOnly => Ok(()),
            ClientMode::Incognito => Err(Error::Incognito),
        }
    }
}

#[cfg(test)]
#[path = "client_rule_tests.rs"]
mod tests;
