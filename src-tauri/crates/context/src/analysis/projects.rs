//! Projects: what a person says to be working on.

use std::ops::Range;
use std::sync::LazyLock;

use super::clauses::is_denied;
use super::cues::Cues;
use super::phrases::{Reach, phrase_end, thing};
use super::tokens::word_list;
use super::told::{ItemDraft, Told};
use super::{Polarity, RuleId};
use crate::state::ItemKind;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// What is worked on stands behind.
    WorkingOn,
    /// What is made stands behind: only what takes days.
    Making,
    /// "my app …": only a name with a capital.
    Named,
    /// "ich arbeite an …".
    German,
    /// "ich bin gerade dabei, … zu bauen".
    GermanMaking,
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{German, GermanMaking, Making, Named, WorkingOn};
    Cues::new(&[
        (
            "^ i|we am|are|have_been currently|now|still|also|actively|mostly|just|slowly|busy|really|always|both|been* working_on >",
            WorkingOn,
        ),
        (
            "^ i|we am|are|have_been currently|now|still|also|actively|mostly|just|slowly|busy|together* building|creating|developing|prototyping|designing|restoring|renovating|composing|programming|coding|rebuilding|rewriting >",
            Making,
        ),
        ("^ i|we am|are|have_been currently|now|still|also|slowly* writing >", Making),
        ("^ i|we recently|just|also|finally* started|began working_on >", WorkingOn),
        (
            "^ i|we recently|just|also|finally|have* started|begun|began building|developing|restoring|renovating|designing >",
            Making,
        ),
        (
            "my|our new|current|side|own|pet|hobby|open-source|open_source|little|latest|main* project|app|website|site|tool|game|library|startup|service|podcast|blog|shop is? called|named? >",
            Named,
        ),
        (
            "mein|meine|unser|unsere|meiner|meinem|unserem neue|neues|aktuelles|eigene|eigenes|kleines|kleine|neuer* projekt|app|webseite|website|tool|spiel|bibliothek|startup|blog|podcast|laden|shop heißt? >",
            Named,
        ),
        (
            "^ ich|wir arbeite|arbeiten|bastle|bastele|basteln|schraube|tüftle|feile|werkle zurzeit|gerade|momentan|aktuell|seit_wochen|seit_monaten|nebenbei|abends|derzeit|auch|immer_noch|noch|jetzt|zusammen|viel* an|am >",
            German,
        ),
        (
            "^ ich|wir baue|bauen|entwickle|entwickeln|programmiere|programmieren|renoviere|renovieren|restauriere|gestalte|entwerfe|komponiere zurzeit|gerade|momentan|aktuell|nebenbei|derzeit|uns|mir|jetzt|auch|gemeinsam* >",
            GermanMaking,
        ),
        ("^ ich schreibe zurzeit|gerade|momentan|aktuell|derzeit|nebenbei an >", German),
    ])
});

word_list! {
    /// Words that name nothing by themselves, or a step of a work and not the work.
    NAMELESS = "health business skills technique fitness german english grammar spelling gesundheit technik \
        project projects app tool site website code work some myself issue problem bug bugs task tasks \
        fixing script function file list query queries email mail letter message reply docker image \
        branch release response test tests table component page report feature assignment homework \
        projekt programm aufgabe fehler funktion datei skript liste seite bericht brief antwort tabelle \
        trust relationship muscle habits confidence strength improving getting making understanding \
        sleep stress communication new different exercise resume cv muskeln beziehung hausaufgaben \
        hausaufgabe lösung fragen presentation präsentation pr ticket tickets being finding assumption \
        basis uni universität schule hochschule tankstelle kasse rezeption mir dir side holiday weekend \
        sundays spot premise principle"
}

word_list! {
    /// "Working on getting fitter" is a goal at best.
    ACTIVITIES = "improving getting making fixing understanding being finding becoming supporting building \
        learning losing staying keeping eating sleeping reducing increasing developing managing adding \
        setting moving cleaning having letting going changing taking giving growing"
}

word_list! {
    /// What is never a project's last word: a step of a work.
    STEPS = "bug issue problem error fix ticket question homework function file email query loop button \
        fehler funktion formel formula letter reply message assignment worksheet note mail brief \
        nachricht notiz review comment rash cough headache fever habit interest feeling invitation \
        antrag bewerbung kündigung"
}

/// What the sentence says the person is working on.
pub(super) fn worked_on(told: &Told<'_>) -> Vec<ItemDraft> {
    let sentence = &told.sentence;
    let mut found: Vec<ItemDraft> = Vec::new();
    for hit in CUES.find(sentence) {
        if is_denied(sentence, hit.cue.start) {
            continue;
        }
        let tokens = match hit.meaning {
            Shape::Named => name_of_own(told, hit.object),
            Shape::WorkingOn | Shape::German | Shape::Making | Shape::GermanMaking => {
                named(told, hit.object)
                    .or_else(|| {
                        let mut end = phrase_end(sentence, hit.object, Reach::Thing, told.dates);
                        // "a game about bees", "an essay on Kant" are known by what they are about.
                        let is_nameless = end > hit.object && NAMELESS.contains(&sentence.form(end - 1));
                        let goes_on = matches!(sentence.form(end), "about" | "on" | "über")
                            || (is_nameless && matches!(sentence.form(end), "for" | "für" | "to"));
                        if goes_on && end > hit.object {
                            end = phrase_end(sentence, end + 1, Reach::Thing, told.dates);
                        }
                        let and =
                            (hit.object..end).find(|index| matches!(sentence.form(*index), "and" | "und"));
                        thing(sentence, hit.object..and.unwrap_or(end), 7)
                    })
                    .map(|tokens| without_small(told, tokens))
                    .filter(|tokens| is_project(told, tokens))
            }
        };
        // "We're building trust", "ich baue Muskeln auf".
        let Some(tokens) = tokens else { continue };
        if hit.meaning == Shape::GermanMaking
            && told.has(tokens.end..sentence.len(), &["auf", "ab", "ein", "um"])
            && tokens.len() < 2
        {
            continue;
        }
        let known = |other: &ItemDraft| other.tokens.start < tokens.end && tokens.start < other.tokens.end;
        if !found.iter().any(known) {
            found.push(
                ItemDraft::new(told, ItemKind::Project, RuleId::Project, tokens)
                    .with_polarity(Polarity::Uses),
            );
        }
    }
    found
}

/// "… a project called Sea Glass": the name.
fn named(told: &Told<'_>, from: usize) -> Option<Range<usize>> {
    let called = (from..told.sentence.len().min(from + 6))
        .take_while(|index| told.sentence.is_word(*index))
        .find(|index| matches!(told.form(*index), "called" | "named" | "namens"))?;
    name_of_own(told, called + 1)
}

/// A name of one to four words with capitals.
fn name_of_own(told: &Told<'_>, from: usize) -> Option<Range<usize>> {
    let sentence = &told.sentence;
    let end = (from..sentence.len().min(from + 4))
        .find(|index| !sentence.is_capital(*index))
        .unwrap_or(sentence.len().min(from + 4));
    // "Moss & Fern".
    let end =
        if end > from && sentence.form(end) == "&" && sentence.is_capital(end + 1) { end + 2 } else { end };
    let is_name = end > from
        && !matches!(sentence.form(from), "i" | "is" | "idea" | "ich")
        && sentence.form(from).chars().count() > 1
        && crate::calendar::weekday(sentence.form(from)).is_none();
    is_name.then_some(from..end)
}

fn without_small(told: &Told<'_>, tokens: Range<usize>) -> Range<usize> {
    let small = |form: &str| {
        matches!(
            form,
            "new"
                | "little"
                | "small"
                | "simple"
                | "another"
                | "own"
                | "this"
                | "tiny"
                | "next"
                | "kleine"
                | "kleinen"
                | "kleines"
                | "neues"
                | "neuen"
                | "neue"
                | "eigenes"
                | "eigene"
                | "eigenen"
                | "einfache"
                | "meinem"
                | "big"
                | "personal"
                | "huge"
                | "first"
                | "second"
        )
    };
    let start = tokens.clone().find(|index| !small(told.form(*index))).unwrap_or(tokens.end);
    start..tokens.end
}

fn is_project(told: &Told<'_>, tokens: &Range<usize>) -> bool {
    let Some(last) = tokens.clone().last() else { return false };
    let first = told.form(tokens.start);
    // "on Monday" is a day, "Go" a language, "a list of guests" a list.
    let is_other =
        told.dates.iter().any(|date| date.tokens.start < tokens.end && tokens.start < date.tokens.end)
            || (tokens.len() == 1 && super::technologies::is_known(first))
            || (NAMELESS.contains(&first)
                && matches!(told.form(tokens.start + 1), "of" | "von" | "with" | "mit"));
    // "working on getting fitter" is a goal at best.
    let is_activity = tokens.len() > 1 && ACTIVITIES.contains(&first);
    if is_other
        || is_activity
        || matches!(told.form(last), "project" | "projekt" | "things" | "stuff" | "down" | "up" | "out")
    {
        return false;
    }
    // "Working on a mail to my landlord", "on some of it".
    let is_step = STEPS.contains(&told.form(last))
        || tokens.clone().any(|index| {
            STEPS.contains(&told.form(index))
                && matches!(
                    told.form(index + 1),
                    "to" | "for" | "in" | "about" | "an" | "für" | "im" | "on" | "über" | "von"
                )
        });
    let is_nameless = (tokens.len() == 1 && NAMELESS.contains(&first))
        || matches!(first, "some" | "myself" | "this" | "that" | "these" | "your" | "his" | "her" | "their")
        || matches!(first, "something" | "it" | "what" | "how");
    !is_step && !is_nameless && first.chars().next().is_some_and(char::is_alphanumeric)
}
