use super::*;
use proptest::prelude::*;

#[test]
fn code_and_quotations_and_addresses_are_blanked_and_the_rest_stays_in_its_place() {
    let text =
        "I like tea.\n```\nI like code\n```\nHe said \"I like beer\" and `I like x` at https://i.like/that";
    let own = own_words(text);
    assert_eq!(own.len(), text.len());
    assert!(own.starts_with("I like tea."));
    assert!(own.contains("He said"));
    for foreign in ["code", "beer", "I like x", "https"] {
        assert!(!own.contains(foreign), "{foreign}");
    }
}

#[test]
fn a_fence_that_is_never_closed_hides_the_rest() {
    assert_eq!(own_words("hello\n~~~sh\nI like x\n```\nI like y").trim(), "hello");
}

#[test]
fn a_quoted_line_of_a_mail_is_not_the_persons_own() {
    assert_eq!(own_words("> I like x\nno").trim(), "no");
}

#[test]
fn a_long_text_becomes_one_line_cut_between_characters() {
    assert_eq!(one_line(" a\n\tb\u{0}c ", 10), "a b c");
    assert_eq!(one_line("äöüß", 2), "äö…");
    assert_eq!(one_line("äö", 2), "äö");
}

proptest! {
    #[test]
    fn blanking_keeps_the_length_and_every_place(text in any::<String>()) {
        let own = own_words(&text);
        prop_assert_eq!(own.len(), text.len());
        for (at, _) in own.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            prop_assert!(text.is_char_boundary(at));
        }
    }
}
