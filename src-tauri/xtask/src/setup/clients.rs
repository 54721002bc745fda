//! The real MCP clients that the slow stories run: npm and Python packages, pinned by their lock files, in
//! folders of this checkout alone.

use std::path::Path;

use crate::process::Step;
use crate::say::Failure;
use crate::workspace::Workspace;

pub(super) fn prepare(workspace: &Workspace) -> Result<(), Failure> {
    let folder = workspace.clients();
    npm(&folder)?;
    python(&folder)
}

fn npm(folder: &Path) -> Result<(), Failure> {
    let installed = folder.join("node_modules");
    once(&folder.join("package-lock.json"), &installed, || {
        Step::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
            .directory(folder)
            // The packages ask for the Node that is among them, so npm's warning about this one says nothing.
            .arguments(["ci", "--no-audit", "--no-fund", "--loglevel", "error"])
            .remedy("see that npm reaches its registry (`npm ping`), then try again")
            .run("Claude Code, the MCP Inspector, the conformance suite and a Node that is new enough for them")
    })
}

fn python(folder: &Path) -> Result<(), Failure> {
    let environment = folder.join(".venv");
    let requirements = folder.join("requirements.txt");
    once(&requirements, &environment, || {
        let system_python = if cfg!(windows) { "py" } else { "python3" };
        Step::new(system_python)
            .directory(folder)
            .arguments(["-m", "venv", "--clear", ".venv"])
            .remedy("Python 3.10 or newer with its venv module is needed")
            .run("a Python environment of its own for the MCP SDK")?;
        let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        Step::new(python)
            .directory(folder)
            .arguments([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
                "requirements.txt",
            ])
            .remedy("see that pip reaches its registry, then try again")
            .run("the MCP SDK for Python")
    })
}

/// Runs `install` unless `installed` was made from this very `lock` file before. The copy of the lock file is
/// written last, so an installation that was broken off is done again.
fn once(lock: &Path, installed: &Path, install: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
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
