//! The committed files: names, sizes, `unsafe`, paths of somebody's machine.

use std::path::{Path, PathBuf};

use super::{Findings, requirements};
use crate::process::Step;
use crate::say;

/// Past this many lines a Rust file holds two things.
const LONG: usize = 500;

pub(super) fn inspect(root: &Path, findings: &mut Findings) {
    let Ok(list) = Step::new("git").directory(root).arguments(["ls-files", "-z"]).output() else {
        say::note("not a git checkout: names and contents of files are not checked.");
        return;
    };
    let machine = machine_paths(root);
    let (mut table, mut rust) = (String::new(), String::new());
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        let path = root.join(name);
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if let Ok(text) = String::from_utf8(bytes) {
            check(Path::new(name), &text, &machine, findings);
            if name == "tests/REQUIREMENTS.md" {
                table = text;
            } else if is_rust(Path::new(name)) {
                rust.push_str(&text);
            }
        }
    }
    requirements::check(&table, &rust, findings);
}

/// The rules, on one text file.
pub(super) fn check(name: &Path, text: &str, machine: &[String], findings: &mut Findings) {
    let shown = name.display();
    if name.file_stem().is_some_and(|stem| stem == "utils" || stem == "util" || stem == "helpers") {
        findings.errors.push(format!("{shown}: the name says nothing; name it after what it knows"));
    }
    if let Some(path) = machine.iter().find(|path| text.contains(path.as_str())) {
        findings.errors.push(format!("{shown}: holds {path}, a path of one machine"));
    }
    if !is_rust(name) {
        return;
    }
    for level in ["allow", "expect", "warn"] {
        if text.contains(&format!("{level}(unsafe_code")) {
            findings.errors.push(format!("{shown}: unsafe code is forbidden in the whole house"));
        }
    }
    let lines = text.lines().count();
    if lines > LONG {
        findings.warnings.push(format!("{shown} has {lines} lines; past {LONG} it wants to be two files"));
    }
}

fn is_rust(name: &Path) -> bool {
    name.extension().is_some_and(|extension| extension == "rs")
}

/// Where this checkout and this person's things lie: no committed file has a reason to name them.
fn machine_paths(root: &Path) -> Vec<String> {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let mut paths: Vec<String> = [Some(root.to_owned()), home]
        .into_iter()
        .flatten()
        // `/` or `/app` would be found everywhere and tells nothing about anybody.
        .filter(|path| path.components().count() > 2)
        .map(|path| path.display().to_string())
        .collect();
    // Split, so that this file does not hold what it looks for.
    paths.push(["/ro", "ot/"].concat());
    paths.push(["/wo", "rk/main"].concat());
    paths
}
