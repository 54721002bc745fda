//! Likings: what a person says to like or to be learning: an interest.

use std::sync::LazyLock;

use super::clauses::{clause_end, is_denied};
use super::cues::Cues;
use super::phrases::{Reach, phrase_end, thing, things};
use super::tokens::word_list;
use super::told::{ItemDraft, Told};
use super::{Polarity, RuleId};
use crate::state::ItemKind;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The things that are liked stand behind the cue.
    Things,
    /// "I like to …": an activity may stand there too.
    Liked,
    /// "ich lese gern …": the verb is the activity where no thing stands behind it.
    Gladly,
}

static CUES: LazyLock<Cues<Shape>> = LazyLock::new(|| {
    use Shape::{Gladly, Liked, Things};
    Cues::new(&[
        (
            "^ i really|also|just|absolutely|still|especially|particularly|do|always|totally|truly|honestly|genuinely|actually|have* like|love|enjoy|adore|loved|enjoyed >",
            Liked,
        ),
        (
            "^ i am really|very|also|quite|deeply|still|super|so|always|pretty|totally|absolutely|currently|getting|really_getting* interested_in|into|passionate_about|fascinated_by|fascinated_with|keen_on|fond_of|obsessed_with|hooked_on|crazy_about|a_fan_of|a_big_fan_of|a_huge_fan_of|an_avid_fan_of|a_lover_of >",
            Things,
        ),
        (
            "^ i have always|recently|really|lately|long|also|been|become|gotten|grown|very|quite|so|totally|a_bit* into|interested_in|fascinated_by|fascinated_with|passionate_about|obsessed_with|hooked_on|a_fan_of|a_big_fan_of|a_huge_fan_of|fond_of >",
            Things,
        ),
        (
            "^ i recently|just|finally|really* got|became|fell into|interested_in|hooked_on|obsessed_with|in_love_with >",
            Things,
        ),
        (
            "^ my only|main|biggest|greatest|new|favourite|favorite|other|two|big* hobby|hobbies|passion|passions|interest|interests is|are|include|includes >",
            Things,
        ),
        ("^ in_my_free_time|in_my_spare_time i mostly|usually|often|also|mainly* go|do|play >", Things),
        (
            "^ i am also|currently|still|finally|slowly|actually* learning|studying|teaching_myself about? >",
            Things,
        ),
        ("^ i have also|been|recently|just|started|begun* learning|teaching_myself >", Things),
        ("^ i recently|just|finally|also* took_up|started_learning|began_learning >", Things),
        ("^ i collect|am_collecting|have_been_collecting >", Things),
        ("^ i am|have_been getting|gotten really|more* into >", Things),
        ("^ ich sammle|sammele auch|gerne|leidenschaftlich|seit_jahren* >", Things),
        ("^ ich bin verrückt|süchtig nach >", Things),
        (
            "^ ich mag|liebe|genieße|vergöttere auch|besonders|sehr|total|wirklich|vor_allem|einfach|ja|immer* >",
            Things,
        ),
        (
            "^ ich interessiere|begeistere mich auch|sehr|besonders|vor_allem|total|seit_kurzem|schon_lange|schon_immer|gerade|wirklich|brennend|stark* für >",
            Things,
        ),
        (
            "^ ich bin auch|ein|eine|großer|große|riesiger|riesige|riesen|echter|echte|total|absoluter|begeisterter|seit_jahren* fan_von|fan_der|fan_des|fan_vom|begeistert_von|fasziniert_von|liebhaber_von >",
            Things,
        ),
        ("^ ich stehe total|auch|sehr|voll|echt* auf >", Things),
        ("^ ich habe spaß|freude an|am|beim >", Things),
        (
            "^ mein|meine|meinen größtes|größte|neues|neue|liebstes|liebste|wichtigstes* hobby|hobbys|hobbies|leidenschaft|leidenschaften|interessen ist|sind|lautet >",
            Things,
        ),
        (
            "^ mich interessiert|interessieren|fasziniert|faszinieren|begeistert|begeistern auch|besonders|vor_allem|sehr|total|schon_immer* >",
            Things,
        ),
        (
            "^ ich lerne auch|gerade|jetzt|zurzeit|momentan|seit_kurzem|seit_einem_jahr|aktuell|nebenbei|derzeit* >",
            Things,
        ),
        (
            "^ ich % auch|sehr|total|besonders|wirklich|immer|unheimlich|wahnsinnig|echt|am_wochenende|abends* leidenschaftlich_gern|leidenschaftlich_gerne|gern|gerne|leidenschaftlich|am_liebsten|mit_begeisterung >",
            Gladly,
        ),
        (
            "^ in_meiner_freizeit|am_wochenende|am_liebsten % ich auch|sehr|oft|meistens|viel* gern|gerne? >",
            Gladly,
        ),
    ])
});

word_list! {
    /// Verbs behind "I like to" that tell of a habit of speech, not of a pastime.
    NO_PASTIME = "be have see know think keep make get use do say add start begin hear ask point note believe \
        imagine go call check try put take understand avoid stay live talk change thank work find give \
        let share discuss remove switch return order"
}

word_list! {
    /// German verbs that "gern" makes a wish of, or a phrase.
    NO_GLADLY = "hätte würde wäre möchte kann könnte will habe wüsste bin werde sehe soll darf mache tue weiß \
        gebe helfe nehme muss sollte wollte hatte war sage wohne bleibe bleib arbeite schicke möcht mag \
        nutze benutze verwende brauche hab würd glaube komme denke zeige teile antworte erkläre bekomme \
        sei dürfte müsste bestelle behalte sähe"
}

/// What the sentence says outright that the person likes.
pub(super) fn liked(told: &Told<'_>) -> Vec<ItemDraft> {
    let sentence = &told.sentence;
    let mut found = Vec::new();
    for hit in CUES.find(sentence) {
        if is_denied(sentence, hit.cue.start) {
            continue;
        }
        let is_german =
            matches!(told.form(hit.cue.start), "ich" | "mich" | "in" | "am" | "mein" | "meine" | "meinen");
        // "Ich mag Hunde nicht", "ich mag keine Hunde": not liked.
        if is_german
            && told.has(
                hit.cue.start..clause_end(sentence, hit.object),
                &["nicht", "kein", "keine", "keinen", "nie", "weniger", "würde", "könnte"],
            )
        {
            continue;
        }
        if is_somebodys(told, hit.object) {
            continue;
        }
        // "I love it when …", "I like X better": about something else.
        if told.has(hit.object..clause_end(sentence, hit.object), &["better", "least", "less", "zugeschickt"])
        {
            continue;
        }
        match hit.meaning {
            Shape::Gladly => {
                let verb = if told.form(hit.cue.start) == "ich" {
                    hit.cue.start + 1
                } else {
                    verb_before_ich(told, &hit.cue)
                };
                if NO_GLADLY.contains(&told.form(verb)) || !told.form(verb).ends_with('e') {
                    continue;
                }
                gladly(told, verb, hit.object, &mut found);
            }
            Shape::Liked if told.form(hit.object) == "to" => {
                if !NO_PASTIME.contains(&told.form(hit.object + 1)) {
                    let end = phrase_end(sentence, hit.object + 1, Reach::Thing, told.dates);
                    found.extend(thing(sentence, hit.object + 1..end, 5));
                }
            }
            Shape::Things if told.form(hit.object) == "to" => {
                let end = phrase_end(sentence, hit.object + 1, Reach::Thing, told.dates);
                found.extend(thing(sentence, hit.object + 1..end, 5));
            }
            Shape::Liked | Shape::Things => found.extend(things(sentence, hit.object, told.dates)),
        }
    }
    found
        .into_iter()
        .map(|tokens| {
            ItemDraft::new(told, ItemKind::Interest, RuleId::Liking, tokens).with_polarity(Polarity::Likes)
        })
        .collect()
}

/// "I love my wife": no interest.
pub(super) fn is_somebodys(told: &Told<'_>, object: usize) -> bool {
    matches!(
        told.form(object),
        "my" | "our" | "mein" | "meine" | "meinen" | "meinem" | "meiner" | "unser" | "unsere" | "unseren"
    )
}

fn verb_before_ich(told: &Told<'_>, cue: &std::ops::Range<usize>) -> usize {
    cue.clone().find(|index| told.form(*index) == "ich").map_or(cue.start, |ich| ich.saturating_sub(1))
}

/// "Ich spiele gern Schach": chess. "Ich koche gern": the verb itself.
fn gladly(told: &Told<'_>, verb: usize, object: usize, found: &mut Vec<std::ops::Range<usize>>) {
    let listed = things(&told.sentence, object, told.dates);
    if listed.is_empty() {
        let is_bare = !told.sentence.is_word(object)
            || matches!(told.form(object), "und" | "mit" | "in" | "im" | "am" | "für");
        if is_bare {
            found.push(verb..verb + 1);
        }
    } else {
        found.extend(listed);
    }
}
