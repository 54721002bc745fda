//! The rhythm of activity: at which hours of the week somebody speaks with assistants.

use clock::Timestamp;

use super::Conclusion;
use super::past::{DAY, Past, day_start, week_start, whole};
use crate::calendar::Day;
use crate::insight_detail::InsightDetail;
use crate::state::InsightState;

/// So many turns ...
const TURNS: usize = 60;
/// ... on so many days make a rhythm.
const DAYS: usize = 14;
/// The days that are counted.
const WINDOW: i64 = 84;
const HOUR: i64 = DAY / 24;
const WEEKDAYS: [&str; 7] =
    ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

/// The hour of the week, Monday at midnight first.
pub(crate) fn hour_of_week(at: i64) -> usize {
    usize::try_from((at - week_start(at)).div_euclid(HOUR)).unwrap_or(0).min(167)
}

pub(super) fn find(past: &Past) -> Vec<Conclusion> {
    // Whole weeks, so that every hour of the week is counted equally often.
    let until = past.week();
    let since = until - WINDOW * DAY;
    let counted: Vec<_> = past.turns.iter().filter(|turn| turn.at >= since && turn.at < until).collect();
    let days: std::collections::HashSet<i64> = counted.iter().map(|turn| day_start(turn.at)).collect();
    if past.cut || counted.len() < TURNS || days.len() < DAYS {
        return Vec::new();
    }
    let mut hours = vec![0_u32; 168];
    for turn in &counted {
        hours[hour_of_week(turn.at)] += 1;
    }
    let by_day: Vec<u32> = hours.chunks(24).map(|day| day.iter().sum()).collect();
    let by_hour: Vec<u32> = (0..24).map(|hour| (0..7).map(|day| hours[day * 24 + hour]).sum()).collect();
    // The busiest four hours of the day that follow one another; of equal ones the earliest.
    let busiest = (0..24)
        .max_by_key(|start| {
            let turns: u32 = (0..4).map(|next| by_hour[(start + next) % 24]).sum();
            (turns, std::cmp::Reverse(*start))
        })
        .unwrap_or(0);
    let weekday = (0..7).max_by_key(|day| (by_day[*day], std::cmp::Reverse(*day))).unwrap_or(0);
    let in_busiest: Vec<_> = counted
        .iter()
        .filter(|turn| (hour_of_week(turn.at) % 24 + 24 - busiest) % 24 < 4)
        .take(5)
        .map(|turn| whole(turn))
        .collect();
    vec![Conclusion {
        insight_type: "activity_rhythm",
        subject: "week".to_owned(),
        content: format!(
            "You are most active between {busiest:02}:00 and {:02}:00 UTC, and on {}",
            (busiest + 4) % 24,
            WEEKDAYS[weekday]
        ),
        context: format!(
            "{} on {} of the last {} weeks",
            crate::counted(counted.len() as u64, "turn"),
            crate::counted(days.len() as u64, "day"),
            WINDOW / 7
        ),
        confidence: 0.8,
        state: InsightState::Active,
        at: until,
        detail: Some(InsightDetail::Rhythm { hours, since: Day::of(Timestamp::from_micros(since)) }),
        evidence: in_busiest,
    }]
}
