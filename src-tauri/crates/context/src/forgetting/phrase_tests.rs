use proptest::prelude::*;

use super::*;

fn holds(text: &str, phrase: &str) -> bool {
    Phrase::new(phrase).unwrap().is_in(text)
}

#[test]
fn whole_words_are_found_whatever_their_case_accents_and_line_breaks() {
    for (text, phrase) in [
        ("We met at Café Müller.", "cafe muller"),
        ("we met at cafe muller", "Café Müller"),
        ("Project\n  Zebra is late", "project zebra"),
        ("(project zebra)", "project zebra"),
        ("Straße 5", "STRASSE"),
        ("mail j.doe@example.org now", "j.doe@example.org"),
        ("ze\u{AD}bra", "zebra"),
        ("Ｚｅｂｒａ", "zebra"),
        ("aa aaa aa aa", "aa aa"),
        ("東京都に住む", "東京"),
        ("C++ is fine", "c++"),
        ("zebra", "zebra"),
        ("e\u{301}te\u{301}", "été"),
        ("İstanbul", "istanbul"),
    ] {
        assert!(holds(text, phrase), "{phrase:?} in {text:?}");
    }
}

#[test]
fn parts_of_words_and_likeness_are_not_enough() {
    for (text, phrase) in [
        ("zebras graze", "zebra"),
        ("a subzebra", "zebra"),
        ("project big zebra", "project zebra"),
        ("project-zebra", "project zebra"),
        ("zebra project", "project zebra"),
        ("zebar", "zebra"),
        ("zebra2", "zebra"),
        ("naïves", "naive"),
        ("", "zebra"),
    ] {
        assert!(!holds(text, phrase), "{phrase:?} in {text:?}");
    }
}

#[test]
fn a_phrase_without_a_letter_and_one_without_an_end_are_refused() {
    for phrase in ["", "   ", "…!?", "\u{200B}", "\u{301}", &"a ".repeat(300)] {
        assert_eq!(Phrase::new(phrase).unwrap_err(), InputError::InvalidPhrase, "{phrase:?}");
    }
}

#[test]
fn an_excerpt_shows_the_phrase_as_it_was_written_with_what_stands_around_it() {
    let phrase = Phrase::new("cafe muller").unwrap();
    let text = format!("{} then Café\nMüller and {}", "before ".repeat(40), "after ".repeat(40));
    let excerpt = phrase.excerpt(&text).unwrap();
    assert!(excerpt.contains("then Café Müller and after"), "{excerpt}");
    assert!(excerpt.starts_with('…') && excerpt.ends_with('…'), "{excerpt}");
    assert!(excerpt.chars().count() < 150);
    assert_eq!(phrase.excerpt("Café Müller").unwrap(), "Café Müller");
    assert_eq!(phrase.excerpt("elsewhere"), None);
}

proptest! {
    #[test]
    fn a_phrase_is_in_every_text_around_it(
        before in "\\PC{0,20}", word in "[a-zäöüéA-Z0-9]{1,8}( [a-zß]{1,6}){0,2}", after in "\\PC{0,20}",
    ) {
        let text = format!("{before} {word}. {after}");
        prop_assert!(holds(&text, &word));
        prop_assert!(holds(&text.to_uppercase(), &word) || word.contains('ß'));
        let excerpt = Phrase::new(&word).unwrap().excerpt(&text).unwrap();
        prop_assert!(holds(&excerpt, &word));
    }
}
