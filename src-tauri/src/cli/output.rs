//! Writing for a terminal or for a script.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use serde::Serialize;

use super::error::CliError;

/// Standard output: tables for people, JSON for scripts.
#[derive(Debug)]
pub(super) struct Output {
    json: bool,
    stdout: io::Stdout,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json, stdout: io::stdout() }
    }

    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// `value` as JSON if that was asked for, otherwise what `people` makes of it.
    pub(super) fn show<T: Serialize>(
        &mut self,
        value: &T,
        people: impl FnOnce(&T) -> String,
    ) -> Result<(), CliError> {
        if self.json { self.json_document(value) } else { self.text(&people(value)) }
    }

    /// A JSON document on lines of its own.
    pub(super) fn json_document<T: Serialize>(&mut self, value: &T) -> Result<(), CliError> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| CliError::failed(format!("the answer can not be written as JSON: {error}")))?;
        self.write(&escape(&text))
    }

    /// A JSON document on one line, for a stream of them.
    pub(super) fn json_line<T: Serialize>(&mut self, value: &T) -> Result<(), CliError> {
        let text = serde_json::to_string(value)
            .map_err(|error| CliError::failed(format!("the answer can not be written as JSON: {error}")))?;
        self.write(&escape(&text))
    }

    /// Text for people.
    pub(super) fn text(&mut self, text: &str) -> Result<(), CliError> {
        if text.is_empty() { Ok(()) } else { self.write(&clean(text)) }
    }

    /// A note for people that a script does not want in its output.
    pub(super) fn note(&mut self, text: &str) -> Result<(), CliError> {
        if self.json { Ok(()) } else { self.text(text) }
    }

    fn write(&mut self, text: &str) -> Result<(), CliError> {
        let mut stdout = self.stdout.lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.write_all(b"\n"))
            .and_then(|()| stdout.flush())
        {
            // Whoever reads has read enough (`… | head`).
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|error| {
                CliError::failed(format!("standard output can not be written: {error}; see where it goes"))
            }),
        }
    }
}

/// An error's words on standard error.
pub(super) fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "ambient-insights: {}", clean(message));
}

/// Takes out control characters, and those that turn the direction of text: what a client or a model wrote must
/// not command the terminal.
pub(super) fn clean(text: &str) -> String {
    let commands = |c: char| c.is_control() && c != '\n' && c != '\t';
    text.chars().map(|c| if commands(c) || turns_around(c) { '\u{fffd}' } else { c }).collect()
}

/// Writes the same characters of a JSON document as JSON's escapes, so that nothing is lost for a script. JSON
/// leaves DEL and the C1 controls as they are (RFC 8259 §7), and a terminal takes U+009B for `ESC [`. They can
/// only stand within strings.
fn escape(json: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, '\u{7f}'..='\u{9f}') || turns_around(c) {
            // Writing to a string does not fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Whether it changes the direction of what follows (Unicode's bidirectional controls): an approval would
/// then read otherwise than it is.
fn turns_around(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line, cut to `width` characters.
pub(super) fn short(text: &str, width: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= width {
        line
    } else {
        line.chars().take(width.saturating_sub(1)).chain(['…']).collect()
    }
}

/// Rows in columns of even width; nothing at all becomes `empty`.
pub(super) fn table(head: &[&str], rows: &[Vec<String>], empty: &str) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(&head.iter().map(|title| title.to_uppercase()).collect::<Vec<_>>());
    std::iter::once(head).chain(rows.iter().map(|row| line(row))).collect::<Vec<_>>().join("\n")
}

/// Asks at the terminal. Without one, nobody can say yes: `--yes` must have been given.
pub(super) fn confirm(question: &str, yes: bool) -> Result<bool, CliError> {
    if yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Err(CliError::usage("there is nobody to ask; say --yes if you want this to be done"));
    }
    write!(io::stderr().lock(), "{question} [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
