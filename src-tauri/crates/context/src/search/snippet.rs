//! The part of a text where the words of a question are, and where in it they are.

use std::collections::HashSet;

use super::words::words;
use super::{Mark, Snippet};
use crate::state::Side;

/// How many characters a snippet has, about.
const LENGTH: usize = 240;
/// A longer text is searched for words only so far (in bytes): a snippet is for the eye.
const LOOKED_AT: usize = 64 * 1024;

/// A text with the words that were looked for.
struct Marked<'a> {
    text: &'a str,
    side: Option<Side>,
    /// Bytes from, bytes to, which word.
    found: Vec<(usize, usize, String)>,
}

/// The best part of these texts for the terms that were looked for: where the most different ones stand together.
pub(super) fn snippet(texts: &[(Option<Side>, &str)], terms: &HashSet<&str>) -> Snippet {
    let marked = texts.iter().filter(|(_, text)| !text.trim().is_empty()).map(|(side, text)| {
        let looked_at = &text[..text.floor_char_boundary(LOOKED_AT)];
        let found = words(looked_at)
            .into_iter()
            .filter(|word| terms.contains(word.term.as_str()))
            .map(|word| (word.start, word.end, word.term))
            .collect();
        Marked { text, side: *side, found }
    });
    let mut best: Option<(usize, Marked<'_>, usize)> = None;
    for marked in marked {
        let (different, start) = densest(&marked);
        if best.as_ref().is_none_or(|(most, ..)| different > *most) {
            best = Some((different, marked, start));
        }
    }
    best.map(|(_, marked, start)| cut(&marked, start)).unwrap_or_default()
}

/// Where the most different words stand within one snippet's length, and how many.
fn densest(marked: &Marked<'_>) -> (usize, usize) {
    let mut best = (0, 0);
    for (index, (start, ..)) in marked.found.iter().enumerate() {
        let within = marked.found[index..].iter().take_while(|(from, ..)| from - start < LENGTH);
        let different = within.map(|(.., word)| word).collect::<HashSet<_>>().len();
        if different > best.0 {
            best = (different, *start);
        }
    }
    best
}

fn cut(marked: &Marked<'_>, start: usize) -> Snippet {
    let text = marked.text;
    // Some words before the first, from the beginning of one.
    let mut from = text.floor_char_boundary(start.saturating_sub(LENGTH / 4));
    if from > 0 {
        let behind_blank = text[from..start].find(char::is_whitespace);
        from = behind_blank.map_or(start, |blank| text.ceil_char_boundary(from + blank + 1));
    }
    let mut to = text[from..].char_indices().nth(LENGTH).map_or(text.len(), |(index, _)| from + index);
    if to < text.len()
        && let Some(blank) = text[from..to].rfind(char::is_whitespace)
        && blank > LENGTH / 2
    {
        to = from + blank;
    }
    let mut shown = String::new();
    if from > 0 {
        shown.push('…');
    }
    let lead = shown.chars().count();
    shown.push_str(&text[from..to]);
    if to < text.len() {
        shown.push('…');
    }
    let place = |byte: usize| u32::try_from(lead + text[from..byte].chars().count()).unwrap_or(u32::MAX);
    let mut marks: Vec<Mark> = Vec::new();
    for (start, end, _) in marked.found.iter().filter(|(start, end, _)| *start >= from && *end <= to) {
        let mark = Mark { start: place(*start), end: place(*end) };
        match marks.last_mut() {
            // Pairs of characters in scripts without blanks reach into one another.
            Some(last) if mark.start < last.end => last.end = last.end.max(mark.end),
            _ => marks.push(mark),
        }
    }
    Snippet { text: shown, side: marked.side, marks }
}

#[cfg(test)]
#[path = "snippet_tests.rs"]
mod tests;
