//! The real program: one command, or `serve` for as long as a test needs it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use url::Url;

use super::browser::Browser;
use super::https::Https;
use super::origin::Origin;
use super::within;

/// A person's things: a data directory and a home, both thrown away at the end.
#[derive(Clone)]
pub(crate) struct Home {
    folder: Arc<TempDir>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder =
            tempfile::Builder::new().prefix("ambient-").tempdir().expect("a temporary folder can be made");
        std::fs::create_dir(folder.path().join("home")).expect("the temporary folder can be written");
        Self { folder: Arc::new(folder) }
    }

    /// What `--data-dir` names.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What `HOME` names.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A file outside the data directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with these arguments, set up to touch nothing but this home.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        self.command_under(&[], arguments)
    }

    /// The same, started by another program, such as a tracer.
    pub(crate) fn command_under<A: AsRef<OsStr>>(
        &self,
        wrapper: &[OsString],
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let words: Vec<OsString> = wrapper.iter().cloned().chain([program().into_os_string()]).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(arguments).arg("--data-dir").arg(self.data());
        self.isolate(&mut command);
        command
    }

    /// Makes `command` see this home and nothing of the one that the tests run in.
    pub(crate) fn isolate(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("AMBIENT_INSIGHTS_") || name.starts_with("XDG_") || name == "RUST_LOG" {
                command.env_remove(name.as_ref());
            }
        }
        // What the machine's owner set for other programs: `setup` respects it, and clients would trust more than ours.
        for name in [
            "NODE_EXTRA_CA_CERTS",
            "NODE_OPTIONS",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "CLAUDE_CONFIG_DIR",
        ] {
            command.env_remove(name);
        }
        command.env("HOME", self.home()).env("USERPROFILE", self.home());
        command.current_dir(self.folder.path()).kill_on_drop(true).stdin(Stdio::null());
    }

    /// Runs a command to its end.
    pub(crate) async fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ended {
        let mut command = self.command(arguments);
        let output = within("the end of a command", command.output()).await.expect("the program starts");
        Ended::from(output)
    }

    /// Runs a command that must succeed with JSON on its standard output.
    pub(crate) async fn json<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Value {
        let ended = self.run(arguments).await.expect_success();
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error} in {}", ended.stdout))
    }

    /// Starts `serve` on a free port.
    pub(crate) async fn serve(&self) -> RunningServer {
        self.serve_with(&Serve::default()).await
    }

    /// Starts `serve` in another way.
    pub(crate) async fn serve_with(&self, options: &Serve) -> RunningServer {
        match self.try_serve(options).await {
            Ok(server) => server,
            Err(ended) => panic!("serve ended with {} before it was ready:\n{}", ended.code, ended.stderr),
        }
    }

    /// Starts `serve`, which may well refuse.
    pub(crate) async fn try_serve(&self, options: &Serve) -> Result<RunningServer, Ended> {
        let mut command = self.command_under(&options.wrapper, ["serve", "--ready-json"]);
        command.arg("--port").arg(options.port.to_string());
        command.args(&options.arguments).envs(options.environment.iter().map(|(name, value)| (name, value)));
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", program().display()));
        let mut stdout = BufReader::new(child.stdout.take().expect("standard output is a pipe"));
        let stderr = Log::of(child.stderr.take().expect("standard error is a pipe"));

        let mut line = String::new();
        within("the ready line of serve", stdout.read_line(&mut line))
            .await
            .expect("standard output can be read");
        if line.is_empty() {
            let status = within("the end of serve", child.wait()).await.expect("the child can be waited for");
            stderr.wait_for_end().await;
            return Err(Ended {
                code: status.code().unwrap_or(-1),
                stdout: String::new(),
                stderr: stderr.text(),
            });
        }
        let ready: Ready =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("the ready line: {error} in {line}"));
        let origin = Origin {
            mcp_url: ready.mcp_url.clone(),
            issuer: ready.issuer.clone(),
            authority: ready.ca_certificate.clone(),
        };
        Ok(RunningServer { child, ready, origin, log: stderr, home: self.clone() })
    }
}

/// Where the built program is: of this build, or of the one that a benchmark is told of.
pub(crate) fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_ambient-insights"))
}

/// How `serve` is started.
#[derive(Default)]
pub(crate) struct Serve {
    /// 0 takes a free one.
    pub(crate) port: u16,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(String, String)>,
    /// A program that starts it, such as a tracer.
    pub(crate) wrapper: Vec<OsString>,
}

impl Serve {
    /// Without rate limits, as for load tests.
    pub(crate) fn unlimited() -> Self {
        Self {
            environment: vec![("AMBIENT_INSIGHTS_LIMITS".to_owned(), "off".to_owned())],
            ..Self::default()
        }
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// -1 when a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ended {
    /// It succeeded.
    pub(crate) fn expect_success(self) -> Self {
        assert_eq!(self.code, 0, "standard error: {}\nstandard output: {}", self.stderr, self.stdout);
        self
    }

    /// It failed with this code, and its standard error says all of `words`.
    pub(crate) fn expect_failure(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "standard error: {}\nstandard output: {}", self.stderr, self.stdout);
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in: {}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }
}

/// The line of `--ready-json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Ready {
    pub(crate) mcp_url: Url,
    pub(crate) issuer: Url,
    pub(crate) public_url: Option<Url>,
    pub(crate) ca_certificate: PathBuf,
    pub(crate) control_socket: PathBuf,
    pub(crate) pid: u32,
    pub(crate) version: String,
}

/// `serve`, until it is dropped.
pub(crate) struct RunningServer {
    child: Child,
    pub(crate) ready: Ready,
    pub(crate) home: Home,
    origin: Origin,
    log: Log,
}

impl AsRef<Origin> for RunningServer {
    fn as_ref(&self) -> &Origin {
        &self.origin
    }
}

impl RunningServer {
    /// A client that trusts this server's authority.
    pub(crate) fn https(&self) -> Https {
        self.origin.https()
    }

    pub(crate) fn browser(&self) -> Browser {
        self.origin.browser()
    }

    pub(crate) fn port(&self) -> u16 {
        self.ready.mcp_url.port().expect("the local address names its port")
    }

    pub(crate) fn authority(&self) -> &Path {
        &self.ready.ca_certificate
    }

    /// Everything on standard error so far.
    pub(crate) fn log(&self) -> String {
        self.log.text()
    }

    /// `kill -9`, and waits until the process is gone.
    pub(crate) async fn kill(mut self) {
        within("the end of the killed server", self.child.kill()).await.expect("the child can be killed");
    }

    /// Asks it to stop as a service manager does, and waits.
    #[cfg(unix)]
    pub(crate) async fn stop(mut self) -> Ended {
        let pid = self.ready.pid.to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().await.expect("kill(1) is there");
        assert!(sent.success(), "the server takes SIGTERM");
        let status =
            within("the end of serve", self.child.wait()).await.expect("the child can be waited for");
        self.log.wait_for_end().await;
        Ended { code: status.code().unwrap_or(-1), stdout: String::new(), stderr: self.log.text() }
    }
}

impl Drop for RunningServer {
    #[expect(clippy::print_stderr, reason = "a failed test shows what the server said")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- standard error of serve ---\n{}", self.log.text());
        }
    }
}

/// A child's standard error, gathered as it comes: a full pipe would stop the child.
#[derive(Clone)]
pub(crate) struct Log {
    heard: watch::Receiver<Heard>,
}

#[derive(Default)]
struct Heard {
    text: String,
    ended: bool,
}

impl Log {
    pub(crate) fn of(mut source: impl tokio::io::AsyncRead + Unpin + Send + 'static) -> Self {
        let (tell, heard) = watch::channel(Heard::default());
        tokio::spawn(async move {
            let mut buffer = vec![0; 8192];
            while let Ok(read) = source.read(&mut buffer).await {
                if read == 0 {
                    break;
                }
                tell.send_modify(|heard| heard.text.push_str(&String::from_utf8_lossy(&buffer[..read])));
            }
            tell.send_modify(|heard| heard.ended = true);
        });
        Self { heard }
    }

    pub(crate) fn text(&self) -> String {
        self.heard.borrow().text.clone()
    }

    /// Waits for what `find` finds in the text, or for the end of the text.
    pub(crate) async fn wait_for<T>(&self, find: impl Fn(&str) -> Option<T>) -> Option<T> {
        let mut heard = self.heard.clone();
        let found = heard.wait_for(|heard| heard.ended || find(&heard.text).is_some());
        let found = within("a line of the log, or its end", found).await.expect("the reader tells its end");
        find(&found.text)
    }

    pub(crate) async fn wait_for_end(&self) {
        self.wait_for(|_| None::<()>).await;
    }
}
