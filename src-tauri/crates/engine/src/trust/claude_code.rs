//! Claude Code as a trust store: the one file of authorities that its own settings name (`NODE_EXTRA_CA_CERTS`).
//! The least that can be asked of a computer: no other program believes anything new by it.

use certificates::trust::{Action, CaCertificate, State, TrustError, TrustStore};

use crate::client_setup::{Client, Plan, SetupEnvironment, SetupError, plan_trust, plan_untrust};

const LABEL: &str = "Claude Code (its own settings)";

/// The settings of the person's Claude Code.
#[derive(Clone, Debug)]
pub struct ClaudeCode {
    environment: SetupEnvironment,
}

impl ClaudeCode {
    /// The name for scripts.
    pub const ID: &'static str = "claude-code";

    /// Of the person with this environment.
    #[must_use]
    pub const fn new(environment: SetupEnvironment) -> Self {
        Self { environment }
    }

    /// Whether it was ever started on this computer.
    #[must_use]
    pub fn is_here(&self) -> bool {
        Client::ClaudeCode.is_here(&self.environment)
    }

    fn planned(&self, action: Action) -> Result<Plan, SetupError> {
        match action {
            Action::Trust => plan_trust(Client::ClaudeCode, &self.environment),
            Action::Untrust => plan_untrust(Client::ClaudeCode, &self.environment),
        }
    }
}

impl TrustStore for ClaudeCode {
    fn id(&self) -> String {
        Self::ID.to_owned()
    }

    fn label(&self) -> String {
        LABEL.to_owned()
    }

    /// By the files as they are: what somebody else took out is not believed, whatever we once wrote.
    fn state(&self, _ca: &CaCertificate) -> Result<State, TrustError> {
        let trusts = Client::ClaudeCode.trusts(&self.environment).map_err(refused)?;
        Ok(if trusts { State::Trusted } else { State::Absent })
    }

    fn steps(&self, _ca: &CaCertificate, action: Action) -> (Vec<String>, bool) {
        let steps = match self.planned(action) {
            Ok(plan) => {
                let change = |change: &crate::client_setup::Change| {
                    let after = change.after.as_ref().map(|after| format!(": {after}")).unwrap_or_default();
                    format!("in {}, {}{after}", change.file.display(), change.summary)
                };
                let mut steps: Vec<String> = plan.changes.iter().map(change).collect();
                if !steps.is_empty() {
                    steps.push("keep a copy of the settings beside them, as they are now".to_owned());
                }
                steps.extend(plan.notes);
                steps
            }
            // Whoever performs it meets the same, and says so.
            Err(error) => vec![error.to_string()],
        };
        (steps, false)
    }

    fn perform(&self, _ca: &CaCertificate, action: Action) -> Result<(), TrustError> {
        self.planned(action).and_then(|plan| plan.apply()).map(drop).map_err(refused)
    }
}

fn refused(error: SetupError) -> TrustError {
    TrustError::Settings { store: LABEL.to_owned(), source: Box::new(error) }
}

// Permissions are a Unix matter, and so are these tests' files.
#[cfg(test)]
#[cfg(unix)]
#[path = "claude_code_tests.rs"]
mod tests;
