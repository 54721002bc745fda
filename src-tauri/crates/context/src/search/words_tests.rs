use proptest::prelude::*;

use super::*;

fn terms(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.term).collect()
}

#[test]
fn endings_case_and_accents_do_not_matter() {
    assert_eq!(terms("Running RUNS run"), ["run", "run", "run"]);
    assert_eq!(terms("Café"), terms("cafe"));
    assert_eq!(terms("Straße"), terms("STRASSE"));
    assert_eq!(terms("Ich habe die Bäume gesehen und das ist ein Baum")[3], "baum");
}

#[test]
fn an_apostrophe_ends_a_word_or_joins_it() {
    assert_eq!(terms("Anna's dog"), ["anna", "dog"]);
    assert_eq!(terms("O'Brien"), ["obrien"]);
    assert_eq!(terms("it’s"), ["it"]);
    assert_eq!(terms("'quoted'"), ["quot"]);
}

#[test]
fn names_of_code_are_taken_apart() {
    assert_eq!(terms("log_turn(x)"), ["log", "turn", "x"]);
}

#[test]
fn scripts_without_blanks_are_found_by_one_character_and_by_two() {
    let found = terms("北京市");
    for wanted in ["北", "北京", "京", "京市", "市"] {
        assert!(found.iter().any(|term| term == wanted), "{wanted} in {found:?}");
    }
}

#[test]
fn an_emoji_is_a_word() {
    assert_eq!(terms("🎉"), ["🎉"]);
    assert_eq!(terms("party🎉!"), ["parti", "🎉"]);
}

#[test]
fn a_german_text_is_stemmed_as_german_and_its_small_words_are_small() {
    let found = words("Wir haben die Häuser und die Gärten gesehen");
    assert_eq!(found[3].term, "haus");
    assert!(found[2].stop, "die");
    assert!(!words("they die out there")[1].stop, "die");
}

#[test]
fn the_name_before_a_colon_is_the_speaker() {
    assert_eq!(speaker("Anna: hello"), ["anna"]);
    assert_eq!(speaker("  Jean-Luc Müller: hello"), ["jean", "luc", "muller"]);
    assert_eq!(speaker("Anna:"), ["anna"]);
    for none in
        ["https://example.org", "C:\\Windows", "note: small", "Hello there", "One two three four: x", ":", ""]
    {
        assert!(speaker(none).is_empty(), "{none}");
    }
}

proptest! {
    #[test]
    fn any_text_has_words_in_their_places(text: String) {
        let found = words(&text);
        for word in &found {
            prop_assert!(text.is_char_boundary(word.start) && text.is_char_boundary(word.end));
            prop_assert!(word.start < word.end && word.end <= text.len());
            prop_assert!(!word.term.is_empty() && !word.plain.is_empty());
            prop_assert!(word.plain.chars().count() <= 64);
            // Marks of speakers and dates can not be written by anybody.
            prop_assert!(!word.term.starts_with(['@', '#']));
        }
        prop_assert!(found.windows(2).all(|pair| pair[0].start <= pair[1].start));
    }

    #[test]
    fn a_word_is_found_however_it_is_written(word in "[a-zA-ZäöüÄÖÜßéàñ]{1,30}") {
        prop_assert_eq!(fold(&word), fold(&word.to_uppercase()));
        prop_assert_eq!(fold(&fold(&word)), fold(&word));
    }

    #[test]
    fn stems_of_any_word_are_words(word in "[a-z]{1,64}") {
        for language in [Language::English, Language::German] {
            prop_assert!(!stem(&word, language).is_empty());
        }
    }
}
