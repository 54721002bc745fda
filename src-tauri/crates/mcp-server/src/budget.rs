//! Keeps answers small: how many tokens a text costs, and texts cut to what a caller has room for.
//!
//! A model pays for every word of an answer in each of its later turns, and peers of this program answer with
//! 50,000 tokens. A budget shortens texts, each with a mark of how much is missing; it never takes results away.

use std::borrow::Cow;

use unicode_segmentation::GraphemeCursor;

/// The least that a caller can ask for: room for the bones of any answer.
pub(crate) const LEAST_TOKENS: u32 = 200;
/// The most that a caller can ask for.
pub(crate) const MOST_TOKENS: u32 = 20_000;
/// What an answer may cost where the caller names nothing.
pub(crate) const USUAL_TOKENS: u32 = 2_000;

/// What the mark of a cut costs at most.
const MARK_TOKENS: usize = 8;

/// An estimate of how many tokens a text costs a language model, rounded up.
///
/// Every model counts differently and none of them runs here, so it is a rule of thumb that is honest about
/// scripts: four ASCII characters a token (the rule of thumb for English), two characters of other alphabets, one
/// of Chinese, Japanese and Korean, and two tokens for an emoji and what else stands far out in Unicode.
pub(crate) fn tokens(text: &str) -> usize {
    text.chars().map(quarters).sum::<usize>().div_ceil(4)
}

/// Quarters of a token for one character.
fn quarters(character: char) -> usize {
    match u32::from(character) {
        0..=0x7F => 1,
        // CJK punctuation and kana, ideographs and their extensions, Hangul, full-width forms.
        0x1100..=0x11FF
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7FF
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F
        | 0xFF00..=0xFFEF
        | 0x2_0000..=0x3_FFFF => 4,
        0x1_0000.. => 8,
        _ => 2,
    }
}

/// The text if it costs no more than `most` tokens; else its beginning, cut behind a sentence or a word where one
/// ends near by, never within what a reader takes for one character, and a mark that tells how much is missing.
pub(crate) fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    let Some(end) = reach(text, most) else { return Cow::Borrowed(text) };
    let end = reach(text, most.saturating_sub(MARK_TOKENS)).unwrap_or(end);
    let kept = text[..border(text, end)].trim_end();
    let missing = text[kept.len()..].chars().count();
    let gap = if kept.is_empty() { "" } else { " " };
    Cow::Owned(format!("{kept}{gap}… [{missing} more characters]"))
}

/// Where `most` tokens end in the text; none: it costs no more than that.
fn reach(text: &str, most: usize) -> Option<usize> {
    let mut left = most.saturating_mul(4);
    for (index, character) in text.char_indices() {
        match left.checked_sub(quarters(character)) {
            Some(rest) => left = rest,
            None => return Some(index),
        }
    }
    None
}

/// The best place for a cut at or before `end`: behind a sentence in the last third, else behind a word in the
/// last half, else between two characters.
fn border(text: &str, end: usize) -> usize {
    let kept = &text[..end];
    if text[end..].starts_with(char::is_whitespace) && ends_sentence(kept) {
        return end;
    }
    let sentence = kept.char_indices().rev().take_while(|(index, _)| *index >= end - end / 3).find_map(
        |(index, character)| {
            let behind = index + character.len_utf8();
            let closed = match character {
                '\n' => true,
                '。' | '！' | '？' => return Some(behind),
                _ => character.is_whitespace() && ends_sentence(&kept[..index]),
            };
            closed.then_some(index)
        },
    );
    let word = || {
        if text[end..].starts_with(char::is_whitespace) {
            return Some(end);
        }
        kept.rfind(char::is_whitespace).filter(|index| *index >= end / 2)
    };
    sentence.or_else(word).unwrap_or_else(|| whole_character(text, end))
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '\'', ')', '”', '’', '»']).ends_with(['.', '!', '?', '…', '。', '！', '？'])
}

/// `end`, or the beginning of the character it stands in: no flag or accented letter is torn apart.
fn whole_character(text: &str, end: usize) -> usize {
    let mut cursor = GraphemeCursor::new(end, text.len(), true);
    match cursor.is_boundary(text, 0) {
        Ok(false) => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
        // An error can only say that the text has more chunks, and it has one.
        Ok(true) | Err(_) => end,
    }
}

/// Divides `room` among wishes: who wishes little gets all of it, and what is left is the same for the others.
pub(crate) fn share(room: usize, wishes: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by_key(|index| wishes[*index]);
    let mut given = vec![0; wishes.len()];
    let mut left = room;
    for (done, index) in order.into_iter().enumerate() {
        let fair = left / (wishes.len() - done);
        given[index] = wishes[index].min(fair);
        left -= given[index];
    }
    given
}

/// Shortens texts that stand in one answer so that together they cost no more than `room` tokens, each its fair
/// share of it.
pub(crate) fn shorten_all<'a>(texts: impl IntoIterator<Item = &'a mut String>, room: usize) {
    let mut texts: Vec<&mut String> = texts.into_iter().collect();
    let wishes: Vec<usize> = texts.iter().map(|text| tokens(text)).collect();
    for (text, most) in texts.iter_mut().zip(share(room, &wishes)) {
        if let Cow::Owned(short) = shorten(text, most) {
            **text = short;
        }
    }
}

#[cfg(test)]
#[path = "budget_tests.rs"]
mod tests;
