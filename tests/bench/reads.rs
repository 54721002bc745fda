//! Reading context and insights: as fast at a million turns as at ten.

use std::io::{BufWriter, Write as _};
use std::path::Path;

use serde_json::json;
use tokio::time::Instant;

use crate::load::{call_often, milliseconds};
use crate::report::{self, Report};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};

const CALLS: usize = 1000;
/// A smaller number tries the benchmark itself out.
const TURNS: &str = "AMBIENT_INSIGHTS_BENCH_TURNS";

pub(crate) async fn run(report: &mut Report) {
    let many = std::env::var(TURNS).ok().and_then(|turns| turns.parse().ok()).unwrap_or(1_000_000);
    report::title(&format!("Reading at 10 and at {many} turns, one call after the other"));
    let few = measure(10).await;
    let many = measure(many).await;
    for ((tool, few), (_, many)) in few.into_iter().zip(many) {
        report.at_most(&format!("{tool}: times slower with many turns"), many / few, 1.5, "");
    }
}

/// The median of each reading tool in milliseconds.
async fn measure(turns: usize) -> Vec<(&'static str, f64)> {
    let home = Home::new();
    let file = home.file("turns.jsonl");
    write_turns(&file, turns).expect("the turns can be written");
    let start = Instant::now();
    let mut import =
        home.command(["import".as_ref(), file.as_os_str(), "--format".as_ref(), "turns".as_ref()]);
    // Longer than any story waits: a million turns take their time.
    let output = import.output().await.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    report::line(&format!("{turns} turns imported in {:.1} s", start.elapsed().as_secs_f64()));

    let server = home.serve_with(&Serve::unlimited()).await;
    let (_, tokens) = connect(&server, "Benchmark", None).await;
    let mut client = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let mut medians = Vec::new();
    for (tool, arguments) in [("get_user_context", json!({})), ("get_recent_insights", json!({"limit": 5}))] {
        call_often(&mut client, tool, &arguments, CALLS / 10).await;
        let figures = call_often(&mut client, tool, &arguments, CALLS).await;
        report::line(&format!("{tool} at {turns} turns: {}", figures.shown()));
        medians.push((tool, milliseconds(figures.percentile(0.5))));
    }
    medians
}

fn write_turns(file: &Path, turns: usize) -> std::io::Result<()> {
    const SUBJECTS: [&str; 6] = ["knots", "sourdough", "lifetimes in Rust", "tides", "Bach", "bicycle gears"];
    let mut output = BufWriter::new(std::fs::File::create(file)?);
    for number in 0..turns {
        let subject = SUBJECTS[number % SUBJECTS.len()];
        let turn = json!({
            "id": format!("turn-{number}"),
            "conversation": format!("conversation-{}", number / 20),
            "user_message": format!("Question {number}: I am interested in {subject}. How do I begin with it?"),
            "assistant_response": format!("Answer {number}: begin small with {subject}, and do it every day."),
        });
        writeln!(output, "{turn}")?;
    }
    output.flush()
}
