//! Putting a file or a folder in place whole or not at all: written beside its place, brought to the disk, and
//! renamed. Whatever fails on the way, a full disk or a stop, leaves nothing behind.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use tempfile::NamedTempFile;

use super::folder_of;
use crate::Error;

/// By this file a folder is known as an export, which another one may replace.
pub(super) const MARK: &str = ".ambient-insights-export";

/// A file that is being written. An error of the disk names the place that the caller chose.
pub(super) struct Out<'a, W: Write> {
    writer: BufWriter<W>,
    path: &'a Path,
}

impl<W: Write> Out<'_, W> {
    pub(super) fn text(&mut self, text: &str) -> Result<(), Error> {
        self.bytes(text.as_bytes())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.writer.write_all(bytes).map_err(|error| Error::file(self.path, &error))
    }

    pub(super) fn json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.writer, value).map_err(|error| Error::file(self.path, &error.into()))
    }
}

/// Writes a file at `target`, which is replaced only if `overwrite` says so.
pub(super) fn file<R>(
    target: &Path,
    overwrite: bool,
    write: impl FnOnce(&mut Out<'_, NamedTempFile>) -> Result<R, Error>,
) -> Result<R, Error> {
    // What is written is renamed into place: a link stays a link, and nothing but a file is ever replaced (a
    // rename onto /dev/stdout would take that name from everybody).
    let path = &match target.symlink_metadata() {
        Ok(_) => target.canonicalize().map_err(|error| Error::file(target, &error))?,
        Err(_) => target.to_owned(),
    };
    if path.metadata().is_ok_and(|target| !target.is_file()) {
        return Err(Error::NotAFile { path: target.to_owned() });
    }
    let folder = folder_of(path);
    // Made for its owner alone (0600), and gone by itself if anything fails from here on.
    let unfinished = tempfile::Builder::new()
        .prefix(".ambient-insights-export-")
        .tempfile_in(folder)
        .map_err(|error| Error::file(folder, &error))?;
    let mut out = Out { writer: BufWriter::with_capacity(256 * 1024, unfinished), path };
    let written = write(&mut out)?;
    let unfinished = out.writer.into_inner().map_err(|error| Error::file(path, error.error()))?;
    unfinished.as_file().sync_all().map_err(|error| Error::file(path, &error))?;
    let kept = if overwrite { unfinished.persist(path) } else { unfinished.persist_noclobber(path) };
    kept.map_err(|failed| match failed.error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::AlreadyThere { path: path.clone() },
        _ => Error::file(path, &failed.error),
    })?;
    sync_folder(folder)?;
    Ok(written)
}

/// Writes a folder at `target`; one that is there is replaced only if an export wrote it.
pub(super) fn folder<R>(target: &Path, write: impl FnOnce(&Path) -> Result<R, Error>) -> Result<R, Error> {
    let replaces = target.symlink_metadata().is_ok();
    if replaces && !target.join(MARK).is_file() {
        return Err(Error::NotAnExport { path: target.to_owned() });
    }
    let parent = folder_of(target);
    let prepare = |prefix| {
        tempfile::Builder::new()
            .prefix(prefix)
            .tempdir_in(parent)
            .map_err(|error| Error::file(parent, &error))
    };
    let unfinished = prepare(".ambient-insights-export-")?;
    in_folder(unfinished.path(), MARK, |out| out.text("version 1\n"))?;
    let written = write(unfinished.path())?;
    // What is replaced goes into a folder that is deleted when everything is done, or put back.
    let old = prepare(".ambient-insights-replaced-")?;
    let put_away = old.path().join("old");
    if replaces {
        std::fs::rename(target, &put_away).map_err(|error| Error::file(target, &error))?;
    }
    if let Err(error) = std::fs::rename(unfinished.path(), target) {
        if replaces && std::fs::rename(&put_away, target).is_err() {
            // Rather leave the old export under a strange name than delete it.
            let _ = old.keep();
        }
        return Err(Error::file(target, &error));
    }
    let _ = unfinished.keep();
    sync_folder(parent)?;
    Ok(written)
}

/// Writes a file into a folder that is being written, for its owner alone.
pub(super) fn in_folder<R>(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut Out<'_, File>) -> Result<R, Error>,
) -> Result<R, Error> {
    let path = &folder.join(name);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| Error::file(path, &error))?;
    let mut out = Out { writer: BufWriter::new(file), path };
    let written = write(&mut out)?;
    let file = out.writer.into_inner().map_err(|error| Error::file(path, error.error()))?;
    file.sync_all().map_err(|error| Error::file(path, &error))?;
    Ok(written)
}

/// Brings a renamed entry of `folder` to the disk.
fn sync_folder(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Error::file(folder, &error))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
