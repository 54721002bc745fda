//! Installing something once for each version of its lock file.

use std::path::Path;

use crate::say::Failure;

/// Runs `install` unless `installed` was made from this very `lock` file before. The copy of the lock file is
/// written last, so an installation that was broken off is done again.
pub(super) fn once(
    lock: &Path,
    installed: &Path,
    install: impl FnOnce() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let wanted = std::fs::read(lock)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", lock.display())))?;
    let stamp = installed.join(".installed-from");
    if std::fs::read(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    install()?;
    std::fs::write(&stamp, wanted)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", stamp.display())))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::once;
    use crate::say::Failure;

    #[test]
    fn clients_are_installed_again_only_after_their_lock_file_changed_or_the_installation_failed() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join("lock");
        let runs = Cell::new(0);
        let install = |fail: bool| {
            let runs = &runs;
            move || {
                runs.set(runs.get() + 1);
                if fail { Err(Failure::new("no network")) } else { Ok(()) }
            }
        };

        std::fs::write(&lock, "one").unwrap();
        assert!(once(&lock, folder.path(), install(true)).is_err());
        once(&lock, folder.path(), install(false)).unwrap();
        once(&lock, folder.path(), install(false)).unwrap();
        assert_eq!(runs.get(), 2, "a failed installation is done again, a good one is not");
        std::fs::write(&lock, "two").unwrap();
        once(&lock, folder.path(), install(false)).unwrap();
        assert_eq!(runs.get(), 3, "a new lock file means new clients");
    }
}
