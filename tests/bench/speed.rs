//! Speed and size of the release build, each figure beside its baseline and its limit. `cargo xtask bench` starts it.
//!
//! Figures are of the machine that runs them, client and server on the same cores; what counts is the ratio.

#[cfg(all(target_os = "linux", feature = "desktop"))]
#[path = "../desktop/client.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod client;
#[cfg(all(target_os = "linux", feature = "desktop"))]
#[path = "../desktop/computer/mod.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod computer;
#[cfg(all(target_os = "linux", feature = "desktop"))]
mod desktop;
mod import;
mod load;
mod log_turn;
mod reads;
mod report;
mod retrieval;
mod search;
mod start;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "the stories use the rest")]
mod support;
#[cfg(unix)]
mod tunnel;

use std::process::ExitCode;

use report::Report;

/// Every benchmark by the name that a person types.
const NAMES: [&str; 8] = ["log-turn", "reads", "search", "retrieval", "start", "import", "tunnel", "desktop"];

fn main() -> ExitCode {
    // cargo adds `--bench` of itself.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(unknown) = wanted.iter().find(|name| !NAMES.contains(&name.as_str())) {
        report::complain(&format!(
            "there is no benchmark {unknown}; the benchmarks are {}",
            NAMES.join(", ")
        ));
        return ExitCode::from(2);
    }
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    let mut report = Report::default();
    runtime.block_on(async {
        if runs("log-turn") {
            log_turn::run(&mut report).await;
        }
        if runs("start") {
            start::run(&mut report).await;
        }
        if runs("import") {
            import::run(&mut report).await;
        }
        if runs("reads") {
            reads::run(&mut report).await;
        }
        if runs("search") {
            search::run(&mut report).await;
        }
        if runs("retrieval") {
            retrieval::run(&mut report).await;
        }
        #[cfg(unix)]
        if runs("tunnel") {
            tunnel::run(&mut report).await;
        }
        #[cfg(all(target_os = "linux", feature = "desktop"))]
        if runs("desktop") {
            desktop::run(&mut report).await;
        }
    });
    report.end()
}
