//! Problems that come up in more than one conversation.

use std::collections::HashSet;

use super::past::{Past, Signal, day_start};
use super::words::same_matter;
use super::{Conclusion, EVIDENCE, counted};
use crate::insight_detail::InsightDetail;
use crate::state::InsightState;

/// In so many conversations the same problem must come up.
const CONVERSATIONS: usize = 2;
/// What tells less than this of itself is not compared: "help me" is no problem that comes again.
const LEAST_WORDS: usize = 2;
/// The most such insights.
const MOST: usize = 5;

pub(super) fn find(past: &Past) -> Vec<Conclusion> {
    // The oldest first, so that a problem is known by how it was told first.
    let mut problems: Vec<Vec<&Signal>> = Vec::new();
    for told in past.problems.iter().rev().filter(|told| told.words.len() >= LEAST_WORDS) {
        match problems.iter_mut().find(|known| same_matter(&known[0].words, &told.words)) {
            Some(known) => known.push(told),
            None => problems.push(vec![told]),
        }
    }
    let mut recurring: Vec<(usize, &Vec<&Signal>)> = problems
        .iter()
        .map(|told| (told.iter().map(|signal| signal.conversation).collect::<HashSet<_>>().len(), told))
        .filter(|(conversations, _)| *conversations >= CONVERSATIONS)
        .collect();
    recurring.sort_by_key(|(conversations, told)| {
        std::cmp::Reverse((*conversations, told.last().map(|newest| newest.piece)))
    });
    recurring.truncate(MOST);
    recurring.into_iter().filter_map(|(conversations, told)| conclusion(conversations, told)).collect()
}

fn conclusion(conversations: usize, told: &[&Signal]) -> Option<Conclusion> {
    let (first, newest) = (told.first()?, told.last()?);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let days: HashSet<i64> = told.iter().map(|signal| day_start(signal.piece.at)).collect();
    let mut evidence: Vec<_> = told.iter().rev().map(|signal| signal.piece).collect();
    evidence.dedup_by_key(|piece| piece.turn);
    evidence.truncate(EVIDENCE);
    let conversations = count(conversations);
    Some(Conclusion {
        insight_type: "recurring_problem",
        subject: first.words.join(" "),
        content: newest.said.clone(),
        context: format!("came up in {}", counted(conversations, "conversation")),
        confidence: 0.7,
        state: InsightState::Active,
        at: newest.piece.at,
        detail: Some(InsightDetail::Recurrence {
            turns: count(told.len()),
            conversations,
            days: count(days.len()),
        }),
        evidence,
    })
}
