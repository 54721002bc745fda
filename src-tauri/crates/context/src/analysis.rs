//! What is concluded from turns: a pure analyzer, the writing of its findings, and the worker between them.
//!
//! An [`Analyzer`] gets the two texts of a turn and gives findings, nothing else: no clock, no store, no
//! randomness. All the rest (who outranks whom, when a suggestion becomes active) is `derive.rs`. So the same
//! turns give the same memory, in whatever batches they come.

mod answers;
mod changes;
mod clauses;
mod cues;
pub(crate) mod derive;
mod goals;
mod language;
mod likings;
mod mentions;
mod noticed;
mod orders;
pub(crate) mod over_time;
mod phrases;
mod preferences;
mod progress;
mod projects;
pub(crate) mod prose;
pub(crate) mod removal;
pub(crate) mod rules;
pub(crate) mod signals;
mod skill_times;
mod skills;
mod stop_words;
mod technologies;
pub(crate) mod tokens;
mod told;
mod trades;
mod troubles;
pub(crate) mod worker;

use std::fmt::Debug;

use clock::Timestamp;

use crate::calendar::Day;
use crate::evidence::Span;
use crate::state::{ItemKind, words};

pub use rules::CueAnalyzer;

/// The texts of one turn.
#[derive(Clone, Copy, Debug)]
pub struct TurnText<'a> {
    /// What the person said.
    pub user_message: &'a str,
    /// What the assistant answered.
    pub assistant_response: &'a str,
    /// When it was said: "tomorrow" is the day after. Days are counted in UTC, so that the same turn gives the
    /// same days on every computer.
    pub occurred_at: Timestamp,
}

/// What one turn says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The language that the person wrote in; none: too little text, or one that is not told apart here.
    pub language: Option<Language>,
    /// About the person.
    pub items: Vec<ItemFinding>,
    /// Worth noticing.
    pub insights: Vec<InsightFinding>,
    /// What the person spoke of.
    pub mentions: Vec<Mention>,
    /// What the person asked.
    pub questions: Vec<QuestionFinding>,
    /// What the person said of an earlier answer.
    pub resolutions: Vec<Resolution>,
    /// What the person got done.
    pub progress: Vec<ProgressFinding>,
}

impl Findings {
    /// Whether the turn says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
            && self.insights.is_empty()
            && self.mentions.is_empty()
            && self.questions.is_empty()
            && self.resolutions.is_empty()
            && self.progress.is_empty()
    }
}

words! {
    /// A language that the rules know.
    Language {
        /// English.
        English = "en",
        /// German.
        German = "de",
    }
}

words! {
    /// The rule that found something: its word stands in the store and in the precision set.
    RuleId {
        /// "I love hiking": an interest.
        Liking = "liking",
        /// "our Postgres is slow": an interest in a technology.
        Technology = "technology",
        /// "I'm working on a weather station": a project.
        Project = "project",
        /// "I've been writing Go for ten years": a skill.
        Skill = "skill",
        /// "I prefer tabs", "I can't stand coriander": a preference.
        Preference = "preference",
        /// "I switched from vim to helix": a preference that changed.
        PreferenceChange = "preference_change",
        /// "I want to run a marathon in May": a goal.
        Goal = "goal",
        /// "I had no idea": the insight `learning_moment`.
        LearningMoment = "learning_moment",
        /// "I'm stuck", "how do I …": the insight `problem_solving`.
        ProblemSolving = "problem_solving",
        /// "we decided to …": the insight `decision`.
        Decision = "decision",
        /// "I'll send it by Friday": the insight `commitment`.
        Commitment = "commitment",
        /// "does it rust?": a question.
        Question = "question",
        /// "thanks, that worked": what became of a question.
        Resolution = "resolution",
        /// "finished the draft": something got done.
        Progress = "progress",
        /// "my sister Anna": a person.
        Person = "person",
        /// "in Blender": a tool.
        Tool = "tool",
        /// "for Project Lighthouse": a project that was spoken of.
        ProjectMention = "project_mention",
        /// What the turn is about.
        Topic = "topic",
    }
}

impl RuleId {
    /// The type of the insights that the rule finds; none: it finds something else.
    #[must_use]
    pub fn insight_type(self) -> Option<&'static str> {
        match self {
            Self::LearningMoment | Self::ProblemSolving | Self::Decision | Self::Commitment => {
                Some(self.as_str())
            }
            _ => None,
        }
    }

    /// Whether what the rule finds is suggested to the owner as part of the profile.
    #[must_use]
    pub fn suggests(self) -> bool {
        matches!(
            self,
            Self::Liking
                | Self::Technology
                | Self::Project
                | Self::Skill
                | Self::Preference
                | Self::PreferenceChange
                | Self::Goal
        )
    }
}

words! {
    /// How the person stands to something.
    Polarity {
        /// Likes it, wants it, does it.
        Likes = "likes",
        /// Does not like it.
        Dislikes = "dislikes",
        /// Likes it better than something else.
        Prefers = "prefers",
        /// Uses or does it now.
        Uses = "uses",
        /// Does not use or do it any more.
        NoLonger = "no_longer",
    }
}

/// Something about the person, found in a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFinding {
    /// What it is.
    pub kind: ItemKind,
    /// Its name, as it stands in the text.
    pub name: String,
    /// More of it, where the text says more: a preference's value ("my favourite colour is green": name
    /// "favourite colour", value "green"; "I prefer tabs to spaces": name "tabs", value "over spaces"), a
    /// skill's duration ("ten years"). A preference without one has its polarity's word for a value.
    pub value: Option<String>,
    /// How the person stands to it.
    pub polarity: Polarity,
    /// What it took the place of: "vim" in "I switched from vim to helix".
    pub replaced: Option<String>,
    /// By when: for goals.
    pub target_date: Option<Day>,
    /// The words it was found in: the name.
    pub span: Span,
    /// What found it.
    pub rule: RuleId,
}

/// Something worth noticing, found in a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct InsightFinding {
    /// What kind of insight.
    pub insight_type: &'static str,
    /// What was noticed. Two findings of one type with the same content are one insight.
    pub content: String,
    /// The beginning of the text it was noticed in.
    pub context: String,
    /// How sure that is, from 0 to 1.
    pub confidence: f64,
    /// The words it was found in.
    pub span: Span,
    /// By when: for commitments.
    pub due: Option<Day>,
    /// What it is about, to know it again in other words: stems in normal form, sorted, each once.
    pub key_words: Vec<String>,
    /// What found it.
    pub rule: RuleId,
}

words! {
    /// What is spoken of.
    MentionKind {
        /// Something that the turn is about.
        Topic = "topic",
        /// Somebody.
        Person = "person",
        /// A program, a device, a service.
        Tool = "tool",
        /// A project by its name.
        Project = "project",
    }
}

/// Something that the person spoke of. Each kind and normal name is mentioned once a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// What it is.
    pub kind: MentionKind,
    /// Its name, as it stands in the text.
    pub name: String,
    /// The same for all spellings of one thing.
    pub normal_name: String,
    /// Where it stands first.
    pub span: Span,
}

/// A question that the person asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionFinding {
    /// The question, in one line.
    pub text: String,
    /// Its words.
    pub span: Span,
    /// What it is about: stems in normal form, sorted, each once. Never empty.
    pub key_words: Vec<String>,
}

words! {
    /// What the person said of an answer.
    ResolutionKind {
        /// Thanked for it.
        Thanks = "thanks",
        /// It worked.
        Worked = "worked",
        /// It did not work.
        StillBroken = "still_broken",
    }
}

/// What the person said of an earlier answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// What was said.
    pub kind: ResolutionKind,
    /// What it is about, as far as the sentence says so; often nothing: then what was spoken of last.
    pub key_words: Vec<String>,
    /// The words that say so.
    pub span: Span,
}

/// Something that the person did, which may be a step towards a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressFinding {
    /// What it is about: stems in normal form, sorted, each once. Never empty.
    pub key_words: Vec<String>,
    /// The step, in one line.
    pub text: String,
    /// Whether it is finished, and not only a step ("ran 5 km").
    pub done: bool,
    /// The words that say so.
    pub span: Span,
}

/// Finds what a turn says. The same text gives the same findings, always and everywhere.
pub trait Analyzer: Debug + Send + Sync + 'static {
    /// Grows whenever the findings for some text change: what was derived is then derived again.
    fn version(&self) -> u32;

    /// What `turn` says.
    fn analyze(&self, turn: TurnText<'_>) -> Findings;
}

#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
#[path = "analysis_tests.rs"]
mod tests;
