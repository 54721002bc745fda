//! How fast it is ready on an existing store, and how much of the machine it takes.

use serde_json::json;
use tokio::time::Instant;

use crate::load::{as_float, milliseconds};
use crate::report::{self, Report};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, program};

const STARTS: usize = 21;

pub(crate) async fn run(report: &mut Report) {
    report::title("Starting `serve` on an existing store");
    let home = Home::new();
    {
        let server = home.serve().await;
        let (_, tokens) = connect(&server, "Benchmark", None).await;
        let mut client = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
        for number in 0..100 {
            let turn = json!({"user_message": format!("Question {number}"), "assistant_response": "Answer"});
            client.call("log_conversation_turn", turn).await;
        }
        server.kill().await;
    }
    let mut times = Vec::new();
    let mut resident = 0.0;
    for _ in 0..STARTS {
        let start = Instant::now();
        let server = home.serve().await;
        times.push(start.elapsed());
        resident = resident_megabytes(server.ready.pid).unwrap_or(0.0).max(resident);
        server.kill().await;
    }
    times.sort_unstable();
    let slowest = times.last().copied().unwrap_or_default();
    report::line(&format!("{STARTS} starts, the slowest {:.1} ms", milliseconds(slowest)));
    report.at_most("median time until it is ready", milliseconds(times[STARTS / 2]), 150.0, " ms");
    if resident > 0.0 {
        report.at_most("resident after the start", resident, 30.0, " MB");
    }
    report::line(&format!("the program's file: {:.1} MB", program_megabytes()));
}

/// The size of the program's file.
pub(crate) fn program_megabytes() -> f64 {
    let bytes = std::fs::metadata(program()).map_or(0, |program| program.len());
    as_float(usize::try_from(bytes).unwrap_or(usize::MAX)) / 1_000_000.0
}

/// What the process holds in memory; only Linux says it in a file.
pub(crate) fn resident_megabytes(pid: u32) -> Option<f64> {
    megabytes(pid, "VmRSS:")
}

/// The most that it ever held.
pub(crate) fn highest_megabytes(pid: u32) -> Option<f64> {
    megabytes(pid, "VmHWM:")
}

fn megabytes(pid: u32, what: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1_000_000.0)
}
