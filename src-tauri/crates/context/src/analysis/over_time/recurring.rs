//! Persons, tools and projects that come up again and again.

use std::collections::{HashMap, HashSet};

use super::past::{Mentioned, Past, day_start, mentioned};
use super::spelling::name_of;
use super::{Conclusion, EVIDENCE, counted};
use crate::analysis::MentionKind;
use crate::insight_detail::InsightDetail;
use crate::state::InsightState;

/// In so many conversations ...
const CONVERSATIONS: usize = 3;
/// ... on so many days something must come up.
const DAYS: usize = 3;
/// The most insights of each kind.
const MOST: usize = 5;

#[derive(Default)]
struct Counts {
    turns: u32,
    conversations: HashSet<i64>,
    days: HashSet<i64>,
    newest: Vec<Mentioned>,
}

pub(super) fn find(past: &Past) -> Vec<Conclusion> {
    let mut found: HashMap<(MentionKind, i64), Counts> = HashMap::new();
    for mention in past.mentions.iter().filter(|mention| mention.kind != MentionKind::Topic) {
        let counts = found.entry((mention.kind, mention.topic)).or_default();
        counts.turns += 1;
        counts.conversations.insert(mention.conversation);
        counts.days.insert(day_start(mention.at));
        if counts.newest.len() < EVIDENCE {
            counts.newest.push(*mention);
        }
    }
    let mut told = Vec::new();
    for (kind, insight_type) in [
        (MentionKind::Person, "recurring_person"),
        (MentionKind::Tool, "recurring_tool"),
        (MentionKind::Project, "recurring_project"),
    ] {
        let mut of_kind: Vec<_> = found
            .iter()
            .filter(|((of, _), counts)| {
                *of == kind && counts.conversations.len() >= CONVERSATIONS && counts.days.len() >= DAYS
            })
            .map(|((_, topic), counts)| (*topic, counts))
            .collect();
        of_kind.sort_by_key(|(_, counts)| {
            let newest = counts.newest.first().map(|mention| (mention.at, mention.turn, mention.place));
            std::cmp::Reverse((counts.conversations.len(), counts.turns, newest))
        });
        told.extend(
            of_kind
                .into_iter()
                .take(MOST)
                .map(|(topic, counts)| conclusion(past, insight_type, topic, counts)),
        );
    }
    told
}

fn conclusion(past: &Past, insight_type: &'static str, topic: i64, counts: &Counts) -> Conclusion {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (conversations, days) = (count(counts.conversations.len()), count(counts.days.len()));
    let name = name_of(topic);
    Conclusion {
        insight_type,
        subject: name.clone(),
        content: format!(
            "{name} came up in {} on {}",
            counted(conversations, "conversation"),
            counted(days, "day")
        ),
        context: String::new(),
        confidence: 0.7,
        state: InsightState::Active,
        at: past.week(),
        detail: Some(InsightDetail::Recurrence { turns: counts.turns, conversations, days }),
        evidence: counts.newest.iter().map(mentioned).collect(),
    }
}
