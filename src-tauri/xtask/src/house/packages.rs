//! The licences of the npm packages that the windows are built from: `cargo deny` knows nothing of them.

use std::path::Path;

use serde_json::Value;

use super::Findings;

/// What asks no more than a notice, as in `deny.toml`.
const ALLOWED: &[&str] = &["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD"];

/// The Mozilla licence covers its own files alone: tools that we run and never change or ship may have it.
const ALLOWED_FOR_TOOLS: &str = "MPL-2.0";

/// The tools that do. Not each development dependency is one: the windows' framework is compiled into them.
const TOOLS: &[&str] = &["@axe-core/playwright", "axe-core", "lightningcss", "lightningcss-"];

const LOCK: &str = "ui/package-lock.json";

pub(super) fn inspect(root: &Path, findings: &mut Findings) {
    match std::fs::read_to_string(root.join(LOCK)) {
        Ok(text) => check(&text, findings),
        Err(error) => findings.errors.push(format!("{LOCK} can not be read: {error}")),
    }
}

/// The rule, on the text of a lock file.
pub(super) fn check(lock: &str, findings: &mut Findings) {
    let lock: Value = match serde_json::from_str(lock) {
        Ok(lock) => lock,
        Err(error) => return findings.errors.push(format!("{LOCK} is no JSON: {error}")),
    };
    let Some(packages) = lock["packages"].as_object() else {
        return findings.errors.push(format!("{LOCK} lists no packages: is it of another version?"));
    };
    for (place, package) in packages {
        // The empty place is the project itself.
        let Some(name) = place.rsplit("node_modules/").next().filter(|name| !name.is_empty()) else {
            continue;
        };
        let licence = package["license"].as_str().unwrap_or("none");
        if !licence.split(" OR ").any(|one| is_allowed(name, one.trim_matches(['(', ')']))) {
            findings.errors.push(format!(
                "{LOCK}: {name} has the licence {licence:?}; take another package, or say in \
                 src-tauri/xtask/src/house/packages.rs why it may stay"
            ));
        }
    }
}

fn is_allowed(name: &str, licence: &str) -> bool {
    let is_tool = TOOLS.iter().any(|tool| name == *tool || (tool.ends_with('-') && name.starts_with(tool)));
    ALLOWED.contains(&licence) || (licence == ALLOWED_FOR_TOOLS && is_tool)
}
