use super::super::tokens::Tokens;
use super::*;

#[test]
fn forms_of_one_word_share_a_stem() {
    for forms in [
        ["running", "runs", "run"],
        ["recipe", "recipes", "recipe"],
        ["marathon", "marathons", "marathon"],
        ["rezept", "rezepte", "rezepten"],
        ["draft", "drafted", "drafting"],
        ["story", "stories", "story"],
        ["buch", "bücher", "büchern"],
    ] {
        assert_eq!(stem(forms[0]), stem(forms[1]), "{forms:?}");
        assert_eq!(stem(forms[0]), stem(forms[2]), "{forms:?}");
    }
    assert_ne!(stem("marathon"), stem("market"));
}

#[test]
fn key_words_are_sorted_once_each_and_without_little_words() {
    let tokens = Tokens::of("Why does the printer of my printers not print recipes?");
    let sentence = tokens.sentences().next().unwrap();
    assert_eq!(key_words(&sentence, 0..sentence.len()), ["print", "recip"]);
}
