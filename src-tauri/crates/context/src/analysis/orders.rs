//! Orders: how a person wants to be answered, and favourites by their name.

use super::clauses::clause_end;
use super::cues::Hit;
use super::phrases::{Reach, phrase_end, thing};
use super::preferences::Shape;
use super::told::{ItemDraft, Told};
use super::{Polarity, RuleId};
use crate::state::ItemKind;

/// "Always answer in German": what is wanted, up to the end of what is said.
pub(super) fn order(told: &Told<'_>, hit: &Hit<Shape>) -> Option<ItemDraft> {
    let sentence = &told.sentence;
    // The verb belongs to it: the last word of the cue, but not "always", "never", "immer".
    let is_adverb = |form: &str| {
        matches!(
            form,
            "immer"
                | "stets"
                | "künftig"
                | "grundsätzlich"
                | "nie"
                | "niemals"
                | "keine"
                | "kein"
                | "keinen"
                | "bitte"
                | "jetzt"
                | "sofort"
                | "zukunft"
                | "noch"
                | "mich"
        )
    };
    let last = hit.object.checked_sub(1)?;
    let start = if hit.meaning == Shape::Order
        && matches!(told.form(hit.object), "auf" | "in" | "kurz" | "knapp" | "ausführlich" | "mich")
    {
        if told.form(hit.object) == "mich" { hit.object.checked_sub(1)? } else { hit.object }
    } else if told.form(last) == "me" {
        last.checked_sub(1)?
    } else if is_adverb(told.form(last)) {
        hit.object
    } else {
        last
    };
    let end = clause_end(sentence, start);
    if end
        <= start + usize::from(start < hit.object && told.form(start) != "auf" && hit.meaning != Shape::Order)
        || end - start > 9
    {
        return None;
    }
    // Only this answer is meant: "please write a poem", "please use the second version".
    if hit.meaning == Shape::Order {
        let cue = (hit.cue.start..end).map(|index| told.form(index)).collect::<Vec<_>>();
        let is_lasting = cue.iter().any(|form| matches!(*form, "now" | "future" | "me"))
            && cue.first() != Some(&"please")
            || (matches!(told.form(start), "answer" | "reply" | "respond" | "speak" | "talk")
                && matches!(told.form(start + 1), "in" | "with" | "like" | "to"))
            || (told.form(start) == "call" && told.form(start + 1) == "me")
            || (told.form(start) == "auf" || matches!(told.form(start), "kurz" | "knapp" | "ausführlich"))
            || matches!(told.form(start), "duz" | "duze" | "sieze" | "siez");
        if !is_lasting
            || told.has(
                start..end,
                &[
                    "this", "these", "that", "email", "mail", "question", "diese", "diesen", "dieser",
                    "letter", "poem", "one", "it",
                ],
            )
        {
            return None;
        }
    }
    if told.has(start..end, &["this", "these", "diese", "diesen", "dieser"]) {
        return None;
    }
    let value = match hit.meaning {
        Shape::Never => "never",
        _ => "always",
    };
    let draft = ItemDraft::new(told, ItemKind::Preference, RuleId::Preference, start..end);
    let polarity = if hit.meaning == Shape::Never { Polarity::Dislikes } else { Polarity::Prefers };
    Some(draft.with_polarity(polarity).with_value(value))
}

/// "My favourite colour is green", "meine Lieblingsfarbe ist Grün".
pub(super) fn named(told: &Told<'_>, hit: &Hit<Shape>) -> Option<ItemDraft> {
    let sentence = &told.sentence;
    let is_german = matches!(told.form(hit.cue.start), "mein" | "meine");
    if is_german && !told.form(hit.object).starts_with("lieblings") {
        return None;
    }
    let verb = hit.cue.end - 1;
    let end = phrase_end(sentence, hit.cue.end, Reach::Thing, told.dates);
    let value = thing(sentence, hit.cue.end..end, 5).or_else(|| {
        // Pronouns and the like are no things, but may be values.
        (end > hit.cue.end && told.form(hit.object) == "pronouns").then_some(hit.cue.end..end)
    })?;
    let start = if matches!(
        told.form(hit.object.saturating_sub(1)),
        "favourite" | "favorite" | "preferred" | "go-to"
    ) {
        hit.object - 1
    } else {
        hit.object
    };
    if verb <= start
        || (verb - start < 2 && !is_german && start != hit.object)
        || told.has(start..verb, &["part", "line", "thing", "version", "option", "one"])
    {
        return None;
    }
    let value = told.words(&value);
    let draft = ItemDraft::new(told, ItemKind::Preference, RuleId::Preference, start..verb);
    Some(draft.with_polarity(Polarity::Prefers).with_value(value))
}
