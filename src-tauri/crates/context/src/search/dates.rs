//! The bounds of a search in words: "last week", "vor 3 Tagen", "2 hours ago", "2026-05-07T10:00Z". Days are read by
//! the calendar, looking back; what is said here is moments, and where a day begins in somebody's zone.
//!
//! Pure: now and the zone are the caller's. A span begins with its first moment and ends before its last.

use std::time::Duration;

use clock::Timestamp;
use jiff::tz::TimeZone;

use crate::analysis::tokens::form_of;
use crate::calendar::{Day, Days, Lean, Side, clock_unit, meant, number, step};
use crate::input::InputError;

/// A stretch of time, from its first moment to the one behind its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// What the words for a time mean.
///
/// # Errors
/// Words that mean no time; the message names some that do.
pub(super) fn stretch(
    name: &'static str,
    words: &str,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Stretch, InputError> {
    let text = words.trim();
    moments(text, now)
        .or_else(|| days(text, now, zone))
        .ok_or_else(|| InputError::UnknownTime { name, shown: text.chars().take(60).collect() })
}

/// "now", "2 hours ago", "vor 30 Minuten", "the last 2 hours", a time of RFC 3339.
fn moments(text: &str, now: Timestamp) -> Option<Stretch> {
    let at = |at| Some(Stretch { from: at, to: at });
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return at(Timestamp::from_micros(moment.as_microsecond()));
    }
    let words: Vec<String> = text.split_whitespace().map(form_of).collect();
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    while let ["since" | "until" | "in" | "the" | "seit" | "bis" | "der" | "den" | "die", rest @ ..] =
        words.as_slice()
    {
        words = rest.to_vec();
    }
    let back = |count: &str, unit: &str| {
        let seconds = u64::try_from(number(count)?).ok()? * u64::from(clock_unit(unit)?);
        Some(now.minus(Duration::from_secs(seconds)))
    };
    match words.as_slice() {
        ["now" | "jetzt"] => at(now),
        [count, unit, "ago"] | ["vor", count, unit] => at(back(count, unit)?),
        [last, count, unit] if step(last) == Some(-1) => Some(Stretch { from: back(count, unit)?, to: now }),
        [last, unit] if step(last) == Some(-1) => Some(Stretch { from: back("one", unit)?, to: now }),
        _ => None,
    }
}

/// Whole days. What comes before or behind some days begins or ends beside them.
fn days(text: &str, now: Timestamp, zone: &TimeZone) -> Option<Stretch> {
    let (days, side) = meant(text, Day::in_zone(now, zone)?, Lean::Back)?;
    let days = match side {
        Side::At | Side::Since | Side::Until => days,
        Side::After => Days::one(days.last.plus_days(1)),
        Side::Before => Days::one(days.first.plus_days(-1)),
    };
    let (from, to) = (days.first.start_in_zone(zone)?, days.last.plus_days(1).start_in_zone(zone)?);
    Some(Stretch { from, to })
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
