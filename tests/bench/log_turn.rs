//! Logging a turn, durable before the answer, beside a bare rmcp server whose tool does nothing.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use url::Url;

use crate::load::log_turns;
use crate::report::{self, Report};
use crate::search::until_analysed;
use crate::support::https::Https;
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};
use crate::support::within;

const CONNECTIONS: usize = 32;
const ROUND: Duration = Duration::from_secs(5);

/// rmcp, axum and rustls, with the same certificates: an example of the gateway.
struct Baseline {
    https: Https,
    _child: Child,
    /// It stops when its standard input is closed.
    _input: ChildStdin,
}

impl Baseline {
    async fn start() -> Self {
        let program = std::env::var_os("AMBIENT_INSIGHTS_BENCH_BASELINE").map(PathBuf::from);
        let program = program.expect("`cargo xtask bench` builds the bare server and names it");
        let mut child = Command::new(program)
            .arg("--baseline")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the bare server starts");
        let input = child.stdin.take().expect("standard input is a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines();
        let line =
            within("the bare server's ready line", lines.next_line()).await.expect("its output is text");
        let ready: Value = serde_json::from_str(&line.expect("it says when it is ready")).expect("as JSON");
        let url = Url::parse(ready["url"].as_str().expect("its URL")).expect("it is a URL");
        let authority = PathBuf::from(ready["ca_certificate"].as_str().expect("its authority"));
        Self { https: Https::new(&url, &authority), _child: child, _input: input }
    }
}

pub(crate) async fn run(report: &mut Report) {
    report::title(&format!(
        "Logging a turn: TLS, bearer token, on disk before the answer; {CONNECTIONS} connections"
    ));
    let baseline = Baseline::start().await;
    let home = Home::new();
    let server = home.serve_with(&Serve::unlimited()).await;
    let (_, tokens) = connect(&server, "Benchmark", None).await;

    let second = Duration::from_secs(1);
    log_turns(&baseline.https, "no token is looked at", CONNECTIONS, second).await;
    log_turns(&server.https(), &tokens.access, CONNECTIONS, second).await;
    // What comes behind a turn, its analysis above all, is not to be a burden of the bare server's.
    until_analysed(&home).await;
    // In turns, so that a machine that grows slower meanwhile is unfair to neither.
    let bare = log_turns(&baseline.https, "none", CONNECTIONS, ROUND).await;
    let ours = log_turns(&server.https(), &tokens.access, CONNECTIONS, ROUND).await;
    until_analysed(&home).await;
    let bare = bare.and(log_turns(&baseline.https, "none", CONNECTIONS, ROUND).await);
    let ours = ours.and(log_turns(&server.https(), &tokens.access, CONNECTIONS, ROUND).await);
    report::line(&format!("bare rmcp + axum + rustls, a tool that does nothing: {}", bare.shown()));
    report::line(&format!("Ambient Insights, stored and synced:               {}", ours.shown()));
    report.at_least("share of the bare server's rate", ours.per_second() / bare.per_second(), 0.5, "");
}
