//! `cargo xtask bench`: how fast and how small the release build is, each figure beside its baseline.

use crate::process::Step;
use crate::say::Failure;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// One of `log-turn`, `reads`, `start`, `import`, `desktop`; all of them when none is named
    names: Vec<String>,
}

/// Where the benchmarks find the bare server that they compare with.
const BASELINE_SERVER: &str = "AMBIENT_INSIGHTS_BENCH_BASELINE";

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<(), Failure> {
    let root = workspace.root();
    setup::prepare(workspace, Purpose::Desktop)?;
    Step::cargo(root)
        .arguments(["build", "--release", "--package", "gateway", "--example", "conformance_server"])
        .remedy("read the first error above")
        .run("the bare server that logging a turn is compared with")?;
    let name = format!("conformance_server{}", std::env::consts::EXE_SUFFIX);
    let baseline = workspace.target()?.join("release").join("examples").join(name);
    Step::cargo(root)
        .arguments(["bench", "--package", "ambient-insights", "--bench", "speed", "--"])
        .arguments(&arguments.names)
        .environment(BASELINE_SERVER, baseline)
        .remedy(
            "a figure past its limit is named above; measure again on a quiet machine before you believe it",
        )
        .run("build the program for release and measure it")
}
