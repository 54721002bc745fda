use proptest::prelude::*;

use super::*;

#[test]
fn an_ordinary_name_stays_as_it_is() {
    for name in ["Claude Code", "Überblick – Notizen", "記憶", "a<b>&\"c\""] {
        assert_eq!(clean(name), name);
    }
}

#[test]
fn what_turns_or_hides_text_is_taken_out() {
    assert_eq!(clean("Cl\u{202E}edu\u{200B}a\u{0}\r\n  l "), "Cledua l");
    assert_eq!(clean("\u{2066}\u{FEFF} \u{3164}"), "Unnamed client");
    assert_eq!(clean(""), "Unnamed client");
}

#[test]
fn a_name_is_cut_at_two_hundred_characters_not_bytes() {
    assert_eq!(clean(&"é".repeat(500)).chars().count(), 200);
}

proptest! {
    #[test]
    fn a_cleaned_name_is_never_empty_and_cleaning_it_again_changes_nothing(raw in "\\PC{0,300}|(?s).{0,300}") {
        let once = clean(&raw);
        prop_assert!(!once.is_empty() && once.chars().count() <= 200);
        prop_assert!(!once.chars().any(char::is_control));
        prop_assert_eq!(clean(&once), once);
    }
}
