//! Ranking: BM25 over the words, then the conversation around the best of them.
//!
//! What was said is seldom said in one turn: the question stands in one, the answer in the next, the subject was
//! named before. So each of the best documents is scored again with its neighbours, its conversation, who speaks
//! and how much of the question it and they hold together. The weights were found on conversations between two
//! people (`cargo xtask bench retrieval`), with other sets beside them as a guard.

use std::collections::HashMap;

use rusqlite::Connection;

use super::document::Kind;
use super::filter::{FEW, Filter, newest_of};
use super::lists::{Row, around, corpus, document};
use super::query::Question;
use super::scores::{SPEAKS, Scores, Slot, by_score};
use crate::Error;

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

/// The best documents for a question, best first.
pub(super) fn best(
    connection: &Connection,
    question: &Question,
    filter: &Filter,
) -> Result<Vec<Ranked>, Error> {
    let corpus = corpus(connection)?;
    let scores = Scores::read(connection, &corpus, question)?;
    let allowed = filter.allowed(connection, corpus.last)?;
    let mut found = Vec::new();
    for number in scores.best(allowed.as_ref(), CANDIDATES)? {
        // A row that is not there was removed: its words are about to go too.
        if let Some(row) = document(connection, number)? {
            // Twice as far as a turn looks: its neighbours are judged too, and look as far themselves.
            let window = around(connection, &row, i64::try_from(NEAR.len() * 2).unwrap_or(4))?;
            found.push((row, window));
        }
    }
    let looked_at = found.iter().flat_map(|(_, window)| window).map(|row| row.number);
    let slots = Slots { slots: scores.slots(looked_at)?, scores };
    let top = found.first().map_or(0.0, |(row, _)| slots.of(row.number).score);
    let conversations = conversations(&slots, found.iter().map(|(row, _)| row));
    let mut ranked: HashMap<usize, Ranked> = HashMap::new();
    for (row, window) in &found {
        if row.kind != Kind::Turn {
            let slot = slots.of(row.number);
            let held = slots.scores.coverage(|index| f32::from(u8::from(slot.words >> index & 1 == 1)));
            let score = slot.score * ALONE * (1.0 + COVERAGE * held);
            ranked.insert(row.number, Ranked { score, ..plain(*row, slot) });
            continue;
        }
        let reach = NEAR.len();
        let here = window.iter().position(|other| other.number == row.number).unwrap_or(0);
        for place in here.saturating_sub(reach)..(here + reach + 1).min(window.len()) {
            let number = window[place].number;
            let wordless = slots.of(number).score <= 0.0;
            if (wordless && question.words.len() < TELLING) || ranked.contains_key(&number) {
                continue;
            }
            if !allowed.as_ref().is_none_or(|allowed| allowed.has(number)) {
                continue;
            }
            let share = window[place].conversation.and_then(|conversation| conversations.get(&conversation));
            ranked.insert(number, in_conversation(&slots, window, place, share.copied().unwrap_or(0.0), top));
        }
    }
    let mut ranked: Vec<Ranked> = ranked.into_values().collect();
    ranked.sort_unstable_by(|left, right| {
        by_score(&(left.score, left.row.number), &(right.score, right.row.number))
    });
    Ok(ranked)
}

/// What the documents that are looked at again have of the question.
struct Slots {
    slots: HashMap<usize, Slot>,
    scores: Scores,
}

impl Slots {
    fn of(&self, number: usize) -> Slot {
        self.slots.get(&number).copied().unwrap_or_default()
    }
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
fn in_conversation(slots: &Slots, window: &[Row], place: usize, share: f32, top: f32) -> Ranked {
    let own = slots.of(window[place].number);
    let mut score = own.score + CONVERSATION * share * top;
    let mut nearby = 0;
    let mut near = [0_u32; NEAR.len()];
    for (step, weight) in NEAR.iter().enumerate() {
        let before = place.checked_sub(step + 1);
        for other in before.into_iter().chain(Some(place + step + 1)) {
            let Some(row) = window.get(other) else { continue };
            let slot = slots.of(row.number);
            score += weight * slot.score;
            near[step] |= slot.words;
            nearby |= slot.words;
        }
    }
    if own.words & SPEAKS != 0 {
        score += SPEAKER;
    }
    let held = slots.scores.coverage(|index| {
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
fn conversations<'a>(slots: &Slots, rows: impl Iterator<Item = &'a Row>) -> HashMap<i64, f32> {
    let worth = slots.scores.worth();
    let mut counts: HashMap<i64, Vec<f32>> = HashMap::new();
    for row in rows {
        let Some(conversation) = row.conversation else { continue };
        let words = slots.of(row.number).words;
        let counts = counts.entry(conversation).or_insert_with(|| vec![0.0; worth.len()]);
        for (index, count) in counts.iter_mut().enumerate() {
            *count += f32::from(u8::from(words >> index & 1 == 1));
        }
    }
    let mut shares: HashMap<i64, f32> = counts
        .into_iter()
        .map(|(conversation, counts)| {
            let words = worth.iter().zip(counts);
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
    let corpus = corpus(connection)?;
    let allowed = filter.allowed(connection, corpus.last)?;
    if question.words.is_empty() {
        let rows = filter.newest(connection, allowed.as_ref(), most, |_| true)?;
        return Ok(rows.into_iter().map(|row| plain(row, Slot::default())).collect());
    }
    let scores = Scores::read(connection, &corpus, question)?;
    let found = scores.fullest(allowed.as_ref())?;
    let rows = if found.len() > FEW {
        let is_found = |number: usize| found.binary_search(&number).is_ok();
        filter.newest(connection, allowed.as_ref(), most, is_found)?
    } else {
        newest_of(connection, found.into_iter(), most)?
    };
    let slots = scores.slots(rows.iter().map(|row| row.number))?;
    Ok(rows.into_iter().map(|row| plain(row, slots.get(&row.number).copied().unwrap_or_default())).collect())
}
