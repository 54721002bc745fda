//! The analyzer: reads a turn once and lets every rule look at each of its sentences.

use std::collections::HashSet;
use std::ops::Range;

use super::clauses::question_start;
use super::language::language;
use super::mentions::{self, named, topics};
use super::noticed::noticed;
use super::prose::{ANALYSED_BYTES, beginning, one_line, own_words};
use super::stop_words::key_words;
use super::tokens::{Sentence, Tokens};
use super::told::{ItemDraft, Told};
use super::{
    Analyzer, Findings, InsightFinding, ItemFinding, Language, Mention, MentionKind, ProgressFinding,
    QuestionFinding, Resolution, RuleId, TurnText, answers, goals, likings, preferences, progress, projects,
    skills, technologies,
};
use crate::calendar::{Day, Lean, dates};
use crate::evidence::Span;
use crate::input::{check_name, normalise};
use crate::state::Side;

/// No more items than this come from one turn: more is a pasted list, not a person speaking.
const ITEMS_PER_TURN: usize = 12;
/// No more of every other kind.
const FINDINGS_PER_TURN: usize = 4;
/// No more persons, tools and projects.
const MENTIONS_PER_TURN: usize = 16;

/// Finds what a person says of likes, plans, problems and so on by their cues, in English and German.
#[derive(Clone, Copy, Debug, Default)]
pub struct CueAnalyzer;

impl Analyzer for CueAnalyzer {
    fn version(&self) -> u32 {
        3
    }

    fn analyze(&self, turn: TurnText<'_>) -> Findings {
        let text = beginning(turn.user_message, ANALYSED_BYTES);
        let own = own_words(text);
        let tokens = Tokens::of(&own);
        let mut reading = Reading {
            text,
            own: &own,
            today: Day::of(turn.occurred_at),
            language: language(&tokens),
            findings: Findings::default(),
            seen: Seen::default(),
        };
        let sentences: Vec<Sentence<'_>> = tokens.sentences().collect();
        for sentence in &sentences {
            reading.sentence(sentence);
        }
        reading.topics(&sentences);
        reading.findings.language = reading.language;
        reading.findings
    }
}

/// A turn under way.
struct Reading<'a> {
    text: &'a str,
    own: &'a str,
    today: Day,
    language: Option<Language>,
    findings: Findings,
    seen: Seen,
}

/// What was found already: a second one of the same is left out.
#[derive(Default)]
struct Seen {
    items: HashSet<(crate::state::ItemKind, String)>,
    mentions: HashSet<(MentionKind, String)>,
}

impl Reading<'_> {
    fn sentence(&mut self, sentence: &Sentence<'_>) {
        let dates = dates(sentence, self.today, Lean::Ahead);
        let asks = question_start(sentence);
        let told = Told {
            text: self.own,
            sentence: sentence.until(asks.unwrap_or(sentence.len())),
            dates: &dates,
            today: self.today,
        };
        self.items(sentence, &told, asks.is_some());
        self.insights(sentence, &told);
        self.answers(sentence, &told);
        for named in named(sentence, self.language) {
            if self.findings.mentions.len() < MENTIONS_PER_TURN {
                self.mention(sentence, &named);
            }
        }
    }

    fn items(&mut self, sentence: &Sentence<'_>, told: &Told<'_>, asks: bool) {
        // In a question too: "why is my Postgres slow?" First, for they know the name's right spelling.
        let mut drafts = technologies::interesting(&Told { sentence: *sentence, ..*told }, asks);
        if told.sentence.len() > 0 {
            drafts.extend(preferences::preferred(told));
            drafts.extend(likings::liked(told));
            drafts.extend(projects::worked_on(told));
            drafts.extend(goals::wanted(told));
            drafts.extend(skills::able(told));
        }
        for draft in drafts {
            self.item(sentence, draft);
        }
    }

    fn item(&mut self, sentence: &Sentence<'_>, draft: ItemDraft) {
        if self.findings.items.len() >= ITEMS_PER_TURN {
            return;
        }
        let Ok(name) = check_name(draft.kind.as_str(), &one_line(&draft.name, 100)) else { return };
        if !self.seen.items.insert((draft.kind, normalise(&name))) {
            return;
        }
        self.findings.items.push(ItemFinding {
            kind: draft.kind,
            name,
            value: draft.value.map(|value| one_line(&value, 100)),
            polarity: draft.polarity,
            replaced: draft.replaced.map(|replaced| one_line(&replaced, 100)),
            target_date: draft.target_date,
            span: span(self.text, &sentence.place(&draft.tokens)),
            rule: draft.rule,
        });
    }

    fn insights(&mut self, sentence: &Sentence<'_>, told: &Told<'_>) {
        for notice in noticed(told, sentence) {
            let known = self.findings.insights.iter().filter(|known| known.rule == notice.rule).count();
            let most = if matches!(notice.rule, RuleId::LearningMoment | RuleId::ProblemSolving) {
                1
            } else {
                FINDINGS_PER_TURN
            };
            if known >= most {
                continue;
            }
            let place = sentence.all();
            self.findings.insights.push(InsightFinding {
                insight_type: notice.rule.as_str(),
                content: one_line(&self.text[place.clone()], 200),
                context: one_line(self.text, 200),
                confidence: notice.confidence,
                span: span(self.text, &place),
                due: notice.due,
                key_words: key_words(sentence, 0..sentence.len()),
                rule: notice.rule,
            });
        }
    }

    fn answers(&mut self, sentence: &Sentence<'_>, told: &Told<'_>) {
        if self.findings.questions.len() < FINDINGS_PER_TURN
            && let Some(asked) = answers::asked(sentence)
        {
            let place = sentence.place(&asked.tokens);
            self.findings.questions.push(QuestionFinding {
                text: one_line(&self.text[place.clone()], 200),
                span: span(self.text, &place),
                key_words: asked.key_words,
            });
        }
        if told.sentence.len() == 0 {
            return;
        }
        if self.findings.resolutions.len() < FINDINGS_PER_TURN
            && let Some((kind, asked)) = answers::resolved(&told.sentence)
        {
            let place = sentence.place(&asked.tokens);
            self.findings.resolutions.push(Resolution {
                kind,
                key_words: asked.key_words,
                span: span(self.text, &place),
            });
        }
        if self.findings.progress.len() < FINDINGS_PER_TURN
            && let Some(step) = progress::progress(told)
        {
            let place = sentence.place(&step.tokens);
            self.findings.progress.push(ProgressFinding {
                key_words: step.key_words,
                text: one_line(&self.text[place.clone()], 200),
                done: step.done,
                span: span(self.text, &place),
            });
        }
    }

    fn mention(&mut self, sentence: &Sentence<'_>, named: &mentions::Named) {
        let place = sentence.place(&named.tokens);
        let words = one_line(&self.text[place.clone()], 100);
        let words = words.trim_end_matches("'s").trim_end_matches("’s");
        let Ok(name) = check_name("mention", named.name.unwrap_or(words)) else { return };
        let normal_name = normalise(&name);
        if self.seen.mentions.insert((named.kind, normal_name.clone())) {
            let span = span(self.text, &place);
            self.findings.mentions.push(Mention { kind: named.kind, name, normal_name, span });
        }
    }

    fn topics(&mut self, sentences: &[Sentence<'_>]) {
        let taken: Vec<Range<usize>> = sentences
            .iter()
            .flat_map(|sentence| {
                named(sentence, self.language).into_iter().map(|named| sentence.place(&named.tokens))
            })
            .collect();
        let is_taken = |number: usize, tokens: &Range<usize>| {
            let place = sentences[number].place(tokens);
            let before = taken.partition_point(|known| known.end <= place.start);
            taken.get(before).is_some_and(|known| known.start < place.end)
        };
        for (number, tokens, normal_name) in topics(sentences, self.language, is_taken) {
            let place = sentences[number].place(&tokens);
            let Ok(name) = check_name("topic", &one_line(&self.text[place.clone()], 100)) else { continue };
            if self.seen.mentions.insert((MentionKind::Topic, normal_name.clone())) {
                let span = span(self.text, &place);
                self.findings.mentions.push(Mention { kind: MentionKind::Topic, name, normal_name, span });
            }
        }
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

#[cfg(test)]
#[path = "precision_tests.rs"]
mod precision;
