//! Other programs: is one there, run one, and say what to do when it fails.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::say::{self, Failure};

/// Who waits longer than this wants to know for what.
const WORTH_TELLING: Duration = Duration::from_secs(10);

/// One run of another program, with the words for the person.
pub(crate) struct Step {
    command: Command,
    shown: String,
    remedy: Option<String>,
}

impl Step {
    /// A run of `program`, found in `PATH` unless it is a path.
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let shown = shown(program.as_ref());
        Self { command: Command::new(program), shown, remedy: None }
    }

    /// A run of the cargo that started this task, at the workspace's root.
    pub(crate) fn cargo(root: &Path) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut step = Self::new(cargo).directory(root);
        "cargo".clone_into(&mut step.shown);
        step
    }

    pub(crate) fn directory(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    pub(crate) fn arguments<I>(mut self, arguments: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        for argument in arguments {
            self.shown.push(' ');
            self.shown.push_str(&shown(argument.as_ref()));
            self.command.arg(argument);
        }
        self
    }

    pub(crate) fn environment(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn environment_removed(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// What the person can do when this step fails.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Runs it in the person's terminal and waits; says first what it is and `why`, and afterwards how long a long
    /// one took.
    #[expect(clippy::disallowed_methods, reason = "a task times real programs; no test moves its clock")]
    pub(crate) fn run(mut self, why: &str) -> Result<(), Failure> {
        say::step(&self.shown, why);
        let began = Instant::now();
        let status = self.command.status();
        let took = began.elapsed();
        if took >= WORTH_TELLING {
            say::note(&format!("that took {} s.", took.as_secs()));
        }
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(self.failed(&ended(status))),
            Err(error) => Err(self.failed(&error.to_string())),
        }
    }

    /// Runs it in this program's place, so that signals and the exit code are its own.
    #[cfg(unix)]
    pub(crate) fn become_it(mut self, why: &str) -> Result<(), Failure> {
        use std::os::unix::process::CommandExt as _;
        say::step(&self.shown, why);
        let error = self.command.exec();
        Err(self.failed(&error.to_string()))
    }

    /// Runs it to its end; elsewhere no program can take another's place.
    #[cfg(not(unix))]
    pub(crate) fn become_it(self, why: &str) -> Result<(), Failure> {
        self.run(why)
    }

    /// Its standard output, when it ends well; its standard error is not shown.
    pub(crate) fn output(mut self) -> Result<String, Failure> {
        let output = self.command.stdin(Stdio::null()).output();
        match output {
            Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            Ok(output) => {
                let text =
                    format!("{}: {}", ended(output.status), String::from_utf8_lossy(&output.stderr).trim());
                Err(self.failed(&text))
            }
            Err(error) => Err(self.failed(&error.to_string())),
        }
    }

    /// Whether it ends well, in silence.
    pub(crate) fn succeeds(mut self) -> bool {
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn failed(self, how: &str) -> Failure {
        let failure = Failure::new(format!("`{}` failed: {how}", self.shown));
        match self.remedy {
            Some(remedy) => failure.with_remedy(remedy),
            None => failure,
        }
    }
}

/// Whether `PATH` holds `program`.
pub(crate) fn is_installed(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else { return false };
    let file = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path).any(|folder| folder.join(&file).is_file())
}

fn shown(text: &OsStr) -> String {
    let text = text.to_string_lossy();
    if text.contains([' ', '"']) { format!("'{text}'") } else { text.into_owned() }
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| format!("it ended with exit code {code}"))
}
