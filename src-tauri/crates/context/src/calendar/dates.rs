//! Days in words: what "by Friday", "in two weeks", "15.3." or "last month" means, in English and German.
//!
//! A weekday, month or day without more is the next one, or the last one, as the reader leans; "next Friday"
//! is the Friday of the next week; a "few" are three. Weeks begin on Monday.

use std::ops::Range;

use super::day::{Day, Days};
use super::words::{Unit, month, number, season, step, unit, weekday, year_of};
use super::written::{nearest, written};
use crate::analysis::tokens::Sentence;

/// Which way a date without a year, or a weekday without more, is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lean {
    /// The next one: plans.
    Ahead,
    /// The last one: what was.
    Back,
}

/// A date in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its tokens, with the preposition before.
    pub(crate) tokens: Range<usize>,
    /// What it means.
    pub(crate) days: Days,
    /// Whether it says "by", "until", "before": a limit.
    pub(crate) is_limit: bool,
}

/// All dates of a sentence, in its order.
pub(crate) fn dates(sentence: &Sentence<'_>, today: Day, lean: Lean) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < sentence.len() {
        match date_at(sentence, at, today, lean) {
            Some((end, days, is_limit)) => {
                found.push(Found { tokens: at..end, days, is_limit });
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// What stands before a date.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    None,
    /// "on", "in", "am", "im": something of that day.
    At,
    /// "by", "until", "bis": a limit.
    Limit,
}

/// Behind the last token, what it means, whether it is a limit.
type Read = (usize, Days, bool);

/// The date that begins at `at`, preposition first.
pub(super) fn date_at(sentence: &Sentence<'_>, at: usize, today: Day, lean: Lean) -> Option<Read> {
    let form = sentence.form(at);
    let before = match form {
        "by" | "until" | "till" | "before" | "bis" | "due" | "within" => Lead::Limit,
        "on" | "in" | "at" | "am" | "im" | "an" | "for" | "zu" | "this" | "during" | "around" | "ab"
        | "from" | "since" | "seit" | "vom" | "zum" | "for_the" => Lead::At,
        _ => Lead::None,
    };
    let is_limit = before == Lead::Limit;
    if before != Lead::None {
        // "bis zum 15. März", "by the end of May", "bis zur nächsten Woche".
        let mut next = at + 1;
        while next < at + 3
            && matches!(
                sentence.form(next),
                "the"
                    | "zum"
                    | "zur"
                    | "den"
                    | "dem"
                    | "der"
                    | "die"
                    | "am"
                    | "on"
                    | "spätestens"
                    | "im"
                    | "in"
                    | "ende_"
            )
        {
            next += 1;
        }
        if form != "this"
            && let Some((end, days)) = bare(sentence, next, today, lean, before)
        {
            return Some((end, days, is_limit));
        }
    }
    bare(sentence, at, today, lean, Lead::None).map(|(end, days)| (end, days, false))
}

/// A date without its preposition.
pub(super) fn bare(
    sentence: &Sentence<'_>,
    at: usize,
    today: Day,
    lean: Lean,
    before: Lead,
) -> Option<(usize, Days)> {
    named_day(sentence, at, today)
        .or_else(|| written(sentence, at, today, lean, before))
        .or_else(|| relative(sentence, at, today, before))
        .or_else(|| part_of(sentence, at, today, lean))
        .or_else(|| week_day(sentence, at, today, lean))
        .or_else(|| month_alone(sentence, at, today, lean, before))
}

/// "today", "übermorgen", "the day after tomorrow".
fn named_day(sentence: &Sentence<'_>, at: usize, today: Day) -> Option<(usize, Days)> {
    let ahead = match sentence.form(at) {
        "today" | "tonight" | "heute" => 0,
        "tomorrow" | "tmrw" => 1,
        "yesterday" | "gestern" => -1,
        "übermorgen" => 2,
        "vorgestern" => -2,
        // "der Morgen", "guten Morgen" is a time of the day; "morgen früh" is not.
        "morgen" if at == 0 || !sentence.is_capital(at) => {
            if matches!(sentence.form(at.wrapping_sub(1)), "guten" | "am" | "jeden" | "gestern" | "heute") {
                return None;
            }
            1
        }
        "day" if sentence.form(at + 1) == "after" && sentence.form(at + 2) == "tomorrow" => {
            return Some((at + 3, Days::one(today.plus_days(2))));
        }
        "day" if sentence.form(at + 1) == "before" && sentence.form(at + 2) == "yesterday" => {
            return Some((at + 3, Days::one(today.plus_days(-2))));
        }
        _ => return None,
    };
    Some((at + 1, Days::one(today.plus_days(ahead))))
}

/// "in two weeks", "three days ago", "vor zwei Monaten", "next week", "dieses Jahr", "the past ten days".
fn relative(sentence: &Sentence<'_>, at: usize, today: Day, before: Lead) -> Option<(usize, Days)> {
    let form = sentence.form(at);
    if matches!(form, "innerhalb" | "within") {
        let at = at + 1 + usize::from(matches!(sentence.form(at + 1), "von" | "the"));
        let (end, count, unit) = amount(sentence, at)?;
        return Some((end, Days::one(unit.later(today, count))));
    }
    if form == "vor" {
        let (end, count, unit) = amount(sentence, at + 1)?;
        return Some((end, Days::one(unit.later(today, -count))));
    }
    if let Some(step) = step(form) {
        let next = at + 1;
        if let Some((end, count, unit)) = number(sentence.form(next))
            .filter(|count| (*count > 1 || sentence.is_number(next)) && step != 0)
            .and_then(|_| amount(sentence, next))
        {
            let days = if step > 0 {
                Days { first: today, last: unit.later(today, count) }
            } else {
                Days { first: unit.later(today, -count), last: today }
            };
            return Some((end, days));
        }
        if let Some(unit) = unit(sentence.form(next)).filter(|unit| *unit != Unit::Day) {
            return Some((next + 1, unit.around(unit.later(today, step))?));
        }
        if let Some(month) = month(sentence.form(next)) {
            let lean = if step < 0 { Lean::Back } else { Lean::Ahead };
            let year = if step == 0 { Some(today.year()) } else { None };
            return month_days(month, year, today, lean).map(|days| (next + 1, days));
        }
        if let Some(month) = season(sentence.form(next)) {
            return season_days(month, today, if step < 0 { Lean::Back } else { Lean::Ahead })
                .map(|days| (next + 1, days));
        }
        return None;
    }
    let (end, count, unit) = amount(sentence, at)?;
    match sentence.form(end) {
        "ago" => Some((end + 1, Days::one(unit.later(today, -count)))),
        "from" if sentence.form(end + 1) == "now" => Some((end + 2, Days::one(unit.later(today, count)))),
        // "in two weeks" is ahead; "since two weeks", "for two weeks" is a length of time.
        _ if before != Lead::None && matches!(sentence.form(at.wrapping_sub(1)), "in" | "within") => {
            Some((end, Days::one(unit.later(today, count))))
        }
        _ => None,
    }
}

/// "two weeks", "a couple of days", "ein paar Tagen".
fn amount(sentence: &Sentence<'_>, at: usize) -> Option<(usize, i64, Unit)> {
    let mut count = number(sentence.form(at))?;
    let mut next = at + 1;
    if matches!(sentence.form(next), "couple" | "few" | "paar") {
        count = number(sentence.form(next))?;
        next += 1;
    }
    if sentence.form(next) == "of" {
        next += 1;
    }
    Some((next + 1, count, unit(sentence.form(next)).filter(|unit| *unit != Unit::Weekend)?))
}

/// "end of May", "Mitte März", "end of the year", "Jahresende".
fn part_of(sentence: &Sentence<'_>, at: usize, today: Day, lean: Lean) -> Option<(usize, Days)> {
    match sentence.form(at) {
        "jahresende" => return Some((at + 1, Days::one(Days::year(today.year())?.last))),
        "monatsende" => return Some((at + 1, Days::one(Unit::Month.around(today)?.last))),
        "weihnachten" | "christmas" | "xmas" => {
            return Some((at + 1, Days::one(nearest(25, 12, today, lean)?)));
        }
        "silvester" => return Some((at + 1, Days::one(nearest(31, 12, today, lean)?))),
        _ => {}
    }
    let (mut next, from, until) = match sentence.form(at) {
        "end" | "ende" | "late" | "spätestens" => (at + 1, 20, 100),
        "beginning" | "start" | "early" | "anfang" => (at + 1, 0, 9),
        "middle" | "mid" | "mitte" => (at + 1, 10, 19),
        _ => return None,
    };
    while next < at + 4
        && matches!(
            sentence.form(next),
            "of" | "the" | "des" | "der" | "im" | "-" | "dieser" | "dieses" | "diesen"
        )
    {
        next += 1;
    }
    let (end, whole) = if let Some(month) = month(sentence.form(next)) {
        let year = year_of(sentence.form(next + 1));
        (next + 1 + usize::from(year.is_some()), month_days(month, year, today, lean)?)
    } else if let Some(unit) = unit(sentence.form(next)) {
        (next + 1, unit.around(today)?)
    } else if let Some(year) = year_of(sentence.form(next)) {
        (next + 1, Days::year(year)?)
    } else {
        relative(sentence, next, today, Lead::None)?
    };
    if until == 100 && whole.first.days_until(whole.last) != 0 {
        return Some((end, Days::one(whole.last)));
    }
    let clamp = |days: i64| whole.first.plus_days(days).min(whole.last);
    Some((end, Days { first: clamp(from), last: clamp(until) }))
}

/// "Friday", "next Friday", "letzten Montag".
fn week_day(sentence: &Sentence<'_>, at: usize, today: Day, lean: Lean) -> Option<(usize, Days)> {
    let (next, step) = match step(sentence.form(at)) {
        Some(step) => (at + 1, Some(step)),
        None => (at, None),
    };
    let wanted = weekday(sentence.form(next))?;
    let ahead = (wanted - today.weekday()).rem_euclid(7);
    let behind = (today.weekday() - wanted).rem_euclid(7);
    let day = match (step, sentence.form(at)) {
        (Some(1), "coming" | "kommende" | "kommenden" | "kommender") => {
            today.plus_days(if ahead == 0 { 7 } else { ahead })
        }
        (Some(1), _) => Days::week_of(today).first.plus_days(7 + wanted - 1),
        (Some(0), _) => Days::week_of(today).first.plus_days(wanted - 1),
        (None, _) if lean == Lean::Ahead => today.plus_days(ahead),
        // Today would be called today.
        (None | Some(_), _) => today.plus_days(-(if behind == 0 { 7 } else { behind })),
    };
    Some((next + 1, Days::one(day)))
}

/// "in May", "by March 2027", "im Sommer", "in 2027": only behind a preposition, for "may" and "march" are
/// words of their own.
fn month_alone(
    sentence: &Sentence<'_>,
    at: usize,
    today: Day,
    lean: Lean,
    before: Lead,
) -> Option<(usize, Days)> {
    let form = sentence.form(at);
    if let Some(month) = month(form) {
        let year = year_of(sentence.form(at + 1));
        if before == Lead::None && year.is_none() {
            return None;
        }
        // A verb: "I may", "to march".
        if !sentence.is_capital(at) && matches!(form, "may" | "march" | "mar" | "sep") && before == Lead::None
        {
            return None;
        }
        let end = at + 1 + usize::from(year.is_some());
        return month_days(month, year, today, lean).map(|days| (end, days));
    }
    if before == Lead::None {
        return None;
    }
    if let Some(month) = season(form) {
        let year = year_of(sentence.form(at + 1));
        let days = match year {
            Some(year) => three_months(year, month)?,
            None => season_days(month, today, lean)?,
        };
        return Some((at + 1 + usize::from(year.is_some()), days));
    }
    if form == "jahr" || form == "year" {
        return year_of(sentence.form(at + 1)).and_then(Days::year).map(|days| (at + 2, days));
    }
    let year = year_of(form)?;
    // "in 2027 steps", "at 2000 meters".
    let counts = sentence.is_word(at + 1)
        && !matches!(
            sentence.form(at + 1),
            "and"
                | "i"
                | "we"
                | "und"
                | "ich"
                | "wir"
                | "or"
                | "at"
                | "einen"
                | "ein"
                | "eine"
                | "mit"
                | "den"
                | "zu"
        );
    if counts || matches!(sentence.form(at.wrapping_sub(1)), "at" | "on" | "for") {
        return None;
    }
    Days::year(year).map(|days| (at + 1, days))
}

/// The month of this year, of a given one, or of the one that the reader leans to.
fn month_days(month: i8, year: Option<i16>, today: Day, lean: Lean) -> Option<Days> {
    if let Some(year) = year {
        return Days::month(year, month);
    }
    let days = Days::month(today.year(), month)?;
    match lean {
        Lean::Ahead if days.last < today => Days::month(today.year() + 1, month),
        Lean::Back if days.first > today => Days::month(today.year() - 1, month),
        _ => Some(days),
    }
}

fn three_months(year: i16, first_month: i8) -> Option<Days> {
    let first = Day::new(year, first_month, 1)?;
    Some(Days { first, last: first.plus_months(3).plus_days(-1) })
}

fn season_days(first_month: i8, today: Day, lean: Lean) -> Option<Days> {
    let years = today.year() - 1..=today.year() + 1;
    match lean {
        Lean::Ahead => {
            years.filter_map(|year| three_months(year, first_month)).find(|days| days.last >= today)
        }
        Lean::Back => {
            years.rev().filter_map(|year| three_months(year, first_month)).find(|days| days.first <= today)
        }
    }
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
