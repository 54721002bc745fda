//! Ranking: BM25 over the words, then the conversation around the best of them.
//!
//! What was said is seldom said in one turn: the question stands in one, the answer in the next, the subject was
//! named before. So each of the best documents is scored again with its neighbours, its conversation, who speaks
//! and how much of the question it and they hold together. The weights were found on conversations between two
//! people (`cargo xtask bench retrieval`), with other sets beside them as a guard.

use std::cmp::Ordering;
use std::collections::HashMap;

use rusqlite::Connection;

use super::document::Kind;
use super::lists::{Allowed, Corpus, Filter, Row, TermLists, around, corpus, document, rough};
use super::query::Question;
use crate::Error;

/// BM25: how soon more of the same word adds nothing, and how much a long text must have more of it.
const SATURATION: f32 = 0.8;
const LENGTH: f32 = 0.3;
/// How many of the best are looked at again.
const CANDIDATES: usize = 250;
/// What a turn gets of the score of the next one, and of the one behind that.
const NEAR: [f32; 2] = [0.5, 0.25];
/// How far a word in the next turn, and in the one behind that, counts as a word of this one.
const NEAR_WORD: [f32; 2] = [0.7, 0.4];
/// What the best conversation adds, as a share of the best document's score.
const CONVERSATION: f32 = 0.6;
/// What each part of a name adds where its bearer speaks.
const SPEAKER: f32 = 2.0;
/// What holding all of the question's words adds, as a share of the score.
const COVERAGE: f32 = 0.75;
/// What is known of the person has no turns around it; its score is raised by about what they would add.
const ALONE: f32 = 2.0;

/// A question of fewer words than this looks for the words themselves: a turn that has none of them does not answer
/// it, however near it stands to one that has.
const TELLING: usize = 3;

/// The bit of a document whose speaker is named.
const SPEAKS: u32 = 1 << 31;

/// A document with its score and the reasons for it, as bits: one for each of the question's words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ranked {
    pub(super) row: Row,
    pub(super) score: f32,
    pub(super) words: u32,
    pub(super) nearby: u32,
    pub(super) conversation: bool,
    pub(super) speaker: bool,
}

/// What a document has of the question.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    score: f32,
    words: u32,
}

/// All documents' slots, and what each word is worth.
struct Scores {
    slots: Vec<Slot>,
    worth: Vec<f32>,
}

impl Scores {
    fn of(&self, number: usize) -> Slot {
        self.slots.get(number).copied().unwrap_or_default()
    }

    fn read(connection: &Connection, corpus: &Corpus, question: &Question) -> Result<Self, Error> {
        let mut slots = vec![Slot::default(); corpus.last + 1];
        let mut worth = Vec::with_capacity(question.words.len());
        for (index, asked) in question.words.iter().enumerate() {
            let bit = 1 << index;
            let mut value: f32 = 0.0;
            for term in asked.terms.iter().chain(&asked.date) {
                let lists = TermLists::read(connection, corpus, term)?;
                let rarity = rarity(corpus.documents, lists.count);
                if lists.count > 0 {
                    value = if value > 0.0 { value.min(rarity) } else { rarity };
                }
                let table = impacts(rarity, corpus.average_length);
                lists.each(|number, weight| {
                    if let Some(slot) = slots.get_mut(number) {
                        slot.score += table[usize::from(weight.0)];
                        slot.words |= bit;
                    }
                })?;
            }
            worth.push(value);
            TermLists::read(connection, corpus, &asked.speaker)?.each(|number, _| {
                if let Some(slot) = slots.get_mut(number) {
                    slot.words |= SPEAKS;
                }
            })?;
        }
        Ok(Self { slots, worth })
    }

    /// The best documents that may be shown.
    fn best(&self, allowed: Option<&Allowed>, most: usize) -> Vec<usize> {
        let mut best: Vec<(f32, usize)> = Vec::with_capacity(most * 2 + 1);
        let mut least = 0.0;
        for (number, slot) in self.slots.iter().enumerate() {
            if slot.score > least && allowed.is_none_or(|allowed| allowed.has(number)) {
                best.push((slot.score, number));
                if best.len() > most * 2 {
                    best.select_nth_unstable_by(most, by_score);
                    best.truncate(most);
                    least = best.iter().map(|(score, _)| *score).fold(f32::INFINITY, f32::min);
                }
            }
        }
        best.sort_unstable_by(by_score);
        best.truncate(most);
        best.into_iter().map(|(_, number)| number).collect()
    }

    /// How much of the question's worth these words are, from 0 to 1. `held`: how far each word counts.
    fn coverage(&self, held: impl Fn(usize) -> f32) -> f32 {
        let all: f32 = self.worth.iter().sum();
        if all <= 0.0 {
            return 0.0;
        }
        self.worth.iter().enumerate().map(|(index, worth)| worth * held(index)).sum::<f32>() / all
    }
}

/// The better first; of equals the newer.
fn by_score(left: &(f32, usize), right: &(f32, usize)) -> Ordering {
    right.0.total_cmp(&left.0).then(right.1.cmp(&left.1))
}

/// The inverse document frequency as BM25 has it, never below zero.
fn rarity(documents: f32, count: i64) -> f32 {
    let count = rough(count);
    (1.0 + (documents - count + 0.5).max(0.0) / (count + 0.5)).ln()
}

/// What a posting adds, for each weight that there can be.
fn impacts(rarity: f32, average_length: f32) -> [f32; 256] {
    let mut table = [0.0; 256];
    for (byte, impact) in (0..=u8::MAX).zip(&mut table) {
        let weight = super::postings::Weight(byte);
        let long = 1.0 - LENGTH + LENGTH * weight.length() / average_length;
        *impact = rarity * weight.count() * (SATURATION + 1.0) / (weight.count() + SATURATION * long);
    }
    table
}

/// The best documents for a question, best first.
pub(super) fn best(
    connection: &Connection,
    question: &Question,
    filter: &Filter,
) -> Result<Vec<Ranked>, Error> {
    let corpus = corpus(connection)?;
    let scores = Scores::read(connection, &corpus, question)?;
    let allowed = filter.allowed(connection, corpus.last)?;
    let mut rows = Vec::new();
    for number in scores.best(allowed.as_ref(), CANDIDATES) {
        // A row that is not there was removed: its words are about to go too.
        rows.extend(document(connection, number)?);
    }
    let top = rows.first().map_or(0.0, |row| scores.of(row.number).score);
    let conversations = conversations(&scores, &rows);
    let mut ranked: HashMap<usize, Ranked> = HashMap::new();
    for row in &rows {
        if row.kind != Kind::Turn {
            let slot = scores.of(row.number);
            let held = scores.coverage(|index| f32::from(u8::from(slot.words >> index & 1 == 1)));
            let score = slot.score * ALONE * (1.0 + COVERAGE * held);
            ranked.insert(row.number, Ranked { score, ..plain(*row, slot) });
            continue;
        }
        // Twice as far as a turn looks: its neighbours are judged too, and look as far themselves.
        let reach = NEAR.len();
        let window = around(connection, row, i64::try_from(reach * 2).unwrap_or(4))?;
        let here = window.iter().position(|other| other.number == row.number).unwrap_or(0);
        for place in here.saturating_sub(reach)..(here + reach + 1).min(window.len()) {
            let number = window[place].number;
            let wordless = scores.of(number).score <= 0.0;
            if (wordless && question.words.len() < TELLING) || ranked.contains_key(&number) {
                continue;
            }
            if !allowed.as_ref().is_none_or(|allowed| allowed.has(number)) {
                continue;
            }
            let share = window[place].conversation.and_then(|conversation| conversations.get(&conversation));
            ranked
                .insert(number, in_conversation(&scores, &window, place, share.copied().unwrap_or(0.0), top));
        }
    }
    let mut ranked: Vec<Ranked> = ranked.into_values().collect();
    ranked.sort_unstable_by(|left, right| {
        by_score(&(left.score, left.row.number), &(right.score, right.row.number))
    });
    Ok(ranked)
}

fn plain(row: Row, slot: Slot) -> Ranked {
    Ranked {
        row,
        score: slot.score,
        words: slot.words & !SPEAKS,
        nearby: 0,
        conversation: false,
        speaker: slot.words & SPEAKS != 0,
    }
}

/// A turn's score with the turns around it. `share`: its conversation's, from 0 to 1.
fn in_conversation(scores: &Scores, window: &[Row], place: usize, share: f32, top: f32) -> Ranked {
    let own = scores.of(window[place].number);
    let mut score = own.score + CONVERSATION * share * top;
    let mut nearby = 0;
    let mut near = [0_u32; NEAR.len()];
    for (step, weight) in NEAR.iter().enumerate() {
        let before = place.checked_sub(step + 1);
        for other in before.into_iter().chain(Some(place + step + 1)) {
            let Some(row) = window.get(other) else { continue };
            let slot = scores.of(row.number);
            score += weight * slot.score;
            near[step] |= slot.words;
            nearby |= slot.words;
        }
    }
    if own.words & SPEAKS != 0 {
        score += SPEAKER;
    }
    let held = scores.coverage(|index| {
        let has = |words: u32| words >> index & 1 == 1;
        if has(own.words) {
            return 1.0;
        }
        near.iter().zip(NEAR_WORD).find(|(words, _)| has(**words)).map_or(0.0, |(_, share)| share)
    });
    Ranked {
        score: score * (1.0 + COVERAGE * held),
        nearby: nearby & !own.words & !SPEAKS,
        conversation: share > 0.5,
        ..plain(window[place], own)
    }
}

/// How much each conversation is about the question, as a share of the one that is most: every word counts with
/// the number of good turns that have it, more of the same ever less.
fn conversations(scores: &Scores, rows: &[Row]) -> HashMap<i64, f32> {
    let mut counts: HashMap<i64, Vec<f32>> = HashMap::new();
    for row in rows {
        let Some(conversation) = row.conversation else { continue };
        let words = scores.of(row.number).words;
        let counts = counts.entry(conversation).or_insert_with(|| vec![0.0; scores.worth.len()]);
        for (index, count) in counts.iter_mut().enumerate() {
            *count += f32::from(u8::from(words >> index & 1 == 1));
        }
    }
    let mut shares: HashMap<i64, f32> = counts
        .into_iter()
        .map(|(conversation, counts)| {
            let words = scores.worth.iter().zip(counts);
            (conversation, words.map(|(worth, count)| worth * count / (count + 1.0)).sum())
        })
        .collect();
    let most = shares.values().copied().fold(0.0, f32::max);
    if most > 0.0 {
        for share in shares.values_mut() {
            *share /= most;
        }
    }
    shares
}

/// The newest of the documents that have the most of the question's words.
pub(super) fn newest(
    connection: &Connection,
    question: &Question,
    filter: &Filter,
    most: usize,
) -> Result<Vec<Ranked>, Error> {
    /// So few are looked up one by one; more than that are met soon on a walk through time.
    const FEW: usize = 4096;
    let corpus = corpus(connection)?;
    if question.words.is_empty() {
        let rows = filter.newest(connection, most, |_| true)?;
        return Ok(rows.into_iter().map(|row| plain(row, Slot::default())).collect());
    }
    let scores = Scores::read(connection, &corpus, question)?;
    let allowed = filter.allowed(connection, corpus.last)?;
    let held = |number: usize| (scores.of(number).words & !SPEAKS).count_ones();
    let may = |number: usize| allowed.as_ref().is_none_or(|allowed| allowed.has(number));
    let (mut least, mut found) = (1, Vec::new());
    for number in (0..scores.slots.len()).filter(|number| held(*number) >= 1 && may(*number)) {
        match held(number).cmp(&least) {
            Ordering::Less => continue,
            Ordering::Equal => {}
            Ordering::Greater => {
                least = held(number);
                found.clear();
            }
        }
        if found.len() <= FEW {
            found.push(number);
        }
    }
    let mut rows = Vec::new();
    if found.len() > FEW {
        rows = filter.newest(connection, most, |number| held(number) >= least)?;
    } else {
        for number in found {
            rows.extend(document(connection, number)?);
        }
        rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.occurred_at, row.number)));
        rows.truncate(most);
    }
    Ok(rows.into_iter().map(|row| plain(row, scores.of(row.number))).collect())
}
