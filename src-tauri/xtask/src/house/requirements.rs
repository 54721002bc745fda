//! `tests/REQUIREMENTS.md`: each id has its one row, each row its proof, and each test that is named is there.

use std::collections::BTreeMap;

use super::Findings;

const FILE: &str = "tests/REQUIREMENTS.md";

/// The lists that must be complete: how their ids begin, and the last number. AS and RS are the lines of the MCP
/// specification for authorization and resource servers, T the threats to an authorization server.
const LISTS: [(&str, u32); 3] = [("AS-", 18), ("RS-", 8), ("T", 36)];

/// What stands in place of tests where a requirement has nothing to be tested; the reason follows.
const DOES_NOT_APPLY: &str = "does not apply: ";

/// The rules, on the text of the tables and of all Rust files.
pub(super) fn check(table: &str, rust: &str, findings: &mut Findings) {
    let rows: Vec<Vec<&str>> =
        table.lines().filter(|line| line.starts_with('|')).map(|line| cells(line)).collect();
    check_ids(&rows, findings);
    // The last column has the tests; the ones before may name fields of a protocol.
    for name in rows.iter().filter_map(|row| row.last()).flat_map(|cell| names(cell)) {
        if !rust.contains(&format!("fn {name}(")) {
            findings.errors.push(format!("{FILE} names the test {name}, which does not exist"));
        }
    }
}

fn check_ids(rows: &[Vec<&str>], findings: &mut Findings) {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows {
        if let [id, .., proof] = row.as_slice() {
            found.entry(id).or_default().push(proof);
        }
    }
    for id in LISTS.iter().flat_map(|(list, last)| (1..=*last).map(move |number| format!("{list}{number}"))) {
        match found.get(id.as_str()).map(Vec::as_slice) {
            None => findings.errors.push(format!("{FILE} has no row for {id}")),
            Some([proof]) => {
                let excused = proof.strip_prefix(DOES_NOT_APPLY).is_some_and(|reason| !reason.is_empty());
                if !excused && names(proof).next().is_none() {
                    findings.errors.push(format!(
                        "{FILE}: {id} names no test; if it has nothing to be tested, say `{DOES_NOT_APPLY}` and why"
                    ));
                }
            }
            Some(more) => findings.errors.push(format!("{FILE} has {} rows for {id}", more.len())),
        }
    }
}

fn cells(line: &str) -> Vec<&str> {
    line.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// The tests that a cell names; backticks divide it into text and names by turns.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2).filter(|text| {
        text.contains('_')
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    })
}

#[cfg(test)]
#[path = "requirements_tests.rs"]
mod tests;
