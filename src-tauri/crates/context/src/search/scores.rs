//! Scores: what each document has of a question's words, by BM25, and which documents have the most of it.
//!
//! The best are found without a look at every posting (the idea is "MaxScore": Turtle and Flood, *Query evaluation:
//! strategies and optimizations*, 1995). The index is gone through in windows, the newest first. As soon as enough
//! good documents are known, words that even together could bring no further one among them are not gone through
//! any more, only looked up for the documents that have one of the others. Scores are whole numbers, so that their
//! sum is the same in any order: what comes out is exactly what adding everything up would give.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::ops::Range;

use rusqlite::Connection;

use super::filter::Allowed;
use super::lists::{Corpus, TermLists, rough};
use super::postings::Weight;
use super::query::Question;
use crate::Error;

/// BM25: how soon more of the same word adds nothing, and how much a long text must have more of it.
const SATURATION: f32 = 0.8;
const LENGTH: f32 = 0.3;
/// How many units a score of one has. The rarest word of four billion documents is worth 41, and no question has
/// more than a hundred terms: the sum fits into 32 bits.
const UNIT: f32 = 262_144.0;
/// How many documents are scored at once: their scores fit into the processor's cache. (In tests a few are many.)
const WINDOW: u32 = if cfg!(test) { 1 << 8 } else { 1 << 16 };
/// Looking a word up for one document costs about as much as going through so many postings.
const LOOK_UP: usize = 24;

/// The bit of a document whose speaker is named.
pub(super) const SPEAKS: u32 = 1 << 31;

/// What a document has of the question: its score, and a bit for each of the question's words.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Slot {
    pub(super) score: f32,
    pub(super) words: u32,
}

/// A term of the question.
struct Term {
    /// Of the word it belongs to.
    bit: u32,
    lists: TermLists,
    /// What a posting adds, for each weight that there can be.
    impacts: [u32; 256],
}

impl Term {
    fn impact(&self, weight: Weight) -> u32 {
        self.impacts[usize::from(weight.0)]
    }
}

/// The question's words in the index.
pub(super) struct Scores {
    terms: Vec<Term>,
    speakers: Vec<TermLists>,
    worth: Vec<f32>,
    /// The numbers of all documents, the oldest first.
    windows: Vec<Range<u32>>,
}

impl Scores {
    pub(super) fn read(connection: &Connection, corpus: &Corpus, question: &Question) -> Result<Self, Error> {
        let mut scores =
            Self { terms: Vec::new(), speakers: Vec::new(), worth: Vec::new(), windows: windows(corpus) };
        for (index, asked) in question.words.iter().enumerate() {
            let mut value: f32 = 0.0;
            for name in asked.terms.iter().chain(&asked.date) {
                let lists = TermLists::read(connection, corpus, name)?;
                if lists.count > 0 {
                    let rarity = rarity(corpus.documents, lists.count);
                    value = if value > 0.0 { value.min(rarity) } else { rarity };
                    let impacts = impacts(rarity, corpus.average_length);
                    scores.terms.push(Term { bit: 1 << index, lists, impacts });
                }
            }
            scores.worth.push(value);
            let speaker = TermLists::read(connection, corpus, &asked.speaker)?;
            if speaker.count > 0 {
                scores.speakers.push(speaker);
            }
        }
        Ok(scores)
    }

    /// The best documents that may be shown, at most `most` of them, the best first, of equals the newer.
    pub(super) fn best(&self, allowed: Option<&Allowed>, most: usize) -> Result<Vec<usize>, Error> {
        let (mut board, mut top) = (Board::new(), Top::new(most));
        for numbers in self.windows.iter().rev() {
            self.score(numbers, &mut board, &mut top, allowed)?;
        }
        Ok(top.into_numbers())
    }

    /// Puts the documents of one window that are good enough among the best. All that are there already are newer.
    fn score(
        &self,
        numbers: &Range<u32>,
        board: &mut Board,
        top: &mut Top,
        allowed: Option<&Allowed>,
    ) -> Result<(), Error> {
        struct Present<'a> {
            term: &'a Term,
            count: usize,
            /// No document of the window gets more of it,
            most: u32,
            /// and no document more of it and all those behind it.
            rest: u32,
        }
        top.settle();
        let floor = top.floor();
        let mut present: Vec<Present<'_>> = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            if let Some((count, bound)) = term.lists.bound(numbers.clone()) {
                present.push(Present { term, count, most: term.impact(bound), rest: 0 });
            }
        }
        present.sort_by_key(|present| (Reverse(present.most), present.count));
        let mut rest = 0;
        for present in present.iter_mut().rev() {
            rest += present.most;
            present.rest = rest;
        }
        // Older ones of the same score come behind: what can not be above the floor is left out.
        let needed = present.iter().take_while(|present| present.rest > floor).count();
        let (needed, others) = present.split_at(needed);
        board.begin(numbers.start);
        for Present { term, .. } in needed {
            term.lists.each(numbers.clone(), |number, weight| board.add(number, term.impact(weight)))?;
        }
        for Present { term, count, rest, .. } in others {
            let left = board.keep(|score| score + rest > floor);
            if left.saturating_mul(LOOK_UP) < *count {
                board
                    .raise(|number| Ok(term.lists.weight(number)?.map_or(0, |weight| term.impact(weight))))?;
            } else {
                term.lists.each(numbers.clone(), |number, weight| {
                    board.add_to_seen(number, term.impact(weight));
                })?;
            }
        }
        board.clear(|number, score| {
            top.offer(score, number, |number| allowed.is_none_or(|allowed| allowed.has(number)));
        });
        Ok(())
    }

    /// The documents that may be shown and have as many of the question's words as any, in their order.
    pub(super) fn fullest(&self, allowed: Option<&Allowed>) -> Result<Vec<usize>, Error> {
        let (mut board, mut fullest, mut found) = (Board::new(), 1, Vec::new());
        for numbers in &self.windows {
            board.begin(numbers.start);
            for term in &self.terms {
                term.lists.each(numbers.clone(), |number, _| board.mark(number, term.bit))?;
            }
            board.clear(|number, words| {
                let held = words.count_ones();
                if held < fullest || allowed.is_some_and(|allowed| !allowed.has(place(number))) {
                    return;
                }
                if held > fullest {
                    fullest = held;
                    found.clear();
                }
                found.push(place(number));
            });
        }
        Ok(found)
    }

    /// What these documents have of the question.
    pub(super) fn slots(&self, numbers: impl Iterator<Item = usize>) -> Result<HashMap<usize, Slot>, Error> {
        let mut slots = HashMap::with_capacity(numbers.size_hint().0);
        for number in numbers {
            if let std::collections::hash_map::Entry::Vacant(entry) = slots.entry(number) {
                entry.insert(self.slot(u32::try_from(number).unwrap_or(u32::MAX))?);
            }
        }
        Ok(slots)
    }

    fn slot(&self, number: u32) -> Result<Slot, Error> {
        let (mut score, mut words) = (0, 0);
        for term in &self.terms {
            if let Some(weight) = term.lists.weight(number)? {
                score += term.impact(weight);
                words |= term.bit;
            }
        }
        for speaker in &self.speakers {
            if words & SPEAKS == 0 && speaker.weight(number)?.is_some() {
                words |= SPEAKS;
            }
        }
        Ok(Slot { score: rough(score.into()) / UNIT, words })
    }

    /// What each of the question's words is worth.
    pub(super) fn worth(&self) -> &[f32] {
        &self.worth
    }

    /// How much of the question's worth these words are, from 0 to 1. `held`: how far each word counts.
    pub(super) fn coverage(&self, held: impl Fn(usize) -> f32) -> f32 {
        let all: f32 = self.worth.iter().sum();
        if all <= 0.0 {
            return 0.0;
        }
        self.worth.iter().enumerate().map(|(index, worth)| worth * held(index)).sum::<f32>() / all
    }
}

/// A segment is a window, unless removed documents have left wide gaps in it.
fn windows(corpus: &Corpus) -> Vec<Range<u32>> {
    let mut windows = Vec::new();
    for segment in &corpus.segments {
        let (mut start, end) = (segment.first, segment.last.saturating_add(1));
        while start < end {
            let next = start.saturating_add(WINDOW).min(end);
            windows.push(start..next);
            start = next;
        }
    }
    windows
}

fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The inverse document frequency as BM25 has it, never below zero.
fn rarity(documents: f32, count: i64) -> f32 {
    let count = rough(count);
    (1.0 + (documents - count + 0.5).max(0.0) / (count + 0.5)).ln()
}

/// What a posting adds, for each weight that there can be.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, never negative, and far below 2^32 (see `UNIT`)"
)]
fn impacts(rarity: f32, average_length: f32) -> [u32; 256] {
    let mut table = [0; 256];
    for (byte, impact) in (0..=u8::MAX).zip(&mut table) {
        let weight = Weight(byte);
        let long = 1.0 - LENGTH + LENGTH * weight.length() / average_length;
        let share = weight.count() * (SATURATION + 1.0) / (weight.count() + SATURATION * long);
        *impact = (rarity * share * UNIT).round() as u32;
    }
    table
}

/// The scores of one window's documents, or the bits of their words, and which of them have any.
struct Board {
    start: u32,
    values: Vec<u32>,
    seen: Vec<u64>,
}

impl Board {
    fn new() -> Self {
        Self { start: 0, values: vec![0; place(WINDOW)], seen: vec![0; place(WINDOW / 64)] }
    }

    /// It is clear: another window may begin.
    fn begin(&mut self, start: u32) {
        self.start = start;
    }

    /// Changes a document's value. A damaged list may name one that is not in the window: that one is left out.
    fn change(&mut self, number: u32, change: impl Fn(u32) -> u32) {
        let at = place(number.wrapping_sub(self.start));
        if let (Some(value), Some(seen)) = (self.values.get_mut(at), self.seen.get_mut(at / 64)) {
            *value = change(*value);
            *seen |= 1 << (at % 64);
        }
    }

    fn add(&mut self, number: u32, more: u32) {
        self.change(number, |score| score.saturating_add(more));
    }

    fn mark(&mut self, number: u32, bit: u32) {
        self.change(number, |words| words | bit);
    }

    /// Adds to a document that has been added to before; another one stays as it is.
    fn add_to_seen(&mut self, number: u32, more: u32) {
        let at = place(number.wrapping_sub(self.start));
        if self.seen.get(at / 64).is_some_and(|seen| seen >> (at % 64) & 1 == 1)
            && let Some(value) = self.values.get_mut(at)
        {
            *value = value.saturating_add(more);
        }
    }

    /// Hands every seen document's number and value to `visit`; where that says false, it is as if never seen.
    fn visit<E>(&mut self, mut visit: impl FnMut(u32, &mut u32) -> Result<bool, E>) -> Result<(), E> {
        let mut start = self.start;
        for (seen, values) in self.seen.iter_mut().zip(self.values.as_chunks_mut::<64>().0) {
            let mut left = *seen;
            while left != 0 {
                let bit = left.trailing_zeros();
                let value = &mut values[place(bit)];
                if !visit(start + bit, value)? {
                    *value = 0;
                    *seen &= !(1 << bit);
                }
                left &= left - 1;
            }
            start = start.saturating_add(64);
        }
        Ok(())
    }

    /// Keeps those whose score will do, and says how many they are.
    fn keep(&mut self, will_do: impl Fn(u32) -> bool) -> usize {
        let mut kept = 0;
        let Ok(()) = self.visit(|_, score| {
            let keeps = will_do(*score);
            kept += usize::from(keeps);
            Ok::<_, std::convert::Infallible>(keeps)
        });
        kept
    }

    /// Adds to every seen document what `more` says of it.
    fn raise(&mut self, more: impl Fn(u32) -> Result<u32, Error>) -> Result<(), Error> {
        self.visit(|number, score| {
            *score = score.saturating_add(more(number)?);
            Ok(true)
        })
    }

    /// Hands every seen document to `take` and forgets it.
    fn clear(&mut self, mut take: impl FnMut(u32, u32)) {
        let Ok(()) = self.visit(|number, value| {
            take(number, *value);
            Ok::<_, std::convert::Infallible>(false)
        });
    }
}

/// The best documents so far, as their score and behind it their number: of equals the newer is the greater.
struct Top {
    most: usize,
    kept: Vec<u64>,
    /// What is not above this is not among the best.
    least: u64,
}

impl Top {
    fn new(most: usize) -> Self {
        // No score at all is not enough.
        Self { most: most.max(1), kept: Vec::with_capacity(most * 2), least: u32::MAX.into() }
    }

    /// The score of the last of the best; 0 while there are too few.
    fn floor(&self) -> u32 {
        u32::try_from(self.least >> 32).unwrap_or(u32::MAX)
    }

    fn offer(&mut self, score: u32, number: u32, may: impl Fn(usize) -> bool) {
        let key = u64::from(score) << 32 | u64::from(number);
        if key > self.least && may(place(number)) {
            self.kept.push(key);
            if self.kept.len() >= self.most * 2 {
                self.settle();
            }
        }
    }

    /// Leaves out those that are not among the best any more.
    fn settle(&mut self) {
        if self.kept.len() >= self.most {
            let (_, last, _) = self.kept.select_nth_unstable_by(self.most - 1, |left, right| right.cmp(left));
            self.least = *last;
            self.kept.truncate(self.most);
        }
    }

    fn into_numbers(mut self) -> Vec<usize> {
        self.settle();
        self.kept.sort_unstable_by_key(|key| Reverse(*key));
        let number = |key: &u64| usize::try_from(key & u64::from(u32::MAX)).unwrap_or(usize::MAX);
        self.kept.iter().map(number).collect()
    }
}

/// The better first; of equals the newer.
pub(super) fn by_score(left: &(f32, usize), right: &(f32, usize)) -> Ordering {
    right.0.total_cmp(&left.0).then(right.1.cmp(&left.1))
}

#[cfg(test)]
#[path = "scores_tests.rs"]
mod tests;
