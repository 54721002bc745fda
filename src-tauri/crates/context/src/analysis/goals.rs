//! Goals: what a person wants to reach, and by when. Not what is asked of an assistant ("I want to sort a
//! list"): only what takes a person's time.

use std::ops::Range;
use std::sync::LazyLock;

use super::clauses::{clause_end, is_denied};
use super::cues::Cues;
use super::phrases::{Reach, phrase_end};
use super::tokens::{WordMap, word_list};
use super::told::{ItemDraft, Told};
use super::{Polarity, RuleId};
use crate::state::ItemKind;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Said outright: "my goal is to …".
    Outright,
    /// "I want to …": only what takes a person's time.
    Wanted,
    /// "I'm training for …": the activity begins at the cue's verb.
    Training,
    /// "mein Ziel ist es, … zu …", "ich habe mir vorgenommen, …".
    GermanOutright,
    /// "ich will …", with the verb at the end.
    GermanWanted,
    /// "ich trainiere für …".
    GermanTraining,
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{GermanOutright, GermanTraining, GermanWanted, Outright, Training, Wanted};
    Cues::new(&[
        (
            "^ my|our|one main|big|biggest|long-term|personal|ultimate|current|only|next|fitness|career|of_my* goal|goals|aim|dream|ambition|resolution|new_year's_resolution|target for_this_year|for_next_year|this_year|right_now|here|for_2026|for_2027? is|are to|: >",
            Outright,
        ),
        ("^ i|we have set|gave|given myself|ourselves the? goal|target|challenge of|to >", Outright),
        ("^ i|we set|gave myself|ourselves the|a? goal|target|challenge of|to >", Outright),
        ("^ i|we have always|long dreamed|dreamt of|about >", Outright),
        ("^ i|we dream of >", Outright),
        ("^ i|we have? resolved to >", Outright),
        (
            "^ i|we am|are? really|also|just|hoping|still|would_love|would_like|hope|want|plan|planning|aim|aiming|intend|intending|determined|trying|finally|definitely|eventually* to >",
            Wanted,
        ),
        ("^ i|we will finally? >", Wanted),
        (
            "^ i|we am|are also|currently|still|now|have_been* > training|saving|saving_up|preparing|studying|practicing|practising|revising for|up_for",
            Training,
        ),
        (
            "^ i|we have_been > training|saving|saving_up|preparing|studying|practicing|practising for",
            Training,
        ),
        (
            "^ mein|unser großes|größtes|nächstes|langfristiges|persönliches|aktuelles* ziel|traum|vorsatz für_dieses_jahr|für_nächstes_jahr|für_2027|dieses_jahr? ist|war es? , >",
            GermanOutright,
        ),
        ("^ mein|unser großes|größtes|nächstes|langfristiges* ziel|vorsatz : >", GermanOutright),
        ("^ ich habe mir vorgenommen|zum_ziel_gesetzt , >", GermanOutright),
        ("^ ich habe mir für|zum ~4 vorgenommen , >", GermanOutright),
        ("^ ich träume davon , >", GermanOutright),
        ("^ ich habe vor , >", GermanOutright),
        ("^ ich plane|hoffe , >", GermanOutright),
        ("^ ich will|möchte|werde unbedingt|endlich|gern|gerne|irgendwann|auch|dieses_mal* >", GermanWanted),
        ("^ wir wollen|möchten unbedingt|endlich|gern|gerne|irgendwann|auch* >", GermanWanted),
        ("^ ich würde sehr? gern|gerne irgendwann? >", GermanWanted),
        (
            "^ ich > trainiere|spare|übe gerade|zurzeit|momentan|aktuell|schon|seit_wochen|derzeit|jetzt* für|auf",
            GermanTraining,
        ),
        ("^ ich > lerne|bereite_mich gerade|zurzeit|momentan|aktuell|derzeit|jetzt* für|auf", GermanTraining),
    ])
});

/// What takes a person's time: verbs, and with which words behind them; none: any.
const LASTING: &str = "learn; become; master; lose: weight kg kilos pounds lbs kilo fat; \
    gain: weight muscle kg pounds strength; save: money euros dollars up € $ for enough 10 20; \
    quit: smoking drinking sugar job vaping alcohol caffeine coffee; \
    stop: smoking drinking procrastinating biting vaping; \
    run: marathon half 10k 5k km race ultra miles kilometers kilometres half-marathon ultramarathon ultra-marathon; \
    ride: km miles across tour century; cycle: km miles across to from around; \
    bike: km miles across around; swim: km channel laps lengths miles lake; \
    walk: camino steps across km miles; \
    hike: trail camino alps pct across through mountain gr20; climb; \
    publish: book novel paper app game article album story stories poems blog; \
    write: book novel thesis memoir screenplay musical symphony album dissertation; \
    read: books bible novels pages; \
    pass: exam test course class bar certification exams interview driving b2 c1; graduate; \
    retire; earn: degree certificate month year money certification belt badge; achieve; \
    qualify; \
    speak: fluently fluent better japanese spanish french german english italian korean; \
    get: fit fitter shape promoted promotion licence license degree certified stronger healthier certificate phd better debt; \
    improve: my our; practice: every daily more; practise: every daily more; train: for; \
    prepare: for; \
    finish: thesis degree novel book dissertation marathon studies phd master's bachelor album manuscript; \
    complete: degree marathon course certification thesis triathlon studies program ironman; \
    start: business company podcast blog studying meditating running exercising charity own bakery running practice; \
    open: bakery café cafe restaurant shop studio store own practice; \
    found: company startup charity; launch: business podcast startup shop newsletter own; \
    buy: house flat apartment home boat van farm; move: abroad to; emigrate; \
    pay: debt mortgage loan debts; cut: sugar alcohol meat caffeine; \
    eat: healthier less vegetables sugar; sleep: hours better earlier; exercise; meditate; \
    work: out abroad less; switch: careers career; change: careers career jobs; \
    reach: b2 c1 kg subscribers users customers summit level fluency; \
    visit: japan every all countries capitals continents; travel; sail; \
    grow: own business channel; play: song sonata fluently concert nocturne piano guitar violin; \
    build: house muscle business cabin habit tiny; volunteer; win";

word_list! {
    /// What is no goal, whatever the date: it is asked, said or done at once.
    NO_GOAL = "know see ask make say understand check use do add be have tell thank talk discuss hear share \
        point show mention try find figure fix create change update go take give set put meet send call \
        eat watch look think book stay get avoid keep remove test print sort convert schedule invite \
        celebrate surprise cook bake work help start visit drive fly come leave stop order return pick \
        wait write read"
}

word_list! {
    /// German infinitives of what takes a person's time.
    LASTING_GERMAN = "lernen werden abnehmen abzunehmen aufhören aufzuhören schaffen bestehen meistern beherrschen \
        abschließen abzuschließen veröffentlichen verbessern absolvieren auswandern auszuwandern gründen \
        besteigen promovieren sparen zunehmen zuzunehmen eröffnen umschulen aussteigen trainieren \
        umzuziehen umziehen ziehen erreichen anfangen anzufangen reduzieren erlernen selbstständig"
}

/// German infinitives that need one of these words with them.
const LASTING_GERMAN_WITH: &str = "laufen: marathon halbmarathon km kilometer jakobsweg ultramarathon ultra; \
    gehen: jakobsweg rente; schreiben: buch roman kochbuch doktorarbeit drehbuch; \
    lesen: bücher romane; kaufen: haus wohnung boot wohnmobil; bauen: haus gartenhaus boot tiny; \
    machen: führerschein abschluss ausbildung selbstständig meister weltreise abitur sport triathlon segelschein; \
    sprechen: fließend besser; fahren: alpen nordkap km europa; \
    spielen: klavier gitarre geige sonate; reisen: welt japan australien; \
    arbeiten: weniger ausland teilzeit; rauchen: nicht aufhören; leben: ausland gesünder; \
    schwimmen: km bahnen bodensee; essen: gesünder weniger zucker fleisch; \
    trinken: weniger alkohol; verdienen: geld mehr; ernähren: gesünder gesund vegan vegetarisch; \
    wechseln: job beruf branche; starten: podcast business";

type Verbs = WordMap<Vec<&'static str>>;

static VERBS: LazyLock<Verbs> = LazyLock::new(|| verbs(LASTING));
static GERMAN_VERBS: LazyLock<Verbs> = LazyLock::new(|| verbs(LASTING_GERMAN_WITH));

fn verbs(list: &'static str) -> Verbs {
    list.split(';')
        .map(|entry| {
            let (verb, with) = entry.split_once(':').unwrap_or((entry, ""));
            (verb.trim(), with.split_whitespace().collect())
        })
        .collect()
}

/// A plan for a day nearer than this is an errand.
const DAYS_OF_AN_ERRAND: i64 = 10;

/// What the sentence says the person wants to reach.
pub(super) fn wanted(told: &Told<'_>) -> Vec<ItemDraft> {
    let sentence = &told.sentence;
    let mut found: Vec<ItemDraft> = Vec::new();
    for hit in CUES.find(sentence) {
        let end_of_clause = clause_end(sentence, hit.object);
        if is_denied(sentence, hit.cue.start)
            || told.has(hit.object..hit.object + 1, &["not"]) && hit.meaning == Shape::Wanted
        {
            continue;
        }
        let date = told.dates.iter().find(|date| {
            date.tokens.start >= hit.cue.start
                && date.tokens.end <= end_of_clause.max(date.tokens.end.min(end_of_clause + 1))
        });
        let target = date.map(|date| date.days.last);
        let is_far = target.is_some_and(|target| told.today.days_until(target) >= DAYS_OF_AN_ERRAND);
        let tokens = match hit.meaning {
            Shape::Outright => english(told, hit.object)
                .filter(|tokens| !told.has(tokens.clone(), &["this", "these", "how"])),
            Shape::Wanted => english(told, hit.object).filter(|tokens| takes_time(told, tokens, is_far)),
            Shape::Training => english(told, hit.object)
                .filter(|tokens| tokens.len() > 2 && !NO_TRAINING.contains(&told.form(tokens.end - 1))),
            Shape::GermanOutright => german(told, hit.object, date.map(|date| &date.tokens)),
            Shape::GermanWanted => german(told, hit.object, date.map(|date| &date.tokens))
                .filter(|tokens| takes_time_german(told, tokens, is_far)),
            Shape::GermanTraining => german_training(told, hit.object, hit.cue.end),
        };
        let Some(tokens) = tokens else { continue };
        if told.has(tokens.clone(), &["kein", "keine", "keinen", "nicht", "nie"])
            && !told.has(tokens.clone(), &["rauchen", "trinken"])
        {
            continue;
        }
        if found.iter().any(|other| other.tokens.start < tokens.end && tokens.start < other.tokens.end) {
            continue;
        }
        let mut draft =
            ItemDraft::new(told, ItemKind::Goal, RuleId::Goal, tokens.clone()).with_polarity(Polarity::Likes);
        // A date in the middle is left out of the name: "einen Marathon im Mai laufen".
        if let Some(inner) =
            date.map(|date| &date.tokens).filter(|inner| inner.start > tokens.start && inner.end < tokens.end)
        {
            draft.name = format!(
                "{} {}",
                told.words(&(tokens.start..inner.start)),
                told.words(&(inner.end..tokens.end))
            );
        }
        draft.target_date = target.filter(|target| *target >= told.today);
        found.push(draft);
    }
    found
}

word_list! {
    /// What is trained or saved for that is no goal.
    NO_TRAINING = "it this that now them long years while me you hours months weeks dinner guests today meeting"
}

fn english(told: &Told<'_>, object: usize) -> Option<Range<usize>> {
    let sentence = &told.sentence;
    let start = object + usize::from(matches!(told.form(object), "to" | "be" if told.form(object) == "to"));
    let end = phrase_end(sentence, start, Reach::Activity, told.dates);
    let end = (start + 1..end)
        .find(|index| matches!(told.form(*index), "and" | "or" | "because") && end - start > 5)
        .unwrap_or(end);
    let end = (start..end)
        .rev()
        .find(|index| !matches!(told.form(*index), "and" | "or" | "to" | "the" | "a"))
        .map_or(end, |last| last + 1);
    let is_cut =
        end > start + 1 && matches!(told.form(end - 2), "a" | "an" | "more") && told.form(end) == ",";
    if is_cut || told.has(start..end, &["there", "them", "it", "that"]) {
        return None;
    }
    // What comes behind is a circumstance once the name is long enough.
    (end > start
        && end - start <= 10
        && !matches!(told.form(start), "it" | "that" | "this" | "the" | "them" | "you"))
    .then_some(start..end)
}

fn takes_time(told: &Told<'_>, tokens: &Range<usize>, is_far: bool) -> bool {
    let mut verb = tokens.start;
    while matches!(told.form(verb), "finally" | "eventually" | "really" | "properly" | "one" | "also") {
        verb += 1;
    }
    let form = told.form(verb);
    let lasting = VERBS
        .get(form)
        .is_some_and(|with| with.is_empty() || told.has(verb + 1..tokens.end, with.as_slice()));
    // "I want to learn more about this", "how to …" is a question put politely.
    let is_polite = told.has(
        verb + 1..(verb + 3).min(tokens.end),
        &[
            "more", "how", "what", "why", "about", "this", "that", "it", "from", "whether", "if", "where",
            "your",
        ],
    );
    if lasting {
        return tokens.end > verb
            && !(is_polite
                && matches!(
                    form,
                    "learn"
                        | "improve"
                        | "master"
                        | "achieve"
                        | "win"
                        | "get"
                        | "practice"
                        | "travel"
                        | "climb"
                ))
            && !(form == "learn" && tokens.end == verb + 1)
            && !(matches!(form, "achieve" | "win" | "become" | "qualify")
                && told.has(verb..tokens.end, &["this", "that", "it", "same", "following", "result"]))
            && !(form == "move"
                && told.has(
                    verb..tokens.end,
                    &[
                        "file",
                        "files",
                        "button",
                        "folder",
                        "column",
                        "row",
                        "meeting",
                        "it",
                        "this",
                        "them",
                        "cursor",
                        "appointment",
                    ],
                ));
    }
    is_far && !NO_GOAL.contains(&form) && !is_polite
}

/// "einen Marathon (zu) laufen": up to the end of the clause, without a date before it.
fn german(told: &Told<'_>, object: usize, date: Option<&Range<usize>>) -> Option<Range<usize>> {
    let sentence = &told.sentence;
    let mut start = object;
    while start < sentence.len() {
        match date.filter(|date| date.start == start) {
            Some(date) => start = date.end,
            // "vor dem Urlaub im September".
            None if told.form(start) == "vor"
                && date.is_some_and(|date| date.start > start && date.start <= start + 4) =>
            {
                start = date.map_or(start + 1, |date| date.end);
            }
            None if matches!(
                told.form(start),
                "endlich"
                    | "unbedingt"
                    | "auch"
                    | "irgendwann"
                    | "gern"
                    | "gerne"
                    | "mal"
                    | "einmal"
                    | "wieder"
                    | "dann"
                    | "noch"
                    | "mich"
                    | "mir"
                    | "uns"
                    | ","
                    | "nächstes"
                    | "es"
            ) =>
            {
                start += 1;
            }
            None => break,
        }
    }
    let limit = clause_end(sentence, start);
    // The infinitive closes the clause; "and", "because" and the like open another.
    let mut end = (start..limit)
        .find(|index| {
            matches!(told.form(*index), "weil" | "aber" | "damit" | "wenn" | "denn" | "da") && *index > start
        })
        .unwrap_or(limit);
    if let Some(and) =
        (start + 1..end).find(|index| told.form(*index) == "und" && told.form(index - 1).ends_with("en"))
    {
        end = and;
    }
    if date.is_some_and(|date| date.end == end) {
        end = date.map_or(end, |date| date.start);
    }
    (end > start && end - start <= 10 && told.form(end - 1).ends_with('n')
        || told.form(end.wrapping_sub(1)) == "sein")
        .then_some(start..end)
}

fn takes_time_german(told: &Told<'_>, tokens: &Range<usize>, is_far: bool) -> bool {
    let Some(verb) = tokens.clone().last() else { return false };
    let form = told.form(verb);
    let is_polite = told.has(
        tokens.clone(),
        &[
            "wissen", "fragen", "dass", "wie", "mehr", "dazu", "davon", "diese", "diesen", "dieses", "das",
            "dir", "dich", "text", "datei", "code", "tabelle", "liste", "satz", "nicht_",
        ],
    );
    if is_polite {
        return false;
    }
    if LASTING_GERMAN.contains(&form) {
        // "Ich möchte benachrichtigt werden" is a request.
        let is_passive = form == "werden" && verb > tokens.start && {
            let before = told.form(verb - 1);
            before.starts_with("ge")
                || before.ends_with("iert")
                || before.starts_with("be") && before.ends_with('t') && before != "befördert"
        };
        return !is_passive && tokens.len() > 1 || matches!(form, "abnehmen" | "auswandern" | "promovieren");
    }
    GERMAN_VERBS.get(form).is_some_and(|with| told.has(tokens.clone(), with.as_slice()))
        || (is_far
            && tokens.len() > 1
            && form.ends_with("en")
            && !matches!(
                form,
                "wissen"
                    | "fragen"
                    | "haben"
                    | "machen"
                    | "sehen"
                    | "treffen"
                    | "besuchen"
                    | "feiern"
                    | "essen"
                    | "kommen"
                    | "fahren"
                    | "fliegen"
                    | "bleiben"
                    | "sagen"
                    | "gehen"
                    | "bekommen"
                    | "schicken"
                    | "buchen"
                    | "können"
            ))
}

/// "für einen Marathon": from the verb on.
fn german_training(told: &Told<'_>, object: usize, cue_end: usize) -> Option<Range<usize>> {
    let end = phrase_end(&told.sentence, cue_end, Reach::Activity, told.dates);
    let start = (object..cue_end).rev().find(|index| matches!(told.form(*index), "für" | "auf"))?;
    let is_empty = matches!(told.form(cue_end), "mich" | "dich" | "es" | "später" | "heute")
        || (told.form(cue_end) == "das" && !told.sentence.is_word(cue_end + 1));
    (!is_empty && (cue_end + 1..=cue_end + 5).contains(&end)).then_some(start..end)
}
