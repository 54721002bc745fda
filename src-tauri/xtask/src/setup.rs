//! `cargo xtask setup`: what this machine lacks, installed from package registries alone, after saying so.

mod cargo_tools;
mod clients;
mod front_end;
pub(crate) mod npm;
mod once;
mod system;

use crate::say::Failure;
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only what building and running needs, not what the tests need
    #[arg(long)]
    run_only: bool,
}

/// What the machine is prepared for; each purpose includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// Building and starting the program without windows.
    Serve,
    /// Building and starting the desktop.
    Desktop,
    /// The fast tests.
    Test,
    /// The tests with real clients as well.
    TestAll,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<(), Failure> {
    prepare(workspace, if arguments.run_only { Purpose::Desktop } else { Purpose::TestAll })
}

/// Installs what `purpose` needs and this machine lacks; says nothing where nothing is missing.
pub(crate) fn prepare(workspace: &Workspace, purpose: Purpose) -> Result<(), Failure> {
    system::prepare(purpose)?;
    if purpose >= Purpose::Desktop {
        front_end::prepare(workspace)?;
    }
    if purpose >= Purpose::Test {
        cargo_tools::prepare(workspace)?;
    }
    if purpose >= Purpose::TestAll {
        cargo_tools::prepare_fuzzing(workspace)?;
        clients::prepare(workspace)?;
    }
    Ok(())
}

/// Installs what the fuzz targets need.
pub(crate) fn prepare_fuzzing(workspace: &Workspace) -> Result<(), Failure> {
    system::prepare(Purpose::Serve)?;
    cargo_tools::prepare_fuzzing(workspace)
}
