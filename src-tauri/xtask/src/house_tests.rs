use std::collections::BTreeMap;
use std::path::Path;

use toml::Table;

use super::{Findings, inspect, manifests, packages, sources};
use crate::workspace::Workspace;

const LINTS: &str = "[lints]\nworkspace = true\n";

fn errors(manifests: &[(&str, &str)]) -> Vec<String> {
    let manifests: BTreeMap<String, Table> =
        manifests.iter().map(|(name, text)| ((*name).to_owned(), text.parse().unwrap())).collect();
    let mut findings = Findings::default();
    manifests::check(&manifests, &mut findings);
    findings.errors
}

fn errors_in(name: &str, text: &str) -> Vec<String> {
    let mut findings = Findings::default();
    sources::check(Path::new(name), text, &["/home/ada/checkout".to_owned()], &mut findings);
    findings.errors
}

fn errors_in_lock(text: &str) -> Vec<String> {
    let mut findings = Findings::default();
    packages::check(text, &mut findings);
    findings.errors
}

#[test]
fn a_package_with_a_licence_that_asks_for_more_is_found_and_so_is_one_with_none() {
    let lock = |name: &str, package: &str| {
        format!(r#"{{"packages": {{"": {{"name": "ui"}}, "node_modules/{name}": {package}}}}}"#)
    };
    for good in [r#"{"license": "MIT"}"#, r#"{"license": "(GPL-3.0 OR Apache-2.0)"}"#] {
        assert!(errors_in_lock(&lock("left-pad", good)).is_empty(), "{good}");
    }
    assert!(errors_in_lock(&lock("lightningcss-linux-x64-gnu", r#"{"license": "MPL-2.0"}"#)).is_empty());
    for bad in [r#"{"license": "MPL-2.0"}"#, r#"{"license": "AGPL-3.0"}"#, "{}"] {
        let found = errors_in_lock(&lock("tools/node_modules/@who/left-pad", bad));
        assert!(found.len() == 1 && found[0].contains("@who/left-pad"), "{found:?}");
    }
    assert_eq!(errors_in_lock("{}").len(), 1);
    assert_eq!(errors_in_lock("no lock").len(), 1);
}

#[test]
fn this_house_keeps_its_own_rules() {
    let findings = inspect(&Workspace::of_this_program()).unwrap();
    assert!(findings.errors.is_empty(), "\n{}", findings.errors.join("\n"));
}

#[test]
fn an_arrow_that_points_up_is_found() {
    let manifest = format!("[dependencies]\nengine.workspace = true\n{LINTS}");
    let found = errors(&[("context", &manifest)]);
    assert_eq!(
        found,
        ["context uses engine, which the design does not allow; context may use database, clock"]
    );
}

#[test]
fn an_arrow_to_the_root_is_found() {
    let manifest = format!("[dependencies]\nambient-insights = {{ path = \"../../..\" }}\n{LINTS}");
    assert_eq!(errors(&[("control", &manifest)]).len(), 1);
}

#[test]
fn an_arrow_under_another_name_or_for_one_target_alone_is_found() {
    let manifest = format!(
        "[target.'cfg(unix)'.build-dependencies]\nharmless = {{ package = \"gateway\", path = \"../gateway\" }}\n{LINTS}"
    );
    assert_eq!(errors(&[("mcp-server", &manifest)]).len(), 1);
}

#[test]
fn tests_may_use_what_their_crate_stands_on_and_nothing_above_it() {
    let below = format!("[dev-dependencies]\nclock.workspace = true\n{LINTS}");
    assert_eq!(errors(&[("mcp-server", &below)]), Vec::<String>::new());
    let above = format!("[dev-dependencies]\ngateway.workspace = true\n{LINTS}");
    assert_eq!(errors(&[("mcp-server", &above)]).len(), 1);
}

#[test]
fn a_crate_without_the_workspace_lints_is_found() {
    assert_eq!(errors(&[("clock", "[package]\nname = \"clock\"")]).len(), 1);
    assert_eq!(errors(&[("clock", "[lints.rust]\nunsafe_code = \"allow\"")]).len(), 1);
    assert_eq!(errors(&[("clock", LINTS)]), Vec::<String>::new());
}

#[test]
fn a_crate_that_the_design_does_not_name_is_found() {
    assert_eq!(errors(&[("common", LINTS)]), ["common: the design names no such crate"]);
}

#[test]
fn a_version_outside_the_root_manifest_is_found() {
    let manifest = format!("[dependencies]\nserde = \"1\"\n{LINTS}");
    assert_eq!(errors(&[("clock", &manifest)]).len(), 1);
}

#[test]
fn a_name_that_says_nothing_is_found() {
    assert_eq!(errors_in("src/utils.rs", "").len(), 1);
    assert_eq!(errors_in("ui/src/helpers.ts", "").len(), 1);
    assert_eq!(errors_in("src/scope.rs", ""), Vec::<String>::new());
}

#[test]
fn a_path_of_somebodys_machine_is_found() {
    assert_eq!(errors_in("README.md", "cd /home/ada/checkout && cargo xtask run").len(), 1);
}

#[test]
fn a_hole_in_the_ban_on_unsafe_is_found() {
    let attribute = ["#[allow", "(unsafe_code)]"].concat();
    assert_eq!(errors_in("src/lib.rs", &attribute).len(), 1);
}

#[test]
fn a_long_file_is_warned_about_and_stops_nothing() {
    let mut findings = Findings::default();
    sources::check(Path::new("src/lib.rs"), &"line\n".repeat(501), &[], &mut findings);
    assert!(findings.errors.is_empty());
    assert_eq!(findings.warnings.len(), 1);
}
