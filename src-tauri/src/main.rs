//! Ambient Insights: chooses what to start, and nothing else.

use std::process::ExitCode;

/// A request makes some hundred small allocations on one thread and frees them on another; the system's
/// allocator spends an eighth of a request's time on that, this one a fraction of it (`cargo xtask bench`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ambient_insights::cli::run(std::env::args_os(), std::env::vars_os())
}
