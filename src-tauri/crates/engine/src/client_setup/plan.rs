//! The plan: shown first, then carried out as a whole or not at all.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use clock::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::json_file::JsonFile;
use super::record::{self, Entry, Record};
use super::{Client, SetupEnvironment, SetupError, Wishes, hooks, write};

/// What will be done.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// Whose configuration it is.
    pub client: Client,
    /// The changes, in order; none where everything is as it should be.
    pub changes: Vec<Change>,
    /// What the person should know besides.
    pub notes: Vec<String>,
    #[serde(skip)]
    writes: Vec<Write>,
    #[serde(skip)]
    now: Timestamp,
}

/// One change, for people's eyes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The file.
    pub file: PathBuf,
    /// What is done and why, in words.
    pub summary: String,
    /// The member's value before (JSON), if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The member's value afterwards (JSON), if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The files that were written or removed.
    pub files: Vec<PathBuf>,
    /// The copies of what the person's files were before.
    pub backups: Vec<PathBuf>,
}

#[derive(Clone)]
enum Write {
    /// Somebody else's file: copied first, and only touched if it is still what the plan was made for.
    Theirs { target: PathBuf, before: Option<Vec<u8>>, after: Option<Vec<u8>> },
    /// A file in our own data folder.
    Ours { path: PathBuf, after: Option<Vec<u8>> },
}

impl fmt::Debug for Write {
    /// The path alone: clients keep tokens and keys in these files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, path) = match self {
            Self::Theirs { target, .. } => ("Theirs", target),
            Self::Ours { path, .. } => ("Ours", path),
        };
        f.debug_tuple(kind).field(path).finish()
    }
}

/// The files a plan has read, each once.
#[derive(Default)]
struct Files(BTreeMap<PathBuf, JsonFile>);

impl Files {
    fn open(&mut self, path: &Path) -> Result<&mut JsonFile, SetupError> {
        use std::collections::btree_map::Entry as Slot;

        match self.0.entry(path.to_owned()) {
            Slot::Occupied(slot) => Ok(slot.into_mut()),
            Slot::Vacant(slot) => Ok(slot.insert(JsonFile::read(path)?)),
        }
    }

    /// The writes of those that changed; of those that are to be removed when they are empty, the removal.
    fn writes(self, remove_when_empty: impl Fn(&Path) -> bool) -> impl Iterator<Item = Write> {
        self.0.into_values().filter_map(move |file| {
            let after = if file.is_empty_object() && remove_when_empty(&file.path) {
                None
            } else {
                Some(file.text().as_bytes().to_vec())
            };
            let untouched = file.before == after || (file.before.is_none() && file.is_empty_object());
            (!untouched).then_some(Write::Theirs { target: file.target, before: file.before, after })
        })
    }
}

impl Plan {
    pub(super) fn to_set_up(
        client: Client,
        environment: &SetupEnvironment,
        mut record: Record,
        wishes: Wishes,
    ) -> Result<Self, SetupError> {
        let mut plan = Self {
            client,
            changes: Vec::new(),
            notes: wishes.notes,
            writes: Vec::new(),
            now: environment.now,
        };
        for own in wishes.own_files {
            if write::read(&own.path)?.as_ref() == Some(&own.contents) {
                continue;
            }
            record.note_own_file(own.path.clone());
            let summary = format!("write this file, so that {}", own.purpose);
            plan.changes.push(Change { file: own.path.clone(), summary, before: None, after: None });
            plan.writes.push(Write::Ours { path: own.path, after: Some(own.contents) });
        }
        let mut files = Files::default();
        for setting in wishes.settings {
            let file = files.open(&setting.file)?;
            let previous = file.get(&setting.pointer).cloned();
            if previous.as_ref() == Some(&setting.value) {
                continue;
            }
            let made_parents = file.set(&setting.pointer, &setting.value)?;
            let verb = if previous.is_some() { "change" } else { "add" };
            plan.changes.push(Change {
                file: setting.file.clone(),
                summary: format!("{verb} {}, so that {}", setting.pointer.join("."), setting.purpose),
                before: previous.as_ref().map(pretty),
                after: Some(pretty(&setting.value)),
            });
            record.note(Entry {
                made_file: file.before.is_none(),
                file: setting.file,
                pointer: setting.pointer,
                added: setting.value,
                previous,
                made_parents,
            });
        }
        if !plan.changes.is_empty() {
            // The record before the person's files: after a crash in between, undoing finds nothing to undo.
            let path = record::path(client, environment);
            plan.writes.push(Write::Ours { path, after: Some(record.to_bytes()) });
            plan.writes.extend(files.writes(|_| false));
        }
        Ok(plan)
    }

    /// Takes back what `record` holds; `rest` is what stays recorded.
    pub(super) fn to_undo(
        client: Client,
        environment: &SetupEnvironment,
        record: &Record,
        rest: &Record,
    ) -> Result<Self, SetupError> {
        let mut plan =
            Self { client, changes: Vec::new(), notes: Vec::new(), writes: Vec::new(), now: environment.now };
        let mut files = Files::default();
        for entry in record.entries().iter().rev() {
            let file = files.open(&entry.file)?;
            let current = file.get(&entry.pointer).cloned();
            let member = entry.pointer.join(".");
            let summary = match (&current, &entry.previous) {
                (None, _) => continue,
                // A list that others have changed since: our entries go, theirs stay.
                (Some(current), previous)
                    if *current != entry.added
                        && entry.pointer.first().is_some_and(|name| name == "hooks") =>
                {
                    match hooks::without_ours(current) {
                        None => continue,
                        Some(theirs) if theirs.is_empty() && previous.is_none() => {
                            file.remove(&entry.pointer, entry.made_parents)?;
                        }
                        Some(theirs) => drop(file.set(&entry.pointer, &Value::Array(theirs))?),
                    }
                    format!("take our entry out of {member}")
                }
                (Some(current), _) if *current != entry.added => {
                    let file = entry.file.display();
                    plan.notes.push(format!("{member} in {file} was changed since; it is left as it is"));
                    continue;
                }
                (Some(_), Some(previous)) => {
                    // It was written anew over an entry of ours that stood among others.
                    match hooks::without_ours(previous) {
                        None => drop(file.set(&entry.pointer, previous)?),
                        Some(theirs) if theirs.is_empty() => {
                            file.remove(&entry.pointer, entry.made_parents)?;
                        }
                        Some(theirs) => drop(file.set(&entry.pointer, &Value::Array(theirs))?),
                    }
                    format!("put {member} back to what it was before")
                }
                (Some(_), None) => {
                    file.remove(&entry.pointer, entry.made_parents)?;
                    format!("remove {member}")
                }
            };
            plan.changes.push(Change {
                file: entry.file.clone(),
                summary,
                before: current.as_ref().map(pretty),
                after: file.get(&entry.pointer).map(pretty),
            });
        }
        let made = |path: &Path| record.entries().iter().any(|entry| entry.made_file && entry.file == path);
        plan.writes.extend(files.writes(made));
        let record_path = record::path(client, environment);
        let left = if rest.is_empty() { rest.own_files() } else { &[] };
        for path in left.iter().chain(record.own_files()) {
            if write::read(path)?.is_some() {
                plan.writes.push(Write::Ours { path: path.clone(), after: None });
            }
        }
        let after = (!rest.is_empty()).then(|| rest.to_bytes());
        if after.is_some() || write::read(&record_path)?.is_some() {
            plan.writes.push(Write::Ours { path: record_path, after });
        }
        Ok(plan)
    }

    /// Whether nothing is to be done for the person's files: it is set up (or undone) already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Does it. Copies each of the person's files first; a file is replaced as a whole and keeps its
    /// permissions. If one cannot be written, those before it are put back.
    ///
    /// # Errors
    /// A file that cannot be written, or that another program has changed since the plan was made.
    pub fn apply(&self) -> Result<Applied, SetupError> {
        for write in &self.writes {
            if let Write::Theirs { target, before, .. } = write
                && write::read(target)? != *before
            {
                return Err(SetupError::ChangedMeanwhile { path: target.clone() });
            }
        }
        let mut applied = Applied::default();
        for (done, write) in self.writes.iter().enumerate() {
            if let Err(error) = self.carry_out(write, &mut applied) {
                self.put_back(done);
                return Err(error);
            }
        }
        Ok(applied)
    }

    fn carry_out(&self, write: &Write, applied: &mut Applied) -> Result<(), SetupError> {
        let (path, after) = match write {
            Write::Theirs { target, before, after } => {
                if let Some(before) = before {
                    applied.backups.push(write::back_up(target, before, self.now)?);
                }
                (target, after)
            }
            Write::Ours { path, after } => (path, after),
        };
        match after {
            Some(bytes) => write::replace(path, bytes)?,
            None => write::remove(path)?,
        }
        applied.files.push(path.clone());
        Ok(())
    }

    fn put_back(&self, done: usize) {
        for write in self.writes[..done].iter().rev() {
            let Write::Theirs { target, before, .. } = write else { continue };
            let back = match before {
                Some(bytes) => write::replace(target, bytes),
                None => write::remove(target),
            };
            if let Err(error) = back {
                tracing::error!(%error, path = %target.display(), "could not put a file back; its copy lies beside it");
            }
        }
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}
