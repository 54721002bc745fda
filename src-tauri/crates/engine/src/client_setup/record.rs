//! What we added to clients' files, kept in our data folder so that it can be taken back.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Client, Setting, SetupEnvironment, SetupError, write};

/// Everything that was added for one client, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    entries: Vec<Entry>,
    /// Files in our own data folder that the entries point at.
    #[serde(default)]
    own_files: Vec<PathBuf>,
}

/// One member that was added or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) file: PathBuf,
    pub(super) pointer: Vec<String>,
    pub(super) added: Value,
    /// What stood there before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) previous: Option<Value>,
    /// How many objects around it were made for it.
    pub(super) made_parents: usize,
    /// Whether the file was made for it.
    pub(super) made_file: bool,
}

/// Our folder for this.
pub(super) fn folder(environment: &SetupEnvironment) -> PathBuf {
    environment.data_dir.join("client-setup")
}

/// The record's file.
pub(super) fn path(client: Client, environment: &SetupEnvironment) -> PathBuf {
    path_in(client, &environment.data_dir)
}

fn path_in(client: Client, data_dir: &Path) -> PathBuf {
    data_dir.join("client-setup").join(format!("{}.json", client.id()))
}

impl Record {
    pub(super) fn load(client: Client, environment: &SetupEnvironment) -> Result<Self, SetupError> {
        Self::load_from(client, &environment.data_dir)
    }

    /// The record in this data folder.
    pub(super) fn load_from(client: Client, data_dir: &Path) -> Result<Self, SetupError> {
        let path = path_in(client, data_dir);
        match write::read(&path)? {
            None => Ok(Self::default()),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| SetupError::DamagedRecord { path, reason: error.to_string() }),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What `first` is true of, with the files of our own that belong to it; and the rest.
    pub(super) fn split(self, first: impl Fn(&Entry) -> bool) -> (Self, Self) {
        let (first, rest) = self.entries.into_iter().partition(first);
        // All files of our own are authorities, which are the one thing that is ever taken back by itself.
        (Self { entries: first, own_files: self.own_files }, Self { entries: rest, own_files: Vec::new() })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Those of the entries that `is_wanted` takes, and a record of all the rest.
    pub(super) fn parted(self, is_wanted: impl Fn(&Entry) -> bool) -> (Self, Self) {
        let (wanted, rest) = self.entries.into_iter().partition(is_wanted);
        (Self { entries: wanted, own_files: Vec::new() }, Self { entries: rest, own_files: self.own_files })
    }

    pub(super) fn own_files(&self) -> &[PathBuf] {
        &self.own_files
    }

    /// What we last wrote to this member.
    pub(super) fn entry(&self, file: &Path, pointer: &[String]) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.file == file && entry.pointer == pointer)
    }

    /// Notes a change. Where the member still held what we wrote earlier, what stood there before *that*
    /// stays the thing to restore.
    pub(super) fn note(&mut self, entry: Entry) {
        let ours = self.entries.iter_mut().find(|earlier| {
            earlier.file == entry.file
                && earlier.pointer == entry.pointer
                && Some(&earlier.added) == entry.previous.as_ref()
        });
        if let Some(earlier) = ours {
            earlier.added = entry.added;
        } else {
            self.entries.retain(|earlier| earlier.file != entry.file || earlier.pointer != entry.pointer);
            self.entries.push(entry);
        }
    }

    pub(super) fn note_own_file(&mut self, path: PathBuf) {
        if !self.own_files.contains(&path) {
            self.own_files.push(path);
        }
    }

    /// Takes what would be added now for what was added once.
    pub(super) fn assume(&mut self, settings: Vec<Setting>) {
        self.entries = settings
            .into_iter()
            .map(|setting| Entry {
                file: setting.file,
                pointer: setting.pointer,
                added: setting.value,
                previous: None,
                made_parents: 0,
                made_file: false,
            })
            .collect();
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a record is plain data");
        bytes.push(b'\n');
        bytes
    }
}
