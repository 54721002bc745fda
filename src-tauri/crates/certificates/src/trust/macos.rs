//! The person's own trust settings on macOS, by the `security` tool. (By its documentation: not run by us.)

use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{run, run_well};
use super::{Action, CaCertificate, State, TrustError, TrustStore};

const PACKAGES: &str = "macOS itself (`security` is a part of it)";

/// The login keychain with the person's trust settings.
#[derive(Debug)]
pub(super) struct LoginKeychain {
    keychain: PathBuf,
}

impl LoginKeychain {
    pub(super) fn of(home: &Path) -> Self {
        Self { keychain: home.join("Library/Keychains/login.keychain-db") }
    }

    fn security(&self, ca: &CaCertificate, step: Step) -> Command {
        let mut command = Command::new("security");
        match step {
            Step::Add => command
                .args(["add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k"])
                .arg(&self.keychain)
                .arg(ca.path()),
            Step::Distrust => command.arg("remove-trusted-cert").arg(ca.path()),
            // The common name holds a hash of our key: no other certificate has it.
            Step::Delete => command.args(["delete-certificate", "-c", ca.common_name()]).arg(&self.keychain),
            Step::Find => {
                command.args(["find-certificate", "-a", "-p", "-c", ca.common_name()]).arg(&self.keychain)
            }
            // -L and -l: this file alone, which is a CA.
            Step::Verify => command.args(["verify-cert", "-L", "-l", "-p", "ssl", "-c"]).arg(ca.path()),
        };
        command
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Add,
    Distrust,
    Delete,
    Find,
    Verify,
}

impl TrustStore for LoginKeychain {
    fn id(&self) -> String {
        "system".to_owned()
    }

    fn label(&self) -> String {
        "login keychain".to_owned()
    }

    fn state(&self, ca: &CaCertificate) -> Result<State, TrustError> {
        let found = run(&mut self.security(ca, Step::Find), PACKAGES)?;
        if !found.status.success() || !ca.is_in(&found.stdout) {
            return Ok(State::Absent);
        }
        let verified = run(&mut self.security(ca, Step::Verify), PACKAGES)?;
        Ok(if verified.status.success() { State::Trusted } else { State::Incomplete })
    }

    fn steps(&self, ca: &CaCertificate, action: Action) -> (Vec<String>, bool) {
        let (name, keychain) = (ca.common_name(), self.keychain.display());
        let step = match action {
            Action::Trust => format!(
                "add \"{name}\" to {keychain} and trust it for TLS servers (it can only vouch for this \
                 computer's own names); macOS asks for your password or fingerprint"
            ),
            Action::Untrust => format!("remove \"{name}\" and its trust from {keychain}"),
        };
        (vec![step], false)
    }

    fn perform(&self, ca: &CaCertificate, action: Action) -> Result<(), TrustError> {
        match action {
            Action::Trust => run_well(&mut self.security(ca, Step::Add), PACKAGES).map(|_| ()),
            Action::Untrust => {
                // Fails where the trust was taken away by hand; the certificate still has to go.
                run(&mut self.security(ca, Step::Distrust), PACKAGES)?;
                run_well(&mut self.security(ca, Step::Delete), PACKAGES).map(|_| ())
            }
        }
    }
}

#[cfg(test)]
#[path = "macos_tests.rs"]
mod tests;
