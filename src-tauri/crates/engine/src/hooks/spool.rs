//! The spool: calls of hooks that found no running program, one a line, until the program takes them.
//!
//! A line is a path and an id, never a text. It is written in one go at the file's end, so two hooks at once do not
//! mix their lines. Taking renames the file first: what comes meanwhile lands in a new one, and what a crash
//! interrupts is found under its other name.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{HookCall, HookEvent};
use crate::client_setup::{HookConsent, hook_consent};

/// The spool takes no more than this; a session's later calls bring what an earlier one could not leave.
const LARGEST: u64 = 256 * 1024;

/// Our folder for hooks.
pub(super) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("hooks")
}

fn waiting(data_dir: &Path) -> PathBuf {
    folder(data_dir).join("claude-code.spool")
}

fn taken(data_dir: &Path) -> PathBuf {
    folder(data_dir).join("claude-code.taken")
}

/// Leaves a call for the program's next start. Does nothing where the owner has set up no hooks, and where the spool
/// is full.
///
/// # Errors
/// A folder that can not be written.
pub fn leave(data_dir: &Path, call: &HookCall) -> io::Result<()> {
    if hook_consent(data_dir) == HookConsent::Off {
        return Ok(());
    }
    let path = waiting(data_dir);
    let before = fs::read_to_string(&path).unwrap_or_default();
    // One line for each session and event is enough: whoever takes it reads all that is new.
    let known = lines(&before).any(|known| known.event == call.event && known.transcript == call.transcript);
    if known || before.len() as u64 >= LARGEST {
        return Ok(());
    }
    let mut line = serde_json::to_vec(&HookCall { last_answer: None, ..call.clone() })?;
    line.push(b'\n');
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder(data_dir))?;
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(&line)
}

/// Takes what waits, together with what an earlier taker did not finish. It stays on the disk until [`done`].
pub(super) fn take(data_dir: &Path) -> io::Result<Vec<HookCall>> {
    let taken = taken(data_dir);
    if !taken.exists() {
        match fs::rename(waiting(data_dir), &taken) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            renamed => renamed?,
        }
    }
    let text = fs::read(&taken)?;
    let text = String::from_utf8_lossy(&text);
    let mut calls: Vec<HookCall> = lines(&text).collect();
    // Where a session's reading begins must be known before its turns are read; and its end stores more than a stop.
    calls.sort_by_key(|call| match call.event {
        HookEvent::SessionStart => 0,
        HookEvent::Stop => 1,
        HookEvent::SessionEnd => 2,
    });
    Ok(calls)
}

/// What was taken is stored.
pub(super) fn done(data_dir: &Path) {
    if let Err(error) = fs::remove_file(taken(data_dir)) {
        tracing::warn!(%error, "the spool of hooks can not be removed; it is worked off once more");
    }
}

/// The calls in a spool's text; a line that a crash cut off is passed over.
fn lines(text: &str) -> impl Iterator<Item = HookCall> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok())
}
