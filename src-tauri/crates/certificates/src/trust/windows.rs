//! The person's own root store on Windows, by Windows' `certutil`. (By its documentation: not run by us.)

use std::process::Command;

use super::command::{run, run_well};
use super::{Action, CaCertificate, State, TrustError, TrustStore};

const PACKAGES: &str = "Windows itself (`certutil` is a part of it)";

/// "Trusted Root Certification Authorities" of the current user.
#[derive(Debug)]
pub(super) struct UserRoot;

/// Runs Windows' own certutil, even where NSS' tool of the same name stands earlier in the path.
fn certutil(arguments: &[&str]) -> Command {
    let system = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
    let mut command = Command::new(std::path::Path::new(&system).join("System32").join("certutil.exe"));
    command.arg("-user").args(arguments);
    command
}

impl UserRoot {
    fn add(ca: &CaCertificate) -> Command {
        let mut command = certutil(&["-addstore", "Root"]);
        command.arg(ca.path());
        command
    }

    // By serial number, which is random: no other certificate has it.
    fn delete(ca: &CaCertificate) -> Command {
        certutil(&["-delstore", "Root", ca.serial()])
    }

    fn find(ca: &CaCertificate) -> Command {
        certutil(&["-store", "Root", ca.serial()])
    }
}

impl TrustStore for UserRoot {
    fn id(&self) -> String {
        "system".to_owned()
    }

    fn label(&self) -> String {
        "Windows trust store of this user".to_owned()
    }

    fn state(&self, ca: &CaCertificate) -> Result<State, TrustError> {
        let found = run(&mut Self::find(ca), PACKAGES)?;
        Ok(if found.status.success() { State::Trusted } else { State::Absent })
    }

    fn steps(&self, ca: &CaCertificate, action: Action) -> (Vec<String>, bool) {
        let name = ca.common_name();
        let step = match action {
            Action::Trust => format!(
                "add \"{name}\" to your Trusted Root Certification Authorities (it can only vouch for this \
                 computer's own names); Windows asks you to confirm"
            ),
            Action::Untrust => format!("remove \"{name}\" from your Trusted Root Certification Authorities"),
        };
        (vec![step], false)
    }

    fn perform(&self, ca: &CaCertificate, action: Action) -> Result<(), TrustError> {
        let mut command = match action {
            Action::Trust => Self::add(ca),
            Action::Untrust => Self::delete(ca),
        };
        run_well(&mut command, PACKAGES).map(|_| ())
    }
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
