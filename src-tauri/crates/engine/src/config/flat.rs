//! Settings that stand in tables, under one name each: `[authorization] mode = …` is the setting
//! `authorization.mode`, and `AUTHORIZATION_MODE` in the environment.

/// Settings whose value is a table: its names are no settings.
const TABLES: [&str; 1] = ["authorization.scope_map"];

/// Every setting of the file with its whole name. A table without any setting in it is given as itself, so that
/// its name is checked too.
pub(super) fn settings(table: toml::Table) -> Vec<(String, toml::Value)> {
    let mut found = Vec::new();
    flatten("", table, &mut found);
    found
}

fn flatten(prefix: &str, table: toml::Table, found: &mut Vec<(String, toml::Value)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) if !inner.is_empty() && !TABLES.contains(&key.as_str()) => {
                flatten(&key, inner, found);
            }
            value => found.push((key, value)),
        }
    }
}

/// A setting's value as it is written in the environment, where a list stands with commas and a table as
/// `name=value,value name=value`: the same way of reading serves both.
pub(super) fn text(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        toml::Value::Table(entries) => {
            let entry = |(name, value): (&String, &toml::Value)| {
                let values = text(value);
                let values = values.split([' ', ',']).filter(|value| !value.is_empty());
                format!("{name}={}", values.collect::<Vec<_>>().join(","))
            };
            entries.iter().map(entry).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

/// The setting that a variable names, given without its prefix; a variable that names none is given as it would
/// stand in the file, for the error.
pub(super) fn key_of_variable(variable: &str, keys: &[&str]) -> String {
    let name = variable.to_ascii_lowercase();
    match keys.iter().find(|key| key.replace('.', "_") == name) {
        Some(key) => (*key).to_owned(),
        None => name,
    }
}

#[cfg(test)]
#[path = "flat_tests.rs"]
mod tests;
