use proptest::prelude::*;

use super::*;
use crate::search::query::Question;

fn marked(text: &str, asked: &str) -> (Snippet, Vec<String>) {
    let question = Question::read(asked);
    let terms = question.words.iter().flat_map(|asked| &asked.terms).map(String::as_str).collect();
    let snippet = snippet(&[(Some(Side::User), text)], &terms);
    let points: Vec<char> = snippet.text.chars().collect();
    let words = snippet
        .marks
        .iter()
        .map(|mark| points[mark.start as usize..mark.end as usize].iter().collect())
        .collect();
    (snippet, words)
}

#[test]
fn the_marks_are_the_words_of_the_shown_text() {
    let (_, words) = marked("Grüße 🎉! Die Brote und das Brot.", "brot");
    assert_eq!(words, ["Brote", "Brot"]);
}

#[test]
fn a_long_text_is_shown_where_the_words_stand() {
    let text =
        format!("{} the rye starter needs flour {}", "nothing here ".repeat(200), "and so on ".repeat(200));
    let (snippet, words) = marked(&text, "rye starter");
    assert_eq!(words, ["rye", "starter"]);
    assert!(snippet.text.starts_with('…') && snippet.text.ends_with('…'));
    assert!(snippet.text.chars().count() < 260);
}

#[test]
fn the_text_with_more_of_the_words_is_shown() {
    let terms = ["rye", "starter"].into_iter().collect();
    let texts = [(Some(Side::User), "rye?"), (Some(Side::Assistant), "a rye starter")];
    assert_eq!(snippet(&texts, &terms).side, Some(Side::Assistant));
}

#[test]
fn a_text_without_the_words_is_shown_from_its_beginning() {
    let (snippet, words) = marked("Something else.", "rye");
    assert_eq!((snippet.text.as_str(), words.len()), ("Something else.", 0));
}

#[test]
fn pairs_of_characters_are_marked_as_one_stretch() {
    let (_, words) = marked("我住在北京市中心", "北京市");
    assert_eq!(words, ["北京市"]);
}

proptest! {
    #[test]
    fn marks_lie_within_any_text_in_order(text: String, asked: String) {
        let (snippet, _) = marked(&text, &asked);
        let length = u32::try_from(snippet.text.chars().count()).unwrap();
        prop_assert!(snippet.marks.iter().all(|mark| mark.start < mark.end && mark.end <= length));
        prop_assert!(snippet.marks.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}
