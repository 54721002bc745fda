use super::super::tokens::Tokens;
use super::*;

fn with<T>(text: &str, word: &str, ask: impl Fn(&Sentence<'_>, usize) -> T) -> T {
    let tokens = Tokens::of(text);
    let sentence = tokens.sentences().next().unwrap();
    let at = (0..sentence.len()).rev().find(|index| sentence.form(*index) == word).unwrap();
    ask(&sentence, at)
}

#[test]
fn a_clause_opens_at_the_beginning_behind_a_mark_and_behind_a_conjunction() {
    for text in [
        "I like",
        "Well, honestly I like",
        "It rains and I like",
        "In my free time I like",
        "- I like",
        "Hi! I like",
    ] {
        let last = text.rsplit_once("! ").map_or(text, |(_, last)| last);
        assert!(with(last, "i", opens_clause), "{text}");
    }
    for text in ["what I like", "people I like", "all that I like", "my wife and I like", "/I like"] {
        assert!(!with(text, "i", opens_clause), "{text}");
    }
}

#[test]
fn denied_supposed_and_reported_clauses_are_known() {
    for text in [
        "I don't think I like",
        "if I like",
        "she says I like",
        "He said, I like",
        "imagine, I like",
        "stell dir vor, I like",
        "Translate: I like",
    ] {
        assert!(with(text, "i", is_denied), "{text}");
    }
    for text in ["no, I like", "I think I like", "If it rains, I like"] {
        assert!(!with(text, "i", is_denied), "{text}");
    }
}

#[test]
fn what_is_told_before_a_question_is_told() {
    let start = |text: &str| with(text, "x", |sentence, _| question_start(sentence));
    assert_eq!(start("I love tea, any x?"), Some(4));
    assert_eq!(start("Do you like x?"), Some(0));
    assert_eq!(start("You like x?"), Some(0));
    assert_eq!(start("how do I open x"), Some(0));
    assert_eq!(start("wie kann ich x"), Some(0));
    assert_eq!(start("How nice, x"), None);
    assert_eq!(start("I like x."), None);
}
