//! Cues: sequences of words by which a rule knows its sentences.
//!
//! A cue is written as one line of elements: `i really|also* like|love >`. A word or several to choose from
//! (`care_for` is two words), `?` behind them: perhaps; `*`: up to four times. `^`: where a clause opens.
//! `$`: where one ends. `~5`: up to five words, as few as will do. `%`: one word. `#`: a number.
//! `>`: what the cue is about begins here; without it, behind the cue.

use std::ops::Range;

use super::clauses::{ends_clause, opens_clause};
use super::tokens::{Sentence, WordMap};
use crate::calendar::number;

/// How often a `*` repeats at most.
const REPEATS: usize = 4;

#[derive(Debug)]
enum Element {
    Words { choices: Vec<Vec<&'static str>>, at_least: usize, at_most: usize },
    Gap(usize),
    Any,
    Number,
    End,
    Object,
}

#[derive(Debug)]
struct Cue<T> {
    at_opening: bool,
    elements: Vec<Element>,
    meaning: T,
}

/// The cues of one rule, each with what it means.
#[derive(Debug)]
pub(crate) struct Cues<T> {
    cues: Vec<Cue<T>>,
    by_first: WordMap<Vec<usize>>,
}

/// Where a cue was found, in tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit<T> {
    pub(crate) cue: Range<usize>,
    /// What it is about begins here.
    pub(crate) object: usize,
    pub(crate) meaning: T,
}

impl<T: Copy> Cues<T> {
    /// From lines, each with its meaning.
    ///
    /// # Panics
    ///
    /// If a line begins with anything but words: they are looked up by their first word.
    pub(crate) fn new(lines: &[(&'static str, T)]) -> Self {
        let mut cues = Vec::with_capacity(lines.len());
        let mut by_first: WordMap<Vec<usize>> = WordMap::default();
        for (line, meaning) in lines {
            let (at_opening, elements) = parse(line);
            let mut firsts = Vec::new();
            for element in &elements {
                let Element::Words { choices, at_least, .. } = element else {
                    panic!("a cue begins with words: {line}");
                };
                firsts.extend(choices.iter().map(|words| words[0]));
                if *at_least > 0 {
                    break;
                }
            }
            firsts.sort_unstable();
            firsts.dedup();
            for first in firsts {
                by_first.entry(first).or_default().push(cues.len());
            }
            cues.push(Cue { at_opening, elements, meaning: *meaning });
        }
        Self { cues, by_first }
    }

    /// All places of cues in the sentence, in its order; at one place, in the order of the lines.
    pub(crate) fn find(&self, sentence: &Sentence<'_>) -> Vec<Hit<T>> {
        let mut hits = Vec::new();
        for start in 0..sentence.len() {
            let Some(candidates) = self.by_first.get(sentence.form(start)) else { continue };
            for cue in candidates.iter().map(|index| &self.cues[*index]) {
                if cue.at_opening && !opens_clause(sentence, start) {
                    continue;
                }
                if let Some((end, object)) = matches(sentence, &cue.elements, start, None) {
                    hits.push(Hit { cue: start..end, object: object.unwrap_or(end), meaning: cue.meaning });
                }
            }
        }
        hits
    }
}

fn parse(line: &'static str) -> (bool, Vec<Element>) {
    let mut at_opening = false;
    let mut elements = Vec::new();
    for part in line.split_whitespace() {
        match part {
            "^" => at_opening = true,
            "$" => elements.push(Element::End),
            ">" => elements.push(Element::Object),
            "%" => elements.push(Element::Any),
            "#" => elements.push(Element::Number),
            _ if part.starts_with('~') => {
                elements.push(Element::Gap(part[1..].parse().expect("a gap has its length")));
            }
            _ => {
                let (words, at_least, at_most) = match part.as_bytes().last() {
                    Some(b'?') => (&part[..part.len() - 1], 0, 1),
                    Some(b'*') => (&part[..part.len() - 1], 0, REPEATS),
                    _ => (part, 1, 1),
                };
                let choices = words.split('|').map(|choice| choice.split('_').collect()).collect();
                elements.push(Element::Words { choices, at_least, at_most });
            }
        }
    }
    (at_opening, elements)
}

/// Where the elements end, if they begin at `at`, and where the object begins.
fn matches(
    sentence: &Sentence<'_>,
    elements: &[Element],
    at: usize,
    object: Option<usize>,
) -> Option<(usize, Option<usize>)> {
    let Some((first, rest)) = elements.split_first() else { return Some((at, object)) };
    match first {
        Element::Object => matches(sentence, rest, at, Some(at)),
        Element::End => ends_clause(sentence, at).then(|| matches(sentence, rest, at, object)).flatten(),
        Element::Any => sentence.is_word(at).then(|| matches(sentence, rest, at + 1, object)).flatten(),
        Element::Number => number(sentence.form(at)).and_then(|_| matches(sentence, rest, at + 1, object)),
        Element::Gap(most) => {
            let words = (0..*most).take_while(|step| sentence.is_word(at + step)).count();
            (0..=words).find_map(|step| matches(sentence, rest, at + step, object))
        }
        Element::Words { choices, at_least, at_most } => {
            repeated(sentence, choices, *at_most, at, rest, object)
                .or_else(|| (*at_least == 0).then(|| matches(sentence, rest, at, object)).flatten())
        }
    }
}

/// One of the choices, at most `most` times, and then the rest: as many as will do.
fn repeated(
    sentence: &Sentence<'_>,
    choices: &[Vec<&str>],
    most: usize,
    at: usize,
    rest: &[Element],
    object: Option<usize>,
) -> Option<(usize, Option<usize>)> {
    choices
        .iter()
        .filter(|words| words.iter().enumerate().all(|(step, word)| sentence.form(at + step) == *word))
        .find_map(|words| {
            let next = at + words.len();
            (most > 1)
                .then(|| repeated(sentence, choices, most - 1, next, rest, object))
                .flatten()
                .or_else(|| matches(sentence, rest, next, object))
        })
}

#[cfg(test)]
#[path = "cues_tests.rs"]
mod tests;
