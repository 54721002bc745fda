//! Packages from the npm registry, pinned by their lock file, in a folder of this checkout alone.

use std::path::Path;

use super::once::once;
use crate::process::Step;
use crate::say::Failure;

/// npm in `folder`.
pub(crate) fn step(folder: &Path) -> Step {
    Step::new(if cfg!(windows) { "npm.cmd" } else { "npm" }).directory(folder)
}

/// Installs what the lock file of `folder` names, unless that was done before.
pub(super) fn install(folder: &Path, what: &str) -> Result<(), Failure> {
    once(&folder.join("package-lock.json"), &folder.join("node_modules"), || {
        step(folder)
            // The packages ask for the Node that is among them, so npm's warning about this one says nothing.
            .arguments(["ci", "--no-audit", "--no-fund", "--loglevel", "error"])
            // Tests use the system's browser.
            .environment("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .remedy("see that npm reaches its registry (`npm ping`), then try again")
            .run(what)
    })
}
