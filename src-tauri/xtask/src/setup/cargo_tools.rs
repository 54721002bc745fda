//! The cargo subcommands that the tests use, from crates.io.

use crate::process::{Step, is_installed};
use crate::say::Failure;
use crate::workspace::Workspace;

/// Name of the crate and its program, and what it is for.
const TOOLS: [(&str, &str); 2] = [
    ("cargo-nextest", "runs the tests side by side, each in a process of its own"),
    ("cargo-deny", "checks the dependencies' licences, sources and doubles"),
];

pub(super) fn prepare(workspace: &Workspace) -> Result<(), Failure> {
    for (tool, purpose) in TOOLS {
        // cargo looks into its own folder as well as into PATH.
        let subcommand = tool.trim_start_matches("cargo-");
        if is_installed(tool) || Step::cargo(workspace.root()).arguments([subcommand, "--version"]).succeeds()
        {
            continue;
        }
        Step::cargo(workspace.root())
            .arguments(["install", "--locked", tool])
            // A tool is built for good, so it stays out of the target directory of this project's own builds.
            .environment_removed("CARGO_TARGET_DIR")
            .remedy(format!("install {tool} another way (your package manager may have it) and try again"))
            .run(&format!("it {purpose}; this once it takes some minutes"))?;
    }
    Ok(())
}
