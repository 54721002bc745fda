//! An analyzer for tests: what a turn says is written in it, one finding a line, so that what follows from many turns
//! is tested without the rules that read people's sentences.

use clock::Timestamp;

use super::{
    Analyzer, Findings, InsightFinding, ItemFinding, Mention, MentionKind, Polarity, ProgressFinding,
    QuestionFinding, Resolution, ResolutionKind, RuleId, TurnText,
};
use crate::calendar::Day;
use crate::evidence::Span;
use crate::state::{ItemKind, Side};

#[derive(Debug)]
pub(crate) struct Scripted;

impl Analyzer for Scripted {
    fn version(&self) -> u32 {
        7
    }

    fn analyze(&self, turn: TurnText<'_>) -> Findings {
        let mut findings = Findings::default();
        let mut start = 0;
        for line in turn.user_message.split('\n') {
            let chars = u32::try_from(line.chars().count()).unwrap();
            if let Some((what, said)) = line.split_once(": ") {
                let from = start + u32::try_from(what.chars().count()).unwrap() + 2;
                let span = Span { side: Side::User, start: from, end: start + chars };
                find(&mut findings, what, said, span, turn.occurred_at);
            }
            start += chars + 1;
        }
        findings
    }
}

fn words(said: &str) -> Vec<String> {
    let mut words: Vec<String> = said.split(' ').map(str::to_lowercase).collect();
    words.sort();
    words.dedup();
    words
}

fn find(findings: &mut Findings, what: &str, said: &str, span: Span, at: Timestamp) {
    let kind = match what {
        "topic" => Some(MentionKind::Topic),
        "person" => Some(MentionKind::Person),
        "tool" => Some(MentionKind::Tool),
        _ => None,
    };
    if let Some(kind) = kind {
        let (name, normal_name) = (said.to_owned(), said.to_lowercase());
        findings.mentions.push(Mention { kind, name, normal_name, span });
        return;
    }
    let resolution = match what {
        "thanks" => Some(ResolutionKind::Thanks),
        "worked" => Some(ResolutionKind::Worked),
        "broken" => Some(ResolutionKind::StillBroken),
        _ => None,
    };
    if let Some(kind) = resolution {
        let key_words = if said == "-" { Vec::new() } else { words(said) };
        findings.resolutions.push(Resolution { kind, key_words, span });
        return;
    }
    let insight = |insight_type, due, rule| InsightFinding {
        insight_type,
        content: said.to_owned(),
        context: said.to_owned(),
        confidence: 0.7,
        span,
        due,
        key_words: words(said),
        rule,
    };
    let item = |kind, name: &str, value: Option<&str>| ItemFinding {
        kind,
        name: name.to_owned(),
        value: value.map(str::to_owned),
        polarity: Polarity::Likes,
        replaced: None,
        target_date: None,
        span,
        rule: RuleId::Liking,
    };
    match what {
        "ask" => {
            let question = QuestionFinding { text: said.to_owned(), span, key_words: words(said) };
            findings.questions.push(question);
        }
        "problem" => findings.insights.push(insight("problem_solving", None, RuleId::ProblemSolving)),
        "decide" => findings.insights.push(insight("decision", None, RuleId::Decision)),
        "promise" => {
            let due = Day::of(at.plus(std::time::Duration::from_hours(48)));
            findings.insights.push(insight("commitment", Some(due), RuleId::Commitment));
        }
        "step" | "done" => findings.progress.push(ProgressFinding {
            key_words: words(said),
            text: said.to_owned(),
            done: what == "done",
            span,
        }),
        "like" => findings.items.push(item(ItemKind::Interest, said, None)),
        "unlike" => findings
            .items
            .push(ItemFinding { polarity: Polarity::NoLonger, ..item(ItemKind::Interest, said, None) }),
        "quit" => findings
            .items
            .push(ItemFinding { polarity: Polarity::NoLonger, ..item(ItemKind::Preference, said, None) }),
        "prefer" => {
            let (name, value) = said.split_once('=').unwrap();
            findings.items.push(item(ItemKind::Preference, name, Some(value)));
        }
        "switch" => {
            let (old, new) = said.split_once('>').unwrap();
            findings.items.push(ItemFinding {
                polarity: Polarity::Uses,
                replaced: Some(old.to_owned()),
                ..item(ItemKind::Preference, new, None)
            });
        }
        "goal" => {
            let (name, day) = said.split_once('@').map_or((said, None), |(name, day)| (name, Some(day)));
            findings.items.push(ItemFinding {
                target_date: day.map(|day| day.parse().unwrap()),
                ..item(ItemKind::Goal, name, None)
            });
        }
        other => panic!("{other:?} is no line of the script"),
    }
}
