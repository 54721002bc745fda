//! Open questions: asked, and not answered to satisfaction.
//!
//! Most people do not thank a program, so that nobody said "that worked" says little. Where somebody said that it did
//! not work, or asked the same again in another conversation, the question is open. Where a conversation ended with
//! it, it may be: that is a suggestion, and there are few of them.

use std::collections::HashMap;

use super::past::{DAY, Past, Signal, day_start};
use super::words::{common, same_matter};
use super::{Conclusion, counted, day_words};
use crate::insight_detail::InsightDetail;
use crate::state::InsightState;

/// For so many days a question is looked for.
const DAYS: i64 = 30;
/// So long a conversation must be silent before its last question counts as left.
const SILENCE: i64 = DAY;
/// The most of those that are sure, and of those that are not.
const MOST: usize = 10;
const MOST_SUGGESTED: usize = 5;

pub(super) fn find(past: &Past) -> Vec<Conclusion> {
    let since = day_start(past.as_of) - (DAYS - 1) * DAY;
    // The newest turn of each conversation: what was asked in it was the last word.
    let mut last_turns: HashMap<i64, (i64, i64)> = HashMap::new();
    for turn in &past.turns {
        let last = last_turns.entry(turn.conversation).or_insert((turn.at, turn.turn));
        *last = (*last).max((turn.at, turn.turn));
    }
    let open: Vec<&Signal> = past
        .questions
        .iter()
        .filter(|question| question.piece.at >= since && !is_answered(past, question))
        .collect();
    let (mut sure, mut suggested): (Vec<Conclusion>, Vec<Conclusion>) = (Vec::new(), Vec::new());
    let mut told: Vec<&Signal> = Vec::new();
    // The newest first: of questions that ask the same, the last is told.
    for question in open.iter().copied() {
        if told.iter().any(|known| asks_the_same(known, question)) {
            continue;
        }
        let again: Vec<&Signal> =
            open.iter().copied().filter(|other| asks_the_same(question, other)).collect();
        let conversations: std::collections::HashSet<i64> =
            again.iter().map(|asked| asked.conversation).collect();
        let broken = past.still_broken.iter().any(|broken| {
            broken.conversation == question.conversation && broken.piece.at > question.piece.at
        });
        let is_last_word = last_turns.get(&question.conversation)
            == Some(&(question.piece.at, question.piece.turn))
            && past.as_of - question.piece.at >= SILENCE;
        if broken || conversations.len() >= 2 {
            if sure.len() < MOST {
                sure.push(conclusion(question, &again, conversations.len(), InsightState::Active));
                told.push(question);
            }
        } else if is_last_word && suggested.len() < MOST_SUGGESTED {
            suggested.push(conclusion(question, &again, 1, InsightState::Suggested));
            told.push(question);
        }
    }
    sure.extend(suggested);
    sure
}

/// Whether somebody was content afterwards: in the same conversation, unless something was said not to work after
/// that, or elsewhere in words about the same.
fn is_answered(past: &Past, question: &Signal) -> bool {
    past.answered.iter().any(|answer| {
        answer.piece.at > question.piece.at
            && if answer.conversation == question.conversation {
                answer.words.is_empty()
                    || common(&answer.words, &question.words) > 0
                    || !past.questions.iter().any(|later| {
                        later.conversation == question.conversation
                            && later.piece.at > question.piece.at
                            && later.piece.at < answer.piece.at
                    })
            } else {
                same_matter(&answer.words, &question.words) && answer.words.len() >= 2
            }
            && !past.still_broken.iter().any(|broken| {
                broken.conversation == question.conversation && broken.piece.at > answer.piece.at
            })
    })
}

/// Two questions about the same: those with one telling word alone only if it is the same word.
fn asks_the_same(one: &Signal, other: &Signal) -> bool {
    one.piece == other.piece
        || (one.words.len() >= 2 && other.words.len() >= 2 && same_matter(&one.words, &other.words))
        || (one.words == other.words && one.said == other.said)
}

fn conclusion(question: &Signal, again: &[&Signal], conversations: usize, state: InsightState) -> Conclusion {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut evidence: Vec<_> = again.iter().map(|asked| asked.piece).collect();
    evidence.sort_by(|one, other| other.cmp(one));
    evidence.dedup_by_key(|piece| piece.turn);
    evidence.truncate(super::EVIDENCE);
    let is_sure = state == InsightState::Active;
    let days: std::collections::HashSet<i64> = again.iter().map(|asked| day_start(asked.piece.at)).collect();
    Conclusion {
        insight_type: "open_question",
        subject: question.words.join(" "),
        content: question.said.clone(),
        context: if conversations >= 2 {
            format!("asked in {}", counted(count(conversations), "conversation"))
        } else if is_sure {
            "you said that it did not work".to_owned()
        } else {
            format!("the last word of a conversation on {}", day_words(question.piece.at))
        },
        confidence: if is_sure { 0.8 } else { 0.4 },
        state,
        at: question.piece.at,
        detail: Some(InsightDetail::Recurrence {
            turns: count(again.len()),
            conversations: count(conversations),
            days: count(days.len()),
        }),
        evidence,
    }
}
