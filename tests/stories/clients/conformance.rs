//! The MCP conformance suite, pinned: all required scenarios of the two revisions that clients speak, and both
//! authorization scenarios against the real program.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use url::Url;

use super::{installed, node};
use crate::support::browser::deliver;
use crate::support::oauth::{OAuthClient, approve_in};
use crate::support::program::Home;
use crate::support::within;

/// The gateway's example: the suite's fixtures behind our door, and a proxy that adds the bearer token.
struct FixtureServer {
    url: String,
    _child: Child,
    /// It stops when its standard input is closed.
    _input: ChildStdin,
}

impl FixtureServer {
    async fn start() -> Self {
        let program = std::env::var_os("AMBIENT_INSIGHTS_TEST_CONFORMANCE_SERVER").map(PathBuf::from);
        let program =
            program.expect("`cargo xtask test --all` builds the server with the fixtures and names it");
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the fixture server starts");
        let input = child.stdin.take().expect("standard input is a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines();
        let line =
            within("the fixture server's ready line", lines.next_line()).await.expect("its output is text");
        let ready: Value = serde_json::from_str(&line.expect("it says when it is ready")).expect("as JSON");
        Self { url: ready["url"].as_str().expect("its URL").to_owned(), _child: child, _input: input }
    }
}

fn suite(home: &Home) -> Command {
    let mut command = node(home);
    command.arg(installed("node_modules/@modelcontextprotocol/conformance/dist/index.js"));
    command
}

async fn server_scenarios(arguments: &[&str]) {
    let home = Home::new();
    let fixture = FixtureServer::start().await;
    let mut command = suite(&home);
    command.args(["server", "--url", &fixture.url]).args(arguments);
    let output = within("the end of the suite", command.output()).await.expect("the suite starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    // A suite that ran nothing would succeed as well.
    let total =
        said.lines().rev().find(|line| line.contains("Total:")).expect("the suite ends with its total");
    let passed = total.split_whitespace().find_map(|word| word.parse::<u32>().ok()).unwrap_or(0);
    assert!(passed >= 60, "{total}");
    eprintln!("{arguments:?}: {total}");
}

#[tokio::test]
#[ignore = "needs the conformance suite; `cargo xtask test --all` installs and runs it"]
async fn every_required_server_scenario_of_2026_07_28_passes() {
    server_scenarios(&["--requirements", "2026-07-28"]).await;
}

#[tokio::test]
#[ignore = "needs the conformance suite; `cargo xtask test --all` installs and runs it"]
async fn every_required_server_scenario_of_2025_11_25_passes() {
    server_scenarios(&["--requirements", "2025-11-25"]).await;
}

#[tokio::test]
#[ignore = "needs the conformance suite; `cargo xtask test --all` installs and runs it"]
async fn both_authorization_scenarios_pass_against_the_real_program() {
    let server = Home::new().serve().await;
    let client = OAuthClient::register(&server, "Conformance").await;
    let issuer = server.ready.issuer.as_str().trim_end_matches('/').to_owned();
    let resource = server.ready.mcp_url.as_str().to_owned();
    // The suite's own listener; loopback redirects may use any port (RFC 8252 7.3).
    let port = free_port();
    let mut command = suite(&server.home);
    command
        .env("NODE_EXTRA_CA_CERTS", server.authority())
        .args(["authorization", "--url", &issuer, "--client-id", &client.id, "--resource", &resource])
        .args(["--port", &port.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the suite starts");
    let mut said = String::new();
    let mut stdout = child.stdout.take().expect("standard output is a pipe");
    let mut stderr = child.stderr.take().expect("standard error is a pipe");
    let errors = tokio::spawn(async move {
        let mut text = String::new();
        drop(stderr.read_to_string(&mut text).await);
        text
    });

    let mut opened = Vec::new();
    let mut buffer = vec![0; 8192];
    loop {
        let read =
            within("more of the suite", stdout.read(&mut buffer)).await.expect("its output can be read");
        if read == 0 {
            break;
        }
        said.push_str(&String::from_utf8_lossy(&buffer[..read]));
        let whole_lines = said.rfind('\n').map_or("", |end| &said[..end]);
        let shown = whole_lines
            .split_whitespace()
            .filter(|word| word.starts_with(&issuer) && word.contains("response_type=code"));
        let new: Vec<String> = shown.map(str::to_owned).filter(|url| !opened.contains(url)).collect();
        for url in new {
            let back = approve_in(&server, &mut server.browser(), &Url::parse(&url).expect("a URL")).await;
            deliver(&back).await;
            opened.push(url);
        }
    }
    let status = within("the end of the suite", child.wait()).await.expect("the child can be waited for");
    let errors = errors.await.expect("standard error was read");
    assert!(status.success(), "{said}\n{errors}");
    for scenario in ["authorization-server-metadata-endpoint", "authorization-code-grant"] {
        assert!(said.contains(scenario), "{scenario} did not run: {said}\n{errors}");
    }
    assert!(!opened.is_empty(), "the suite never showed an authorization URL: {said}\n{errors}");
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}
