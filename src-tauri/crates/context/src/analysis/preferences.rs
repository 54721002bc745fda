//! Preferences: how a person wants things, what a person cannot stand, and what was given up for what.

use std::sync::LazyLock;

use super::changes::{any_more, clause_words, from_to, stopped};
use super::clauses::{clause_end, is_denied};
use super::cues::{Cues, Hit};
use super::likings::is_somebodys;
use super::orders::{named, order};
use super::phrases::{Reach, phrase_end, thing, things};
use super::told::{ItemDraft, Told};
use super::{Polarity, RuleId};
use crate::state::ItemKind;

/// What a cue says of a preference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Things that are not liked stand behind.
    Disliked,
    /// "ich mag … nicht / keine …": only with that word.
    DislikedByNot,
    /// "… over …".
    Preferred,
    /// What is always used stands behind.
    Used,
    /// "always/never answer in …": what to do, up to the end.
    Always,
    Never,
    /// "my favourite colour is green": a name and its value.
    Named,
    /// "I'm vegan": the word itself.
    Diet,
    /// "I'm allergic to …".
    Allergy,
    /// "answer in German".
    Order,
    /// "answer in German from now on".
    Lasting,
    /// "I switched from … to …".
    FromTo,
    /// "I switched to … from …".
    To,
    /// "I stopped using …".
    Stopped,
    /// "… any more", "kein … mehr".
    NoMore,
    /// "I replaced … with …".
    Replaced,
    /// "I moved from … to …": only technologies, for people move house.
    MovedFromTo,
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{
        Allergy, Always, Diet, Disliked, DislikedByNot, FromTo, Lasting, MovedFromTo, Named, Never, NoMore,
        Order, Preferred, Replaced, Stopped, To, Used,
    };
    Cues::new(&[
        // English.
        (
            "^ i really|absolutely|just|honestly|totally|also|truly|still|do|kind_of|actually|always|have* hate|hated|dislike|disliked|detest|loathe|despise >",
            Disliked,
        ),
        (
            "^ i do_not|do_not_really|really_do_not|have_never|never|honestly_do_not|just_do_not|do_not_particularly|do_not_even|am_afraid_i_do_not really|ever|particularly|actually* like|liked|enjoy|enjoyed|love|care_for >",
            Disliked,
        ),
        ("^ i|we do_not ever|usually|generally|normally* eat|drink >", Disliked),
        ("^ i can_not|could_not|can_hardly stand|bear >", Disliked),
        (
            "^ i am not really|such|at_all|particularly|exactly|much* a_fan_of|a_big_fan_of|a_huge_fan_of|into|keen_on|fond_of|crazy_about >",
            Disliked,
        ),
        (
            "^ i really|also|generally|usually|personally|actually|strongly|still|much|always|definitely|mostly|tend_to|do|just|honestly|would_say_i* prefer|favour|favor >",
            Preferred,
        ),
        (
            "^ i|we always|usually|mostly|only|generally|typically|exclusively|normally use|drink|eat|wear|write_in|cook_with|code_in|run_on|shop_at|read_on >",
            Used,
        ),
        (
            "^ please|always always answer|use|write|reply|respond|give|show|include|explain|call|assume|add|format|keep|put|start|speak|cite|ask|provide|suggest >",
            Always,
        ),
        (
            "^ always answer|use|write|reply|respond|give_me|show_me|include|explain|call_me|assume|add|format|speak|cite|provide >",
            Always,
        ),
        (
            "^ please|from_now_on|in_future|in_the_future please|,* answer|use|write|reply|respond|speak|talk|call_me >",
            Order,
        ),
        ("^ answer|reply|respond|speak|write in|to|with ~6 from_now_on|in_future|in_the_future", Lasting),
        (
            "^ please? never|do_not_ever answer|use|write|reply|respond|give_me|show_me|include|explain|call_me|assume|add|format|suggest|recommend|mention >",
            Never,
        ),
        (
            "^ please|from_now_on please|,* do_not|stop|avoid use|using|write|writing|add|adding|include|including|call|calling|suggest|suggesting|recommend|recommending >",
            Never,
        ),
        (
            "^ my all_time|current|absolute|personal|new* favourite|favorite|preferred|go-to > ~3 is|are|remains",
            Named,
        ),
        (
            "^ my > pronouns|timezone|time_zone|shoe_size|native_language|mother_tongue|first_language is|are",
            Named,
        ),
        (
            "^ i am also|a|an|both|strictly|mostly|fully|,* > vegan|vegetarian|pescatarian|lactose_intolerant|gluten_intolerant|gluten-free|left-handed|colorblind|colourblind|celiac|coeliac|diabetic|teetotal",
            Diet,
        ),
        ("^ i have been|gone|become|am > vegan|vegetarian|pescatarian", Diet),
        ("^ i am also|highly|severely|mildly|slightly* allergic_to|intolerant_to >", Allergy),
        (
            "^ i|we have|recently|just|finally|also|already|completely|am|are|now* switched|switching|converted|transitioned|went|gone over|back? from > ~6 to",
            FromTo,
        ),
        (
            "^ i|we have|recently|just|finally|also|already|completely|am|are|now* switched|switching|migrated|converted|transitioned to|over_to|back_to >",
            To,
        ),
        (
            "^ i|we have|recently|just|finally|also|already|completely|are|am* moved|migrated|migrating|moving|changed|ported over|away|everything|it? from > ~6 to",
            MovedFromTo,
        ),
        ("^ i|we have|recently|just|finally|also|already|completely* replaced > ~6 with|by", Replaced),
        (
            "^ i|we have|recently|just|finally|also|already|completely* quit|ditched|abandoned|given_up|gave_up >",
            Stopped,
        ),
        (
            "^ i|we have|recently|just|finally|also|already|completely* stopped > using|drinking|eating|smoking|playing|watching|wearing|reading|buying|taking",
            Stopped,
        ),
        (
            "^ i|we no_longer really? use|drink|eat|like|play|wear|watch|buy|smoke|enjoy|need|read|love|do >",
            Stopped,
        ),
        ("^ i|we do_not really? use|drink|eat|like|play|wear|watch|buy|smoke|enjoy|read|love|do >", NoMore),
        ("^ i used_to really? like|love|use|drink|enjoy|eat|smoke|prefer >", Stopped),
        // German.
        ("^ ich hasse|verabscheue wirklich|auch|total|es? >", Disliked),
        (
            "^ ich mag|liebe|esse|trinke|vertrage|nutze|benutze|verwende|kaufe|trage|schaue|spiele|rauche|lese|brauche|höre|schreibe|fahre >",
            DislikedByNot,
        ),
        ("^ wir nutzen|benutzen|verwenden|trinken|essen|kaufen|brauchen >", DislikedByNot),
        ("^ ich kann >", DislikedByNot),
        (
            "^ ich bin > kein|keine|nicht so?|gerade? der|die|ein|eine|großer|große* fan|freund|freundin von|der|des|vom",
            Disliked,
        ),
        (
            "^ ich bevorzuge|präferiere auch|eher|meistens|generell|grundsätzlich|immer|ganz_klar|lieber|klar|eigentlich* >",
            Preferred,
        ),
        ("^ ich % lieber >", Preferred),
        (
            "^ ich nutze|benutze|verwende|trinke|trage|nehme immer|meistens|nur|ausschließlich|grundsätzlich|hauptsächlich|meist|normalerweise|fast_nur >",
            Used,
        ),
        ("^ bitte immer|stets >", Always),
        (
            "^ antworte|schreib|schreibe|sprich|rede|erkläre|gib|nenne|nenn|verwende|benutze|nutze mir|mit_mir|mich? bitte? immer|stets|ab_jetzt|ab_sofort|künftig|in_zukunft|nur_noch|grundsätzlich >",
            Always,
        ),
        (
            "^ bitte? antworte|schreib|schreibe|sprich mir|mit_mir? bitte? > auf|in|kurz|knapp|ausführlich",
            Order,
        ),
        ("^ bitte? duz|duze|sieze|siez > mich", Order),
        ("^ bitte nie|niemals|keine|kein|keinen >", Never),
        ("^ verwende|benutze|nutze|schreib|schreibe bitte? nie|niemals|keine|kein|keinen >", Never),
        ("^ mein|meine > % ist|sind|bleibt", Named),
        (
            "^ ich bin auch|eine|ein|seit_jahren|überzeugte|überzeugter|strikt|strenger* > veganer|veganerin|vegetarier|vegetarierin|vegan|vegetarisch|pescetarier|linkshänder|linkshänderin|laktoseintolerant|diabetiker|diabetikerin",
            Diet,
        ),
        (
            "^ ich ernähre|lebe mich? seit_jahren|strikt|rein|überwiegend|ausschließlich|seit_einem_jahr* > vegan|vegetarisch|glutenfrei|ketogen",
            Diet,
        ),
        ("^ ich bin auch|stark|leicht|hoch* allergisch_gegen|allergisch_auf >", Allergy),
        (
            "^ ich_bin|wir_sind vor_kurzem|kürzlich|jetzt|endlich|inzwischen|mittlerweile|gerade|letzte_woche|letztes_jahr|komplett* von > ~5 auf|zu",
            FromTo,
        ),
        (
            "^ ich_habe|wir_haben vor_kurzem|kürzlich|jetzt|endlich|inzwischen|mittlerweile|gerade|komplett|alles* von > ~5 auf|zu",
            FromTo,
        ),
        (
            "^ ich_habe|wir_haben vor_kurzem|kürzlich|jetzt|endlich|inzwischen|mittlerweile|gerade|komplett* > ~5 durch ~4 ersetzt",
            Replaced,
        ),
        (
            "^ ich_bin|wir_sind vor_kurzem|kürzlich|jetzt|endlich|inzwischen|mittlerweile|gerade|komplett* auf|zu > ~4 umgestiegen|gewechselt",
            To,
        ),
        ("^ ich habe aufgehört , >", Stopped),
        ("^ ich habe mit|mit_dem|mit_der > % aufgehört", Stopped),
        ("^ ich habe > ~3 aufgegeben", Stopped),
    ])
});

/// What the sentence says of preferences.
pub(super) fn preferred(told: &Told<'_>) -> Vec<ItemDraft> {
    let mut found: Vec<ItemDraft> = Vec::new();
    let mut through = 0;
    for hit in CUES.find(&told.sentence) {
        let is_own = matches!(hit.meaning, Shape::Always | Shape::Never | Shape::Order);
        if hit.cue.start < through
            || (!is_own && is_denied(&told.sentence, hit.cue.start))
            || (is_own && told.has(0..hit.cue.start, &["if", "wenn", "whether", "falls"]))
        {
            continue;
        }
        let drafts = read(told, &hit);
        if let Some(end) = drafts.iter().map(|draft| draft.tokens.end).max() {
            through = end;
        }
        found.extend(drafts);
    }
    found
}

fn read(told: &Told<'_>, hit: &Hit<Shape>) -> Vec<ItemDraft> {
    let sentence = &told.sentence;
    let clause_end = clause_end(sentence, hit.object);
    let new = |tokens| ItemDraft::new(told, ItemKind::Preference, RuleId::Preference, tokens);
    let changed = |tokens, polarity| {
        ItemDraft::new(told, ItemKind::Preference, RuleId::PreferenceChange, tokens).with_polarity(polarity)
    };
    match hit.meaning {
        Shape::Disliked => {
            if is_somebodys(told, hit.object)
                || told.form(hit.object) == "to"
                || told.has(hit.object..clause_end, &["anymore", "when", "wenn"])
                || (told.form(clause_end) == "," && told.form(clause_end + 1) == "wenn")
                || any_more(told, hit.object..clause_end).is_some()
            {
                return Vec::new();
            }
            things(sentence, hit.object, told.dates)
                .into_iter()
                .map(|tokens| new(tokens).with_polarity(Polarity::Dislikes))
                .collect()
        }
        Shape::DislikedByNot => disliked_by_not(told, hit.object, clause_end).into_iter().collect(),
        Shape::Preferred => over(told, hit.object).into_iter().collect(),
        Shape::Used => {
            let end = phrase_end(sentence, hit.object, Reach::Thing, told.dates);
            let end = clause_words(told, hit.object, end, &["and", "und", "or", "oder"]);
            let tokens = thing(sentence, hit.object..end, 4);
            tokens.map(|tokens| new(tokens).with_polarity(Polarity::Uses)).into_iter().collect()
        }
        Shape::Always | Shape::Never | Shape::Order => order(told, hit).into_iter().collect(),
        Shape::Lasting => {
            let end = (hit.cue.start..hit.cue.end)
                .rev()
                .find(|index| matches!(told.form(*index), "from" | "in"))
                .unwrap_or(hit.cue.end);
            vec![new(hit.cue.start..end).with_polarity(Polarity::Prefers).with_value("always")]
        }
        Shape::Named => named(told, hit).into_iter().collect(),
        Shape::Diet => vec![new(hit.object..hit.cue.end).with_polarity(Polarity::Prefers)],
        Shape::Allergy => things(sentence, hit.object, told.dates)
            .into_iter()
            .map(|tokens| new(tokens).with_polarity(Polarity::Dislikes).with_value("allergic"))
            .collect(),
        Shape::FromTo | Shape::MovedFromTo => from_to(told, hit).into_iter().collect(),
        Shape::Replaced => {
            let with = (hit.object..hit.cue.end)
                .rev()
                .find(|index| matches!(told.form(*index), "with" | "by" | "durch"));
            let Some(with) = with.filter(|with| *with > hit.object) else { return Vec::new() };
            let end = phrase_end(sentence, with + 1, Reach::Thing, told.dates);
            let end = clause_words(told, with + 1, end, &["ersetzt"]);
            let new_thing = thing(sentence, with + 1..end, 4);
            let old_thing = thing(sentence, hit.object..with, 4);
            let (Some(new_thing), Some(old_thing)) = (new_thing, old_thing) else { return Vec::new() };
            let mut draft = changed(new_thing, Polarity::Uses);
            draft.replaced = Some(told.words(&old_thing));
            vec![draft]
        }
        Shape::To => {
            let end = phrase_end(sentence, hit.object, Reach::Thing, told.dates);
            let end = clause_words(told, hit.object, end, &["umgestiegen", "gewechselt"]);
            let Some(tokens) = thing(sentence, hit.object..end, 4) else { return Vec::new() };
            let mut draft = changed(tokens, Polarity::Uses);
            if matches!(told.form(end), "from" | "von") {
                let from_end = phrase_end(sentence, end + 1, Reach::Thing, told.dates);
                draft.replaced = thing(sentence, end + 1..from_end, 4).map(|tokens| told.words(&tokens));
            }
            vec![draft]
        }
        Shape::Stopped => stopped(told, hit.object, clause_end)
            .map(|tokens| changed(tokens, Polarity::NoLonger))
            .into_iter()
            .collect(),
        Shape::NoMore => any_more(told, hit.object..clause_end)
            .and_then(|end| thing(sentence, hit.object..end, 4))
            .map(|tokens| changed(tokens, Polarity::NoLonger))
            .into_iter()
            .collect(),
    }
}

/// "Ich mag keine Oliven", "ich kann Rosenkohl nicht ausstehen", "ich nutze kein Vim mehr".
fn disliked_by_not(told: &Told<'_>, object: usize, end: usize) -> Option<ItemDraft> {
    let sentence = &told.sentence;
    let verb = told.form(object - 1);
    let none =
        (object..end).find(|index| matches!(told.form(*index), "kein" | "keine" | "keinen" | "nicht"))?;
    let more = (none..end).find(|index| told.form(*index) == "mehr");
    let is_none = told.form(none) != "nicht";
    let tokens = if is_none {
        let stop = (none + 1..end)
            .find(|index| matches!(told.form(*index), "mehr" | "ausstehen" | "leiden" | "vertragen"))
            .unwrap_or(end);
        let stop = phrase_end(sentence, none + 1, Reach::Thing, told.dates).min(stop);
        thing(sentence, none + 1..stop, 4)?
    } else {
        let start = (object..none).find(|index| {
            !matches!(
                told.form(*index),
                "ja" | "leider"
                    | "eigentlich"
                    | "auch"
                    | "wirklich"
                    | "überhaupt"
                    | "so"
                    | "einfach"
                    | "aber"
                    | "sehr"
                    | "gar"
            )
        })?;
        let stop = (start..none)
            .find(|index| {
                matches!(
                    told.form(*index),
                    "gar"
                        | "überhaupt"
                        | "eigentlich"
                        | "leider"
                        | "besonders"
                        | "so"
                        | "auch"
                        | "wirklich"
                        | "einfach"
                )
            })
            .unwrap_or(none);
        thing(sentence, start..stop, 4)?
    };
    let stands = (none..end).any(|index| matches!(told.form(index), "ausstehen" | "leiden" | "ab"));
    if verb == "kann" && !stands || verb == "brauche" && more.is_none() {
        return None;
    }
    let new = |rule| ItemDraft::new(told, ItemKind::Preference, rule, tokens.clone());
    if more.is_some() {
        return Some(new(RuleId::PreferenceChange).with_polarity(Polarity::NoLonger));
    }
    // "I do not read the mail" says nothing lasting; not to eat, drink, smoke or wear something does.
    let lasts = matches!(verb, "mag" | "liebe" | "kann" | "vertrage")
        || is_none
            && matches!(
                verb,
                "esse"
                    | "trinke"
                    | "rauche"
                    | "trage"
                    | "nutze"
                    | "benutze"
                    | "verwende"
                    | "essen"
                    | "trinken"
            );
    lasts.then(|| new(RuleId::Preference).with_polarity(Polarity::Dislikes))
}

/// "I prefer tabs over spaces", "ich trinke lieber Tee als Kaffee".
fn over(told: &Told<'_>, object: usize) -> Option<ItemDraft> {
    let sentence = &told.sentence;
    let is_lieber = told.form(object - 1) == "lieber";
    if is_lieber
        && matches!(
            told.form(object - 2),
            "würde"
                | "hätte"
                | "möchte"
                | "will"
                | "wäre"
                | "kann"
                | "soll"
                | "habe"
                | "bin"
                | "mache"
                | "werde"
                | "sollte"
                | "wollte"
        )
    {
        return None;
    }
    let start = object + usize::from(told.form(object) == "to");
    let stop = |index: usize| {
        matches!(told.form(index), "over" | "instead" | "als" | "statt" | "gegenüber" | "anstatt" | "rather")
            || (told.form(index) == "to" && index > object)
    };
    let limit = clause_end(sentence, start);
    let split = (start..limit).find(|index| stop(*index));
    let end = phrase_end(sentence, start, Reach::Thing, told.dates).min(split.unwrap_or(limit));
    let tokens = thing(sentence, start..end, 5)?;
    let draft = ItemDraft::new(told, ItemKind::Preference, RuleId::Preference, tokens)
        .with_polarity(Polarity::Prefers);
    let other = split.and_then(|split| {
        let skip = split + 1 + usize::from(matches!(told.form(split + 1), "of" | "than" | "von"));
        let end = phrase_end(sentence, skip, Reach::Thing, told.dates);
        thing(sentence, skip..end, 4)
    });
    Some(match other {
        Some(other) => draft.with_value(format!("over {}", told.words(&other))),
        None if is_lieber && split.is_none() => return None,
        None => draft,
    })
}
