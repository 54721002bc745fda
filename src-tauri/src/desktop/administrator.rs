//! Doing what only an administrator may: in a second process of this program, after the system has asked for the
//! password. The desktop itself never has these rights.

use std::path::Path;
use std::process::{Command, Stdio};

use engine::Failure;
use engine::trust::Action;

/// polkit's way to run one program as another user; it asks in a window.
const ASKER: &str = "pkexec";
/// What it ends with when the person said no, and when it may not ask.
const DISMISSED: i32 = 126;
const NOT_AUTHORISED: i32 = 127;

/// Whether the system can ask for the administrator's password.
pub(crate) fn can_be_asked() -> bool {
    cfg!(target_os = "linux")
        && std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(ASKER).is_file()))
}

/// Changes the trust in the local authority with an administrator's rights. Blocks until the person has answered.
pub(crate) fn change_trust(data_dir: &Path, store: &str, action: Action) -> Result<(), Failure> {
    let failed = |reason: String| {
        Failure::failed(format!("{reason}; the command that stands there does the same in a terminal"))
    };
    let program = std::env::current_exe().map_err(|error| failed(error.to_string()))?;
    let verb = match action {
        Action::Trust => "trust",
        Action::Untrust => "untrust",
    };
    let output = Command::new(ASKER)
        .arg(program)
        .arg("--data-dir")
        .arg(data_dir)
        .args(["certificates", verb, "--store", store, "--yes"])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    match output.status.code() {
        Some(0) => Ok(()),
        Some(DISMISSED) => {
            Err(Failure::refused("the administrator's password was not given; nothing was changed"))
        }
        Some(NOT_AUTHORISED) => {
            Err(failed("this session can not ask for the administrator's password".to_owned()))
        }
        _ => Err(failed(String::from_utf8_lossy(&output.stderr).trim().chars().take(500).collect())),
    }
}
