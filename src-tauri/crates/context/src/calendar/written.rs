//! Days written with their number: "2026-05-31", "15.3.", "15 March", "March 15th, 2027", "15. März".

use super::dates::{Lead, Lean};
use super::day::{Day, Days};
use super::words::{month, year_of};
use crate::analysis::tokens::Sentence;

/// "2026-05-31", "15.3.", "15 March", "March 15th, 2027", "15. März".
pub(super) fn written(
    sentence: &Sentence<'_>,
    at: usize,
    today: Day,
    lean: Lean,
    before: Lead,
) -> Option<(usize, Days)> {
    let form = sentence.form(at);
    if sentence.is_number(at) {
        if form.len() == 10
            && form.is_ascii()
            && let Ok(day) = form.parse::<Day>()
        {
            return Some((at + 1, Days::one(day)));
        }
        if let Some(dotted) = dotted(sentence, at, today, lean, before) {
            return Some(dotted);
        }
        let digits =
            form.trim_end_matches("st").trim_end_matches("nd").trim_end_matches("rd").trim_end_matches("th");
        let number: i8 = digits.parse().ok().filter(|day| (1..=31).contains(day))?;
        let mut next = at + 1;
        if matches!(sentence.form(next), "." | "of") {
            next += 1;
        }
        let month = month(sentence.form(next))?;
        return day_of_month(sentence, number, month, next + 1, today, lean);
    }
    let month = month(form)?;
    let digits = sentence.form(at + 1);
    let digits =
        digits.trim_end_matches("st").trim_end_matches("nd").trim_end_matches("rd").trim_end_matches("th");
    let number: i8 =
        digits.parse().ok().filter(|day| (1..=31).contains(day) && sentence.is_number(at + 1))?;
    day_of_month(sentence, number, month, at + 2, today, lean)
}

fn day_of_month(
    sentence: &Sentence<'_>,
    number: i8,
    month: i8,
    next: usize,
    today: Day,
    lean: Lean,
) -> Option<(usize, Days)> {
    let behind = if sentence.form(next) == "," { next + 1 } else { next };
    if let Some(year) = year_of(sentence.form(behind)) {
        return Some((behind + 1, Days::one(Day::new(year, month, number)?)));
    }
    Some((next, Days::one(nearest(number, month, today, lean)?)))
}

/// "15.3.", "15.03.2027", "15.3.27".
fn dotted(sentence: &Sentence<'_>, at: usize, today: Day, lean: Lean, before: Lead) -> Option<(usize, Days)> {
    let mut parts = sentence.form(at).split('.');
    let day: i8 = parts.next()?.parse().ok()?;
    let month: i8 = parts.next()?.parse().ok()?;
    let year = parts.next();
    if parts.next().is_some() {
        return None;
    }
    if let Some(year) = year {
        let year: i16 = year.parse().ok()?;
        let year = if year < 100 { 2000 + year } else { year };
        return Some((at + 1, Days::one(Day::new(year, month, day)?)));
    }
    // "15.3" alone is a number.
    let dot = sentence.form(at + 1) == "." && sentence.token(at + 1).is_some_and(|token| token.joined);
    if !dot && before == Lead::None {
        return None;
    }
    let next = at + 1 + usize::from(dot);
    if let Some(year) = year_of(sentence.form(next)) {
        return Some((next + 1, Days::one(Day::new(year, month, day)?)));
    }
    Some((next, Days::one(nearest(day, month, today, lean)?)))
}

/// The day of that number and month, this year or the one that the reader leans to.
pub(super) fn nearest(number: i8, month: i8, today: Day, lean: Lean) -> Option<Day> {
    // A leap day may be years away.
    (0..=8).find_map(|step| {
        let year = if lean == Lean::Ahead { today.year() + step } else { today.year() - step };
        Day::new(year, month, number)
            .filter(|day| if lean == Lean::Ahead { *day >= today } else { *day <= today })
    })
}
