//! Whether a text holds a phrase: the same words in the same order, whole, whatever their case and accents.
//! Nothing that is merely alike.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::input::InputError;

/// The most characters that a phrase has.
const LONGEST: usize = 500;
/// How many characters an excerpt shows before and after the phrase.
const AROUND: usize = 60;

#[derive(Clone, Debug)]
pub(super) struct Phrase(String);

impl Phrase {
    pub(super) fn new(phrase: &str) -> Result<Self, InputError> {
        let folded = fold(phrase);
        let folded = folded.trim();
        if !folded.chars().any(char::is_alphanumeric) || phrase.chars().count() > LONGEST {
            return Err(InputError::InvalidPhrase);
        }
        Ok(Self(folded.to_owned()))
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        // The folded text is as long as the text or nearly so: what is much shorter can not hold the phrase.
        self.find(&fold(text)).is_some()
    }

    fn find(&self, folded: &str) -> Option<usize> {
        let mut from = 0;
        while let Some(at) = folded[from..].find(&self.0).map(|found| from + found) {
            let end = at + self.0.len();
            let before = folded[..at].chars().next_back();
            let after = folded[end..].chars().next();
            if !joins(before, self.0.chars().next()) && !joins(self.0.chars().next_back(), after) {
                return Some(at);
            }
            from = at + folded[at..].chars().next().map_or(1, char::len_utf8);
        }
        None
    }

    /// The phrase with what stands around it, as one line; none: it is not in there.
    pub(super) fn excerpt(&self, text: &str) -> Option<String> {
        let mut folded = String::new();
        // Where each byte of the folded text comes from.
        let mut origin = Vec::new();
        for (at, c) in text.char_indices() {
            fold_into(c, &mut folded);
            origin.resize(folded.len(), at);
        }
        let at = self.find(&folded)?;
        let (start, end) = (origin[at], origin.get(at + self.0.len()).copied().unwrap_or(text.len()));
        let from = text[..start].char_indices().rev().take(AROUND).last().map_or(start, |(from, _)| from);
        let to = text[end..].char_indices().nth(AROUND).map_or(text.len(), |(to, _)| end + to);
        let line = text[from..to].split_whitespace().collect::<Vec<_>>().join(" ");
        let before = if from > 0 { "…" } else { "" };
        let after = if to < text.len() { "…" } else { "" };
        Some(format!("{before}{line}{after}"))
    }
}

/// Whether two neighbouring characters belong to one word. Scripts that put no blanks between words have no
/// whole words to look for.
fn joins(left: Option<char>, right: Option<char>) -> bool {
    let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_of_spaceless_script(c));
    in_word(left) && in_word(right)
}

fn is_of_spaceless_script(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// The form in which case, accents, width, line breaks and unseen characters make no difference.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        fold_into(c, &mut folded);
    }
    folded
}

fn fold_into(c: char, folded: &mut String) {
    if c.is_ascii() && !c.is_ascii_whitespace() {
        folded.push(c.to_ascii_lowercase());
    } else if c.is_whitespace() {
        if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    } else if matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}') {
        // Unseen: a soft hyphen, a joiner, a mark of direction.
    } else {
        for part in std::iter::once(c).nfkd().filter(|part| !is_combining_mark(*part)) {
            match part {
                'ß' | 'ẞ' => folded.push_str("ss"),
                part => folded.extend(part.to_lowercase().filter(|c| !is_combining_mark(*c))),
            }
        }
    }
}

#[cfg(test)]
#[path = "phrase_tests.rs"]
mod tests;
