//! Ambient Insights: chooses what to start, and nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    ambient_insights::cli::run(std::env::args_os(), std::env::vars_os())
}
