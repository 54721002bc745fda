//! Skills: what a person says to be able to do, and for how long.

use std::ops::Range;
use std::sync::LazyLock;

use super::clauses::{clause_end, is_denied};
use super::cues::Cues;
use super::phrases::{Reach, phrase_end, thing, things};
use super::tokens::word_list;
use super::told::{ItemDraft, Told};
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
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{Experience, ForLong, KnownTrade, Since, Speaks, Things, Trade};
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
    /// Endings and words of trades.
    TRADES = "nurse teacher doctor engineer developer programmer designer lawyer architect carpenter \
        electrician plumber chef cook baker pilot musician translator accountant physicist chemist \
        biologist mathematician librarian journalist photographer therapist psychologist pharmacist \
        dentist vet veterinarian mechanic farmer gardener paramedic firefighter scientist analyst \
        consultant manager researcher writer editor illustrator statistician economist physiotherapist \
        midwife tailor welder administrator sysadmin technician professor lecturer beekeeper barista \
        potter krankenschwester krankenpfleger pflegerin pfleger lehrer lehrerin arzt ärztin ingenieur \
        ingenieurin entwickler entwicklerin programmierer programmiererin designerin anwalt anwältin \
        architekt architektin tischler tischlerin schreiner elektriker elektrikerin koch köchin bäcker \
        bäckerin pilotin musiker musikerin übersetzer übersetzerin buchhalter buchhalterin physiker \
        physikerin chemiker chemikerin biologe biologin mathematiker mathematikerin journalistin \
        fotograf fotografin therapeut therapeutin psychologe psychologin apotheker apothekerin zahnarzt \
        zahnärztin tierarzt tierärztin mechaniker mechanikerin landwirt landwirtin gärtner gärtnerin \
        hebamme erzieher erzieherin softwareentwickler softwareentwicklerin sanitäter sanitäterin imker \
        imkerin physiotherapeut physiotherapeutin steuerberater steuerberaterin grundschullehrer \
        grundschullehrerin sozialarbeiter sozialarbeiterin bibliothekar bibliothekarin projektleiter \
        projektleiterin schneiderin"
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
            Shape::Speaks => languages(told, hit.object, limit),
            Shape::Trade | Shape::KnownTrade => {
                let end = phrase_end(sentence, hit.object, Reach::Thing, told.dates);
                let and = (hit.object..end)
                    .find(|index| matches!(told.form(*index), "and" | "und" | "or" | "oder"));
                thing(sentence, hit.object..and.unwrap_or(end), 4)
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

fn new(told: &Told<'_>, tokens: Range<usize>) -> ItemDraft {
    ItemDraft::new(told, ItemKind::Skill, RuleId::Skill, tokens).with_polarity(Polarity::Uses)
}

fn without_last(told: &Told<'_>, tokens: Range<usize>, words: &[&str]) -> Range<usize> {
    let mut end = tokens.end;
    while end > tokens.start && words.contains(&told.form(end - 1)) {
        end -= 1;
    }
    tokens.start..end
}

/// "… for ten years", "… since 2015": with the length of time as its value.
fn for_long(told: &Told<'_>, cue: &Range<usize>, object: usize, limit: usize) -> Option<ItemDraft> {
    let sentence = &told.sentence;
    let mark = (object..limit).find(|index| matches!(told.form(*index), "for" | "since"))?;
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
    let value = if told.form(mark) == "since" {
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
    }?;
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

fn is_trade(told: &Told<'_>, tokens: &Range<usize>, must_be_known: bool) -> bool {
    let Some(last) = tokens.clone().last() else { return false };
    let form = told.form(last);
    let is_known = TRADES.contains(&form) || form.strip_suffix('s').is_some_and(|one| TRADES.contains(&one));
    // "I'm a bad cook": no trade.
    let is_judged = told.has(
        tokens.clone(),
        &[
            "bad",
            "terrible",
            "good",
            "great",
            "decent",
            "lousy",
            "beginner",
            "huge",
            "better",
            "guter",
            "schlechter",
            "gute",
            "schlechte",
            "amateur",
            "home",
            "hobby",
            "future",
            "wannabe",
            "aspiring",
            "slow",
            "fast",
        ],
    );
    !is_judged
        && (is_known
            || (!must_be_known
                && !matches!(
                    form,
                    "well"
                        | "team"
                        | "expected"
                        | "intended"
                        | "nächstes"
                        | "erstes"
                        | "letztes"
                        | "nächste"
                        | "erste"
                        | "always"
                        | "before"
                )))
}
