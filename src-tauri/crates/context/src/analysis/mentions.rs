//! Mentions: persons, tools, projects and topics that a person speaks of, to be counted over time.

use std::ops::Range;

use super::clauses::clause_start;
use super::stop_words::{is_stop_word, stem};
use super::technologies;
use super::tokens::{Kind, Sentence, word_list};
use super::{Language, MentionKind};
use crate::calendar;

/// No more topics than this come from one turn.
pub(super) const TOPICS_PER_TURN: usize = 8;

/// A mention, in tokens.
pub(super) struct Named {
    pub(super) kind: MentionKind,
    pub(super) tokens: Range<usize>,
    /// The name, if it is not the words themselves.
    pub(super) name: Option<&'static str>,
}

word_list! {
    /// Who somebody is to the person.
    RELATIONS = "sister brother mother mom mum father dad wife husband partner girlfriend boyfriend friend \
        colleague coworker co-worker boss manager son daughter neighbour neighbor teacher doctor aunt \
        uncle cousin roommate flatmate grandmother grandfather grandma grandpa mentor trainer coach \
        fiancé fiancée fiance niece nephew landlord therapist supervisor professor ex stepson dog cat \
        schwester bruder mutter mama vater papa frau mann partnerin freundin freund kollege kollegin \
        kollegen chef chefin sohn tochter nachbar nachbarin lehrer lehrerin arzt ärztin tante onkel \
        cousine mitbewohner mitbewohnerin oma opa verlobte verlobter nichte neffe vermieter trainerin \
        hund katze betreuer betreuerin schwager schwägerin enkel enkelin"
}

const OWN: &[&str] = &[
    "my", "our", "mein", "meine", "meinem", "meiner", "meinen", "meines", "unser", "unsere", "unserem",
    "unserer", "unseren",
];

word_list! {
    /// What one does with persons: before "with", or before the name.
    COMPANY = "talk talked talking spoke speak speaking meet met meeting lunch dinner coffee chat chatted live \
        living married argue argued fight fought trip date walk appointment call brunch breakfast \
        vacation holiday weekend conversation agreed party catch-up hiking engaged interview"
}

word_list! {
    /// What persons do.
    ACTS = "said says told asked thinks wants suggested called texted promised recommended mentioned sagt \
        sagte meint meinte fragt fragte möchte erzählte empfahl findet schrieb"
}

/// Persons, tools and projects in a sentence.
pub(super) fn named(sentence: &Sentence<'_>, language: Option<Language>) -> Vec<Named> {
    let mut found: Vec<Named> = technologies::names(sentence)
        .into_iter()
        .map(|named| Named { kind: MentionKind::Tool, tokens: named.tokens, name: Some(named.name) })
        .collect();
    for at in 0..sentence.len() {
        let taken = |found: &[Named]| found.iter().any(|named| named.tokens.contains(&at));
        if !sentence.is_capital(at) || taken(&found) {
            continue;
        }
        if let Some(tokens) = project(sentence, at) {
            found.push(Named { kind: MentionKind::Project, tokens, name: None });
        } else if is_person(sentence, at, language) {
            let end = if is_name(sentence, at + 1)
                && sentence.is_word(at + 1)
                && !technologies::is_known(sentence.form(at + 1))
                && language != Some(Language::German)
            {
                at + 2
            } else {
                at + 1
            };
            found.push(Named { kind: MentionKind::Person, tokens: at..end, name: None });
        }
    }
    found
}

/// "Project Lighthouse", "das Projekt Leuchtturm".
fn project(sentence: &Sentence<'_>, at: usize) -> Option<Range<usize>> {
    let before = sentence.form(at.wrapping_sub(1));
    let is_named = at > 0 && matches!(before, "project" | "projekt") && is_name(sentence, at)
        // "my project Plan": German nouns have capitals, names do not stand before verbs of doing.
        && sentence.form(at).chars().count() > 2;
    is_named.then(|| {
        let end = (at + 1..sentence.len().min(at + 3))
            .find(|index| !sentence.is_capital(*index))
            .unwrap_or(sentence.len().min(at + 3));
        at..end
    })
}

fn is_name(sentence: &Sentence<'_>, at: usize) -> bool {
    let form = sentence.form(at);
    sentence.token(at).is_some_and(|token| token.kind == Kind::Word && token.capital)
        && form.chars().count() > 1
        && form.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\''))
        && !is_stop_word(form)
        && calendar::weekday(form).is_none()
        && !matches!(
            form,
            "january"
                | "february"
                | "march"
                | "april"
                | "may"
                | "june"
                | "july"
                | "august"
                | "september"
                | "october"
                | "november"
                | "december"
                | "christmas"
                | "easter"
                | "god"
                | "english"
                | "german"
                | "french"
                | "dm"
                | "pr"
                | "hr"
                | "it"
                | "ceo"
                | "mr"
                | "mrs"
                | "ms"
                | "dr"
                | "prof"
                | "herr"
                | "frau"
        )
}

fn is_person(sentence: &Sentence<'_>, at: usize, language: Option<Language>) -> bool {
    let bare = sentence.form(at).trim_end_matches("'s");
    // Somebody in a story to be written is nobody.
    let is_made_up = sentence.has(
        0..at,
        &[
            "dialogue",
            "story",
            "character",
            "novel",
            "poem",
            "dialog",
            "geschichte",
            "gedicht",
            "joke",
            "scene",
        ],
    );
    if is_made_up || !is_name(sentence, at) || RELATIONS.contains(&bare) {
        return false;
    }
    let before = |back: usize| if back <= at { sentence.form(at - back) } else { "" };
    let related = |index: usize| {
        RELATIONS.contains(&sentence.form(index))
            && (0..3).any(|back| index > back && OWN.contains(&sentence.form(index - back - 1)))
    };
    // "my sister Anna"; "Anna, my sister".
    if at > 0 && related(at - 1) {
        return true;
    }
    if before(1) == "," && at > 1 && related(at - 2) && !sentence.is_word(at + 1) {
        return true;
    }
    if sentence.form(at + 1) == ","
        && OWN.contains(&sentence.form(at + 2))
        && (at + 3..at + 6).any(|index| RELATIONS.contains(&sentence.form(index)))
    {
        return true;
    }
    if matches!(before(1), "mr" | "mrs" | "ms" | "herr" | "herrn" | "frau")
        || (before(1) == "." && matches!(before(2), "mr" | "mrs" | "ms" | "dr"))
    {
        return true;
    }
    let behind = sentence.form(at + 1);
    let acts = ACTS.contains(&behind)
        && (language == Some(Language::English)
            || at == clause_start(sentence, at) && !matches!(bare, "man"));
    if acts && language != Some(Language::German) {
        return true;
    }
    if language == Some(Language::German) {
        // Every noun has a capital there: only where the word is no noun with an article.
        return acts
            && sentence.is_word(at + 1)
            && !matches!(
                before(1),
                "der"
                    | "die"
                    | "das"
                    | "ein"
                    | "eine"
                    | "mein"
                    | "meine"
                    | "unser"
                    | "unsere"
                    | "sein"
                    | "ihr"
            );
    }
    if sentence.form(at).ends_with("'s")
        && matches!(
            behind,
            "birthday"
                | "wedding"
                | "party"
                | "mom"
                | "mother"
                | "house"
                | "graduation"
                | "husband"
                | "wife"
                | "gift"
        )
    {
        return true;
    }
    let company = (2..6).any(|back| COMPANY.contains(&before(back)));
    match before(1) {
        "with" => company,
        "met" | "meet" | "ask" | "asked" | "told" | "tell" | "texted" | "text" | "phoned" | "remind" => {
            at > 1 && !technologies::is_known(bare)
        }
        "and" => matches!(before(2), "i" | "me"),
        _ => behind == "and" && matches!(sentence.form(at + 2), "i" | "me"),
    }
}

/// What some sentences are about, the weightiest first.
///
/// Without a tagger: a word that is no little one, and better two that stand side by side, weigh more with a
/// capital inside a sentence (in German: with the capital of a noun) and where they come again.
pub(super) fn topics(
    sentences: &[Sentence<'_>],
    language: Option<Language>,
    mut is_taken: impl FnMut(usize, &Range<usize>) -> bool,
) -> Vec<(usize, Range<usize>, String)> {
    struct Seen {
        weight: u32,
        order: usize,
        sentence: usize,
        tokens: Range<usize>,
        normal: String,
    }
    let mut seen: Vec<Seen> = Vec::new();
    let mut by_normal: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    for (number, sentence) in sentences.iter().enumerate() {
        let mut at = 0;
        while at < sentence.len() {
            if !is_content(sentence, at, language) || is_taken(number, &(at..at + 1)) {
                at += 1;
                continue;
            }
            // Two words of content side by side are one topic, in English.
            let pairs = language != Some(Language::German)
                && is_content(sentence, at + 1, language)
                && !is_taken(number, &(at + 1..at + 2))
                && !is_verb_like(sentence.form(at))
                && !sentence.form(at).ends_with("ly");
            let tokens = at..at + 1 + usize::from(pairs);
            let is_name = at > 0 && sentence.is_capital(at) && language != Some(Language::German);
            let normal: Vec<String> = tokens.clone().map(|index| stem(sentence.form(index))).collect();
            let normal = normal.join(" ");
            let weight = 2
                + u32::from(pairs)
                + 2 * u32::from(is_name)
                + u32::from(sentence.form(at).chars().count() > 6);
            match by_normal.get(&normal) {
                Some(known) => seen[*known].weight += 3,
                // What a message of thousands of words begins with is what it is about.
                None if seen.len() < 400 => {
                    by_normal.insert(normal.clone(), seen.len());
                    seen.push(Seen {
                        weight,
                        order: seen.len(),
                        sentence: number,
                        tokens: tokens.clone(),
                        normal,
                    });
                }
                None => {}
            }
            at = tokens.end;
        }
    }
    seen.sort_by_key(|topic| (std::cmp::Reverse(topic.weight), topic.order));
    seen.truncate(TOPICS_PER_TURN);
    seen.into_iter().map(|topic| (topic.sentence, topic.tokens, topic.normal)).collect()
}

word_list! {
    /// Words that tell what is done or when, and not about what.
    NO_TOPIC = "lose play forget decide writing creating developing designing moving flying staying learning \
        building expecting stuck merge longer tasty twice empty fail wife husband double listen keeping \
        going saying sending buying getting waiting hoping wondering planning bigger smaller sorry \
        favorite amazing great lovely super awesome haha hope excited proud definitely special trinke \
        esse spiele lerne arbeite kürzer antworte suche fourth position likes"
}

fn is_content(sentence: &Sentence<'_>, at: usize, language: Option<Language>) -> bool {
    let form = sentence.form(at);
    let is_noun_like = match language {
        // Nouns have capitals; a sentence's first word has one anyway.
        Some(Language::German) => sentence.is_capital(at) && at > 0 && sentence.is_word(at - 1),
        _ => !is_verb_like(form),
    };
    sentence.token(at).is_some_and(|token| token.kind == Kind::Word)
        && is_noun_like
        && (4..=40).contains(&form.chars().count())
        && !is_stop_word(form)
        && form.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '\'' | '.'))
        && !form.contains('\'')
        && !(matches!(form.as_bytes(), [.., b'e', b'd'] | [.., b'i', b'n', b'g'] | [.., b's'])
            && is_stop_word(stem(form).as_str()))
        && calendar::weekday(form.trim_end_matches('s')).is_none()
        && !(calendar::is_month(form))
        && !NO_TOPIC.contains(&form)
}

/// English words that are rather done than spoken of.
fn is_verb_like(form: &str) -> bool {
    (form.ends_with("ed")
        && form.len() > 4
        && !matches!(form, "speed" | "seed" | "need" | "breed" | "weed" | "feed"))
        || form.ends_with("ly")
        || matches!(
            form,
            "write"
                | "wrote"
                | "create"
                | "send"
                | "sent"
                | "eat"
                | "drink"
                | "bought"
                | "buy"
                | "run"
                | "ran"
                | "hold"
                | "bring"
                | "pass"
                | "move"
                | "cut"
                | "meet"
                | "became"
                | "become"
                | "visit"
                | "follow"
                | "return"
                | "returns"
                | "print"
                | "spend"
                | "spent"
                | "learn"
                | "avoid"
                | "replace"
                | "install"
                | "remove"
                | "choose"
                | "improve"
                | "handle"
                | "grow"
                | "train"
                | "built"
                | "build"
                | "break"
                | "fails"
                | "crashes"
                | "fix"
                | "cook"
                | "bake"
                | "save"
                | "sleep"
                | "speak"
                | "teach"
                | "sounds"
                | "seems"
                | "makes"
                | "gives"
                | "prevent"
                | "translate"
                | "rewrite"
                | "summarize"
                | "summarise"
                | "compare"
                | "describe"
                | "generate"
                | "convert"
                | "recommend"
                | "feeling"
                | "hoping"
                | "different"
                | "important"
                | "nice"
                | "interesting"
                | "difficult"
                | "strange"
                | "weird"
                | "possible"
                | "whole"
                | "free"
                | "beautiful"
                | "cheap"
                | "expensive"
                | "available"
        )
}
