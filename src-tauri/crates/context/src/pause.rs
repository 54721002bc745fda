//! Remembering paused by the owner: the column `paused_until` of the table `store`, and who is held back.
//!
//! It stands on the disk, so that a restart does not end it, and in memory, so that logging pays nothing for it.
//! It is judged on the writer's thread: once a pause is answered, nothing that came later is stored.

use std::sync::Arc;

use clock::Timestamp;
use parking_lot::Mutex;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::author::Author;
use crate::handle::Context;
use crate::input::InputError;
use crate::item_change::Hand;
use crate::stored::TimeColumn;

/// How the column says "until it is resumed".
const UNTIL_RESUMED: Timestamp = Timestamp::from_micros(i64::MAX);

/// Remembering is paused: what assistants say is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Pause {
    /// When it ends by itself; none: when the owner resumes.
    pub until: Option<Timestamp>,
}

/// The pause that holds at `now`: one that has run out is none.
#[must_use]
pub fn pause_at(pause: Option<Pause>, now: Timestamp) -> Option<Pause> {
    pause.filter(|pause| pause.until.is_none_or(|until| now < until))
}

/// A pause is the owner's way to be left alone by assistants; their own hand and what they bring in stay free.
fn is_held_back(author: &Author) -> bool {
    match author {
        Author::Client { .. } => true,
        Author::Owner | Author::Analysis | Author::Import { .. } => false,
    }
}

/// The pause as it was last set. All clones are one.
#[derive(Clone, Debug)]
pub(crate) struct PauseSwitch(Arc<Mutex<Option<Pause>>>);

impl PauseSwitch {
    pub(crate) fn load(connection: &Connection) -> Result<Self, Error> {
        Ok(Self(Arc::new(Mutex::new(read(connection)?))))
    }

    pub(crate) fn at(&self, now: Timestamp) -> Option<Pause> {
        pause_at(*self.0.lock(), now)
    }

    /// Whether nothing that `author` says at `now` is to be stored.
    pub(crate) fn holds_back(&self, author: &Author, now: Timestamp) -> Option<Pause> {
        if is_held_back(author) { self.at(now) } else { None }
    }

    /// [`PauseSwitch::holds_back`] as an error.
    pub(crate) fn check(&self, hand: Hand<'_>) -> Result<(), Error> {
        match self.holds_back(hand.author, hand.at) {
            Some(Pause { until }) => Err(Error::Paused { until }),
            None => Ok(()),
        }
    }

    /// On the writer's thread alone, so that memory and disk change in the same order.
    fn set(&self, connection: &Connection, pause: Option<Pause>) -> Result<(), Error> {
        let until = pause.map(|pause| pause.until.unwrap_or(UNTIL_RESUMED).column());
        connection.execute("UPDATE store SET paused_until = ?1", [until])?;
        *self.0.lock() = pause;
        Ok(())
    }
}

fn read(connection: &Connection) -> Result<Option<Pause>, Error> {
    let until: Option<i64> = connection.query_row("SELECT paused_until FROM store", [], |row| row.get(0))?;
    let until = until.map(Timestamp::from_micros);
    Ok(until.map(|until| Pause { until: Some(until).filter(|until| *until != UNTIL_RESUMED) }))
}

impl Context {
    /// Pauses remembering until then, or until it is resumed. From the answer on, nothing that an assistant
    /// says is stored, also after a restart; the owner's own changes and imports stay possible.
    ///
    /// # Errors
    /// [`Error::Input`] for a time that is not ahead.
    pub async fn pause(&self, until: Option<Timestamp>) -> Result<Pause, Error> {
        if until.is_some_and(|until| until <= self.inner.clock.now()) {
            return Err(InputError::PauseNotAhead.into());
        }
        let pause = Pause { until: until.filter(|until| *until != UNTIL_RESUMED) };
        self.set_pause(Some(pause)).await?;
        Ok(pause)
    }

    /// Ends a pause, if there is one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resume(&self) -> Result<(), Error> {
        self.set_pause(None).await
    }

    /// The pause that holds now.
    #[must_use]
    pub fn paused(&self) -> Option<Pause> {
        self.inner.pause.at(self.inner.clock.now())
    }

    /// The time by the store's clock: what "the last week" counts from.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    async fn set_pause(&self, pause: Option<Pause>) -> Result<(), Error> {
        let switch = self.inner.pause.clone();
        let set = self.inner.database.write(move |connection| switch.set(connection, pause)).await;
        if set.is_err() {
            // The commit may have failed after memory changed: what holds is what the disk says.
            let switch = self.inner.pause.clone();
            let read_again = self.inner.database.write(move |connection| {
                *switch.0.lock() = read(connection)?;
                Ok::<_, Error>(())
            });
            // The first error is the one to tell.
            let _ = read_again.await;
        }
        set
    }
}

#[cfg(test)]
#[path = "pause_tests.rs"]
mod tests;
