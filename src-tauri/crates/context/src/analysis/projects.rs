//! Projects: what a person says to be working on.

use std::sync::LazyLock;

use regex::Regex;

use super::interests::Found;
use super::prose::{Sentence, beginning};
use super::rules::{REACH, is_negated};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}

static WORKING_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:i|we)(?:['’]m| am|['’]re| are|['’]ve been| have been)\s+(?:(?:currently|now|still|also|actively|mostly|just|slowly)\s+)*(?:working on|building|creating|developing|prototyping)\s+",
    )
});

/// "my app called X", "my project, X": only what has a name.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?i:my|our)\s+(?:(?i:new|current|side|own|pet|hobby|open[- ]source|little|latest)\s+)*(?i:project|app|website|site|tool|game|library|startup|service)(?:\s+(?i:is\s+)?(?i:called|named)\s+|\s+)(\p{Lu}[\w.-]*\w(?:\s+\p{Lu}[\w.-]*\w){0,3})",
    )
});

static END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[.,;:!?()\[\]{}\n–—*_|<>]|\s-+\s|\b(?:for|with|using|in|on|to|that|which|because|and|but|at|since|where|who|when|while|right now|today|this week|from|by|so|as|lately|together|myself|instead|these days)\b",
    )
});

static LEADING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:a|an|the|my|our|this|some|new|little|small|simple|another|own|side project called|project called|project named|app called|tool called)\s+)+",
    )
});

/// Words that name nothing by themselves.
const NAMELESS: &[&str] = &[
    "it",
    "this",
    "that",
    "them",
    "these",
    "those",
    "something",
    "things",
    "stuff",
    "one",
    "project",
    "projects",
    "app",
    "tool",
    "site",
    "website",
    "thing",
    "everything",
    "anything",
    "code",
    "work",
    "some",
    "another",
    "myself",
    "issue",
    "problem",
    "bug",
    "task",
    "his",
    "her",
    "their",
    "your",
    "what",
    "how",
    "more",
    "fixing",
];

/// What the sentence says the person is working on.
pub(super) fn worked_on(sentence: &Sentence<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    if sentence.is_question() {
        return found;
    }
    let text = sentence.text;
    for cue in WORKING_ON.find_iter(text) {
        if is_negated(text, cue.start()) {
            continue;
        }
        let rest = beginning(&text[cue.end()..], REACH);
        // The words before the name may hold an end of their own ("a project called …"), so they go first.
        let lead = LEADING.find(rest).map_or(0, |lead| lead.end());
        let named = &rest[lead..];
        let end = END.find(named).map_or(named.len(), |end| end.start());
        let name = named[..end].trim_end();
        let start = cue.end() + lead;
        if is_name(name) {
            found.push((name.to_owned(), sentence.place(&(start..start + name.len()))));
        }
    }
    for cue in NAMED.captures_iter(text) {
        if let Some(name) = cue.get(1)
            && !is_negated(text, name.start())
        {
            found.push((name.as_str().to_owned(), sentence.place(&name.range())));
        }
    }
    found
}

fn is_name(name: &str) -> bool {
    let Some(first) = name.split_whitespace().next() else { return false };
    let words = name.split_whitespace().count();
    words <= 6
        && name.chars().count() <= 60
        && name.starts_with(char::is_alphanumeric)
        && name.chars().any(char::is_alphabetic)
        && !NAMELESS.contains(&first.to_lowercase().as_str())
}
