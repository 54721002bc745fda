use clap::CommandFactory as _;

use super::*;

fn refusal(words: &str) -> String {
    let words = ["ambient-insights"].into_iter().chain(words.split(' '));
    Arguments::try_parse_from(words).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn the_grammar_holds_together() {
    Arguments::command().debug_assert();
}

#[test]
fn a_commands_own_options_stand_before_those_that_all_have() {
    let help = refusal("serve --help");
    let place = |option: &str| help.find(option).unwrap_or_else(|| panic!("no {option} in {help}"));
    assert!(place("--port") < place("--public-url") && place("--ready-json") < place("--data-dir"), "{help}");
}

#[test]
fn the_help_of_a_command_can_be_asked_for_in_both_ways() {
    assert!(refusal("help export").contains("--overwrite"));
    assert!(refusal("export --help").contains("--overwrite"));
}

#[test]
fn a_limit_of_none_or_of_more_than_a_page_is_refused_and_not_bent() {
    for command in ["turns list", "turns conversations", "insights list", "context list"] {
        for limit in ["0", "1001"] {
            let refusal = refusal(&format!("{command} --limit {limit}"));
            assert!(refusal.contains("1..=1000"), "{command}: {refusal}");
        }
    }
    assert!(refusal("audit --limit 0").contains("--limit"));
}

#[test]
fn a_port_that_is_none_is_told_what_a_port_is() {
    for port in ["70000", "https", "-1"] {
        let refusal = refusal(&format!("serve --port={port}"));
        assert!(refusal.contains(port) && refusal.contains("0 (a free one) to 65535"), "{refusal}");
    }
}
