//! The first analyzer: cues of whole words in a person's own English sentences.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::prose::{ANALYSED_BYTES, Sentence, beginning, one_line, own_words, sentences};
use super::{
    Analyzer, Findings, InsightFinding, ItemFinding, Polarity, RuleId, TurnText, interests, projects,
};
use crate::evidence::Span;
use crate::input::{check_name, normalise};
use crate::state::{ItemKind, Side};

/// No more items than this come from one turn: more is a pasted list, not a person speaking.
const ITEMS_PER_TURN: usize = 12;

/// How many bytes before or behind a cue are looked at: more than any clause has.
pub(super) const REACH: usize = 240;

/// Finds learning moments, problems, interests and projects by their cues.
#[derive(Clone, Copy, Debug, Default)]
pub struct CueAnalyzer;

/// A kind of insight and the cues that give it away.
struct InsightRule {
    id: RuleId,
    insight_type: &'static str,
    confidence: f64,
    /// Whether a question can be one.
    in_questions: bool,
    cues: Regex,
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}

static INSIGHT_RULES: LazyLock<[InsightRule; 2]> = LazyLock::new(|| {
    [
        InsightRule {
            id: RuleId::LearningMoment,
            insight_type: "learning_moment",
            confidence: 0.7,
            in_questions: false,
            cues: pattern(concat!(
                r"(?i)\bi (?:really )?(?:had no idea|didn['’]?t know|did not know|never knew|(?:had )?never reali[sz]ed|didn['’]?t reali[sz]e)\b",
                r"|\bi(?:['’]ve| have)? (?:just |recently |finally |also |today )?(?:learned|learnt|discovered|found out|figured out)\b",
                // "Wow, that's great" is praise; somebody learns where an expectation is corrected.
                r"|\b(?:than|as|what) i(?:['’]d| had)? (?:ever |always |first )?(?:thought|expected|assumed|imagined)\b",
                r"|^(?:wow|oh|aha|ah|interesting|fascinating)\b[^.?]{0,60}?\b(?:i (?:always |had )?(?:thought|assumed)|that explains)\b",
                r"|\b(?:so|ah|oh|aha),? that['’]s (?:how|why)\b",
                r"|\b(?:that|this|it) (?:now |finally |really )?makes (?:(?:so much|much|a lot|perfect|total|more|a lot more|complete)(?: more)? |a lot of )?sense\b",
                r"|^(?:(?:oh|ah|aha|ok|okay|right|now)[,.]? )?i (?:see|understand)(?: now)?\b(?:[,.!]|$)",
                r"|\b(?:now i|i now|i finally) (?:see|understand|get it|get why|get how)\b",
            )),
        },
        InsightRule {
            id: RuleId::ProblemSolving,
            insight_type: "problem_solving",
            confidence: 0.8,
            in_questions: true,
            cues: pattern(concat!(
                r"(?i)\bhow (?:do|can|could|should|would|might) (?:i|we)\b|^how to\b",
                r"|^(?:please |pls )?help me\b|\b(?:can|could|would|will) you (?:please )?help me\b|\bi need (?:your |some )?help\b",
                r"|\b(?:i|we)(?:['’]m| am| was|['’]re| are|['’]ve been| have been) (?:a bit |really |totally |completely |so |still |quite )?(?:stuck|confused|struggling)\b",
                r"|\b(?:i|we)(?:['’]m| am|['’]re| are|['’]ve| have)? (?:have|having|had|got|face|facing|hit|ran into|running into|run into|seeing|getting|keep getting) (?:an?|this|some|the|another) (?:[\w-]+ ){0,3}(?:problem|issue|challenge|difficulty|error|bug)s?\b",
                r"|\b(?:the|my|our) (?:[\w-]+ )?(?:problem|issue|challenge|difficulty) (?:is|was)\b",
                r"|\b(?:there['’]s|there is) an? (?:[\w-]+ ){0,2}(?:problem|issue|bug)\b",
                r"|\b(?:i|we)(?:['’]m| am|['’]re| are)? (?:need to|want to|have to|trying to|tried to|managed to) (?:fix|solve|resolve|debug|troubleshoot)\b",
                r"|\b(?:i|we|that|this|it) (?:finally |just )?(?:fixed|solved|resolved) (?:it|this|that|the|my|our)\b",
            )),
        },
    ]
});

impl Analyzer for CueAnalyzer {
    fn version(&self) -> u32 {
        1
    }

    fn analyze(&self, turn: TurnText<'_>) -> Findings {
        let text = beginning(turn.user_message, ANALYSED_BYTES);
        let own = own_words(text);
        let sentences = sentences(&own);
        let mut findings = Findings::default();
        for rule in INSIGHT_RULES.iter() {
            findings.insights.extend(first_insight(rule, &sentences, text));
        }
        for sentence in &sentences {
            let kinds = [
                (ItemKind::Interest, RuleId::Liking, interests::liked(sentence)),
                (ItemKind::Interest, RuleId::Technology, interests::technologies(sentence)),
                (ItemKind::Project, RuleId::Project, projects::worked_on(sentence)),
            ];
            for (kind, rule, places) in kinds {
                for (name, place) in places {
                    add_item(&mut findings.items, kind, rule, &name, &place, text);
                }
            }
        }
        findings
    }
}

/// One insight of a type a turn: the first sentence that has a cue.
fn first_insight(rule: &InsightRule, sentences: &[Sentence<'_>], text: &str) -> Option<InsightFinding> {
    let sentence = sentences.iter().find(|sentence| {
        (rule.in_questions || !sentence.is_question())
            && rule.cues.find(sentence.text).is_some_and(|cue| !is_negated(sentence.text, cue.start()))
    })?;
    let place = sentence.place(&(0..sentence.text.len()));
    Some(InsightFinding {
        insight_type: rule.insight_type,
        content: one_line(&text[place.clone()], 200),
        context: one_line(text, 200),
        confidence: rule.confidence,
        span: span(text, &place),
        due: None,
        key_words: Vec::new(),
        rule: rule.id,
    })
}

/// Whether the words right before `start` deny or only suppose what follows ("I don't think that …").
pub(super) fn is_negated(sentence: &str, start: usize) -> bool {
    static NEGATION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\b(?:not|never|no|nobody|cannot|\w+n['’]t|dont|doubt|if|whether|unless|suppose|imagine|pretend|as though)\b[^.,;:]{0,40}$",
        )
    });
    // Only the words right before count, so a message full of cues is not read anew for each of them.
    let nearest = sentence.floor_char_boundary(start.saturating_sub(REACH));
    NEGATION.is_match(&sentence[nearest..start])
}

fn add_item(
    items: &mut Vec<ItemFinding>,
    kind: ItemKind,
    rule: RuleId,
    name: &str,
    place: &Range<usize>,
    text: &str,
) {
    if items.len() >= ITEMS_PER_TURN {
        return;
    }
    let Ok(name) = check_name(kind.as_str(), &one_line(name, 100)) else { return };
    let normal_name = normalise(&name);
    let known = items.iter().any(|known| known.kind == kind && normalise(&known.name) == normal_name);
    if !known {
        items.push(ItemFinding {
            kind,
            name,
            value: None,
            polarity: Polarity::Likes,
            replaced: None,
            target_date: None,
            span: span(text, place),
            rule,
        });
    }
}

/// A range of bytes in the user's message as a range of characters.
fn span(text: &str, place: &Range<usize>) -> Span {
    let start = text[..place.start].chars().count();
    let end = start + text[place.clone()].chars().count();
    let count = |chars: usize| u32::try_from(chars).unwrap_or(u32::MAX);
    Span { side: Side::User, start: count(start), end: count(end) }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
