//! `cargo xtask`: what somebody who works on Ambient Insights types. Start reading at [`Task`]; each task is
//! a file of its own. Nothing here is in the product.

mod bench;
mod bundle;
mod fuzz;
mod house;
mod process;
mod run;
mod say;
mod setup;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::say::Failure;
use crate::workspace::Workspace;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Set up, run, test and measure Ambient Insights")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Set up this machine, build the program and start it
    Run(run::Arguments),
    /// Set up this machine and run the tests; `--all` adds the real clients and the conformance suite
    Test(test::Arguments),
    /// Measure the release build against its baselines
    Bench(bench::Arguments),
    /// Let the fuzzer at what reads strangers' input
    Fuzz(fuzz::Arguments),
    /// Build what people install
    Bundle(bundle::Arguments),
    /// Install what is missing on this machine, and nothing else
    Setup(setup::Arguments),
    /// Check the rules of the house: the arrows between the crates, lints, names, sizes
    House,
}

fn main() -> ExitCode {
    match perform(&Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::failure(&failure);
            ExitCode::FAILURE
        }
    }
}

fn perform(task: &Task) -> Result<(), Failure> {
    let workspace = Workspace::of_this_program();
    match task {
        Task::Run(arguments) => run::run(&workspace, arguments),
        Task::Test(arguments) => test::run(&workspace, arguments),
        Task::Bench(arguments) => bench::run(&workspace, arguments),
        Task::Fuzz(arguments) => fuzz::run(&workspace, arguments),
        Task::Bundle(arguments) => bundle::run(&workspace, arguments),
        Task::Setup(arguments) => setup::run(&workspace, arguments),
        Task::House => house::run(&workspace),
    }
}
