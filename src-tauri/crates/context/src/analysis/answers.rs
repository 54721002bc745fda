//! Questions and what became of them: what a person asked, and whether an answer was said to have worked.

use std::ops::Range;
use std::sync::LazyLock;

use super::ResolutionKind;
use super::clauses::{is_denied, question_start};
use super::cues::Cues;
use super::stop_words::key_words;
use super::tokens::Sentence;

/// A question or an answer's fate, in tokens.
pub(super) struct Asked {
    pub(super) tokens: Range<usize>,
    pub(super) key_words: Vec<String>,
}

static WONDERING: LazyLock<Cues<()>> = LazyLock::new(|| {
    Cues::new(&[
        (
            "^ i am|was|have_been still|just|also? wondering if|whether|how|why|what|when|where|which|about",
            (),
        ),
        ("^ i still|also|always|often* wonder if|whether|how|why|what|when|where|which", ()),
        ("^ i do_not|still_do_not know|understand how|why|what|whether|which|where|when", ()),
        ("^ i would like|love to_know >", ()),
        ("^ i want to_know >", ()),
        (
            "^ ich frage|frag mich gerade|schon_lange|immer_noch|auch* ,? ob|wie|warum|was|wann|wo|welche|welcher",
            (),
        ),
        ("^ ich wüsste gern|gerne ,? ob|wie|warum|was|wann|wo|welche", ()),
        ("^ ich weiß nicht ,? ob|wie|warum|was|wann|wo|welche|wieso", ()),
        ("^ mich würde interessieren ,? ob|wie|warum|was|wann|wo|welche", ()),
    ])
});

/// What stands behind "can you" and is asked for, not done for somebody.
const TELLING: &[&str] = &[
    "explain",
    "tell",
    "recommend",
    "suggest",
    "say",
    "help",
    "erklären",
    "sagen",
    "empfehlen",
    "helfen",
    "erklär",
];

/// The question in a sentence.
pub(super) fn asked(sentence: &Sentence<'_>) -> Option<Asked> {
    if let Some(start) = question_start(sentence) {
        let key_words = key_words(sentence, 0..sentence.len());
        let is_asked = !key_words.is_empty() && !is_request(sentence, start) && !is_tag(sentence, start);
        return is_asked.then_some(Asked { tokens: 0..sentence.len(), key_words });
    }
    let hit = WONDERING.find(sentence).into_iter().next()?;
    let key_words = key_words(sentence, hit.cue.end..sentence.len());
    (!key_words.is_empty()).then_some(Asked { tokens: 0..sentence.len(), key_words })
}

/// "Can you write …?" asks for a work, not for an answer.
fn is_request(sentence: &Sentence<'_>, start: usize) -> bool {
    let asks = matches!(
        sentence.form(start),
        "can" | "could" | "would" | "will" | "kannst" | "könntest" | "würdest" | "können" | "könnten"
    );
    let whom = matches!(sentence.form(start + 1), "you" | "du" | "sie" | "please");
    let would_you = sentence.form(start) == "would"
        && matches!(sentence.form(start + 2), "recommend" | "suggest" | "say");
    asks && whom && !would_you && !sentence.has(start..sentence.len(), TELLING)
}

/// "…, right?", "…, ok?", "…, oder?": what is told, with a mark.
fn is_tag(sentence: &Sentence<'_>, start: usize) -> bool {
    let last = (start..sentence.len()).rev().find(|index| sentence.is_word(*index));
    last.is_some_and(|last| {
        last > 0
            && !sentence.is_word(last - 1)
            && matches!(
                sentence.form(last),
                "right"
                    | "ok"
                    | "okay"
                    | "oder"
                    | "ne"
                    | "gell"
                    | "yes"
                    | "no"
                    | "correct"
                    | "richtig"
                    | "ja"
            )
    })
}

static FATES: LazyLock<Cues<ResolutionKind>> = LazyLock::new(|| {
    use ResolutionKind::{StillBroken, Thanks, Worked};
    Cues::new(&[
        (
            "still does_not|not|broken|failing|fails|the_same|no|crashes|will_not|is_not|getting|get|seeing|happening|happens|there|here",
            StillBroken,
        ),
        (
            "^ that|this|it|your_suggestion|the_fix|the_solution|the_command|your_fix|your_solution|neither unfortunately|sadly|also|still|really|quite|just* did_not|does_not|has_not unfortunately|really|quite|even? work|worked|help|helped|fix|fixed|solve|change|do|compile|run",
            StillBroken,
        ),
        ("^ same|the_same error|problem|issue|result", StillBroken),
        ("^ no luck|difference|change|success", StillBroken),
        ("^ the error|problem|issue|bug persists|remains|is_back|came_back|comes_back", StillBroken),
        (
            "immer_noch|noch_immer nicht|kaputt|der_gleiche|derselbe|das_gleiche|dasselbe|den_gleichen|die_gleiche|dieselbe|denselben|ein|kein|keine|fehler|da|hier",
            StillBroken,
        ),
        (
            "^ das|es|dies|beides leider|auch|immer_noch|bei_mir* funktioniert|klappt|geht|hilft|half leider|auch|immer_noch|bei_mir|so|noch|aber* nicht",
            StillBroken,
        ),
        (
            "^ das|es|dein_vorschlag|die_lösung hat leider|auch|aber|bei_mir|alles* nicht|nichts funktioniert|geklappt|geholfen|gebracht",
            StillBroken,
        ),
        ("^ funktioniert|klappt|geht|hilft leider|auch|immer_noch|bei_mir|so|aber* nicht $", StillBroken),
        ("^ hat leider|auch|aber* nicht|nichts funktioniert|geklappt|geholfen|gebracht", StillBroken),
        ("^ gleicher|derselbe|der_gleiche|selber fehler", StillBroken),
        ("^ der fehler bleibt|besteht|kommt|tritt ~3", StillBroken),
        (
            "^ that|this|it|which|your_suggestion|the_fix|the_command|the_trick|restarting|the_second_one|the_first_one|everything|all now|finally|actually|totally|all|just|really|has|have|your_suggestion* worked|helped",
            Worked,
        ),
        (
            "^ that|this|it now|finally|actually|all|just|really|has* fixed|solved|did_the_trick|did_it|resolved",
            Worked,
        ),
        (
            "^ it|that|this|everything finally|now|all* works now|perfectly|great|fine|like_a_charm|again|well|,|!",
            Worked,
        ),
        ("^ it|that|this|everything finally|now* works $", Worked),
        ("^ works|worked now|perfectly|great|fine|like_a_charm|again|well|for_me $", Worked),
        ("^ works|worked $", Worked),
        ("^ it|that|everything is|are now|finally|all* working now|again|fine|perfectly", Worked),
        ("^ it|that|everything is now|finally working|fixed|solved|running|fine", Worked),
        ("^ problem|issue|mystery is? solved|fixed|resolved", Worked),
        (
            "^ i|we finally|just|have|managed_to|was_able_to* fixed|solved|fix|solve|resolved|got_it_working|got_it_to_work|figured_it_out",
            Worked,
        ),
        ("^ exactly|just|that_is_exactly|that_is_just what i needed|wanted|was_looking_for|meant", Worked),
        ("^ that answers|clears", Worked),
        ("^ solved|fixed it|! $", Worked),
        (
            "^ das|es|dein_tipp|die_lösung|dein_vorschlag hat jetzt|super|gut|wunderbar|endlich|tatsächlich|sofort|prima|mir|sehr|wirklich* geklappt|funktioniert|geholfen|geklärt",
            Worked,
        ),
        (
            "^ hat jetzt|super|gut|wunderbar|endlich|tatsächlich|sofort|prima|alles* geklappt|funktioniert|geholfen",
            Worked,
        ),
        ("^ jetzt|nun|endlich geht|funktioniert|klappt|läuft|startet|tut es|das|alles|er|sie|wieder", Worked),
        (
            "^ es|das|alles geht|funktioniert|klappt|läuft jetzt|nun|wieder|endlich|super|einwandfrei|prima|wunderbar|perfekt",
            Worked,
        ),
        (
            "^ funktioniert|klappt|läuft|geht jetzt|nun|wieder|endlich|super|einwandfrei|prima|wunderbar|perfekt",
            Worked,
        ),
        ("^ problem|fehler ist? gelöst|behoben|gefunden", Worked),
        ("^ genau das|was ~3 gesucht|gebraucht|wollte|brauchte", Worked),
        ("^ thanks|thank_you|thx|ty|cheers|many_thanks", Thanks),
        ("^ danke|dankeschön|vielen_dank|besten_dank|herzlichen_dank|tausend_dank|lieben_dank", Thanks),
    ])
});

/// What a sentence says of an earlier answer: that it failed outweighs that it worked, and both outweigh thanks.
pub(super) fn resolved(told: &Sentence<'_>) -> Option<(ResolutionKind, Asked)> {
    let hits = FATES.find(told);
    let rank = |kind| match kind {
        ResolutionKind::StillBroken => 2,
        ResolutionKind::Worked => 1,
        ResolutionKind::Thanks => 0,
    };
    let hit = hits
        .into_iter()
        .filter(|hit| match hit.meaning {
            ResolutionKind::Thanks => {
                !is_in_advance(told, hit.cue.end) && !told.has(0..hit.cue.start, &["no", "nein"])
            }
            // "It still doesn't say …" is about a text; "even if it works …" supposes.
            ResolutionKind::StillBroken => !told
                .has(0..hit.cue.start, &["if", "wenn", "falls", "why", "warum", "i", "ich", "whether", "ob"]),
            ResolutionKind::Worked => {
                !is_denied(told, hit.cue.start) && !told.has(hit.cue.clone(), &["not", "nicht"])
            }
        })
        .max_by_key(|hit| (rank(hit.meaning), std::cmp::Reverse(hit.cue.start)))?;
    let words = key_words(told, 0..told.len());
    Some((hit.meaning, Asked { tokens: 0..told.len(), key_words: words }))
}

/// "Thanks in advance", "danke im Voraus", "thanks to my sister".
fn is_in_advance(sentence: &Sentence<'_>, end: usize) -> bool {
    matches!(
        (sentence.form(end), sentence.form(end + 1)),
        ("in", "advance") | ("im", "voraus") | ("schon" | "schonmal" | "to", _)
    )
}
