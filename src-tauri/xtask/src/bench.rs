//! `cargo xtask bench`: how fast and how small the release build is, each figure beside its baseline.

use crate::process::Step;
use crate::say::Failure;
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// One of `log-turn`, `reads`, `search`, `retrieval`, `start`, `import`, `tunnel`, `desktop`, and of the store alone
    /// `rules`, `analysis`, `forgetting`; all of them when none is named
    names: Vec<String>,
    /// The file of `LoCoMo`'s dialogues (locomo10.json), for `retrieval`
    #[arg(long, value_name = "PATH")]
    locomo: Option<std::path::PathBuf>,
}

/// The benchmarks of the store alone, which its room has itself (`benches/pace`).
const PACE: [&str; 3] = ["rules", "analysis", "forgetting"];
/// Where the benchmarks find the bare server that they compare with.
const BASELINE_SERVER: &str = "AMBIENT_INSIGHTS_BENCH_BASELINE";
/// Where they find `LoCoMo`.
const LOCOMO: &str = "AMBIENT_INSIGHTS_BENCH_LOCOMO";

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<(), Failure> {
    let root = workspace.root();
    setup::prepare(workspace, Purpose::Desktop)?;
    let (pace, whole): (Vec<&String>, Vec<&String>) =
        arguments.names.iter().partition(|name| PACE.contains(&name.as_str()));
    if !pace.is_empty() || arguments.names.is_empty() {
        Step::cargo(root)
            .arguments(["bench", "--package", "context", "--bench", "pace", "--"])
            .arguments(pace)
            .remedy("a figure past its limit is named above; measure again on a quiet machine before you believe it")
            .run("build the store for release and measure whether it keeps pace")?;
    }
    if whole.is_empty() && !arguments.names.is_empty() {
        return Ok(());
    }
    Step::cargo(root)
        .arguments(["build", "--release", "--package", "gateway", "--example", "conformance_server"])
        .remedy("read the first error above")
        .run("the bare server that logging a turn is compared with")?;
    let name = format!("conformance_server{}", std::env::consts::EXE_SUFFIX);
    let baseline = workspace.target()?.join("release").join("examples").join(name);
    let mut bench = Step::cargo(root)
        .arguments(["bench", "--package", "ambient-insights", "--bench", "speed", "--"])
        .arguments(whole)
        .environment(BASELINE_SERVER, baseline);
    if let Some(locomo) = &arguments.locomo {
        bench = bench.environment(LOCOMO, std::path::absolute(locomo).unwrap_or_else(|_| locomo.clone()));
    }
    bench
        .remedy(
            "a figure past its limit is named above; measure again on a quiet machine before you believe it",
        )
        .run("build the program for release and measure it")
}
