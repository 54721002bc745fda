//! Rising and fading topics: the share of turns that speak of something, lately against the days before.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::past::{BEFORE_DAYS, Mentioned, Past, RECENT_DAYS, day_start, mentioned};
use super::spelling::name_of;
use super::{Conclusion, EVIDENCE, counted};
use crate::analysis::MentionKind;
use crate::insight_detail::InsightDetail;
use crate::state::InsightState;

/// A rising topic was spoken of in at least so many turns lately ...
const RISING_TURNS: u32 = 5;
/// ... on so many days: one long evening is no trend.
const RISING_DAYS: usize = 3;
/// A fading one in so many turns before ...
const FADING_TURNS: u32 = 10;
/// ... on so many days.
const FADING_DAYS: usize = 5;
/// The person must have been around: so many turns lately, and so many before.
const TURNS_RECENT: u32 = 20;
const TURNS_BEFORE: u32 = 40;
/// How surprising a change must be, in standard deviations. Many topics are looked at, so that two would find
/// something in every noise.
const SURPRISE: f64 = 3.0;
/// The most insights of each of the two types.
const MOST: usize = 5;

#[derive(Default)]
struct Counts {
    recent: u32,
    before: u32,
    recent_days: HashSet<i64>,
    before_days: HashSet<i64>,
    newest: Vec<Mentioned>,
}

/// The topics that rise and those that fade, each the most surprising first.
#[derive(Default)]
pub(super) struct Moved {
    pub(super) rising: Vec<Move>,
    pub(super) fading: Vec<Move>,
}

/// How one topic rises or fades.
pub(super) struct Move {
    pub(super) topic: i64,
    pub(super) recent: u32,
    pub(super) before: u32,
    surprise: f64,
    newest: Vec<Mentioned>,
}

/// How many turns there were lately, and before.
pub(super) fn turns_of(past: &Past) -> (u32, u32) {
    let recent_turns = count(past.turns_since(past.recent()).count());
    (recent_turns, count(past.turns.len()).saturating_sub(recent_turns))
}

/// What rises and what fades, all of it.
pub(super) fn moved(past: &Past) -> Moved {
    let mut moved = Moved::default();
    let (recent_turns, before_turns) = turns_of(past);
    // With a part of the older days alone everything would seem to rise.
    if past.cut || recent_turns < TURNS_RECENT || before_turns < TURNS_BEFORE {
        return moved;
    }
    let recent = past.recent();
    let mut topics: HashMap<i64, Counts> = HashMap::new();
    for mention in past.mentions.iter().filter(|mention| mention.kind == MentionKind::Topic) {
        let counts = topics.entry(mention.topic).or_default();
        if mention.at >= recent {
            counts.recent += 1;
            counts.recent_days.insert(day_start(mention.at));
        } else {
            counts.before += 1;
            counts.before_days.insert(day_start(mention.at));
        }
        if counts.newest.len() < EVIDENCE {
            counts.newest.push(*mention);
        }
    }
    for (topic, counts) in topics {
        let surprise = surprise_of(counts.recent, recent_turns, counts.before, before_turns);
        let (recent, before) = (f64::from(counts.recent), f64::from(counts.before));
        // What the days before would make one expect lately.
        let expected = before * f64::from(recent_turns) / f64::from(before_turns);
        if counts.recent >= RISING_TURNS
            && counts.recent_days.len() >= RISING_DAYS
            && surprise >= SURPRISE
            && recent >= 2.0 * expected
        {
            moved.rising.push(Move::new(topic, surprise, counts));
        } else if counts.before >= FADING_TURNS
            && counts.before_days.len() >= FADING_DAYS
            && surprise <= -SURPRISE
            && expected >= 3.0 * recent
        {
            moved.fading.push(Move::new(topic, -surprise, counts));
        }
    }
    for moves in [&mut moved.rising, &mut moved.fading] {
        moves.sort_by(|one, other| {
            other.surprise.total_cmp(&one.surprise).then_with(|| other.place().cmp(&one.place()))
        });
    }
    moved
}

pub(super) fn find(past: &Past) -> Vec<Conclusion> {
    let turns = turns_of(past);
    let Moved { rising, fading } = moved(past);
    let rising = rising.iter().take(MOST).map(|moved| conclusion(past, "rising_topic", moved, turns));
    let fading = fading.iter().take(MOST).map(|moved| conclusion(past, "fading_topic", moved, turns));
    rising.chain(fading).collect()
}

impl Move {
    fn new(topic: i64, surprise: f64, counts: Counts) -> Self {
        Self { topic, recent: counts.recent, before: counts.before, surprise, newest: counts.newest }
    }

    /// Topics that are as surprising as one another stand in the order they were last spoken of.
    fn place(&self) -> Option<(i64, i64, Reverse<u32>)> {
        self.newest.first().map(|mention| (mention.at, mention.turn, mention.place))
    }
}

/// How far the share of turns with a topic lately is from the share before, in standard deviations of what chance
/// would do if both were one (the two-proportion z-test with a pooled share).
fn surprise_of(recent: u32, recent_turns: u32, before: u32, before_turns: u32) -> f64 {
    let [with, turns, before_with, before_turns] =
        [recent, recent_turns, before, before_turns].map(f64::from);
    let pooled = (with + before_with) / (turns + before_turns);
    let deviation = (pooled * (1.0 - pooled) * (1.0 / turns + 1.0 / before_turns)).sqrt();
    if deviation > 0.0 { (with / turns - before_with / before_turns) / deviation } else { 0.0 }
}

fn conclusion(
    past: &Past,
    insight_type: &'static str,
    moved: &Move,
    (recent_turns, before_turns): (u32, u32),
) -> Conclusion {
    let name = name_of(moved.topic);
    let word = if insight_type == "rising_topic" { "more" } else { "less" };
    let days = |days: i64| u32::try_from(days).unwrap_or(u32::MAX);
    Conclusion {
        insight_type,
        subject: name.clone(),
        content: format!(
            "You speak {word} of {name}: {} in the last {RECENT_DAYS} days, {} in the {BEFORE_DAYS} days before",
            counted(moved.recent, "turn"),
            moved.before,
        ),
        context: format!("of {recent_turns} and {} in all", counted(before_turns, "turn")),
        confidence: 0.8,
        state: InsightState::Active,
        at: past.week(),
        detail: Some(InsightDetail::Trend {
            recent: moved.recent,
            recent_turns,
            recent_days: days(RECENT_DAYS),
            before: moved.before,
            before_turns,
            before_days: days(BEFORE_DAYS),
        }),
        evidence: moved.newest.iter().map(mentioned).collect(),
    }
}

fn count(turns: usize) -> u32 {
    u32::try_from(turns).unwrap_or(u32::MAX)
}
