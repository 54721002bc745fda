use std::fmt::Write as _;

use super::*;

fn complete() -> String {
    let mut table = String::new();
    for (list, last) in LISTS {
        for number in 1..=last {
            writeln!(table, "| {list}{number} | `code_challenge` is checked | `it_holds` |").unwrap();
        }
    }
    table
}

fn errors(table: &str) -> Vec<String> {
    let mut findings = Findings::default();
    check(table, "async fn it_holds() {}", &mut findings);
    findings.errors
}

#[test]
fn a_complete_table_has_no_fault_and_rows_without_an_id_may_stand_beside_it() {
    let table = format!("{}| each parameter once | OAuth 2.1 | `it_holds` |\n", complete());
    assert_eq!(errors(&table), Vec::<String>::new());
}

#[test]
fn a_requirement_whose_test_is_gone_is_found() {
    let table =
        complete().replace("| T7 | `code_challenge` is checked | `it_holds`", "| T7 | x | `it_held_once`");
    assert_eq!(errors(&table), ["tests/REQUIREMENTS.md names the test it_held_once, which does not exist"]);
}

#[test]
fn an_id_that_is_missing_or_stands_twice_is_found() {
    let missing = complete().replace("| AS-18 |", "| AS-19 |");
    assert_eq!(errors(&missing), ["tests/REQUIREMENTS.md has no row for AS-18"]);
    let twice = format!("{}| RS-8 | x | `it_holds` |\n", complete());
    assert_eq!(errors(&twice), ["tests/REQUIREMENTS.md has 2 rows for RS-8"]);
}

#[test]
fn a_row_without_a_test_must_say_why_it_does_not_apply() {
    let row = "| T36 | `code_challenge` is checked | `it_holds` |";
    assert_eq!(errors(&complete().replace(row, "| T36 | x | not yet |")).len(), 1);
    assert_eq!(errors(&complete().replace(row, "| T36 | x | does not apply: |")).len(), 1);
    assert!(errors(&complete().replace(row, "| T36 | x | does not apply: nothing is kept |")).is_empty());
}
