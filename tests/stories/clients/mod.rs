//! The real program and the real clients of others, pinned in `tests/clients`. `cargo xtask test --all` installs and
//! runs them; alone they are ignored, because they are hundreds of megabytes.

mod claude_code;
mod claude_code_hooks;
mod conformance;
mod external_server;
mod independent;
mod inspector;
mod python_sdk;
mod schemathesis;
mod signed_tokens;
#[cfg(target_os = "linux")]
mod trust;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::support::program::Home;
use crate::support::within;

/// A file among the installed clients.
fn installed(path: &str) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(path);
    assert!(file.exists(), "{} is missing: `cargo xtask setup` installs the clients", file.display());
    file
}

/// A command of npm's clients, under the Node that came with them.
fn node(home: &Home) -> Command {
    let mut command = Command::new(installed("node_modules/.bin/node"));
    isolate(home, &mut command);
    command
}

/// A command of the Python clients.
fn python(home: &Home) -> Command {
    let mut command = Command::new(installed(".venv/bin/python"));
    isolate(home, &mut command);
    command
}

/// The client sees a home of its own, the Node of its own, and no proxy.
fn isolate(home: &Home, command: &mut Command) {
    home.isolate(command);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(installed("node_modules/.bin")).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(folders).expect("PATH can be longer"));
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    for (name, _) in std::env::vars_os() {
        // Settings of a Claude Code that the tests themselves may run in.
        let name: OsString = name;
        if name.to_str().is_some_and(|name| name.starts_with("CLAUDE") || name.starts_with("ANTHROPIC")) {
            command.env_remove(&name);
        }
    }
}

/// A client that talks in JSON lines while it runs.
struct Talking {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Talking {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the client starts");
        let input = child.stdin.take().expect("standard input is a pipe");
        let lines = BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines();
        Self { child, input, lines }
    }

    /// The next line that is JSON.
    async fn line(&mut self) -> Value {
        loop {
            let line = within("a line of the client", self.lines.next_line())
                .await
                .expect("the client's output is text");
            let line = line.expect("the client ended without saying what was waited for");
            if let Ok(value) = serde_json::from_str(&line) {
                return value;
            }
            eprintln!("the client says: {line}");
        }
    }

    async fn tell(&mut self, text: &str) {
        self.input.write_all(format!("{text}\n").as_bytes()).await.expect("the client reads");
        self.input.flush().await.expect("the client reads");
    }

    /// Tells it that nothing more comes, on which it ends.
    async fn end_of_input(self) {
        let Self { mut child, input, lines: _lines } = self;
        drop(input);
        let status =
            within("the end of the client", child.wait()).await.expect("the child can be waited for");
        assert!(status.success(), "the client ended with {status}");
    }

    async fn end(mut self) {
        let status =
            within("the end of the client", self.child.wait()).await.expect("the child can be waited for");
        assert!(status.success(), "the client ended with {status}");
    }
}
