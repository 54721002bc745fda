//! What stands between us and a program that we started: it ends the program when we are gone, however we went.
//!
//! The system tells nobody when a parent was killed, so the guard holds the other end of a pipe of ours: it is closed
//! when we let go of it, and the kernel closes it for us when we can not do so ourselves.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

/// For the program to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a shell answers too for a program that it can not start.
const NOT_STARTED: u8 = 127;

/// How a guard is started: a program of ours that calls [`stand_guard`] with what follows these arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Our own program.
    pub program: PathBuf,
    /// What makes it a guard.
    pub arguments: Vec<OsString>,
}

/// Starts the program that the first of `words` names, with the others as its arguments, and returns its exit code
/// when it has ended. When standard input is closed, it is asked to end, and after two seconds it is killed with its
/// whole process group, to which the guard belongs: whoever starts a guard gives it a group of its own.
#[must_use]
pub fn stand_guard(words: Vec<OsString>) -> ExitCode {
    ExitCode::from(guard(words))
}

/// As [`stand_guard`]; the code as a number.
pub(super) fn guard(words: Vec<OsString>) -> u8 {
    let mut words = words.into_iter();
    let started = Command::new(words.next().unwrap_or_default()).args(words).stdin(Stdio::null()).spawn();
    let child = match started {
        Ok(child) => child,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "the program could not be started: {error}");
            return NOT_STARTED;
        }
    };
    watch(child).and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// Returns when whoever started us let go.
fn wait_for_the_end_of_the_leash() {
    let mut bytes = [0; 64];
    // Nobody writes anything there; a read that fails is an end too.
    while std::io::stdin().read(&mut bytes).is_ok_and(|read| read > 0) {}
}

#[cfg(unix)]
fn watch(mut child: Child) -> Option<i32> {
    use rustix::process::{Pid, Signal};
    let id = Pid::from_child(&child);
    std::thread::spawn(move || {
        wait_for_the_end_of_the_leash();
        let _ = rustix::process::kill_process(id, Signal::TERM);
        std::thread::sleep(PATIENCE);
        let _ = rustix::process::kill_current_process_group(Signal::KILL);
    });
    child.wait().ok()?.code()
}

/// Without process groups: the program itself, which starts no others.
#[cfg(not(unix))]
fn watch(mut child: Child) -> Option<i32> {
    const LOOK: Duration = Duration::from_millis(250);
    let (gone, is_gone) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        wait_for_the_end_of_the_leash();
        drop(gone);
    });
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return status.code();
        }
        if is_gone.recv_timeout(LOOK) == Err(std::sync::mpsc::RecvTimeoutError::Disconnected) {
            let _ = child.kill();
            return child.wait().ok()?.code();
        }
    }
}
