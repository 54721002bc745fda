//! Questions and what became of them: what a person asked, and whether an answer was said to have worked.

use std::ops::Range;
use std::sync::LazyLock;

use super::ResolutionKind;
use super::clauses::{is_denied, question_start};
use super::cues::Cues;
use super::stop_words::key_words;
use super::tokens::Sentence;
use super::troubles::PEOPLE;

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
        // What is named and did it: "the second tip", "your idea", "turning it off and on".
        (
            "^ the|your|that|this|a|another ~3 suggestion|tip|idea|trick|fix|advice|solution|command|hint|workaround|patch|answer|method|approach|setting|one|version really|finally|actually|did|has|totally* worked|helped|works|did_it|did_the_trick|was_it|fixed|solved|is_perfect|saved_me",
            Worked,
        ),
        ("worked|works like_a_charm|perfectly|wonders|great|beautifully|flawlessly|like_magic", Worked),
        (
            "^ turning|switching|restarting|rebooting|reinstalling|updating|upgrading|downgrading|changing|using|adding|removing|cleaning|replacing|resetting|clearing|disabling|enabling|unplugging|deleting|soaking|rinsing|setting|tightening|adjusting|lowering|raising|moving|putting|trying ~7 helped|worked|fixed|solved|did_it|did_the_trick|was_enough",
            Worked,
        ),
        (
            "fixed|solved|cured|resolved|cleared the|my|that|this ~1 leak|problem|issue|error|bug|noise|crash|crashes|warning|smell|mess",
            Worked,
        ),
        (
            "^ all|everything|it|the ~2 pass|passes|runs|compiles|builds|boots|green|clean now|again|fine|cleanly|without",
            Worked,
        ),
        ("up_and_running|back_to_normal|good_as_new|all_good_now|working_again|fixed_now|solved_now", Worked),
        ("^ that|this|it was it $", Worked),
        ("^ that|this was the problem|culprit|cause|issue|reason|mistake", Worked),
        ("had|has|have|made|makes no|little|zero noticeable|real? effect|difference|impact", StillBroken),
        (
            "neither|none|nothing of_it|of_them|of_that|one|so_far* helped|helps|worked|works|changed|did_anything|fixed",
            StillBroken,
        ),
        ("^ no noticeable|real|visible? effect|improvement|change|difference|luck|success", StillBroken),
        ("made|makes|making it|things|everything even|much? worse", StillBroken),
        ("^ it|that|this|everything|now ~1 got|is|has_gotten|gets even|much|only? worse", StillBroken),
        (
            "is|are still leaking|dripping|crashing|failing|freezing|hanging|turning|flickering|squeaking|making|beeping|blinking|overheating|disconnecting|dropping|showing|stuck|wilting|dying|smelling|hurting|aching|itching|throwing|complaining|slow|loose|red|black|empty|wrong",
            StillBroken,
        ),
        (
            "^ does_not|did_not|will_not|do_not work|help|change|fix|do for_me|here|either|at_all|anything|it|a_thing|,|.",
            StillBroken,
        ),
        (
            "^ the|that|this|my|same ~2 keeps|keep coming_back|happening|appearing|returning|popping_up|showing_up|recurring",
            StillBroken,
        ),
        (
            "^ dein|deine|der|die|das|dieser|diese|dieses ~2 tipp|vorschlag|trick|idee|lösung|befehl|rat|hinweis|methode|variante|anleitung hat|war|hilft|half|funktioniert|klappt wirklich|sofort|tatsächlich|super|mir|sehr|endlich|leider|auch|es* geholfen|funktioniert|geklappt|gewirkt|es|genau|goldrichtig|perfekt|super",
            Worked,
        ),
        ("hat|haben sofort|tatsächlich|endlich|wirklich|dann* geholfen|geklappt|gewirkt|gereicht $", Worked),
        ("hat|haben das|mein|unser|den|alle ~1 problem|fehler|probleme behoben|gelöst|beseitigt", Worked),
        (
            "^ alle|alles|tests|es|beides ~1 laufen|läuft|gehen|geht|klappt|funktionieren|funktioniert ~1 jetzt|wieder|durch|nun|endlich",
            Worked,
        ),
        ("^ das|dies|der|die ~2 war es|die_ursache|das_problem|der_fehler|der_grund|die_lösung $", Worked),
        (
            "^ mit|seit|nach % ~3 ist es|das|alles jetzt|wieder|nun* dicht|weg|behoben|gelöst|sauber|gut|in_ordnung|ruhig",
            Worked,
        ),
        (
            "^ mit|seit|nach % ~3 geht|läuft|klappt|funktioniert es|das|alles|er|sie jetzt|wieder|nun|endlich",
            Worked,
        ),
        (
            "hat|haben|bringt|brachte|brachten leider|auch|aber|gar|bisher* nichts|keinen_erfolg|keine_wirkung gebracht|geholfen|genützt|geändert|verändert",
            StillBroken,
        ),
        ("nichts|keins|keiner|keine davon hilft|half|hat|geht|funktioniert|klappt", StillBroken),
        (
            "^ keine|ohne|kein|leider_keine|leider_ohne veränderung|änderung|besserung|unterschied|erfolg|wirkung|effekt",
            StillBroken,
        ),
        ("noch|nur|alles|es schlimmer|schlechter geworden|gemacht", StillBroken),
        (
            "^ es|der|die|das|er|sie ~2 tropft|hängt|stürzt|klemmt|flackert|quietscht|blinkt|piept|riecht|ruckelt|spinnt|streikt|wackelt|stinkt|schmerzt|juckt|tut_weh immer_noch|noch_immer|weiterhin|nach_wie_vor|trotzdem",
            StillBroken,
        ),
        (
            "^ der|die|das|dieser|diese|dieselbe ~1 fehler|meldung|fehlermeldung|problem|warnung kommt|erscheint|taucht|tritt|bleibt ~2 wieder|weiterhin|immer_wieder|immer_noch|trotzdem|auf|bestehen",
            StillBroken,
        ),
        ("^ klappt|funktioniert|geht|hilft bei_mir|hier|so|leider|auch* nicht", StillBroken),
        (
            "much_appreciated|appreciate_it|appreciate_that|life_saver|lifesaver|you_rock|you_are_the_best|you_are_a_star|you_are_amazing",
            Thanks,
        ),
        ("^ you have? just? saved my|me day|hours|evening|weekend|life|a_lot", Thanks),
        ("^ i appreciate your|the|all|that|it", Thanks),
        (
            "hast|haben mir|uns damit|sehr|wirklich|echt|super|enorm|riesig* geholfen|gerettet|weitergeholfen",
            Thanks,
        ),
        ("^ du bist|sie_sind super|klasse|ein_schatz|der_beste|die_beste|genial|ein_held|großartig", Thanks),
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
                !is_denied(told, hit.cue.start)
                    && !told.has(hit.cue.clone(), &["not", "nicht", "nichts", "never", "nie"])
                    && !told.has(0..hit.cue.end, &PEOPLE)
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
