use proptest::prelude::*;

use super::*;

fn forms(text: &str) -> Vec<Vec<String>> {
    let tokens = Tokens::of(text);
    tokens
        .sentences()
        .map(|sentence| (0..sentence.len()).map(|index| sentence.form(index).to_owned()).collect())
        .collect()
}

#[test]
fn contractions_are_taken_apart_however_their_apostrophe_is_written() {
    for text in ["I'm sure we don't, can't and won't.", "I’m sure we don’t, can’t and won’t."] {
        let expected = ["i", "am", "sure", "we", "do", "not", ",", "can", "not", "and", "will", "not", "."]
            .map(str::to_owned);
        assert_eq!(forms(text), [expected.to_vec()], "{text}");
    }
    assert_eq!(forms("Anna's dog")[0], ["anna's", "dog"]);
    assert_eq!(forms("im working im Garten")[0], ["i", "am", "working", "im", "garten"]);
}

#[test]
fn names_with_marks_inside_are_one_word() {
    assert_eq!(
        forms("C++ and C# or next.js, e-mail")[0],
        ["c++", "and", "c#", "or", "next.js", ",", "e-mail"]
    );
    assert_eq!(forms("2026-05-31 10k 15.3.")[0], ["2026-05-31", "10k", "15.3", "."]);
}

#[test]
fn a_sentence_ends_at_its_mark_or_its_line_but_not_behind_an_abbreviation() {
    let count = |text: &str| forms(text).len();
    assert_eq!(count("One. two! three?\nfour… five"), 5);
    assert_eq!(count("I met Dr. Weber on 15. März at 3.30."), 1);
    assert_eq!(count("Am 15. Dann am 16. nochmal"), 2);
    assert_eq!(count("Ursula K. Le Guin, e.g. the novels"), 1);
    assert_eq!(count("(really?) yes"), 2);
    assert_eq!(count("日本語。二つ。"), 2);
    assert_eq!(count(""), 0);
}

#[test]
fn what_never_ends_is_cut_into_sentences_that_do() {
    let text = "word ".repeat(3 * SENTENCE_TOKENS);
    assert_eq!(forms(&text).iter().map(Vec::len).collect::<Vec<_>>(), [SENTENCE_TOKENS; 3]);
}

#[test]
fn a_composed_and_a_decomposed_word_have_one_form() {
    assert_eq!(forms("Bu\u{308}cher"), forms("Bücher"));
    assert_eq!(forms("Bücher")[0], ["bücher"]);
}

#[test]
fn both_halves_of_a_contraction_stand_in_the_same_place() {
    let text = "so I’m here";
    let tokens = Tokens::of(text);
    let sentence = tokens.sentences().next().unwrap();
    assert_eq!(&text[sentence.place(&(1..3))], "I’m");
    assert_eq!(&text[sentence.place(&(2..4))], "I’m here");
}

proptest! {
    #[test]
    fn every_place_lies_in_the_text_between_two_characters_and_in_order(text in any::<String>()) {
        let tokens = Tokens::of(&text);
        let mut last = 0;
        for sentence in tokens.sentences() {
            for index in 0..sentence.len() {
                let place = sentence.place(&(index..index + 1));
                prop_assert!(text.get(place.clone()).is_some_and(|word| !word.is_empty()));
                prop_assert!(place.start >= last || sentence.place(&(index - 1..index)) == place);
                last = place.start;
            }
        }
    }
}
