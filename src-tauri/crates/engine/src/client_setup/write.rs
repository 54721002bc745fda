//! Reading and replacing files whole, so that no crash leaves half of one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clock::Timestamp;

use super::SetupError;

/// The file's bytes; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, SetupError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SetupError::Read { path: path.to_owned(), source }),
    }
}

/// Where a path leads. People keep their settings in a folder of dotfiles and link to it: the link has to
/// stay a link.
pub(crate) fn follow(path: &Path) -> Result<PathBuf, SetupError> {
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(SetupError::Read { path: path.to_owned(), source })
        }
        Err(_) if fs::symlink_metadata(path).is_ok() => {
            Err(SetupError::DanglingLink { path: path.to_owned() })
        }
        Err(_) => Ok(path.to_owned()),
    }
}

/// Replaces a file, or makes it (and its folder) for the owner alone.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), SetupError> {
    try_replace(path, bytes).map_err(|source| SetupError::Write { path: path.to_owned(), source })
}

fn try_replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".ambient-insights-{}", std::process::id()));
    let temporary = folder.join(name);
    // What a crash left of an earlier try.
    let _ = fs::remove_file(&temporary);
    let written = write_new(&temporary, bytes)
        .and_then(|file| like_the_old(path, &file))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // Best effort: the error to tell is the first one.
        let _ = fs::remove_file(&temporary);
    }
    written?;
    sync_folder(folder)
}

/// Removes a file; one that is not there is removed already.
pub(super) fn remove(path: &Path) -> Result<(), SetupError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(SetupError::Write { path: path.to_owned(), source }),
    }
}

/// Puts a copy beside the file, named after it and the time; its path.
pub(super) fn back_up(path: &Path, bytes: &[u8], now: Timestamp) -> Result<PathBuf, SetupError> {
    let time: String = now.to_string().chars().take(19).filter(char::is_ascii_alphanumeric).collect();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut count = 1;
    loop {
        let suffix = if count == 1 { String::new() } else { format!("-{count}") };
        let backup = path.with_file_name(format!("{name}.backup-{time}Z{suffix}"));
        match write_new(&backup, bytes).and_then(|file| like_the_old(path, &file)) {
            Ok(()) => return Ok(backup),
            // Two changes within a second.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && count < 100 => count += 1,
            Err(source) => return Err(SetupError::Write { path: backup, source }),
        }
    }
}

/// A new file, for the owner alone from the start, on disk.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(file)
}

/// Gives a new file the permissions (and, for an administrator, the owner) of the one it copies or replaces.
fn like_the_old(old: &Path, new: &File) -> io::Result<()> {
    let Ok(metadata) = fs::metadata(old) else { return Ok(()) };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;

        let now = new.metadata()?;
        if (metadata.uid(), metadata.gid()) != (now.uid(), now.gid()) {
            std::os::unix::fs::fchown(new, Some(metadata.uid()), Some(metadata.gid()))?;
        }
    }
    new.set_permissions(metadata.permissions())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
