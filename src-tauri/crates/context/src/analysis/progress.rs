//! Progress: what a person says to have done, which may be a step towards a goal.

use std::ops::Range;
use std::sync::LazyLock;

use super::clauses::{clause_end, is_denied};
use super::cues::Cues;
use super::stop_words::key_words;
use super::tokens::word_list;
use super::told::Told;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Something is finished.
    Done,
    /// A step was made.
    Step,
    /// "ich habe … geschafft": the verb ends the clause.
    GermanDone,
    GermanStep,
    /// "the draft is done": what is done stands before.
    IsDone,
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{Done, GermanDone, GermanStep, IsDone, Step};
    Cues::new(&[
        (
            "^ i|we have? finally|just|also|already|today|actually|now|successfully|recently* finished|completed|submitted|published|shipped|launched|passed|achieved|reached|released|accomplished|graduated|handed_in|defended|aced >",
            Done,
        ),
        (
            "^ finally|just|today* finished|completed|submitted|published|shipped|launched|passed|reached|released|handed_in >",
            Done,
        ),
        ("^ i am|we_are finally|now|almost|nearly|half* done|finished with >", Done),
        (
            "^ i|we have? finally|just|also|already|today|actually|now|recently|yesterday|this_morning* ran|run|wrote|written|read|swam|swum|cycled|hiked|walked|jogged|lost|saved|practiced|practised|studied|trained|learned|learnt|signed_up|registered|enrolled|drafted|memorized|memorised|meditated|climbed|exercised|applied|paid_off|lifted|rowed|outlined|edited >",
            Step,
        ),
        (
            "^ finally|just|today* ran|wrote|swam|cycled|hiked|walked|jogged|practiced|practised|drafted|meditated|climbed >",
            Step,
        ),
        (
            "^ i|we have? finally|just|also|already|today|actually* did my|the|a|another|an > ~3 run|lesson|chapter|workout|session|lessons|half|km|10k|5k|pages|exercise|exercises|ride|training",
            Step,
        ),
        (
            "^ i|we have? finally|just|also|already|really|now* made|making good|great|some|a_lot_of|real* progress on|with|in >",
            Step,
        ),
        ("^ i|we am|are making good|great|some|slow|steady|real* progress on|with|in >", Step),
        ("^ i|we have not smoked|drunk|eaten|missed >", Step),
        (
            "^ the|my|our > ~4 is|are finally|now|all* done|finished|complete|completed|submitted|published|live|out",
            IsDone,
        ),
        (
            "^ ich|wir habe|haben ~8 abgeschlossen|fertiggestellt|geschafft|eingereicht|veröffentlicht|bestanden|abgegeben|fertiggeschrieben|erreicht|fertig|beendet|verteidigt|vollendet",
            GermanDone,
        ),
        (
            "^ heute|gestern|endlich|gerade|eben|diese_woche habe ich|wir ~8 abgeschlossen|fertiggestellt|geschafft|eingereicht|veröffentlicht|bestanden|abgegeben|fertiggeschrieben|erreicht|fertig|beendet",
            GermanDone,
        ),
        (
            "^ ich|wir habe|haben ~8 geschrieben|gelesen|gelernt|geübt|trainiert|gespart|abgenommen|angemeldet|gelaufen|meditiert|überarbeitet|zurückgelegt|begonnen|entworfen",
            GermanStep,
        ),
        (
            "^ heute|gestern|endlich|gerade|eben|diese_woche|heute_morgen habe ich|wir ~8 geschrieben|gelesen|gelernt|geübt|trainiert|gespart|abgenommen|angemeldet|meditiert|überarbeitet|entworfen",
            GermanStep,
        ),
        (
            "^ ich|wir bin|sind ~8 gelaufen|geschwommen|gerannt|gewandert|geradelt|gejoggt|vorangekommen|geklettert|weitergekommen|fertig",
            GermanStep,
        ),
        (
            "^ heute|gestern|endlich|diese_woche|heute_morgen|am_wochenende bin|sind ich|wir ~8 gelaufen|geschwommen|gerannt|gewandert|geradelt|gejoggt|vorangekommen|geklettert",
            GermanStep,
        ),
        (
            "^ mein|meine|der|die|das > ~3 ist|sind endlich|jetzt|nun|fast* fertig|abgeschlossen|eingereicht|veröffentlicht|abgegeben|online|geschafft",
            IsDone,
        ),
    ])
});

word_list! {
    /// Verbs that tell of a step only with a measure: who ran a script got no further.
    MEASURED = "ran run wrote written read lost saved learned learnt applied edited reached completed passed \
        released lifted"
}

word_list! {
    /// What measures a step.
    MEASURES = "km kilometer kilometers kilometres mile miles marathon race page pages chapter chapters words \
        book books draft section story poem song essay kg kilo kilos pounds weight money € $ exam test \
        driving course certification interview level goal milestone thesis jobs job school album novel \
        manuscript lesson article week month lap laps half 10k 5k degree bar training program outline \
        belt"
}

/// A step that was told of.
pub(super) struct Step {
    pub(super) tokens: Range<usize>,
    pub(super) key_words: Vec<String>,
    pub(super) done: bool,
}

/// What the sentence says the person got done.
pub(super) fn progress(told: &Told<'_>) -> Option<Step> {
    let sentence = &told.sentence;
    for hit in CUES.find(sentence) {
        let is_own_denial = told.has(hit.cue.clone(), &["not"])
            && !told.has(hit.cue.clone(), &["smoked", "drunk", "eaten", "missed"]);
        let is_undone = told.has(
            hit.cue.clone(),
            &["nicht", "nie", "kein", "keine", "keinen", "almost", "nearly", "half", "fast"],
        );
        if is_denied(sentence, hit.cue.start)
            || is_own_denial
            || told.has(hit.cue.start..hit.cue.end, &["kein"])
        {
            continue;
        }
        let end = clause_end(sentence, hit.cue.end.saturating_sub(1));
        // "I read that …", "I learned that …", "I ran into …", "I wrote you": nothing was done.
        if hit.meaning == Shape::Step
            && matches!(
                told.form(hit.object),
                "that"
                    | "into"
                    | "out"
                    | "about"
                    | "it"
                    | "how"
                    | "you"
                    | "to"
                    | "online"
                    | "somewhere"
                    | "why"
                    | "what"
                    | "your"
                    | "this"
                    | "interest"
                    | "my_mind"
                    | "the_docs"
                    | "away"
                    | "off"
            )
        {
            continue;
        }
        let tells_of_fact = told.form(end) == ","
            && matches!(told.form(end + 1), "dass" | "wie" | "warum" | "wieso" | "ob" | "was");
        if matches!(hit.meaning, Shape::GermanDone | Shape::GermanStep) && (is_undone || tells_of_fact) {
            continue;
        }
        let clause = hit.cue.start..end.max(hit.cue.end);
        let is_measured = told.has(clause.clone(), &MEASURES)
            || clause.clone().any(|index| {
                sentence.is_number(index)
                    || (crate::calendar::number(told.form(index)).is_some_and(|count| count > 1))
            });
        if matches!(hit.meaning, Shape::Step | Shape::Done)
            && told.has(hit.cue.clone(), &MEASURED)
            && !is_measured
        {
            continue;
        }
        // What has no object is about nothing that could be known again, unless the verb itself says it.
        let key_words = key_words(sentence, hit.cue.start..end.max(hit.cue.end));
        let of_object = match hit.meaning {
            Shape::Done | Shape::Step => {
                super::stop_words::key_words(sentence, hit.object..end.max(hit.object)).len()
                    + usize::from(is_measured)
            }
            _ => key_words.len(),
        };
        if key_words.is_empty()
            || of_object == 0
            || told.has(hit.cue.start..end, &["meeting", "call", "lunch", "dinner"])
        {
            continue;
        }
        let done = matches!(hit.meaning, Shape::Done | Shape::GermanDone | Shape::IsDone) && !is_undone;
        return Some(Step { tokens: hit.cue.start..end.max(hit.cue.end), key_words, done });
    }
    None
}
