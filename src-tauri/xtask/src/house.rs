//! The rules of the house that a compiler does not check: which crate may use which, that each takes the
//! workspace's lints, what a file may be called and how long it may grow.

mod manifests;
mod packages;
mod requirements;
mod sources;

use crate::say::{self, Failure};
use crate::workspace::Workspace;

/// Which of our crates each may use (README, "The house"). No edge but these.
pub(crate) const ARROWS: &[(&str, &[&str])] = &[
    ("ambient-insights", &["engine", "control"]),
    ("control", &["engine"]),
    (
        "engine",
        &[
            "gateway",
            "mcp-server",
            "authorization",
            "context",
            "connector",
            "certificates",
            "tunnel",
            "database",
            "clock",
        ],
    ),
    ("gateway", &["mcp-server", "authorization", "certificates", "tunnel"]),
    ("mcp-server", &["context"]),
    ("authorization", &["database", "clock"]),
    ("context", &["database", "clock"]),
    ("connector", &["clock"]),
    ("certificates", &["clock"]),
    ("tunnel", &["clock"]),
    ("database", &[]),
    ("clock", &[]),
    ("xtask", &[]),
];

/// What was found in the house.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What must be mended.
    errors: Vec<String>,
    /// What wants a look.
    warnings: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    say::step("the rules of the house", "no arrow but those of the design, the lints everywhere");
    let findings = inspect(workspace)?;
    for warning in &findings.warnings {
        say::note(&format!("warning: {warning}"));
    }
    if findings.errors.is_empty() {
        return Ok(());
    }
    for error in &findings.errors {
        say::note(error);
    }
    Err(Failure::new(format!("the house has {} fault(s)", findings.errors.len())).with_remedy(
        "mend them, or change the rule in src-tauri/xtask/src/house.rs and say why in the commit",
    ))
}

fn inspect(workspace: &Workspace) -> Result<Findings, Failure> {
    let mut findings = Findings::default();
    manifests::inspect(workspace.root(), &mut findings)?;
    sources::inspect(workspace.root(), &mut findings);
    packages::inspect(workspace.root(), &mut findings);
    Ok(findings)
}

#[cfg(test)]
#[path = "house_tests.rs"]
mod tests;
