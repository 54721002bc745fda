use proptest::prelude::*;

use super::*;

fn shown(text: &str) -> Vec<String> {
    Question::read(text).words.into_iter().map(|asked| asked.shown).collect()
}

#[test]
fn small_words_are_left_out_unless_there_is_nothing_else() {
    assert_eq!(shown("Where did the cat go?"), ["cat", "go"]);
    assert_eq!(shown("Was ist mit der Katze passiert"), ["Katze", "passiert"]);
    assert_eq!(shown("to be or not to be"), ["to", "be", "or", "not"]);
}

#[test]
fn a_word_that_was_asked_twice_counts_once() {
    assert_eq!(shown("running runs Running tides"), ["running", "tides"]);
}

#[test]
fn a_question_without_a_word_asks_for_nothing() {
    assert_eq!(Question::read(" !? \"\" -- "), Question::default());
}

#[test]
fn dates_are_known_in_both_languages() {
    let date = |text: &str| Question::read(text).words[0].date.clone();
    assert_eq!(date("July"), Some("#m7".to_owned()));
    assert_eq!(date("März"), Some("#m3".to_owned()));
    assert_eq!(date("7th"), Some("#d7".to_owned()));
    assert_eq!(date("2023"), Some("#y2023".to_owned()));
    assert_eq!(date("45"), None);
    assert_eq!(date("tide"), None);
}

#[test]
fn what_stands_in_quotes_is_a_phrase_and_an_open_quote_is_none() {
    assert_eq!(Question::read("\"rye starter\" bread").phrases, [["rye", "starter"]]);
    assert_eq!(Question::read("„der alte Mann“").phrases, [["der", "alte", "mann"]]);
    assert!(Question::read("\"rye starter").phrases.is_empty());
    assert!(Question::read("\"rye\"").phrases.is_empty());
}

#[test]
fn a_pasted_page_asks_for_its_first_words_only() {
    let page = (0..5000).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" ");
    assert_eq!(Question::read(&page).words.len(), MOST_WORDS);
}

proptest! {
    #[test]
    fn any_text_is_a_question(text: String) {
        let question = Question::read(&text);
        prop_assert!(question.words.len() <= MOST_WORDS);
    }
}
