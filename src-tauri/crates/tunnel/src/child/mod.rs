//! Programs of others that bring the internet here: found, asked for their version, started under a guard, read line
//! by line, and ended with everything they started.
//!
//! They are started without a shell, in a process group of their own. What they print is never logged: it may hold
//! addresses and tokens. Each provider knows the lines that mean something to it, and says that in its own words.

mod guard;
mod lines;
mod program;
mod version;

use std::ffi::OsString;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{ChildStdin, Command};
use tokio::sync::mpsc;

pub use guard::{Guard, stand_guard};
pub(crate) use program::{Found, Program};
pub(crate) use version::Version;

use crate::TunnelError;

/// Lines that nobody has read yet. What comes on top is dropped: a program that talks much must not be held up.
const WAITING_LINES: usize = 256;

/// For the guard to end the program in good order; then the whole group is killed. It is longer than the guard waits,
/// and shorter than the supervisor.
const PATIENCE: Duration = Duration::from_millis(3_500);

/// For the last words of a program that has ended.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What the environment's variables begin with that are ours: they may hold secrets, and are nobody else's.
const OUR_VARIABLES: &str = "AMBIENT_INSIGHTS_";

/// What a program that runs says.
pub(crate) enum Said {
    /// A line on one of its streams, cut where it was too long.
    Line(String),
    /// It has ended, and nothing of it is left. How, where the system told.
    Ended(Option<ExitStatus>),
}

/// A program that runs. Dropping it kills it and all that it started.
pub(crate) struct Child {
    process: tokio::process::Child,
    /// Closed, also by our own end, it has the guard end the program.
    leash: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
    ended: bool,
    /// How, where the system told.
    status: Option<ExitStatus>,
    /// Its process group, which is the guard's process id.
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
}

impl Child {
    /// Starts a program under its guard. `secrets` are variables for it alone.
    pub(crate) fn start(
        guard: &Guard,
        program: &Found,
        arguments: Vec<OsString>,
        secrets: Vec<(&'static str, String)>,
    ) -> Result<Self, TunnelError> {
        let mut command = Command::new(&guard.program);
        command.args(&guard.arguments).arg(&program.path).args(arguments).envs(secrets);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        on_its_own(&mut command);
        let mut process =
            command.spawn().map_err(|error| program.unusable(format!("it could not be started: {error}")))?;
        let (said, lines) = mpsc::channel(WAITING_LINES);
        if let Some(stdout) = process.stdout.take() {
            tokio::spawn(lines::read(stdout, said.clone()));
        }
        if let Some(stderr) = process.stderr.take() {
            tokio::spawn(lines::read(stderr, said));
        }
        Ok(Self {
            leash: process.stdin.take(),
            #[cfg(unix)]
            group: process
                .id()
                .and_then(|id| i32::try_from(id).ok())
                .and_then(rustix::process::Pid::from_raw),
            process,
            lines,
            ended: false,
            status: None,
        })
    }

    /// What it says next. Cancel-safe. After its end it says that again.
    pub(crate) async fn next(&mut self) -> Said {
        if !self.ended {
            tokio::select! {
                biased;
                Some(line) = self.lines.recv() => return Said::Line(line),
                status = self.process.wait() => self.has_ended(status.ok()),
            }
        }
        match tokio::time::timeout(LAST_WORDS, self.lines.recv()).await {
            Ok(Some(line)) => Said::Line(line),
            Ok(None) | Err(_) => Said::Ended(self.status),
        }
    }

    /// Ends it in good order where it lets itself be ended, else by force. Nothing of it is left then.
    pub(crate) async fn stop(mut self) {
        drop(self.leash.take());
        if self.ended {
            return;
        }
        if let Ok(status) = tokio::time::timeout(PATIENCE, self.process.wait()).await {
            self.has_ended(status.ok());
        } else {
            tracing::warn!("a program of the tunnel did not end when told to; it is killed");
            self.kill_group();
            let _ = self.process.wait().await;
            self.ended = true;
        }
    }

    /// A guard that was killed could not end what it watched.
    fn has_ended(&mut self, status: Option<ExitStatus>) {
        if status.is_none_or(|status| status.code().is_none()) {
            self.kill_group();
        }
        (self.ended, self.status) = (true, status);
    }

    fn kill_group(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group.take() {
            // No such group: all of it is gone already.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = self.process.start_kill();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // As long as nobody asked how the guard ended, its id is nobody else's.
        if !self.ended {
            self.kill_group();
        }
    }
}

/// In a group of its own, so that it ends by our word and not by a key pressed in our terminal; and without our
/// variables.
fn on_its_own(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(OUR_VARIABLES) {
            command.env_remove(name);
        }
    }
    #[cfg(unix)]
    command.process_group(0);
}

#[cfg(test)]
#[cfg(unix)]
#[path = "child_tests.rs"]
mod tests;
