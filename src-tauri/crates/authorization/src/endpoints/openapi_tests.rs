use std::collections::BTreeSet;

use super::*;
use crate::scope::Scope;

/// What the gateway answers itself.
const OF_THE_GATEWAY: [&str; 2] = ["/health", "/mcp"];

/// Read from the source, since a router does not tell its routes.
fn routes() -> BTreeSet<String> {
    include_str!("mod.rs")
        .split(".route(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let described: BTreeSet<String> =
        paths.keys().filter(|path| !OF_THE_GATEWAY.contains(&path.as_str())).cloned().collect();
    assert_eq!(described, routes());
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, references: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(reference) if name == "$ref" => references.push(reference.clone()),
                        member => walk(member, references),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, references)),
            _ => {}
        }
    }
    let mut references = Vec::new();
    walk(&DESCRIPTION, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        assert!(DESCRIPTION.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[test]
fn the_described_scopes_are_those_that_there_are() {
    let names: Vec<&str> = Scope::ALL.into_iter().map(Scope::as_str).collect();
    assert_eq!(DESCRIPTION["components"]["schemas"]["Scope"]["enum"], json!(names));
}
