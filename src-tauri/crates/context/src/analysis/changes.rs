//! Changes: what a person gave up, and what for.

use std::ops::Range;

use super::cues::Hit;
use super::phrases::{Reach, phrase_end, thing};
use super::preferences::Shape;
use super::technologies;
use super::told::{ItemDraft, Told};
use super::{Polarity, RuleId};
use crate::state::ItemKind;

/// "I switched from vim to helix".
pub(super) fn from_to(told: &Told<'_>, hit: &Hit<Shape>) -> Option<ItemDraft> {
    let sentence = &told.sentence;
    let german = told.form(hit.cue.start) == "ich" || told.form(hit.cue.start) == "wir";
    let to = hit.cue.end - 1;
    let old = thing(sentence, hit.object..to, 4)?;
    let end = phrase_end(sentence, hit.cue.end, Reach::Thing, told.dates);
    let verbs: &[&str] =
        &["umgestiegen", "gewechselt", "umgestellt", "migriert", "gegangen", "umgezogen", "gezogen"];
    let end = clause_words(told, hit.cue.end, end, verbs);
    if german && !matches!(told.form(end), "umgestiegen" | "gewechselt" | "umgestellt" | "migriert") {
        return None;
    }
    let new = thing(sentence, hit.cue.end..end, 4)?;
    let is_technology =
        |tokens: &Range<usize>| tokens.clone().any(|index| technologies::is_known(told.form(index)));
    if hit.meaning == Shape::MovedFromTo && !(is_technology(&old) || is_technology(&new)) {
        return None;
    }
    if told.has(hit.cue.clone(), &["went", "gone"])
        && (old.clone().chain(new.clone())).any(|index| sentence.is_number(index))
    {
        return None;
    }
    let mut draft = ItemDraft::new(told, ItemKind::Preference, RuleId::PreferenceChange, new)
        .with_polarity(Polarity::Uses);
    draft.replaced = Some(told.words(&old));
    Some(draft)
}

/// "I stopped using vim", "ich habe aufgehört, Kaffee zu trinken".
pub(super) fn stopped(told: &Told<'_>, object: usize, clause_end: usize) -> Option<Range<usize>> {
    let sentence = &told.sentence;
    let mut start = object;
    if matches!(
        told.form(start),
        "using"
            | "drinking"
            | "eating"
            | "playing"
            | "watching"
            | "wearing"
            | "reading"
            | "buying"
            | "doing"
            | "taking"
    ) {
        start += 1;
    }
    let end = phrase_end(sentence, start, Reach::Thing, told.dates).min(clause_end.max(start));
    let end = clause_words(told, start, end, &["zu", "aufgehört", "aufgegeben", "any", "anymore"]);
    // "zu rauchen": the verb itself.
    if end == start && told.form(start) == "zu" && told.form(start + 1) == "rauchen" {
        return Some(start + 1..start + 2);
    }
    thing(sentence, start..end, 4).filter(|tokens| {
        !told.has(tokens.clone(), &["job", "jobs", "school", "medication", "bothering", "worrying", "here"])
    })
}

/// Where "any more" stands, if it ends what is said.
pub(super) fn any_more(told: &Told<'_>, range: Range<usize>) -> Option<usize> {
    range.clone().find(|index| {
        told.form(*index) == "anymore"
            || (told.form(*index) == "any"
                && told.form(index + 1) == "more"
                && !told.sentence.is_word(index + 2))
    })
}

/// The end before the first of `words`.
pub(super) fn clause_words(told: &Told<'_>, from: usize, end: usize, words: &[&str]) -> usize {
    (from..end).find(|index| words.contains(&told.form(*index))).unwrap_or(end)
}
