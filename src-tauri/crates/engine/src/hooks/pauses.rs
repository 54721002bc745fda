//! When remembering was paused: a small file of times beside the store. A transcript is read after the fact, perhaps
//! by a program that did not run while the pause held and ended, and what was said in it must not come in then.

use std::path::{Path, PathBuf};

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::spool::folder;
use crate::client_setup::{SetupError, write};

/// More pauses than anybody's transcripts reach back over; beyond it the oldest go.
const MOST: usize = 1000;

/// The pauses that there were, the oldest first.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Pauses {
    pauses: Vec<Stretch>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stretch {
    from: Timestamp,
    /// None: until it is resumed.
    until: Option<Timestamp>,
}

impl Pauses {
    /// What is lost or can not be read is none: the store knows the pause that holds now.
    pub(crate) fn load(data_dir: &Path) -> Self {
        let bytes = std::fs::read(path(data_dir)).unwrap_or_default();
        if bytes.is_empty() {
            return Self::default();
        }
        serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(%error, "when remembering was paused can not be read");
            Self::default()
        })
    }

    /// # Errors
    /// A file that can not be written.
    pub(crate) fn save(&self, data_dir: &Path) -> Result<(), SetupError> {
        let bytes = serde_json::to_vec(self).expect("times are plain data");
        write::replace(&path(data_dir), &bytes)
    }

    /// A pause begins, or the one that holds gets another end.
    pub(crate) fn begin(&mut self, now: Timestamp, until: Option<Timestamp>) {
        match self.pauses.last_mut().filter(|last| last.until.is_none_or(|until| now < until)) {
            Some(last) => last.until = until,
            None => self.pauses.push(Stretch { from: now, until }),
        }
        let many = self.pauses.len().saturating_sub(MOST);
        self.pauses.drain(..many);
    }

    /// No pause holds any more; whether that was news.
    pub(crate) fn end(&mut self, now: Timestamp) -> bool {
        let open = self.pauses.last_mut().filter(|last| last.until.is_none_or(|until| now < until));
        let is_news = open.is_some();
        if let Some(last) = open {
            last.until = Some(now);
        }
        is_news
    }

    /// Whether remembering was paused then.
    pub(super) fn held(&self, at: Timestamp) -> bool {
        self.pauses.iter().any(|pause| pause.from <= at && pause.until.is_none_or(|until| at < until))
    }
}

fn path(data_dir: &Path) -> PathBuf {
    folder(data_dir).join("pauses.json")
}

#[cfg(test)]
#[path = "pauses_tests.rs"]
mod tests;
