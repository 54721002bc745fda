//! How far each transcript was read: a small file beside the store.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use super::spool::folder;
use crate::client_setup::{SetupError, write};

/// More transcripts than anybody has open; beyond it those go that were not read for longest.
const MOST: usize = 1000;

/// How far the transcripts were read.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Progress {
    transcripts: BTreeMap<PathBuf, Place>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    /// Bytes from the file's start.
    offset: u64,
    /// The id of the turn that begins there, if it was stored already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logged: Option<String>,
    read_at: Timestamp,
}

impl Progress {
    /// What is lost or can not be read is begun anew: turns that are stored already are known by their ids.
    pub(super) fn load(data_dir: &Path) -> Self {
        let bytes = std::fs::read(path(data_dir)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Where to read on, and the id of the turn there that was stored already.
    pub(super) fn of(&self, transcript: &Path) -> Option<(u64, Option<String>)> {
        self.transcripts.get(transcript).map(|place| (place.offset, place.logged.clone()))
    }

    /// When a transcript was last read or begun.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.transcripts.values().map(|place| place.read_at).max()
    }

    pub(super) fn set(&mut self, transcript: &Path, offset: u64, logged: Option<String>, read_at: Timestamp) {
        self.transcripts.insert(transcript.to_owned(), Place { offset, logged, read_at });
        while self.transcripts.len() > MOST {
            let oldest = self.transcripts.iter().min_by_key(|(_, place)| place.read_at);
            let Some(oldest) = oldest.map(|(path, _)| path.clone()) else { return };
            self.transcripts.remove(&oldest);
        }
    }

    pub(super) fn save(&self, data_dir: &Path) -> Result<(), SetupError> {
        let bytes = serde_json::to_vec(self).expect("places are plain data");
        write::replace(&path(data_dir), &bytes)
    }
}

fn path(data_dir: &Path) -> PathBuf {
    folder(data_dir).join("claude-code.json")
}
