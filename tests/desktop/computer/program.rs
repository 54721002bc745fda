//! The desktop as a child of the test.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};
use url::Url;

use crate::support::origin::Origin;
use crate::support::program::{Ended, Log};
use crate::support::within;

use super::windows::Windows;
use super::{Computer, free_port};

/// How the desktop is started.
#[derive(Default)]
pub(crate) struct Start {
    /// Without a window, as at the login.
    pub(crate) in_tray: bool,
    /// 0 takes a free port.
    pub(crate) port: u16,
    /// As it runs at a person's: its windows can not be driven.
    pub(crate) not_driven: bool,
    pub(crate) link: Option<String>,
    pub(crate) environment: Vec<(String, OsString)>,
}

/// The running desktop, until it is dropped.
pub(crate) struct Desktop {
    child: Child,
    data: PathBuf,
    inspector: u16,
    log: Log,
}

impl Desktop {
    /// Starts the desktop. It may well end at once, or fail.
    #[expect(clippy::unused_async, reason = "a child needs the runtime, which an async function has")]
    pub(crate) async fn start(computer: &Computer, options: &Start) -> Self {
        let mut arguments: Vec<OsString> = Vec::new();
        if options.in_tray {
            arguments.push("--in-tray".into());
        }
        arguments.extend(options.link.iter().map(OsString::from));
        let mut command = computer.home.command(arguments);
        computer.set_up(&mut command);
        let inspector = free_port();
        if !options.not_driven {
            // With both, WebKit's driver finds a program that it did not start itself.
            command.env("TAURI_WEBVIEW_AUTOMATION", "true");
            command.env("WEBKIT_INSPECTOR_SERVER", format!("127.0.0.1:{inspector}"));
        }
        command
            .env("AMBIENT_INSIGHTS_PORT", options.port.to_string())
            .env("AMBIENT_INSIGHTS_LOG", "info")
            .envs(options.environment.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let log = Log::of(child.stderr.take().expect("standard error is a pipe"));
        Self { child, data: computer.home.data(), inspector, log }
    }

    /// What it wrote on standard error so far.
    pub(crate) fn log(&self) -> String {
        self.log.text()
    }

    /// Waits for a line of the log with all of `words`.
    pub(crate) async fn logs(&self, words: &[&str]) -> String {
        let found = self.log.wait_for(|text| {
            let is_it = |line: &&str| words.iter().all(|word| line.contains(word));
            text.lines().find(is_it).map(str::to_owned)
        });
        found.await.unwrap_or_else(|| panic!("the program ended without the line {words:?}"))
    }

    /// Waits until the consent window shows this request.
    pub(crate) async fn shows(&self, request: &str) {
        self.logs(&["the consent window shows a request", request]).await;
    }

    /// Where it is reached, once its door is open; after another start, where that one is.
    pub(crate) async fn origin(&self) -> Origin {
        let line = self.logs(&["the door is open"]).await;
        let address = line.rsplit_once("mcp_url=\"").and_then(|(_, rest)| rest.strip_suffix('"'));
        let mcp_url: Url = address.expect("the line names the address").parse().expect("it is a URL");
        let issuer = mcp_url.join("/").expect("the address has an origin");
        Origin { mcp_url, issuer, authority: self.data.join("certificates/ca.pem") }
    }

    /// Where the internet reaches it.
    pub(crate) async fn public_origin(&self, port: u16) -> Origin {
        let local = self.origin().await;
        let issuer: Url = format!("https://localhost:{port}").parse().expect("it is a URL");
        Origin { mcp_url: issuer.join("/mcp").expect("it is a base"), issuer, authority: local.authority }
    }

    /// Hands for its windows; one of them must be there.
    pub(crate) async fn drive(&self) -> Windows {
        Windows::drive(self.inspector).await
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().expect("the program runs")
    }

    /// Whether it runs.
    pub(crate) fn lives(&mut self) -> bool {
        self.child.try_wait().expect("the child can be asked").is_none()
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ends(&mut self) -> Ended {
        let status =
            within("the end of the program", self.child.wait()).await.expect("the child can be waited for");
        self.log.wait_for_end().await;
        Ended { code: status.code().unwrap_or(-1), stdout: String::new(), stderr: self.log.text() }
    }

    /// Asks it to stop as the session does, and waits.
    pub(crate) async fn stop(mut self) -> Ended {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill(1) is there");
        assert!(sent.success(), "the program takes SIGTERM");
        self.ends().await
    }

    /// Its web processes.
    pub(crate) fn web_processes(&self) -> Vec<u32> {
        let is_web = |pid: &u32| {
            // The kernel keeps fifteen characters of `WebKitWebProcess`.
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
            name.is_ok_and(|name| name.starts_with("WebKitWebProces"))
        };
        self.processes().into_iter().filter(is_web).collect()
    }

    /// Whether its own process has loaded the web engine.
    pub(crate) fn has_web_engine(&self) -> bool {
        let mapped = std::fs::read_to_string(format!("/proc/{}/maps", self.pid())).expect("it runs");
        mapped.contains("/libwebkit2gtk-")
    }

    /// Its process and all that descend from it.
    fn processes(&self) -> Vec<u32> {
        let mut found: Vec<u32> = self.child.id().into_iter().collect();
        let mut index = 0;
        while let Some(pid) = found.get(index).copied() {
            let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
            for children in
                tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
            {
                found.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
            }
            index += 1;
        }
        found
    }
}

impl Drop for Desktop {
    #[expect(clippy::print_stderr, reason = "a failed test shows what the program said")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- standard error of the desktop ---\n{}", self.log.text());
        }
        // All of them are gone before the home is thrown away: what still lives would write there again.
        let processes = self.processes();
        if !processes.is_empty() {
            let pids = processes.iter().map(u32::to_string);
            let _ = std::process::Command::new("kill").arg("-KILL").args(pids).stderr(Stdio::null()).status();
        }
        let lives = |pid: &u32| {
            let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            // What has ended and nobody has asked for yet writes nothing any more.
            state.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
        };
        // Five seconds at most.
        for _ in 0..2_500 {
            if !processes.iter().any(lives) {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}
