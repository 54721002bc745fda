//! How goals come on: the steps that were told of, and goals that nobody has spoken of for long.

use super::past::{DAY, Goal, Past, RECENT_DAYS, Signal, moment};
use super::words::{common, of_name};
use super::{Conclusion, EVIDENCE, counted, day_words};
use crate::insight_detail::InsightDetail;
use crate::state::InsightState;

/// A goal stalls after so many days without a word.
const STALLED_DAYS: i64 = 21;
/// Somebody who is not around lets no goal stall: so many turns there must have been lately.
const TURNS_RECENT: usize = 10;
/// The most of each of the two types.
const MOST: usize = 10;

pub(super) fn find(past: &Past) -> Vec<Conclusion> {
    let is_around =
        past.turns_since(past.as_of - RECENT_DAYS * DAY).take(TURNS_RECENT).count() >= TURNS_RECENT;
    let (mut coming, mut stalled) = (Vec::new(), Vec::new());
    for goal in &past.goals {
        let words = of_name(&goal.name);
        let steps: Vec<&Signal> = past.steps.iter().filter(|step| is_step(step, goal, &words)).collect();
        let last_step = steps.first().map(|step| step.piece.at);
        let last = last_step.unwrap_or(i64::MIN).max(goal.last_seen_at);
        if past.as_of - last >= STALLED_DAYS * DAY {
            if is_around {
                stalled.push((last, conclusion_of_stalled(past, goal, &steps, last)));
            }
        } else if let Some(at) = last_step {
            coming.push((at, conclusion_of_steps(goal, &steps, at, last)));
        }
    }
    let newest = |mut found: Vec<(i64, Conclusion)>| {
        found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.subject.cmp(&other.1.subject)));
        found.truncate(MOST);
        found.into_iter().map(|(_, conclusion)| conclusion)
    };
    newest(coming).chain(newest(stalled)).collect()
}

/// Whether what somebody did is a step towards the goal: it was told after the goal, and shares what the goal is
/// about. One shared word is enough only where the step or the goal has hardly more.
fn is_step(step: &Signal, goal: &Goal, words: &[String]) -> bool {
    let common = common(words, &step.words);
    let least = words.len().min(step.words.len());
    step.piece.at > first_word_of(goal) && common > 0 && (common >= 2 || least <= 2)
}

fn first_word_of(goal: &Goal) -> i64 {
    goal.evidence.iter().map(|piece| piece.at).min().unwrap_or(goal.created_at).min(goal.created_at)
}

fn conclusion_of_steps(goal: &Goal, steps: &[&Signal], at: i64, last: i64) -> Conclusion {
    let count = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    let newest = steps.first().map(|step| step.said.clone()).unwrap_or_default();
    Conclusion {
        insight_type: "goal_progress",
        subject: goal.id.to_string(),
        content: format!("{} towards “{}”", counted(count, "step"), goal.name),
        context: newest,
        confidence: 0.7,
        state: InsightState::Active,
        at,
        detail: Some(InsightDetail::Goal {
            goal: goal.id,
            steps: count,
            last: moment(last),
            target: goal.target,
        }),
        evidence: steps.iter().take(EVIDENCE).map(|step| step.piece).collect(),
    }
}

fn conclusion_of_stalled(past: &Past, goal: &Goal, steps: &[&Signal], last: i64) -> Conclusion {
    let mut evidence: Vec<_> = steps.iter().map(|step| step.piece).collect();
    evidence.extend(&goal.evidence);
    evidence.sort_by(|one, other| other.cmp(one));
    evidence.dedup_by_key(|piece| piece.turn);
    evidence.truncate(EVIDENCE);
    Conclusion {
        insight_type: "stalled_goal",
        subject: goal.id.to_string(),
        content: format!("Nothing was heard of “{}” since {}", goal.name, day_words(last)),
        context: String::new(),
        confidence: 0.6,
        state: InsightState::Active,
        at: past.week(),
        detail: Some(InsightDetail::Goal {
            goal: goal.id,
            steps: u32::try_from(steps.len()).unwrap_or(u32::MAX),
            last: moment(last),
            target: goal.target,
        }),
        evidence,
    }
}
