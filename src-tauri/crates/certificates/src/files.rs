//! Writing key and certificate files so that no crash leaves half of one, and no other user reads a key.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::Error;

/// Unfinished files begin with this, so that the next start can tell and remove them.
const UNFINISHED: &str = ".unfinished-";

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The owner alone: keys.
    Owner,
    /// Everybody who gets to the folder: certificates.
    Everybody,
}

/// Makes the folder (for its owner alone) and removes what a crash left unfinished in it.
pub(crate) fn prepare_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
    let read = |source| Error::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            // It may hold a key that was never used. If it cannot be removed now, the next start tries again.
            let removed = fs::remove_file(entry.path());
            tracing::info!(removed = removed.is_ok(), "a start that was cut off left an unfinished file");
        }
    }
    Ok(())
}

/// The file's bytes; `None` where there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

/// Writes a whole file: a temporary one beside it, on disk, then renamed, and the folder on disk.
///
/// The temporary file has its final permissions before the first byte: nobody can open a key in between.
pub(crate) fn write(path: &Path, contents: &[u8], audience: Audience) -> Result<(), Error> {
    replace(path, contents, audience).map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// As [`write`], with the bare reason of a failure.
pub(crate) fn replace(path: &Path, contents: &[u8], audience: Audience) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(match audience {
        Audience::Owner => 0o600,
        Audience::Everybody => 0o644,
    });
    #[cfg(unix)]
    builder.permissions(permissions);
    // Elsewhere the folder in the person's own profile gives the permissions.
    #[cfg(not(unix))]
    let _ = audience;
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

/// Removes a file; one that is not there is removed already.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(Error::Write { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Takes other users' access to a key file away, if they have any.
#[cfg(unix)]
pub(crate) fn keep_private(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;

    const OTHERS: u32 = 0o077;
    let metadata = fs::metadata(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        .map_err(|source| Error::KeyOpenToOthers { path: path.to_owned(), mode, source })?;
    tracing::warn!(
        path = %path.display(),
        mode = format!("{mode:o}"),
        "other users could read this private key; it is for its owner alone again. If you do not trust them, make a new one"
    );
    Ok(())
}

/// On other systems the folder in the person's own profile gives the permissions.
#[cfg(not(unix))]
pub(crate) fn keep_private(_path: &Path) -> Result<(), Error> {
    Ok(())
}

// Permissions are a Unix matter.
#[cfg(test)]
#[cfg(unix)]
#[path = "files_tests.rs"]
mod tests;
