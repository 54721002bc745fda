//! Days of a search: "last week", "seit März", "2026-05" as the whole of what somebody typed.

use super::calendar_words::{month, year_of};
use super::dates::{Lean, date_at, month_days};
use super::day::{Day, Days};
use super::tokens::{Sentence, Tokens};

/// The days that a phrase such as "last week", "seit März", "2026-05" or "past three days" means, seen from
/// `today`. `None`: it names no day, or more than one, or says something else beside it.
///
/// "since" and "seit" reach until today, "until" and "bis" begin at the calendar's first year.
#[must_use]
pub fn days_meant(text: &str, today: Day) -> Option<Days> {
    let tokens = Tokens::of(text);
    let mut sentences = tokens.sentences();
    let sentence = sentences.next()?;
    if sentences.next().is_some() || sentence.len() > 12 {
        return None;
    }
    let mut first = 0;
    while matches!(
        sentence.form(first),
        "from" | "the" | "during" | "aus" | "von" | "in" | "im" | "der" | "den" | "dem" | "während"
    ) && date_at(&sentence, first, today, Lean::Back).is_none_or(|(end, _, _)| end != sentence.len())
    {
        first += 1;
    }
    let open = sentence.form(first);
    let skip = usize::from(matches!(
        open,
        "since" | "seit" | "after" | "nach" | "before" | "vor" | "until" | "bis" | "till" | "ab" | "dem"
    ));
    let (days, end) =
        meant_at(&sentence, first, today).or_else(|| meant_at(&sentence, first + skip, today))?;
    if end < sentence.len() && sentence.is_word(end) {
        return None;
    }
    Some(match open {
        "since" | "seit" | "ab" => Days { first: days.first, last: today.max(days.first) },
        "after" | "nach" => Days { first: days.last.plus_days(1), last: today.max(days.last.plus_days(1)) },
        "until" | "bis" | "till" => Days { first: Day::new(1, 1, 1)?, last: days.last },
        "before" => Days { first: Day::new(1, 1, 1)?, last: days.first.plus_days(-1) },
        _ => days,
    })
}

fn meant_at(sentence: &Sentence<'_>, at: usize, today: Day) -> Option<(Days, usize)> {
    if let Some((end, days, _)) = date_at(sentence, at, today, Lean::Back) {
        return Some((days, end));
    }
    // A year or a month by itself means itself here; in a sentence it would need a preposition.
    let form = sentence.form(at);
    if let Some(month) = month(form) {
        let year = year_of(sentence.form(at + 1));
        let end = at + 1 + usize::from(year.is_some());
        return month_days(month, year, today, Lean::Back).map(|days| (days, end));
    }
    if let Some(year) = year_of(form) {
        return Days::year(year).map(|days| (days, at + 1));
    }
    let (year, month) = form.split_once('-')?;
    Some((Days::month(year_of(year)?, month.parse().ok()?)?, at + 1))
}

#[cfg(test)]
#[path = "days_meant_tests.rs"]
mod tests;
