//! Claude Code: add, log in, be connected, log out. No account is needed for that.

use std::path::Path;

use tokio::process::Command;
use url::Url;

use super::{Talking, installed, isolate, python};
use crate::support::browser::deliver;
use crate::support::oauth::approve_in;
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::within;

/// How Claude Code comes to trust our authority.
enum Trust<'a> {
    /// Its environment, as a person's shell would have it.
    Environment(&'a Path),
    /// What `ambient-insights setup claude-code` wrote into its settings.
    Settings,
}

impl Trust<'_> {
    fn apply(&self, command: &mut Command) {
        command
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .env("DISABLE_TELEMETRY", "1")
            .env("DISABLE_AUTOUPDATER", "1");
        if let Self::Environment(authority) = self {
            command.env("NODE_EXTRA_CA_CERTS", authority).env("SSL_CERT_FILE", authority);
        }
    }
}

async fn claude(home: &Home, trust: &Trust<'_>, arguments: &[&str]) -> String {
    let mut command = Command::new(installed("node_modules/.bin/claude"));
    isolate(home, &mut command);
    trust.apply(&mut command);
    let output = within("the end of claude", command.args(arguments).output()).await.expect("claude starts");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "claude {arguments:?}: {text}");
    text
}

/// Logs in at a terminal, with a browser that the owner's approval lets through.
async fn log_in(server: &RunningServer, home: &Home, trust: &Trust<'_>, name: &str) {
    let mut command = python(home);
    trust.apply(&mut command);
    command
        .arg(installed("claude_login.py"))
        .arg(format!("localhost:{}", server.port()))
        .arg(installed("node_modules/.bin/claude"))
        .args(["mcp", "login", name, "--no-browser"]);
    let mut login = Talking::start(command);
    let said = login.line().await;
    let url = said["authorize_url"].as_str().unwrap_or_else(|| panic!("no authorization URL: {said}"));
    let url = Url::parse(url).expect("the authorization URL is a URL");
    let back = approve_in(server, &mut server.browser(), &url).await;
    let status = deliver(&back).await;
    assert!(status.is_success() || status.is_redirection(), "Claude Code refused its redirect: {status}");
    let ended = login.line().await;
    assert_eq!(ended["exit_code"], 0, "{ended}");
    login.end().await;
}

async fn connects_and_disconnects(server: &RunningServer, home: &Home, trust: &Trust<'_>, name: &str) {
    let listed = claude(home, trust, &["mcp", "list"]).await;
    assert!(listed.contains(name) && listed.contains("Needs authentication"), "{listed}");
    log_in(server, home, trust, name).await;
    let listed = claude(home, trust, &["mcp", "list"]).await;
    assert!(listed.contains(name) && listed.contains("Connected"), "{listed}");

    let clients = server.home.json(["clients", "--json"]).await.to_string();
    assert!(clients.contains("Claude Code"), "{clients}");
    let before = server.home.json(["audit", "--json", "--limit", "1000"]).await.to_string();
    claude(home, trust, &["mcp", "logout", name]).await;
    let after = server.home.json(["audit", "--json", "--limit", "1000"]).await.to_string();
    let revocations = |text: &str| text.matches("revoked").count();
    assert!(revocations(&after) > revocations(&before), "the log-out is in the audit trail: {after}");
    let listed = claude(home, trust, &["mcp", "list"]).await;
    assert!(listed.contains("Needs authentication"), "{listed}");
}

#[tokio::test]
#[ignore = "needs Claude Code; `cargo xtask test --all` installs and runs it"]
async fn claude_code_connects_over_tls_with_our_authority_and_logs_out() {
    let home = Home::new();
    let server = home.serve().await;
    let trust = Trust::Environment(server.authority());
    claude(&home, &trust, &["mcp", "add", "--transport", "http", "memory", server.ready.mcp_url.as_str()])
        .await;
    connects_and_disconnects(&server, &home, &trust, "memory").await;
}

#[tokio::test]
#[ignore = "needs Claude Code; `cargo xtask test --all` installs and runs it"]
async fn setup_claude_code_is_all_that_a_person_has_to_do_and_can_be_undone() {
    let home = Home::new();
    let server = home.serve().await;
    home.run(["setup", "claude-code", "--yes"]).await.expect_success();
    let once = claude(&home, &Trust::Settings, &["mcp", "list"]).await;
    home.run(["setup", "claude-code", "--yes"]).await.expect_success();
    let twice = claude(&home, &Trust::Settings, &["mcp", "list"]).await;
    assert_eq!(once, twice, "a second set-up changes nothing");
    connects_and_disconnects(&server, &home, &Trust::Settings, "ambient-insights").await;
    home.run(["setup", "claude-code", "--undo", "--yes"]).await.expect_success();
    let listed = claude(&home, &Trust::Settings, &["mcp", "list"]).await;
    assert!(!listed.contains("ambient-insights"), "{listed}");
}

#[tokio::test]
#[ignore = "needs Claude Code; `cargo xtask test --all` installs and runs it"]
async fn claude_code_believes_us_after_trust_and_not_after_untrust() {
    let home = Home::new();
    let server = home.serve().await;
    let url = server.ready.mcp_url.as_str();
    claude(&home, &Trust::Settings, &["mcp", "add", "--transport", "http", "memory", url]).await;
    let listed = async || claude(&home, &Trust::Settings, &["mcp", "list"]).await;
    let before = listed().await;
    assert!(before.contains("memory") && before.contains("Failed to connect"), "{before}");
    let settings = home.home().join(".claude/settings.json");
    let own = std::fs::read(&settings).ok();

    // It asks first: at no terminal, nobody has said yes.
    home.run(["certificates", "trust", "--claude-code"]).await;
    assert_eq!(std::fs::read(&settings).ok(), own, "nothing is changed without a yes");
    let done = home.run(["certificates", "trust", "--claude-code", "--yes"]).await.expect_success();
    assert!(format!("{}{}", done.stdout, done.stderr).contains("NODE_EXTRA_CA_CERTS"), "{done:?}");
    let trusted = listed().await;
    assert!(trusted.contains("Needs authentication"), "{trusted}");

    home.run(["certificates", "untrust", "--claude-code", "--yes"]).await.expect_success();
    let after = listed().await;
    assert!(after.contains("Failed to connect"), "{after}");
    assert_eq!(std::fs::read(&settings).ok(), own, "the settings are as they were");
}

/// Without metadata documents Claude Code registers itself, as other clients do and as it does elsewhere.
#[tokio::test]
#[ignore = "needs Claude Code; `cargo xtask test --all` installs and runs it"]
async fn claude_code_registers_itself_where_documents_do_not_count() {
    let home = Home::new();
    let known = [("AMBIENT_INSIGHTS_CLIENT_DOCUMENTS".to_owned(), "off".to_owned())];
    let server = home.serve_with(&Serve { environment: known.into(), ..Serve::default() }).await;
    let trust = Trust::Environment(server.authority());
    claude(&home, &trust, &["mcp", "add", "--transport", "http", "memory", server.ready.mcp_url.as_str()])
        .await;
    connects_and_disconnects(&server, &home, &trust, "memory").await;
    assert!(times(&home, "registered").await >= 1);
    let clients = server.home.json(["clients", "--json"]).await;
    let ways: Vec<&str> =
        clients.as_array().expect("a list").iter().filter_map(|it| it["registration"].as_str()).collect();
    assert!(!ways.is_empty() && ways.iter().all(|way| *way == "dynamic"), "{clients}");
}

/// How often the audit trail says that a client did this.
async fn times(home: &Home, kind: &str) -> usize {
    let lines = home.json(["audit", "--json", "--limit", "1000"]).await;
    let lines = lines.as_array().expect("the trail is an array");
    lines.iter().filter(|line| line["kind"] == kind).count()
}

#[tokio::test]
#[ignore = "needs Claude Code; `cargo xtask test --all` installs and runs it"]
async fn claude_code_stays_connected_over_restarts_and_refreshes_by_itself() {
    let home = Home::new();
    let server = home.serve().await;
    let port = server.port();
    let authority = server.authority().to_owned();
    let trust = Trust::Environment(&authority);
    claude(&home, &trust, &["mcp", "add", "--transport", "http", "memory", server.ready.mcp_url.as_str()])
        .await;
    log_in(&server, &home, &trust, "memory").await;
    server.stop().await;

    // As after a week: the tokens are those of before.
    let again = Serve { port, ..Serve::default() };
    let server = home.serve_with(&again).await;
    let listed = claude(&home, &trust, &["mcp", "list"]).await;
    assert!(listed.contains("Connected"), "{listed}");
    assert_eq!(times(&home, "refreshed").await, 0, "the access token is still good");
    server.stop().await;

    // An access token lives six minutes at least; taken out of the file it has ended as if they were over.
    let file = home.data().join("authorization.db");
    let taken = rusqlite::Connection::open(&file)
        .and_then(|connection| connection.execute("DELETE FROM access_tokens", []))
        .expect("nobody else has the file open");
    assert_eq!(taken, 1);
    let server = home.serve_with(&again).await;
    let listed = claude(&home, &trust, &["mcp", "list"]).await;
    assert!(listed.contains("Connected"), "it refreshes and asks nobody: {listed}");
    assert_eq!(times(&home, "refreshed").await, 1);
    assert_eq!(times(&home, "approved").await, 1);

    let revoked = times(&home, "revoked").await;
    claude(&home, &trust, &["mcp", "logout", "memory"]).await;
    assert!(times(&home, "revoked").await > revoked, "logging out gives the tokens back");
    server.stop().await;

    let server = home.serve_with(&again).await;
    let listed = claude(&home, &trust, &["mcp", "list"]).await;
    assert!(listed.contains("Needs authentication"), "{listed}");
    log_in(&server, &home, &trust, "memory").await;
    let listed = claude(&home, &trust, &["mcp", "list"]).await;
    assert!(listed.contains("Connected"), "{listed}");
}
