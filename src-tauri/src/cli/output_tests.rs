use super::*;

#[test]
fn what_a_client_wrote_does_not_command_the_terminal() {
    assert_eq!(clean("a\u{1b}[2Jb\u{7}\tc\nd\u{9b}"), "a\u{fffd}[2Jb\u{fffd}\tc\nd\u{fffd}");
}

#[test]
fn a_long_text_is_cut_by_characters_and_put_on_one_line() {
    assert_eq!(short("one\n two", 20), "one two");
    assert_eq!(short("äöüäöü", 4), "äöü…");
}

#[test]
fn columns_are_as_wide_as_their_widest_cell() {
    let rows = vec![vec!["a".to_owned(), "long".to_owned()], vec!["bbb".to_owned(), "x".to_owned()]];
    assert_eq!(table(&["id", "name"], &rows, "nothing"), "ID   NAME\na    long\nbbb  x");
    assert_eq!(table(&["id"], &[], "nothing"), "nothing");
}

#[test]
fn a_name_can_not_turn_the_line_around_that_it_stands_in() {
    assert_eq!(clean("a\u{202e}b\u{2066}c\u{2069}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
    assert_eq!(clean("שלום مرحبا"), "שלום مرحبا");
}

#[test]
fn json_does_not_command_the_terminal_either_and_says_the_same_to_a_script() {
    let text = "a\u{9b}31m\u{7f}\u{1b}[2J\u{202e}b ä שלום";
    for json in [serde_json::to_string(text).unwrap(), serde_json::to_string_pretty(text).unwrap()] {
        let escaped = escape(&json);
        assert_eq!(escaped, clean(&escaped));
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }
    assert_eq!(escape("{\n  \"a\": 1\n}"), "{\n  \"a\": 1\n}");
}
