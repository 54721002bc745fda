//! What is worth noticing: a learning moment, a problem, a decision, a commitment. One of a kind a turn, but
//! every decision and commitment.

use std::sync::LazyLock;

use super::RuleId;
use super::clauses::{clause_start, is_denied};
use super::cues::Cues;
use super::tokens::{Sentence, word_list};
use super::told::Told;
use super::troubles::tells_trouble;
use crate::calendar::Day;

/// What a cue says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Learning,
    /// Also in a question.
    Problem,
    Decision,
    /// "ich habe mich … entschieden": the gap must not deny.
    GermanDecision,
    /// Only with a day ahead.
    DatedTask,
    /// With or without a day.
    Promise,
    /// "… is due on …": only with a day ahead.
    Deadline,
    /// "ich … bis Freitag …": any verb but of states.
    Anything,
    /// "bis Freitag schicke ich …": a limit must be in the sentence.
    Present,
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{
        Anything, DatedTask, Deadline, Decision, GermanDecision, Learning, Present, Problem, Promise,
    };
    Cues::new(&[
        // Learning moments.
        (
            "^ i really|honestly|truly|actually* had_no_idea|did_not_know|never_knew|had_never_realized|had_never_realised|never_realized|never_realised|did_not_realize|did_not_realise|was_not_aware|had_no_clue",
            Learning,
        ),
        (
            "^ i have? just|recently|finally|also|today|now* learned|learnt|discovered|found_out|figured_out|realized|realised",
            Learning,
        ),
        ("today|til i learned|learnt", Learning),
        (
            "than i have|had|would|originally* ever|always|first|originally* thought|expected|assumed|imagined",
            Learning,
        ),
        (
            "as|what i have|had|would|originally* ever|always|first|originally* thought|expected|assumed",
            Learning,
        ),
        ("^ i always|had_always|originally|first thought|assumed|believed", Learning),
        ("that|this explains so_much|a_lot|it|why|everything", Learning),
        ("so|ah|oh|aha ,? that is how|why", Learning),
        (
            "^ that|this|it now|finally|really|actually|all|suddenly* makes so_much|much|a_lot|perfect|total|more|a_lot_more|complete|way_more|of|much_more* sense",
            Learning,
        ),
        ("oh|ah|aha|right|okay|ok ,? i see $", Learning),
        ("^ i understand now", Learning),
        ("^ now i finally|really|actually? see|understand|get_it|get_why|get_how", Learning),
        ("^ i now|finally see|understand|get_it|get_why|get_how", Learning),
        ("^ it finally clicked", Learning),
        ("^ i was wrong|mistaken about", Learning),
        (
            "^ das|davon|hatte|wusste|ich wusste|ich|hatte|davon ich|keine|gar|bisher|echt|vorher* nicht|ahnung|nie",
            Learning,
        ),
        ("^ das ist|war mir neu|nicht_bewusst|nicht_klar", Learning),
        ("^ mir war nicht|gar_nicht|nie|bisher_nicht bewusst|klar", Learning),
        (
            "^ ich habe gerade|heute|endlich|eben|neulich|jetzt|erst|vorhin ~6 gelernt|herausgefunden|entdeckt|verstanden|erfahren|gemerkt",
            Learning,
        ),
        ("jetzt|nun|endlich verstehe|begreife ich", Learning),
        ("^ ich verstehe|begreife jetzt|nun|endlich", Learning),
        ("^ ach so $", Learning),
        ("^ ach so|deshalb|deswegen|darum", Learning),
        ("^ das ergibt|macht jetzt|endlich|total|viel_mehr|nun|so* sinn", Learning),
        ("^ ich dachte|glaubte immer|bisher|ursprünglich|eigentlich|zuerst|lange|,*", Learning),
        ("als ich dachte|gedacht|erwartet|vermutet hatte|habe?", Learning),
        // Problems.
        ("how do|can|could|should|would|might i|we", Problem),
        ("^ how to", Problem),
        ("what can|could|should|do|would i|we do|try about|against|if|when|to|now|instead|with|,|?", Problem),
        ("was kann|könnte|soll|sollte|muss ich|wir ~4 tun|machen|gegen|dagegen|dafür|unternehmen", Problem),
        ("^ please? help me", Problem),
        ("can|could|would|will you please? help|assist me|us", Problem),
        ("^ i|we need|could_use your|some|a_bit_of* help|advice", Problem),
        (
            "^ i|we am|are|was|were|have_been a_bit|really|totally|completely|so|still|quite|kind_of|always|constantly|currently|just* stuck|confused|struggling|lost|overwhelmed",
            Problem,
        ),
        (
            "^ i|we am|are|have|keep* have|having|had|got|get|getting|face|facing|hit|ran_into|running_into|run_into|seeing|see|still|keep* a|an|this|some|the|another|trouble|problems|issues ~3 problem|issue|challenge|difficulty|error|bug|fault|exception|crash|leak|problems|issues|errors|bugs|trouble",
            Problem,
        ),
        ("^ i|we am|have still|been? having trouble|problems|issues|difficulties", Problem),
        ("^ the|my|our main|biggest|real|only? problem|issue|challenge|difficulty is|was|with", Problem),
        ("^ there is a|an|some ~2 problem|issue|bug|error", Problem),
        (
            "^ i|we am|are|have? need_to|want_to|have_to|trying_to|tried_to|managed_to|attempting_to|try_to fix|solve|resolve|debug|troubleshoot|repair",
            Problem,
        ),
        ("^ i|we finally|just|have|already* fixed|solved|resolved it|this|that|the|my|our", Problem),
        (
            "^ i|we can_not|could_not seem_to? figure_out|get|find|make|connect|install|open|sleep|log_in|start|understand|solve|reach|afford|fall_asleep|concentrate|focus|remember",
            Problem,
        ),
        (
            "^ my|our|the % ~2 does_not|will_not|did_not|keeps|stopped|refuses|is_not|has_stopped start|work|working|open|load|boot|connect|turn|charge|print|compile|crashing|failing|to_work|responding|respond|build|dripping|leaking|freezing|run|stop",
            Problem,
        ),
        ("^ my|our|the % ~2 is|are broken|stuck|leaking|crashing|failing|frozen", Problem),
        ("^ my|our % ~2 hurts|hurt|aches|ache|is_killing|has_been_killing|have_been_killing", Problem),
        ("^ mein|meine|mir tut|tun|% ~6 weh", Problem),
        (
            "^ ich|wir kann|können ~6 nicht öffnen|schlafen|einschlafen|finden|installieren|starten|verbinden|speichern|drucken|einloggen|anmelden",
            Problem,
        ),
        (
            "wie kann|könnte|soll|sollte|bekomme|kriege|mache|löse|behebe|schaffe|repariere|werde ich|wir",
            Problem,
        ),
        (
            "^ kannst|könntest|können du|sie mir bitte|mal|kurz|vielleicht|dabei* helfen|bei|mit|dabei",
            Problem,
        ),
        ("^ hilf mir", Problem),
        (
            "^ ich brauche|bräuchte deine|mal|bitte|dringend|etwas|ein_wenig|kurz* hilfe|rat|unterstützung",
            Problem,
        ),
        ("^ ich komme|komm|stecke|hänge hier|gerade|einfach|da|bei ~4 nicht_weiter|fest", Problem),
        (
            "^ ich habe ein|einen|immer_noch|folgendes|gerade|leider|ständig|oft|so|große|schon_wieder* problem|probleme|fehler|schwierigkeiten|ärger",
            Problem,
        ),
        ("^ das|mein|unser problem|hauptproblem ist|war|:", Problem),
        ("^ es gibt ein|einen|noch_ein|immer_noch_ein ~1 problem|fehler", Problem),
        (
            "^ ich bekomme|erhalte|kriege ständig|immer|leider|beim|dauernd|immer_wieder|hier|ein|einen|eine|den|die|folgende|diese|diesen ~3 fehler|fehlermeldung",
            Problem,
        ),
        (
            "^ mein|meine|der|die|das|unser|unsere % ~3 geht|startet|funktioniert|läuft|lädt|druckt|verbindet|öffnet|reagiert leider|seit_gestern|auf_einmal|plötzlich|einfach|sich|immer|gar* nicht",
            Problem,
        ),
        ("^ mein|meine|der|die|das|unser|unsere % ~2 ist ~4 kaputt|defekt|abgestürzt|undicht", Problem),
        (
            "^ ich|wir versuche|versuchen|muss|müssen ~6 lösen|beheben|reparieren|zu_beheben|zu_lösen|zu_reparieren",
            Problem,
        ),
        ("^ ich bin total|gerade|etwas|völlig|ziemlich* überfordert|verwirrt|ratlos", Problem),
        ("^ ich|wir habe|haben das|den|es problem|fehler? ~2 gelöst|behoben", Problem),
        // Decisions.
        (
            "^ i|we have|finally|just|also|recently|now|already|therefore* decided|chosen|opted|agreed|settled|resolved|picked|chose to|on|for|that|against|not|it|upon >",
            Decision,
        ),
        (
            "^ i|we am|are|have|will probably? going_with|go_with|gone_with|stick_with|sticking_with|stay_with|staying_with|sticking_to|stick_to >",
            Decision,
        ),
        ("^ i|we went with >", Decision),
        ("^ i|we have? finally|just|also|now? chose|chosen >", Decision),
        ("^ i|we have made up|made my|our mind|minds|decision", Decision),
        ("^ i|we have? finally? made the|a decision", Decision),
        ("^ the|our|my|final decision is|was|: >", Decision),
        ("^ decision : >", Decision),
        ("^ let us go_with|stick_with|settle_on|stay_with >", Decision),
        ("^ ich habe mich ~10 entschieden|entschlossen|festgelegt", GermanDecision),
        ("^ wir haben uns ~10 entschieden|entschlossen|festgelegt|geeinigt", GermanDecision),
        (
            "^ ich|wir habe|haben gestern|heute|jetzt|nun|gemeinsam|endlich|schließlich|inzwischen* beschlossen|entschieden ,",
            Decision,
        ),
        ("^ habe|haben ich|wir ~2 beschlossen|entschieden ,", Decision),
        ("^ die|unsere|meine entscheidung ist|fiel|lautet gefallen|auf|: >", Decision),
        ("^ ich bleibe|wir_bleiben jetzt|nun|doch|also|dann* bei|dabei >", Decision),
        ("^ ich|wir nehme|nehmen jetzt|nun|doch|also|dann* doch|also|lieber|jetzt >", Decision),
        ("entscheidung : >", Decision),
        // Commitments.
        (
            "^ i|we will|need_to|have_to|must|should|am_going_to|are_going_to|am_supposed_to|got_to|still_have_to|still_need_to|really_need_to|really_have_to|am_meant_to|are_supposed_to >",
            DatedTask,
        ),
        (
            "^ i|we have|also* promised|promise|agreed my|the|to|that|him|her|them|you|% ~2 to|that|i|we >",
            Promise,
        ),
        ("^ i|we owe|have_committed_to|committed_to >", DatedTask),
        ("^ i|we have|also* promised >", Promise),
        ("^ please|and? can|could|will? you? please? remind me on|to|about|that|tomorrow|next >", Promise),
        ("^ my|the|our ~3 is|are due|must_be|needs_to_be|has_to_be|have_to_be|need_to_be >", Deadline),
        ("^ my|the|our ~2 deadline|submission is|for >", Deadline),
        ("^ deadline is|:? >", Deadline),
        ("^ ich|wir muss|müssen|soll|sollen|werde|werden|sollte|will >", DatedTask),
        (
            "muss|soll|werde|sollte|will|müssen|schicke|liefere|mache|schreibe|gebe|reiche|erledige ich|wir",
            Present,
        ),
        (
            "^ ich|wir schicke|liefere|mache|schreibe|gebe|reiche|erledige|schicken|liefern|machen|überweise|bringe|rufe|melde|zahle|bezahle|kündige|sende|beantworte|kümmere >",
            Present,
        ),
        ("^ ich % >", Anything),
        (
            "^ das|die|der|den|mein|meine|unser|unsere ~3 muss ~4 raus|fertig|weg|abgegeben|eingereicht|bezahlt >",
            Deadline,
        ),
        (
            "^ muss das|die|der|mein|meine|unser|unsere ~3 raus|fertig|weg|abgegeben|eingereicht|bezahlt >",
            Deadline,
        ),
        (
            "muss|müssen das|die|der|mein|meine|unser|unsere ~3 raus|fertig|weg|abgegeben|eingereicht|bezahlt >",
            Deadline,
        ),
        ("^ ich habe ~4 versprochen|zugesagt", Promise),
        ("erinnere|erinner mich bitte|daran|morgen|am|,* ", Promise),
        (
            "^ die|meine|unsere|der|das|mein ~2 abgabe|frist|deadline|abgabetermin|klausur|prüfung|steuererklärung ist|endet|läuft|muss >",
            Deadline,
        ),
    ])
});

word_list! {
    /// Verbs behind "I will", "ich muss" that are no task, or of somebody's state.
    NO_TASK = "be know see say admit have not probably never let stay love understand think keep sein zugeben \
        sagen wissen haben leider nicht nie wohl ja turn miss arrive leave"
}

word_list! {
    /// German verbs of where somebody is and what goes on, not of a task.
    STATES = "habe bleibe arbeite warte hatte schlafe fahre wohne lese lerne werde hoffe glaube denke brauche \
        hätte würde möchte könnte reise fliege verstehe wünsche plane trainiere spare laufe"
}

/// What was noticed in a sentence.
pub(super) struct Notice {
    pub(super) rule: RuleId,
    pub(super) confidence: f64,
    pub(super) due: Option<Day>,
}

/// What is worth noticing in a sentence; `told` is the part of `whole` that tells.
pub(super) fn noticed(told: &Told<'_>, whole: &Sentence<'_>) -> Vec<Notice> {
    let mut found: Vec<Notice> = Vec::new();
    let is_told = |at: usize| at < told.sentence.len();
    for hit in CUES.find(whole) {
        if is_denied(whole, hit.cue.start) {
            continue;
        }
        let (rule, confidence, due) = match hit.meaning {
            Shape::Learning if is_told(hit.cue.start) => (RuleId::LearningMoment, 0.7, None),
            Shape::Problem if !is_thanks_only(whole, hit.cue.start) => (RuleId::ProblemSolving, 0.8, None),
            Shape::Decision
                if whole.has(hit.cue.clone(), &["with"])
                    && matches!(
                        whole.form(hit.object),
                        "my" | "him" | "her" | "them" | "you" | "me" | "us" | "friends" | "our"
                    ) =>
            {
                continue;
            }
            Shape::Decision
                if is_told(hit.cue.start) && whole.is_word(hit.object) | is_closed(whole, hit.cue.end) =>
            {
                (RuleId::Decision, 0.75, None)
            }
            Shape::GermanDecision
                if is_told(hit.cue.start) && !whole.has(hit.cue.clone(), &["nicht", "nie", "noch"]) =>
            {
                (RuleId::Decision, 0.75, None)
            }
            Shape::DatedTask | Shape::Promise | Shape::Deadline | Shape::Present | Shape::Anything
                if is_told(hit.cue.start) =>
            {
                let Some(Commitment { due }) = committed(told, whole, hit.meaning, hit.cue.start, hit.object)
                else {
                    continue;
                };
                (RuleId::Commitment, 0.75, due)
            }
            _ => continue,
        };
        if let Some(known) = found.iter_mut().find(|known| known.rule == rule) {
            known.due = known.due.or(due);
        } else {
            found.push(Notice { rule, confidence, due });
        }
    }
    if found.iter().all(|known| known.rule != RuleId::ProblemSolving) && tells_trouble(&told.sentence) {
        found.push(Notice { rule: RuleId::ProblemSolving, confidence: 0.7, due: None });
    }
    found
}

fn is_closed(sentence: &Sentence<'_>, end: usize) -> bool {
    !sentence.is_word(end)
}

/// "Thanks, I fixed it": told of before.
fn is_thanks_only(sentence: &Sentence<'_>, at: usize) -> bool {
    sentence.form(at) == "problem" && clause_start(sentence, at) == at
}

/// What somebody has bound himself to, and perhaps by when.
struct Commitment {
    due: Option<Day>,
}

/// By when, if it is a commitment; `None`: it is none.
fn committed(
    told: &Told<'_>,
    whole: &Sentence<'_>,
    shape: Shape,
    cue: usize,
    object: usize,
) -> Option<Commitment> {
    let next = whole.form(object);
    if matches!(shape, Shape::DatedTask) && (NO_TASK.contains(&next) || is_sentence_of_state(whole, object)) {
        return None;
    }
    let unsure =
        ["wohl", "vielleicht", "wahrscheinlich", "probably", "maybe", "perhaps", "spät", "late", "eventuell"];
    let is_state = shape == Shape::Anything
        && (STATES.contains(whole.form(cue + 1)) || !whole.form(cue + 1).ends_with('e'));
    if is_state || whole.has(0..whole.len(), &unsure) {
        return None;
    }
    let date = told.dates.iter().filter(|date| date.days.last >= told.today).find(|date| {
        if shape == Shape::Anything {
            return date.is_limit;
        }
        shape != Shape::Present
            || date.is_limit
            || matches!(
                whole.form(date.tokens.start),
                "am" | "morgen" | "übermorgen" | "heute" | "nächste" | "nächsten"
            )
    });
    match (shape, date) {
        (Shape::Promise, date) => Some(Commitment { due: date.map(|date| date.days.last) }),
        (_, Some(date)) => {
            // A month or more is a plan, not an appointment.
            let is_wide = date.days.first.days_until(date.days.last) > 7;
            let is_near = told.today.days_until(date.days.last) <= 370;
            (is_near && (!is_wide || date.is_limit) && (date.days.last > told.today || date.is_limit))
                .then_some(Commitment { due: Some(date.days.last) })
        }
        (_, None) => None,
    }
}

/// "Ich muss am Montag arbeiten/in der Schule sein" is where somebody is, not what is promised.
fn is_sentence_of_state(sentence: &Sentence<'_>, object: usize) -> bool {
    let last = (object..sentence.len()).rev().find(|index| sentence.is_word(*index));
    last.is_some_and(|last| matches!(sentence.form(last), "sein" | "bleiben" | "arbeiten"))
        || matches!(
            sentence.form(object),
            "travel" | "visit" | "celebrate" | "fly" | "work" | "go" | "miss" | "move"
        )
}
