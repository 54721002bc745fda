use std::collections::BTreeSet;

use super::*;
use crate::scope::Scope;

/// What the gateway answers itself.
const OF_THE_GATEWAY: [&str; 2] = ["/health", "/mcp"];

/// Each path with its methods. Read from the source, since a router does not tell its routes.
fn routes() -> BTreeSet<(String, String)> {
    let source: String = include_str!("mod.rs").split_whitespace().collect();
    let mut routes = BTreeSet::new();
    for route in source.split(".route(\"").skip(1) {
        let (path, methods) = route.split_once("\",").unwrap();
        let methods = methods.split(".route(").next().unwrap();
        let served = ["get", "post", "put", "delete", "patch"];
        let served = served.into_iter().filter(|method| methods.contains(&format!("{method}(")));
        routes.extend(served.map(|method| (path.to_owned(), method.to_owned())));
    }
    routes
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let mut described = BTreeSet::new();
    for (path, operations) in DESCRIPTION["paths"].as_object().unwrap() {
        if OF_THE_GATEWAY.contains(&path.as_str()) {
            continue;
        }
        let operations = operations.as_object().unwrap().keys().filter(|member| *member != "parameters");
        described.extend(operations.map(|method| (path.clone(), method.clone())));
    }
    assert!(described.contains(&("/oauth/register/{client_id}".to_owned(), "put".to_owned())));
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
