//! Running a store's own tool.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, Output, Stdio};

use super::TrustError;

/// Runs a tool to its end, without a terminal to ask at and in plain English; its output, whatever its exit
/// code was.
pub(super) fn run(command: &mut Command, packages: &str) -> Result<Output, TrustError> {
    command.stdin(Stdio::null()).env("LC_ALL", "C").output().map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            TrustError::ToolMissing {
                tool: command.get_program().to_string_lossy().into_owned(),
                packages: packages.to_owned(),
            }
        } else {
            TrustError::ToolFailed { command: shown(command), detail: error.to_string() }
        }
    })
}

/// Runs a tool that has to end well.
pub(super) fn run_well(command: &mut Command, packages: &str) -> Result<Output, TrustError> {
    let output = run(command, packages)?;
    if output.status.success() { Ok(output) } else { Err(failed(command, &output)) }
}

/// The error of a tool that did not end well.
pub(super) fn failed(command: &Command, output: &Output) -> TrustError {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let detail = match (said(&output.stderr), said(&output.stdout)) {
        (stderr, stdout) if stderr.is_empty() && stdout.is_empty() => output.status.to_string(),
        (stderr, stdout) if stderr.is_empty() => stdout,
        (stderr, _) => stderr,
    };
    TrustError::ToolFailed { command: shown(command), detail }
}

fn shown(command: &Command) -> String {
    let words: Vec<_> =
        std::iter::once(command.get_program()).chain(command.get_args()).map(quoted).collect();
    words.join(" ")
}

/// A word as a shell needs it, for commands that people are told to run.
#[must_use]
pub fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+=:,@%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
