//! Skills by how long somebody has been at them: "ten years", "since 2015", "seit der Schule".

use std::ops::Range;

use super::phrases::{Reach, phrase_end, thing};
use super::skills::new;
use super::tokens::word_list;
use super::told::{ItemDraft, Told};
use crate::calendar::number;

/// The length of time behind "for" or "since".
pub(super) fn length(told: &Told<'_>, mark: usize, limit: usize) -> Option<String> {
    let mut count = mark + 1;
    while matches!(
        told.form(count),
        "over"
            | "about"
            | "almost"
            | "nearly"
            | "around"
            | "more"
            | "than"
            | "roughly"
            | "the"
            | "last"
            | "past"
            | "at"
            | "least"
            | "like"
            | "well"
    ) {
        count += 1;
    }
    if told.form(mark) == "since" {
        // "since 2015", "since I was six".
        let is_long = crate::calendar::year_of(told.form(count)).is_some()
            || matches!(told.form(count), "i" | "childhood" | "school" | "high" | "university" | "college");
        is_long.then(|| told.words(&(mark..(mark + 2).min(limit))))
    } else {
        let is_years = matches!(told.form(count), "years" | "decades" | "ages")
            || (number(told.form(count)).is_some()
                && (count + 1..count + 4)
                    .any(|index| matches!(told.form(index), "years" | "year" | "decades" | "decade")));
        let end = (count..limit)
            .find(|index| matches!(told.form(*index), "years" | "year" | "decades" | "decade" | "ages"))?
            + 1;
        is_years.then(|| told.words(&(count..end)))
    }
}

/// "… for ten years", "… since 2015": with the length of time as its value.
pub(super) fn for_long(
    told: &Told<'_>,
    cue: &Range<usize>,
    object: usize,
    limit: usize,
) -> Option<ItemDraft> {
    let sentence = &told.sentence;
    let mark = (object..limit).find(|index| matches!(told.form(*index), "for" | "since"))?;
    let value = length(told, mark, limit)?;
    let end = phrase_end(sentence, object, Reach::Thing, told.dates).min(mark);
    // "I've been knitting for years": the verb itself.
    let tokens = if mark == object { Some(cue.end - 1..cue.end) } else { thing(sentence, object..end, 5) }?;
    let is_empty_verb = mark == object
        && matches!(
            told.form(cue.end - 1),
            "using"
                | "doing"
                | "with"
                | "in"
                | "used"
                | "done"
                | "making"
                | "playing"
                | "played"
                | "speaking"
        );
    (!is_empty_verb).then(|| new(told, tokens).with_value(value))
}

word_list! {
    /// What somebody may be at for long without learning anything.
    NO_DOING = "living waiting trying thinking feeling having dating going looking struggling seeing getting sleeping \
        suffering being meaning wanting wondering staying avoiding saving planning dreaming hoping smoking drinking \
        eating paying renting following watching taking coming asking telling sitting standing fighting dealing \
        putting hearing missing worrying carrying keeping"
}

/// "gardening for thirty years": the verb, and what is behind it.
pub(super) fn doing(told: &Told<'_>, cue: &Range<usize>, object: usize, limit: usize) -> Option<ItemDraft> {
    let verb = told.form(cue.end - 1);
    (verb.ends_with("ing") && !NO_DOING.contains(&verb)).then(|| for_long(told, cue, object, limit)).flatten()
}

/// "fifteen years restoring furniture", "fünfzehn Jahre lang Möbel restauriert".
pub(super) fn spent(told: &Told<'_>, cue: &Range<usize>, object: usize, limit: usize) -> Option<ItemDraft> {
    let verb = told.form(object);
    let is_german = told.form(cue.start) == "ich";
    let last = limit.checked_sub(1)?;
    let learned = if is_german {
        let verb = told.form(last);
        (verb.ends_with('t') || verb.ends_with("en"))
            && last > object
            && !matches!(verb, "gewartet" | "gebraucht" | "gewohnt" | "gelebt")
    } else {
        verb.ends_with("ing") && !NO_DOING.contains(&verb)
    };
    let count = cue.clone().find(|at| number(told.form(*at)).is_some())?;
    let tokens = thing(
        &told.sentence,
        object..if is_german { limit } else { phrase_end(&told.sentence, object, Reach::Thing, told.dates) },
        5,
    );
    tokens.filter(|_| learned).map(|tokens| new(told, tokens).with_value(told.words(&(count..count + 2))))
}
