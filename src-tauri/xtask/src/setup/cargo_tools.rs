//! The cargo subcommands that the tests use, from crates.io.

use crate::process::{Step, is_installed};
use crate::say::Failure;
use crate::workspace::Workspace;

/// Name of the crate and its program, and what it is for.
type Tool = (&'static str, &'static str);

const FOR_TESTS: [Tool; 2] = [
    ("cargo-nextest", "runs the tests side by side, each in a process of its own"),
    ("cargo-deny", "checks the dependencies' licences, sources and doubles"),
];
const FOR_FUZZING: [Tool; 1] = [("cargo-fuzz", "lets the fuzzer at what reads strangers' input")];

pub(super) fn prepare(workspace: &Workspace) -> Result<(), Failure> {
    install(workspace, &FOR_TESTS)
}

/// Only for who fuzzes: it takes a minute to build.
pub(super) fn prepare_fuzzing(workspace: &Workspace) -> Result<(), Failure> {
    if cfg!(windows) { Ok(()) } else { install(workspace, &FOR_FUZZING) }
}

fn install(workspace: &Workspace, tools: &[Tool]) -> Result<(), Failure> {
    for &(tool, purpose) in tools {
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
