//! Reading a file line by line in bounded memory.

use std::io::BufRead;
use std::path::Path;

use serde_json::error::Category;

use crate::Error;

/// No line may be longer: two texts of 1 MiB, each byte escaped, are 12 MiB.
const MAX_LINE: usize = 16 * 1024 * 1024;

/// What is wrong with a record, without serde's own line: the record's line is told beside it.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let reason = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    match error.classify() {
        Category::Data => reason.to_owned(),
        Category::Syntax | Category::Eof | Category::Io => {
            format!("it is not valid JSON: {reason} in column {column}")
        }
    }
}

/// The lines of a file, numbered from 1.
pub(super) struct Lines<'a, R> {
    path: &'a Path,
    reader: R,
    number: u64,
}

/// A line, or why it can not be one.
pub(super) type Line = (u64, Result<String, &'static str>);

impl<'a, R: BufRead> Lines<'a, R> {
    /// The lines that `reader` gives; `path` is where they come from.
    pub(super) fn of(reader: R, path: &'a Path) -> Self {
        Self { path, reader, number: 0 }
    }

    /// The next line that is not blank; `None`: the file is at its end.
    pub(super) fn next(&mut self) -> Result<Option<Line>, Error> {
        loop {
            let mut line = Vec::new();
            let mut too_long = false;
            let mut any = false;
            loop {
                let chunk = self.reader.fill_buf().map_err(|error| Error::file(self.path, &error))?;
                if chunk.is_empty() {
                    break;
                }
                any = true;
                let end = chunk.iter().position(|byte| *byte == b'\n');
                let taken = end.map_or(chunk.len(), |end| end + 1);
                too_long |= line.len() + taken > MAX_LINE;
                if !too_long {
                    line.extend_from_slice(&chunk[..taken]);
                }
                self.reader.consume(taken);
                if end.is_some() {
                    break;
                }
            }
            if !any {
                return Ok(None);
            }
            self.number += 1;
            if too_long {
                return Ok(Some((self.number, Err("the line is longer than 16 MiB; shorten it"))));
            }
            // A byte order mark stands at the start of files from some editors.
            let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&line);
            match str::from_utf8(line) {
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => return Ok(Some((self.number, Ok(text.trim().to_owned())))),
                Err(_) => return Ok(Some((self.number, Err("the line is not UTF-8; convert the file")))),
            }
        }
    }
}
