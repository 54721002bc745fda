//! The weekly digest: what each of the last finished weeks was about, as a filled-in form.

use std::collections::{BTreeMap, HashMap, HashSet};

use clock::Timestamp;

use super::past::{DAY, Mentioned, Past, SeenTurn, mentioned, week_start, whole};
use super::spelling::name_of;
use super::{Conclusion, EVIDENCE, counted};
use crate::calendar::Day;
use crate::insight_detail::InsightDetail;
use crate::state::InsightState;

/// The last finished weeks that are told of: as many as are wholly read.
const WEEKS: i64 = 12;
/// A week with fewer turns needs no digest.
const TURNS: usize = 10;
/// What is named was spoken of in so many turns.
const TOPIC_TURNS: u32 = 2;
/// The most names of what was spoken of.
const TOPICS: usize = 5;

#[derive(Default)]
struct Week<'a> {
    turns: Vec<&'a SeenTurn>,
    mentions: HashMap<i64, Vec<&'a Mentioned>>,
    noticed: BTreeMap<&'a str, u32>,
}

pub(super) fn find(past: &Past) -> Vec<Conclusion> {
    let (until, since) = (past.week(), past.week() - WEEKS * 7 * DAY);
    if past.cut {
        return Vec::new();
    }
    let finished = |at: i64| at >= since && at < until;
    let mut weeks: BTreeMap<i64, Week<'_>> = BTreeMap::new();
    for turn in past.turns.iter().filter(|turn| finished(turn.at)) {
        weeks.entry(week_start(turn.at)).or_default().turns.push(turn);
    }
    for mention in past.mentions.iter().filter(|mention| finished(mention.at)) {
        let week = weeks.entry(week_start(mention.at)).or_default();
        week.mentions.entry(mention.topic).or_default().push(mention);
    }
    for (kind, at) in past.noticed.iter().filter(|(_, at)| finished(*at)) {
        *weeks.entry(week_start(*at)).or_default().noticed.entry(kind).or_default() += 1;
    }
    weeks
        .iter()
        .filter(|(_, week)| week.turns.len() >= TURNS)
        .map(|(at, week)| conclusion(*at, week))
        .collect()
}

fn conclusion(monday: i64, week: &Week<'_>) -> Conclusion {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let conversations: HashSet<i64> = week.turns.iter().map(|turn| turn.conversation).collect();
    let mut topics: Vec<&Vec<&Mentioned>> =
        week.mentions.values().filter(|mentions| count(mentions.len()) >= TOPIC_TURNS).collect();
    topics.sort_by_key(|mentions| {
        std::cmp::Reverse((
            mentions.len(),
            mentions.first().map(|newest| (newest.at, newest.turn, newest.place)),
        ))
    });
    topics.truncate(TOPICS);
    let names: Vec<(String, u32)> =
        topics.iter().map(|mentions| (name_of(mentions[0].topic), count(mentions.len()))).collect();
    let (turns, conversations) = (count(week.turns.len()), count(conversations.len()));
    let day = Day::of(Timestamp::from_micros(monday));
    let mut content =
        format!("Week of {day}: {} in {}", counted(turns, "turn"), counted(conversations, "conversation"));
    if !names.is_empty() {
        let about: Vec<String> = names.iter().map(|(name, turns)| format!("{name} ({turns})")).collect();
        content.push_str(". Mostly about ");
        content.push_str(&about.join(", "));
    }
    let noticed: Vec<String> = [
        ("decision", "decision"),
        ("commitment", "commitment"),
        ("learning_moment", "thing learned"),
        ("problem_solving", "problem"),
        ("question", "question"),
    ]
    .into_iter()
    .filter_map(|(kind, word)| {
        let count = *week.noticed.get(kind)?;
        Some(if count > 1 && word == "thing learned" {
            format!("{count} things learned")
        } else {
            counted(count, word)
        })
    })
    .collect();
    // One turn a name, so that every name in the words stands on something.
    let mut evidence: Vec<_> = topics.iter().map(|mentions| mentioned(mentions[0])).collect();
    let mut known = HashSet::new();
    evidence.retain(|piece| known.insert(piece.turn));
    evidence
        .extend(week.turns.iter().map(|turn| whole(turn)).filter(|piece| known.insert(piece.turn)).take(3));
    evidence.truncate(EVIDENCE);
    Conclusion {
        insight_type: "weekly_digest",
        subject: day.to_string(),
        content,
        context: noticed.join(", "),
        confidence: 1.0,
        state: InsightState::Active,
        // Told when the week was over.
        at: monday + 7 * DAY,
        detail: Some(InsightDetail::Week { monday: day, turns, conversations, topics: names }),
        evidence,
    }
}
