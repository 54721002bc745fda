//! The manifests: edges between our crates, lints, versions in one place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::{Table, Value};

use super::{ARROWS, Findings};
use crate::say::Failure;

/// What a dependency is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Part of the crate, or of its build.
    Normal,
    /// For its tests and examples alone.
    Development,
}

/// Reads the root's manifest and each crate's, and applies the rules.
pub(super) fn inspect(root: &Path, findings: &mut Findings) -> Result<(), Failure> {
    let mut manifests = BTreeMap::new();
    let root_manifest = read(&root.join("Cargo.toml"))?;
    for member in members(root)? {
        let manifest = read(&member.join("Cargo.toml"))?;
        manifests.insert(name(&manifest), manifest);
    }
    if root_manifest
        .get("workspace")
        .and_then(|it| it.get("lints"))
        .and_then(|it| it.get("rust"))
        .and_then(|it| it.get("unsafe_code"))
        != Some(&Value::from("forbid"))
    {
        findings.errors.push("Cargo.toml: [workspace.lints.rust] must forbid unsafe_code".to_owned());
    }
    manifests.insert(name(&root_manifest), root_manifest);
    check(&manifests, findings);
    Ok(())
}

/// The rules, on manifests by the name of their crate.
pub(super) fn check(manifests: &BTreeMap<String, Table>, findings: &mut Findings) {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    for (crate_name, manifest) in manifests {
        let Some(allowed) = arrows.get(crate_name.as_str()) else {
            findings.errors.push(format!("{crate_name}: the design names no such crate"));
            continue;
        };
        let lints = manifest.get("lints").and_then(Value::as_table);
        if lints != Some(&Table::from_iter([("workspace".to_owned(), Value::from(true))])) {
            findings.errors.push(format!(
                "{crate_name}: its manifest must say `[lints] workspace = true`, and no other lint"
            ));
        }
        for (kind, dependency, source) in dependencies(manifest) {
            if arrows.contains_key(dependency.as_str()) {
                edge(crate_name, allowed, kind, &dependency, &arrows, findings);
            } else if !takes_from_workspace(&source) {
                findings.errors.push(format!(
                    "{crate_name}: `{dependency}` must be `workspace = true`, so that its version stands in one place"
                ));
            }
        }
    }
}

fn edge(
    from: &str,
    allowed: &[&str],
    kind: Kind,
    to: &str,
    arrows: &BTreeMap<&str, &[&str]>,
    findings: &mut Findings,
) {
    // Tests and examples may reach what their crate stands on at any depth: a real database, a clock that they move.
    let permitted = allowed.contains(&to) || (kind == Kind::Development && below(from, arrows).contains(to));
    if !permitted {
        let may = if allowed.is_empty() { "none of our crates".to_owned() } else { allowed.join(", ") };
        findings
            .errors
            .push(format!("{from} uses {to}, which the design does not allow; {from} may use {may}"));
    }
}

/// Everything that `crate_name` stands on, at any depth.
fn below<'a>(crate_name: &str, arrows: &BTreeMap<&'a str, &'a [&'a str]>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = arrows.get(crate_name).map(|uses| uses.to_vec()).unwrap_or_default();
    while let Some(next) = open.pop() {
        if let Some((name, uses)) = arrows.get_key_value(next)
            && found.insert(*name)
        {
            open.extend_from_slice(uses);
        }
    }
    found
}

/// Each dependency of a manifest, the ones for single targets as well, under its real name.
fn dependencies(manifest: &Table) -> Vec<(Kind, String, Value)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = std::iter::once(manifest)
        .chain(targets.into_iter().flat_map(|targets| targets.values().filter_map(Value::as_table)));
    let mut found = Vec::new();
    for table in tables {
        for (section, kind) in [
            ("dependencies", Kind::Normal),
            ("build-dependencies", Kind::Normal),
            ("dev-dependencies", Kind::Development),
        ] {
            for (key, source) in table.get(section).and_then(Value::as_table).into_iter().flatten() {
                let name = source.get("package").and_then(Value::as_str).unwrap_or(key);
                found.push((kind, name.to_owned(), source.clone()));
            }
        }
    }
    found
}

fn takes_from_workspace(source: &Value) -> bool {
    source.get("workspace").and_then(Value::as_bool) == Some(true)
}

fn members(root: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let crates = root.join("src-tauri").join("crates");
    let unreadable = |error| Failure::new(format!("{} cannot be read: {error}", crates.display()));
    let mut folders = vec![root.join("src-tauri").join("xtask")];
    for entry in std::fs::read_dir(&crates).map_err(unreadable)? {
        let folder = entry.map_err(unreadable)?.path();
        if folder.join("Cargo.toml").is_file() {
            folders.push(folder);
        }
    }
    Ok(folders)
}

fn read(path: &Path) -> Result<Table, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}", path.display())))?;
    text.parse().map_err(|error| Failure::new(format!("{} is not TOML: {error}", path.display())))
}

fn name(manifest: &Table) -> String {
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str);
    name.unwrap_or("a manifest without a name").to_owned()
}
