//! Claude Code's transcripts as an import: a file, or all files of a folder such as `~/.claude/projects`.

use std::path::Path;

use super::ImportFormat;
use super::claude_code::{CLAUDE_CODE, Transcript};
use super::lines::{Lines, reason};
use super::sink::{Place, Sink};
use super::source;
use crate::Error;

pub(super) fn read(sink: &mut Sink<'_, '_>, path: &Path) -> Result<(), Error> {
    source::read(
        sink,
        path,
        ImportFormat::ClaudeCode.name(),
        &source::has_lines,
        &mut |sink, name, reader| {
            let file = name.map_or(path, Path::new);
            let session =
                file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let place = |line| Place { at: name.map(str::to_owned), line: Some(line) };
            let mut transcript = Transcript::new(&session);
            let mut began_at = 0;
            let mut lines = Lines::of(reader, path);
            while let Some((number, line)) = lines.next()? {
                match line
                    .map_err(str::to_owned)
                    .and_then(|line| transcript.line(&line).map_err(|error| reason(&error)))
                {
                    Ok(step) => {
                        if let Some(turn) = step.finished {
                            sink.turn(place(began_at), turn, CLAUDE_CODE)?;
                        }
                        if step.began {
                            began_at = number;
                        }
                    }
                    Err(why) => sink.skip(place(number), why),
                }
            }
            // A turn that may still grow comes in as it is: who imports a transcript that is being written gets its
            // end when that session is over, and the last answer only as far as it was.
            match transcript.last() {
                Some(last) => sink.turn(place(began_at), last.turn, CLAUDE_CODE),
                None => Ok(()),
            }
        },
    )
}
