//! Days and spans of time in words: "last week", "vor 3 Tagen", "since March", "2026-05-07".
//!
//! Pure: now and the zone are the caller's. A span begins with its first moment and ends before its last.

use clock::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _, Zoned};

use super::words::fold;
use crate::input::InputError;

/// A stretch of time, from its first moment to the one behind its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

/// The day of a moment in UTC: year, month and day. The zone of this computer may change; the index may not.
pub(super) fn day_of(at: Timestamp) -> Option<(i16, i8, i8)> {
    let day = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?.to_zoned(TimeZone::UTC).date();
    Some((day.year(), day.month(), day.day()))
}

/// Months as they are written in English and German, folded; a place is one less than the month's number.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "janner", "jan"],
    &["february", "februar", "feb"],
    &["march", "marz", "maerz", "mar"],
    &["april", "apr"],
    &["may", "mai"],
    &["june", "juni", "jun"],
    &["july", "juli", "jul"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["october", "oktober", "oct", "okt"],
    &["november", "nov"],
    &["december", "dezember", "dec", "dez"],
];

const WEEKDAYS: [(&[&str], Weekday); 7] = [
    (&["monday", "montag", "mon"], Weekday::Monday),
    (&["tuesday", "dienstag", "tue"], Weekday::Tuesday),
    (&["wednesday", "mittwoch", "wed"], Weekday::Wednesday),
    (&["thursday", "donnerstag", "thu"], Weekday::Thursday),
    (&["friday", "freitag", "fri"], Weekday::Friday),
    (&["saturday", "samstag", "sonnabend", "sat"], Weekday::Saturday),
    (&["sunday", "sonntag", "sun"], Weekday::Sunday),
];

/// The number of a month by its folded name.
pub(super) fn month(folded: &str) -> Option<i8> {
    (1..).zip(MONTHS).find(|(_, names)| names.contains(&folded)).map(|(number, _)| number)
}

/// Units in both languages, folded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

fn unit(folded: &str) -> Option<Unit> {
    Some(match folded {
        "minute" | "minutes" | "minuten" => Unit::Minute,
        "hour" | "hours" | "stunde" | "stunden" => Unit::Hour,
        "day" | "days" | "tag" | "tage" | "tagen" => Unit::Day,
        "week" | "weeks" | "woche" | "wochen" => Unit::Week,
        "month" | "months" | "monat" | "monate" | "monaten" | "monats" => Unit::Month,
        "year" | "years" | "jahr" | "jahre" | "jahren" | "jahres" => Unit::Year,
        _ => return None,
    })
}

fn number(word: &str) -> Option<i32> {
    let written = match word {
        "a" | "an" | "one" | "ein" | "eine" | "einem" | "einer" | "einen" => 1,
        "two" | "zwei" => 2,
        "three" | "drei" => 3,
        "four" | "vier" => 4,
        "five" | "funf" => 5,
        "six" | "sechs" => 6,
        "seven" | "sieben" => 7,
        "eight" | "acht" => 8,
        "nine" | "neun" => 9,
        "ten" | "zehn" => 10,
        _ => return word.parse().ok().filter(|count| (0..=100_000).contains(count)),
    };
    Some(written)
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
    let unknown = || InputError::UnknownTime { name, shown: words.trim().chars().take(60).collect() };
    let now =
        jiff::Timestamp::from_microsecond(now.as_micros()).map_err(|_| unknown())?.to_zoned(zone.clone());
    read(words.trim(), &now).ok_or_else(unknown)
}

fn read(text: &str, now: &Zoned) -> Option<Stretch> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        let at = Timestamp::from_micros(moment.as_microsecond());
        return Some(Stretch { from: at, to: at });
    }
    if let Some(found) = numeric(text) {
        return days(found.0, found.1, now);
    }
    let folded: Vec<String> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '.'))
        .map(fold)
        .filter(|word| !word.is_empty())
        .collect();
    let mut words: Vec<&str> = folded.iter().map(String::as_str).collect();
    // "since March", "until yesterday", "in the last week", "am Montag", "on the 7th".
    while let [
        "since" | "until" | "before" | "after" | "from" | "in" | "on" | "the" | "of" | "seit" | "bis" | "ab"
        | "im" | "am" | "der" | "die" | "das" | "dem" | "den",
        rest @ ..,
    ] = words.as_slice()
        && !rest.is_empty()
    {
        words = rest.to_vec();
    }
    let today = now.date();
    match words.as_slice() {
        ["now" | "jetzt"] => Some(moment(now)),
        ["today" | "heute"] => day(today, now),
        ["yesterday" | "gestern"] => day(today.yesterday().ok()?, now),
        ["vorgestern"] => day(today.checked_sub(2.days()).ok()?, now),
        [
            "last" | "past" | "previous" | "letzte" | "letzten" | "letzter" | "letztes" | "letztem"
            | "vorige" | "vorigen" | "voriges" | "vergangene" | "vergangenen",
            rest @ ..,
        ] => before(rest, now),
        ["this" | "diese" | "dieser" | "diesen" | "diesem" | "dieses", name] => around(unit(name)?, 0, now),
        [count, name, "ago"] | ["vor", count, name] => ago(number(count)?, unit(name)?, now),
        words => calendar(words, now),
    }
}

/// "last week", "last 3 days", "last Monday", "last March".
fn before(words: &[&str], now: &Zoned) -> Option<Stretch> {
    match words {
        [count, name] if number(count).is_some() => {
            let to = Timestamp::from_micros(now.timestamp().as_microsecond());
            Some(Stretch { to, ..ago(number(count)?, unit(name)?, now)? })
        }
        [name] if unit(name).is_some() => around(unit(name)?, -1, now),
        words => calendar(words, now),
    }
}

/// The unit that is `shift` units away from the one that holds now.
fn around(unit: Unit, shift: i32, now: &Zoned) -> Option<Stretch> {
    let today = now.date();
    let (first, length) = match unit {
        Unit::Minute | Unit::Hour => return ago(-shift, unit, now),
        Unit::Day => (today, 1.days()),
        Unit::Week => {
            (today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?, 7.days())
        }
        Unit::Month => (today.first_of_month(), 1.month()),
        Unit::Year => (today.first_of_year(), 1.year()),
    };
    let first = first.checked_add(length.checked_mul(i64::from(shift)).ok()?).ok()?;
    days(first, first.checked_add(length).ok()?, now)
}

/// So many units back: the whole day for days and more, the moment for hours and minutes.
fn ago(count: i32, unit: Unit, now: &Zoned) -> Option<Stretch> {
    let count = i64::from(count);
    let back: Span = match unit {
        Unit::Minute => return Some(moment(&now.checked_sub(Span::new().try_minutes(count).ok()?).ok()?)),
        Unit::Hour => return Some(moment(&now.checked_sub(Span::new().try_hours(count).ok()?).ok()?)),
        Unit::Day => Span::new().try_days(count).ok()?,
        Unit::Week => Span::new().try_weeks(count).ok()?,
        Unit::Month => Span::new().try_months(count).ok()?,
        Unit::Year => Span::new().try_years(count).ok()?,
    };
    day(now.date().checked_sub(back).ok()?, now)
}

/// "Monday", "March", "March 2025", "7 May 2023", "May 7, 2023", "7. Mai": what has no year is the last one.
fn calendar(words: &[&str], now: &Zoned) -> Option<Stretch> {
    let today = now.date();
    if let [name] = words
        && let Some((_, weekday)) = WEEKDAYS.iter().find(|(names, _)| names.contains(name))
    {
        return day(today.nth_weekday(-1, *weekday).ok()?, now);
    }
    let (mut the_day, mut the_month, mut the_year) = (None, None, None);
    for word in words {
        if let Some(found) = month(word) {
            the_month.replace(found).is_none().then_some(())?;
        } else {
            let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let suffix = &word[digits.len()..];
            if !matches!(suffix, "" | "st" | "nd" | "rd" | "th") {
                return None;
            }
            match digits.len() {
                1 | 2 => the_day.replace(digits.parse::<i8>().ok()?).is_none().then_some(())?,
                4 => the_year.replace(digits.parse::<i16>().ok()?).is_none().then_some(())?,
                _ => return None,
            }
        }
    }
    match (the_year, the_month, the_day) {
        (Some(year), None, None) => {
            days(Date::new(year, 1, 1).ok()?, Date::new(year.checked_add(1)?, 1, 1).ok()?, now)
        }
        (year, Some(month), None) => {
            let of = |year| Date::new(year, month, 1).ok();
            let first = year.map_or_else(|| last(of, today), of)?;
            days(first, first.checked_add(1.month()).ok()?, now)
        }
        (year, Some(month), Some(number)) => {
            let of = |year| Date::new(year, month, number).ok();
            day(year.map_or_else(|| last(of, today), of)?, now)
        }
        _ => None,
    }
}

/// The last time that this day of the year came; 29 February may be some years back.
fn last(of: impl Fn(i16) -> Option<Date>, today: Date) -> Option<Date> {
    (0..8).filter_map(|back| of(today.year() - back)).find(|date| *date <= today)
}

/// "2026-05-07", "2026-05", "7.5.2026".
fn numeric(text: &str) -> Option<(Date, Date)> {
    let parts =
        |separator| text.split(separator).map(|part| part.parse::<i16>().ok()).collect::<Option<Vec<_>>>();
    if let Some(parts) = parts('-')
        && text.len() >= 7
    {
        return match parts.as_slice() {
            [year, month] => {
                let first = Date::new(*year, i8::try_from(*month).ok()?, 1).ok()?;
                Some((first, first.checked_add(1.month()).ok()?))
            }
            [year, month, day] => {
                let date = Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()?;
                Some((date, date.tomorrow().ok()?))
            }
            _ => None,
        };
    }
    let parts = parts('.')?;
    let [day, month, year] = parts.as_slice() else { return None };
    let date = Date::new(*year, i8::try_from(*month).ok()?, i8::try_from(*day).ok()?).ok()?;
    Some((date, date.tomorrow().ok()?))
}

fn day(date: Date, now: &Zoned) -> Option<Stretch> {
    days(date, date.tomorrow().ok()?, now)
}

fn days(from: Date, to: Date, now: &Zoned) -> Option<Stretch> {
    let start = |date: Date| {
        let at = date.to_zoned(now.time_zone().clone()).ok()?.timestamp();
        Some(Timestamp::from_micros(at.as_microsecond()))
    };
    Some(Stretch { from: start(from)?, to: start(to)? })
}

fn moment(at: &Zoned) -> Stretch {
    let at = Timestamp::from_micros(at.timestamp().as_microsecond());
    Stretch { from: at, to: at }
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
