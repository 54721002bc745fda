//! Trades: words for what somebody does for a living, known by themselves or by their ending.

use std::ops::Range;

use super::tokens::word_list;
use super::told::Told;

word_list! {
    /// Trades that no ending tells.
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

/// How words for trades end, in English and German; before the ending stands what the trade is about.
const ENDINGS: &[&str] = &[
    "smith",
    "mason",
    "maker",
    "wright",
    "ologist",
    "ographer",
    "ician",
    "keeper",
    "builder",
    "trainer",
    "instructor",
    "therapist",
    "binder",
    "fitter",
    "grower",
    "driver",
    "designer",
    "developer",
    "engineer",
    "teacher",
    "macher",
    "macherin",
    "schmied",
    "schmiedin",
    "metz",
    "metzin",
    "meister",
    "meisterin",
    "loge",
    "login",
    "techniker",
    "technikerin",
    "trainerin",
    "pfleger",
    "pflegerin",
    "ingenieurin",
    "lehrer",
    "lehrerin",
    "ärztin",
    "arzt",
    "therapeut",
    "therapeutin",
    "bauer",
    "bauerin",
    "wirt",
    "wirtin",
    "berater",
    "beraterin",
    "entwickler",
    "entwicklerin",
    "anwalt",
    "anwältin",
    "binderin",
    "fahrer",
    "fahrerin",
    "führer",
    "führerin",
    "sanitäter",
    "sanitäterin",
];

fn is_named_by(form: &str, ending: &str) -> bool {
    form.strip_suffix(ending).is_some_and(|about| about.chars().count() >= 2)
}

/// Whether these words are a trade. `must_be_known`: what is not known as one is none.
pub(super) fn is_trade(told: &Told<'_>, tokens: &Range<usize>, must_be_known: bool) -> bool {
    let Some(last) = tokens.clone().last() else { return false };
    let form = told.form(last);
    let names_trade =
        |form: &str| TRADES.contains(&form) || ENDINGS.iter().any(|ending| is_named_by(form, ending));
    let is_known = names_trade(form) || form.strip_suffix('s').is_some_and(names_trade);
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
