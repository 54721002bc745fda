//! What a question asks for: its words in every shape that the index may have them in, and its phrases.

use super::document::{DATE, SPEAKER};
use super::words::{Language, Word, language, stem, unstemmed};
use super::{MAX_QUERY_CHARS, stop_words};
use crate::calendar::month;

/// How many words of a question are looked up; a pasted page has many more, and they say nothing more.
pub(super) const MOST_WORDS: usize = 31;

/// A question, understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) words: Vec<Asked>,
    /// Phrases in quotes, as folded words.
    pub(super) phrases: Vec<Vec<String>>,
}

/// One word of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// As it was written.
    pub(super) shown: String,
    /// Its terms in the index: one a language.
    pub(super) terms: Vec<String>,
    /// The mark of the day, month or year that it may mean.
    pub(super) date: Option<String>,
    /// The mark of somebody who goes by it.
    pub(super) speaker: String,
}

impl Question {
    pub(super) fn read(text: &str) -> Self {
        let text = match text.char_indices().nth(MAX_QUERY_CHARS) {
            Some((end, _)) => &text[..end],
            None => text,
        };
        let all = unstemmed(text);
        let german = language(&all) == Language::German;
        let is_small = |word: &Word| {
            stop_words::is_english_stop_word(&word.plain)
                || (german && stop_words::is_german_stop_word(&word.plain))
        };
        // "may" is a small word and a month: only a number beside it tells, and then the number finds it.
        let only_small = all.iter().all(is_small);
        let mut words: Vec<Asked> = Vec::new();
        for word in all.iter().filter(|word| only_small || !is_small(word)) {
            let asked = Asked::new(word, &text[word.start..word.end]);
            if words.len() < MOST_WORDS && words.iter().all(|known| known.terms[0] != asked.terms[0]) {
                words.push(asked);
            }
        }
        Self { words, phrases: phrases(text) }
    }
}

impl Asked {
    fn new(word: &Word, shown: &str) -> Self {
        let plain = &word.plain;
        let mut terms = vec![stem(plain, Language::English)];
        let german = stem(plain, Language::German);
        if !terms.contains(&german) {
            terms.push(german);
        }
        Self { shown: shown.to_owned(), terms, date: date(plain), speaker: format!("{SPEAKER}{plain}") }
    }
}

/// The mark of the day of the month, the month or the year that a word names.
fn date(plain: &str) -> Option<String> {
    if let Some(month) = month(plain) {
        return Some(format!("{DATE}m{month}"));
    }
    let digits = plain.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u16 = digits.parse().ok()?;
    match (digits.len(), &plain[digits.len()..]) {
        (1 | 2, "" | "st" | "nd" | "rd" | "th") if (1..=31).contains(&number) => {
            Some(format!("{DATE}d{number}"))
        }
        (4, "") if (1900..2200).contains(&number) => Some(format!("{DATE}y{number}")),
        _ => None,
    }
}

/// What stands in quotes of any kind, if it is more than one word. A quote that is never closed is none.
fn phrases(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    for (index, c) in text.char_indices().filter(|(_, c)| matches!(c, '"' | '“' | '”' | '„' | '«' | '»'))
    {
        if let Some(start) = open.take() {
            let words: Vec<String> =
                unstemmed(&text[start..index]).into_iter().map(|word| word.plain).collect();
            if words.len() > 1 && found.len() < 8 {
                found.push(words);
            }
        } else {
            open = Some(index + c.len_utf8());
        }
    }
    found
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
