//! Days that are the whole of what somebody typed: "last week", "seit März", "2026-05", "before Monday".

use super::dates::{Lead, Lean, bare, date_at};
use super::day::{Day, Days};
use super::words::{short_weekday, step, year_of};
use crate::analysis::tokens::{Sentence, Tokens};

/// No phrase for days has more words than this.
const MOST_WORDS: usize = 12;

/// On which side of the days is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The days themselves.
    At,
    /// They and all that comes behind ("since", "seit").
    Since,
    /// What comes behind them ("after", "nach").
    After,
    /// All up to their end ("until", "bis").
    Until,
    /// What comes before them ("before", "vor").
    Before,
}

/// The days that a phrase means, seen from `today`, and on which side of them. `None`: it names no day, or more than
/// one, or says something else beside it.
pub(crate) fn meant(text: &str, today: Day, lean: Lean) -> Option<(Days, Side)> {
    let tokens = Tokens::of(text);
    let mut sentences = tokens.sentences();
    let sentence = sentences.next()?;
    if sentences.next().is_some() || sentence.len() > MOST_WORDS {
        return None;
    }
    let mut side = Side::At;
    for at in 0..sentence.len() {
        if let Some((end, days)) = whole(&sentence, at, today, lean)
            && !(end..sentence.len()).any(|behind| sentence.is_word(behind))
        {
            return Some((days, side));
        }
        side = match sentence.form(at) {
            "since" | "seit" | "ab" | "from" => Side::Since,
            "after" | "nach" => Side::After,
            "until" | "till" | "bis" => Side::Until,
            "before" | "vor" => Side::Before,
            "the" | "of" | "on" | "in" | "during" | "der" | "die" | "das" | "dem" | "den" | "im" | "am"
            | "zum" | "vom" | "von" | "aus" | "während" => side,
            _ => return None,
        };
    }
    None
}

/// The days that begin at `at`, without a word before them, and the token behind them.
fn whole(sentence: &Sentence<'_>, at: usize, today: Day, lean: Lean) -> Option<(usize, Days)> {
    let form = sentence.form(at);
    // "in two weeks" is not "two weeks".
    if form == "in" {
        return date_at(sentence, at, today, lean).map(|(end, days, _)| (end, days));
    }
    if let Some(found) = bare(sentence, at, today, lean, Lead::At) {
        return Some(found);
    }
    if let Some(wanted) = short_weekday(form) {
        let days = match lean {
            Lean::Ahead => (wanted - today.weekday()).rem_euclid(7),
            Lean::Back => -(today.weekday() - wanted - 1).rem_euclid(7) - 1,
        };
        return Some((at + 1, Days::one(today.plus_days(days))));
    }
    if let Some(step) = step(form)
        && matches!(sentence.form(at + 1), "day" | "tag")
    {
        return Some((at + 2, Days::one(today.plus_days(step))));
    }
    let (year, month) = form.split_once('-')?;
    Some((at + 1, Days::month(year_of(year)?, month.parse().ok()?)?))
}

#[cfg(test)]
#[path = "meant_tests.rs"]
mod tests;
