//! Skills: what a person says to be able to do, and for how long.

use std::ops::Range;
use std::sync::LazyLock;

use super::clauses::{clause_end, is_denied};
use super::cues::Cues;
use super::phrases::{Reach, phrase_end, thing, things};
use super::skill_times::{doing, for_long, length, spent};
use super::tokens::word_list;
use super::told::{ItemDraft, Told};
use super::trades::is_trade;
use super::{Polarity, RuleId};
use crate::calendar::number;
use crate::state::ItemKind;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Only with a length of time behind it: "… for ten years".
    ForLong,
    /// Things stand behind the cue.
    Things,
    /// Only languages of people.
    Speaks,
    /// A trade: "I work as a nurse".
    Trade,
    /// Only a trade that is known as one: "I'm a nurse".
    KnownTrade,
    /// The length of time stands in the cue: "ten years of experience with …".
    Experience,
    /// "ich spiele seit zehn Jahren …".
    Since,
    /// What was studied: a field, not a thing that one looks at.
    Field,
    /// Any verb that somebody has been at for long: "I've been gardening for thirty years".
    Doing,
    /// "ten years restoring furniture", "zehn Jahre lang Möbel restauriert".
    Spent,
    /// "… for a living".
    Living,
    /// A trade with its length of time behind it.
    LongTrade,
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{
        Doing, Experience, Field, ForLong, KnownTrade, Living, LongTrade, Since, Speaks, Spent, Things, Trade,
    };
    Cues::new(&[
        (
            "^ i have been writing|programming_in|programming|coding_in|coding|playing|speaking|teaching|using|doing|practicing|practising|working_with|working_in|developing_in|developing|cooking|knitting|sewing|painting|singing|brewing|baking|studying|climbing|dancing|making >",
            ForLong,
        ),
        (
            "^ i have written|programmed_in|coded_in|played|spoken|taught|worked_with|worked_in|used|done|practiced|practised >",
            ForLong,
        ),
        ("^ i also|already|now|fluently|can|only|natively* speak >", Speaks),
        (
            "^ i am also|already|quite|very|pretty|really|fairly|now|actually* fluent_in|proficient_in|proficient_with|good_at|great_at|experienced_in|experienced_with|skilled_at|skilled_in|well-versed_in|certified_in|an_expert_in|trained_in|a_native_speaker_of >",
            Things,
        ),
        (
            "^ i have also|already|only|over|about|around|more_than|almost|nearly|roughly|at_least* # years|months|years' of? experience? with|in|of|as >",
            Experience,
        ),
        (
            "^ i have lots_of|a_lot_of|plenty_of|extensive|solid|some|years_of|hands-on|professional|good|decent* experience with|in >",
            Things,
        ),
        ("^ i already|also* know > ~3 well|inside_out|by_heart", Things),
        ("^ i play the >", Things),
        ("^ i already|also|can|even* can play|knit|sew|weld|juggle|code_in|program_in|crochet >", Things),
        ("^ i work|worked|am_working also|currently|now|full-time|part-time* as a|an >", Trade),
        (
            "^ i am also|actually|by_profession|currently* a|an trained|licensed|professional|certified|qualified|retired|freelance|senior|junior* >",
            KnownTrade,
        ),
        ("^ i teach >", Things),
        ("^ i have been % >", Doing),
        ("^ i have been a|an >", LongTrade),
        (
            "^ i have? spent over|about|around|almost|nearly|more_than|roughly|the_last|the_past|some* # years|decades >",
            Spent,
        ),
        ("^ i grew_up|was_raised speaking|with|bilingual_in >", Speaks),
        ("^ my native|first|second|third|mother|other language|tongue is >", Speaks),
        ("^ i can|could|also|still|even* read|write|understand >", Speaks),
        ("^ i make|earn|earned|made a_living|my_living|my_money as a|an >", Trade),
        ("^ i know my_way_around|my_way_round|the_ins_and_outs_of|my_way_with >", Things),
        ("^ i know how_to >", Things),
        (
            "^ i have|hold|got|did|finished|completed a|an|my* degree|diploma|certificate|certification|masters|master's|master|phd|doctorate|licence|license|bachelor|bachelor's in >",
            Field,
        ),
        ("^ i have? studied|majored_in|graduated_in|trained_in >", Field),
        ("^ i have? trained|qualified|retrained|apprenticed as a|an >", Trade),
        (
            "^ i am used_to|experienced_at|skilled_with|adept_at|handy_with|at_home_with|well_versed_in|confident_with|comfortable_with|familiar_with >",
            Field,
        ),
        ("^ i do|make|build|repair|restore|bake|write|sell > ~4 for_a_living|professionally", Living),
        ("^ i used_to be|work_as a|an >", KnownTrade),
        ("^ i was a|an >", KnownTrade),
        ("^ ich spreche auch|fließend|sehr_gut|gut|außerdem|nur|ein_bisschen|etwas* >", Speaks),
        (
            "^ ich bin auch|sehr|ziemlich|echt|recht|schon* gut_in|fit_in|erfahren_in|geübt_in|gut_im|fit_im|ausgebildet_in >",
            Things,
        ),
        (
            "^ ich kenne mich auch|sehr|ziemlich|gut|sehr_gut|recht_gut|ganz_gut|bestens|super* mit|in >",
            Things,
        ),
        (
            "^ ich habe auch|über|etwa|rund|mehr_als|schon|fast* # jahre|jahren|monate erfahrung mit|in|als|im >",
            Experience,
        ),
        (
            "^ ich habe auch|schon* viel|langjährige|jahrelange|einige erfahrung|erfahrungen mit|in|im >",
            Things,
        ),
        (
            "^ ich arbeite auch|seit_jahren|zurzeit|derzeit|aktuell|hauptberuflich|freiberuflich|momentan|in_teilzeit|in_vollzeit* als >",
            Trade,
        ),
        ("^ ich arbeite seit ~3 jahren|monaten als >", Trade),
        (
            "^ ich bin auch|eigentlich|von_beruf|gelernter|gelernte|ausgebildete|ausgebildeter|selbstständige|selbstständiger|freiberufliche|freiberuflicher|eine|ein* >",
            KnownTrade,
        ),
        (
            "^ ich programmiere|spiele|schreibe|nutze|benutze|unterrichte|koche|nähe|stricke|tanze|fotografiere|male|braue|singe|lerne|imkere|entwickle|verwende schon|nun|jetzt|inzwischen|bereits|gerne* seit schon|über|etwa|fast|rund|mehr_als|gut|einigen* # jahren|monaten >",
            Since,
        ),
        (
            "^ ich arbeite schon|nun|jetzt|inzwischen|bereits* seit schon|über|etwa|fast|rund|mehr_als|gut* # jahren|monaten mit >",
            Since,
        ),
        ("^ ich unterrichte >", Things),
        (
            "^ ich habe|hab über|etwa|fast|mehr_als|rund|gut|ungefähr|schon* # jahre|jahrzehnte lang|lang_als|als? >",
            Spent,
        ),
        ("^ ich bin mit >", Speaks),
        ("^ meine muttersprache|erstsprache|zweitsprache|erste_sprache|zweite_sprache ist >", Speaks),
        ("^ ich kann auch|noch|fließend|gut|ein_bisschen* >", Speaks),
        ("^ ich verstehe >", Speaks),
        ("^ ich verdiene mein_geld|meinen_lebensunterhalt|mein_brot als >", Trade),
        ("^ ich habe > ~4 studiert", Field),
        ("^ ich habe|hab eine|meine ausbildung|lehre|weiterbildung|umschulung als|zum|zur >", Trade),
        ("^ ich mache|betreibe beruflich|professionell|hauptberuflich >", Things),
        ("^ ich beherrsche >", Things),
        ("^ ich war früher|lange|jahrelang|viele_jahre|einmal|mal|zuletzt|bis_zur_rente* >", KnownTrade),
        ("^ ich kann auch|ziemlich|recht|sehr* gut|fließend|super >", Things),
    ])
});

word_list! {

    LANGUAGES = "english german french spanish italian portuguese russian polish dutch swedish norwegian danish \
        finnish czech greek turkish arabic hebrew hindi urdu bengali chinese mandarin cantonese japanese \
        korean vietnamese thai indonesian swahili ukrainian hungarian romanian catalan welsh irish \
        persian farsi tamil esperanto latin deutsch englisch französisch spanisch italienisch \
        portugiesisch russisch polnisch niederländisch schwedisch norwegisch dänisch finnisch \
        tschechisch griechisch türkisch arabisch hebräisch chinesisch japanisch koreanisch ukrainisch \
        ungarisch rumänisch kroatisch serbisch latein croatian serbian plattdeutsch persisch kurdisch"
}

word_list! {
    /// Words by which a thing shows that it is none that somebody can do.
    NO_SKILL = "this that it names you them anything nothing both life many problem problems issue issues team \
        colleague"
}

/// What the sentence says the person can do.
pub(super) fn able(told: &Told<'_>) -> Vec<ItemDraft> {
    let sentence = &told.sentence;
    let mut found: Vec<ItemDraft> = Vec::new();
    for hit in CUES.find(sentence) {
        let limit = clause_end(sentence, hit.object);
        if is_denied(sentence, hit.cue.start)
            || told.has(hit.cue.start..limit, &["nicht", "kein", "keine", "keinen", "neither", "not"])
        {
            continue;
        }
        let drafts = match hit.meaning {
            Shape::ForLong => for_long(told, &hit.cue, hit.object, limit).into_iter().collect(),
            Shape::Things => things(sentence, hit.object, told.dates)
                .into_iter()
                .map(|tokens| {
                    without_last(told, tokens, &["well", "gut", "aus", "inside", "out", "fairly", "pretty"])
                })
                .filter(|tokens| !tokens.is_empty())
                .map(|tokens| new(told, tokens))
                .collect(),
            Shape::Field => {
                field(told, hit.object, limit).map(|tokens| new(told, tokens)).into_iter().collect()
            }
            Shape::Doing => doing(told, &hit.cue, hit.object, limit).into_iter().collect(),
            Shape::Spent => spent(told, &hit.cue, hit.object, limit).into_iter().collect(),
            Shape::Living => {
                let end =
                    (hit.object..hit.cue.end).find(|at| matches!(told.form(*at), "for" | "professionally"));
                end.and_then(|end| field(told, hit.object, end))
                    .map(|tokens| new(told, tokens))
                    .into_iter()
                    .collect()
            }
            Shape::LongTrade => {
                let mark = (hit.object..limit).find(|at| matches!(told.form(*at), "for" | "since"));
                mark.and_then(|mark| thing(sentence, hit.object..mark, 4).map(|tokens| (mark, tokens)))
                    .filter(|(_, tokens)| is_trade(told, tokens, true))
                    .and_then(|(mark, tokens)| Some(new(told, tokens).with_value(length(told, mark, limit)?)))
                    .into_iter()
                    .collect()
            }
            Shape::Speaks => languages(told, hit.object, limit),
            Shape::Trade | Shape::KnownTrade => {
                let end = phrase_end(sentence, hit.object, Reach::Thing, told.dates);
                let and = (hit.object..end)
                    .find(|index| matches!(told.form(*index), "and" | "und" | "or" | "oder"));
                thing(sentence, hit.object..and.unwrap_or(end), 4)
                    .map(|tokens| {
                        without_last(told, tokens, &["gemacht", "absolviert", "abgeschlossen", "begonnen"])
                    })
                    .filter(|tokens| is_trade(told, tokens, hit.meaning == Shape::KnownTrade))
                    .map(|tokens| new(told, tokens))
                    .into_iter()
                    .collect()
            }
            Shape::Experience | Shape::Since => {
                let count = (hit.cue.clone()).find(|index| {
                    number(told.form(*index)).is_some()
                        && matches!(
                            told.form(index + 1),
                            "years" | "years'" | "months" | "jahre" | "jahren" | "monate" | "monaten"
                        )
                });
                let skip = usize::from(matches!(told.form(hit.object), "in" | "im" | "mit" | "am"));
                let mut listed = things(sentence, hit.object + skip, told.dates);
                if listed.is_empty() && hit.meaning == Shape::Since && !sentence.is_word(hit.object) {
                    listed.push(hit.cue.start + 1..hit.cue.start + 2);
                }
                listed
                    .into_iter()
                    .map(|tokens| {
                        let draft = new(told, tokens);
                        match count {
                            Some(count) => draft.with_value(told.words(&(count..count + 2))),
                            None => draft,
                        }
                    })
                    .collect::<Vec<_>>()
            }
        };
        for draft in drafts {
            let overlaps = |other: &ItemDraft| {
                other.tokens.start < draft.tokens.end && draft.tokens.start < other.tokens.end
            };
            let is_date = told
                .dates
                .iter()
                .any(|date| date.tokens.start < draft.tokens.end && draft.tokens.start < date.tokens.end);
            if !is_date && !found.iter().any(overlaps) && !told.has(draft.tokens.clone(), &NO_SKILL) {
                found.push(draft);
            }
        }
    }
    found
}

pub(super) fn new(told: &Told<'_>, tokens: Range<usize>) -> ItemDraft {
    ItemDraft::new(told, ItemKind::Skill, RuleId::Skill, tokens).with_polarity(Polarity::Uses)
}

fn without_last(told: &Told<'_>, tokens: Range<usize>, words: &[&str]) -> Range<usize> {
    let mut end = tokens.end;
    while end > tokens.start && words.contains(&told.form(end - 1)) {
        end -= 1;
    }
    tokens.start..end
}

/// A field of study or work: no article before it, for "the menu" is looked at.
fn field(told: &Told<'_>, from: usize, limit: usize) -> Option<Range<usize>> {
    let is_thing = matches!(
        told.form(from),
        "the"
            | "a"
            | "an"
            | "my"
            | "our"
            | "your"
            | "his"
            | "her"
            | "this"
            | "that"
            | "these"
            | "it"
            | "all"
            | "hard"
            | "abroad"
            | "at"
            | "in"
            | "for"
            | "with"
            | "there"
            | "how"
            | "what"
            | "being"
            | "having"
            | "die"
            | "der"
            | "das"
            | "den"
            | "dem"
            | "ein"
            | "eine"
            | "einen"
            | "meine"
            | "lange"
            | "nie"
            | "hier"
            | "dort"
    );
    let until = (from..limit).find(|at| {
        matches!(
            told.form(*at),
            "in" | "at" | "for" | "from" | "with" | "and" | "an" | "studiert" | "und" | "but"
        ) && *at > from
            && !(told.form(*at) == "with" && told.form(from).ends_with("ing") && *at == from + 1)
    });
    let end = phrase_end(&told.sentence, from, Reach::Thing, told.dates).max(until.unwrap_or(from));
    let end = until.map_or(end, |until| until.min(end));
    // "a degree of doubt", "used to cold winters": what is done or known, not what there is.
    // "I studied vocabulary every day": that was an evening, not a field.
    let once =
        ["every", "today", "yesterday", "hours", "week", "tonight", "again", "morning", "heute", "gestern"];
    if told.has(from..limit, &once) {
        return None;
    }
    let is_plain = told.form(from - 1) != "to" || told.form(from).ends_with("ing");
    (!is_thing && is_plain).then(|| thing(&told.sentence, from..end, 4)).flatten()
}

fn languages(told: &Told<'_>, object: usize, limit: usize) -> Vec<ItemDraft> {
    let end = (object..told.sentence.len().min(limit + 6)).find(|index| {
        matches!(told.form(*index), "but" | "aber" | "because" | "weil" | "with" | "mit" | ".")
    });
    let end = end.unwrap_or(told.sentence.len().min(limit + 6));
    (object..end)
        .filter(|index| LANGUAGES.contains(&told.form(*index)))
        .map(|index| new(told, index..index + 1))
        .collect()
}
