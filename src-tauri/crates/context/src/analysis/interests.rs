//! Interests: what a person says to like, and the technologies a person speaks of.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::prose::{Sentence, beginning};
use super::rules::{REACH, is_negated};

/// A name and its place in the whole text, in bytes.
pub(super) type Found = (String, Range<usize>);

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is well formed")
}

/// "I like …" at the start of a clause: in "what I like" or "people like I" nobody says what they like.
static LIKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?:^|[,;:!()–—]\s*|\b(?:and|but|because|so|well|yes|also|honestly|actually|personally|since|then)\s+)",
        r"i(?:(?:\s+(?:really|also|just|absolutely|still|especially|particularly|do|always|totally))*\s+(?:like|love|enjoy|adore)",
        r"|(?:['’]m|\s+am)(?:\s+(?:really|very|also|quite|deeply|still|super))*\s+(?:interested\s+in|into|passionate\s+about|fascinated\s+by|keen\s+on|fond\s+of|a\s+(?:big\s+|huge\s+)?fan\s+of))\s+",
    ))
});

/// Where what is liked ends.
static TOPIC_END: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[.;:!?()\[\]{}\n–—*_|<>]|\s-+\s|\b(?:because|but|when|since|so|although|though|which|that|if|while|as|for|with|than|until|where|who|especially|particularly|very much|a lot|too|right now|these days|more|most|over|instead|lately|recently|nowadays)\b",
    )
});

static LIST: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i),|&|\band\b|\bor\b"));

static LEADING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^(?:(?:the|a|an|some|all|both|also|really|just)\s+)+"));

/// First words of what is no topic: pronouns, clauses, empty nouns.
const NO_TOPIC: &[&str] = &[
    "it",
    "this",
    "that",
    "them",
    "these",
    "those",
    "you",
    "him",
    "her",
    "me",
    "us",
    "i",
    "we",
    "he",
    "she",
    "they",
    "how",
    "what",
    "when",
    "where",
    "why",
    "your",
    "his",
    "their",
    "its",
    "my",
    "our",
    "there",
    "is",
    "are",
    "was",
    "were",
    "not",
    "no",
    "one",
    "ones",
    "everything",
    "something",
    "anything",
    "nothing",
    "things",
    "thing",
    "stuff",
    "idea",
    "ideas",
    "way",
    "fact",
    "look",
    "sound",
    "feeling",
    "thought",
    "being",
    "having",
    "getting",
    "seeing",
    "hearing",
    "knowing",
    "everyone",
    "somebody",
    "someone",
    "people",
    "here",
    "yours",
    "first",
    "second",
    "last",
    "other",
    "another",
    "same",
    "to",
];

/// Words by which a part of a sentence is known, where a topic was looked for.
const CLAUSE: &[&str] = &[
    "it", "this", "these", "those", "is", "are", "was", "were", "you", "i", "we", "they", "he", "she",
    "them", "it's", "you're", "i'm", "your", "has", "have", "will", "can",
];

/// Verbs behind "I like to" that tell of a habit of speech, not of an interest.
const NO_PASTIME: &[&str] = &[
    "be", "have", "see", "know", "think", "keep", "make", "get", "use", "do", "say", "add", "start", "begin",
    "hear", "ask", "point", "note", "believe", "imagine", "go", "call", "check", "try", "put", "take",
];

/// What the sentence says outright that the person likes.
pub(super) fn liked(sentence: &Sentence<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    if sentence.is_question() {
        return found;
    }
    for cue in LIKED.find_iter(sentence.text) {
        if is_negated(sentence.text, cue.start()) {
            continue;
        }
        let rest = beginning(&sentence.text[cue.end()..], REACH);
        let topic = &rest[..TOPIC_END.find(rest).map_or(rest.len(), |end| end.start())];
        let mut start = 0;
        let parts =
            LIST.find_iter(topic).map(|mark| mark.range()).chain(std::iter::once(topic.len()..topic.len()));
        for (index, mark) in parts.enumerate() {
            let part = &topic[start..mark.start];
            // The first part that is no topic ends the list: "tea, and my boss said …".
            match topic_name(part, if index == 0 { 5 } else { 3 }) {
                Some(range) => {
                    let place = cue.end() + start + range.start..cue.end() + start + range.end;
                    found.push((sentence.text[place.clone()].to_owned(), sentence.place(&place)));
                }
                None if part.trim().is_empty() => {}
                None => break,
            }
            start = mark.end;
        }
    }
    found
}

/// The topic in `part`, if it is one of at most `most` words.
fn topic_name(part: &str, most: usize) -> Option<Range<usize>> {
    let trimmed = part.trim_start();
    let mut start = part.len() - trimmed.len();
    let mut name = trimmed.trim_end();
    let leading = LEADING.find(name).map_or(0, |leading| leading.end());
    (start, name) = (start + leading, &name[leading..]);
    if let Some(rest) = strip_word(name, "to") {
        let verb = rest.split_whitespace().next()?.to_lowercase();
        if NO_PASTIME.contains(&verb.as_str()) {
            return None;
        }
        start += name.len() - rest.len();
        name = rest;
    }
    let name = name.trim_end_matches([',', '\'', '"', '’']);
    let first = name.split_whitespace().next()?.to_lowercase();
    let first = first.split(['\'', '’']).next().unwrap_or_default();
    let words = name.split_whitespace().count();
    let is_topic = words <= most
        && !name.split_whitespace().any(|word| CLAUSE.contains(&word.to_lowercase().as_str()))
        && !(words == 1 && matches!(first, "going" | "coming"))
        && name.chars().count() <= 60
        && name.chars().any(char::is_alphabetic)
        && !NO_TOPIC.contains(&first);
    is_topic.then_some(start..start + name.len())
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    let rest = &text[word.len()..];
    (head.eq_ignore_ascii_case(word) && rest.starts_with(char::is_whitespace)).then(|| rest.trim_start())
}

/// Technologies: how they are written, and the name they get. Longer spellings stand before shorter ones.
const TECHNOLOGIES: &[(&str, &str)] = &[
    ("machine learning", "machine learning"),
    ("deep learning", "deep learning"),
    ("data science", "data science"),
    ("raspberry pi", "Raspberry Pi"),
    ("github actions", "GitHub Actions"),
    ("google cloud", "Google Cloud"),
    ("apache kafka", "Apache Kafka"),
    ("apache spark", "Apache Spark"),
    ("spring boot", "Spring Boot"),
    ("scikit-learn", "scikit-learn"),
    ("ruby on rails", "Ruby on Rails"),
    ("react native", "React Native"),
    ("tensorflow", "TensorFlow"),
    ("javascript", "JavaScript"),
    ("typescript", "TypeScript"),
    ("kubernetes", "Kubernetes"),
    ("postgresql", "PostgreSQL"),
    ("postgres", "PostgreSQL"),
    ("webassembly", "WebAssembly"),
    ("terraform", "Terraform"),
    ("mongodb", "MongoDB"),
    ("graphql", "GraphQL"),
    ("fastapi", "FastAPI"),
    ("pytorch", "PyTorch"),
    ("next.js", "Next.js"),
    ("nextjs", "Next.js"),
    ("node.js", "Node.js"),
    ("nodejs", "Node.js"),
    ("vue.js", "Vue.js"),
    ("vuejs", "Vue.js"),
    ("angular", "Angular"),
    ("svelte", "Svelte"),
    ("tailwind", "Tailwind"),
    ("ansible", "Ansible"),
    ("arduino", "Arduino"),
    ("haskell", "Haskell"),
    ("clojure", "Clojure"),
    ("erlang", "Erlang"),
    ("golang", "Go"),
    ("kotlin", "Kotlin"),
    ("django", "Django"),
    ("docker", "Docker"),
    ("python", "Python"),
    ("sqlite", "SQLite"),
    ("opencv", "OpenCV"),
    ("mysql", "MySQL"),
    ("numpy", "NumPy"),
    ("redis", "Redis"),
    ("scala", "Scala"),
    ("azure", "Azure"),
    ("linux", "Linux"),
    ("c++", "C++"),
    ("c#", "C#"),
    ("aws", "AWS"),
    ("sql", "SQL"),
];

/// Technologies that are everyday words too: only counted where the sentence shows that they are meant.
const AMBIGUOUS: &[(&str, &str)] = &[
    ("elixir", "Elixir"),
    ("pandas", "pandas"),
    ("flask", "Flask"),
    ("react", "React"),
    ("swift", "Swift"),
    ("java", "Java"),
    ("ruby", "Ruby"),
    ("rust", "Rust"),
    ("vue", "Vue.js"),
];

static TECHNOLOGY: LazyLock<Regex> = LazyLock::new(|| {
    let names: Vec<String> =
        TECHNOLOGIES.iter().chain(AMBIGUOUS).map(|(spelling, _)| regex::escape(spelling)).collect();
    pattern(&format!("(?i){}", names.join("|")))
});

static PROGRAMMING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:cod(?:e|ing)|program(?:s|ming|mer)?|languages?|compiler|crates?|librar(?:y|ies)|frameworks?|apps?|api|developers?|backend|frontend|async|components?|server|software|dataframe|borrow checker|function|scripts?|cli)\b",
    )
});

static REFUSAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:not|never|no longer|\w+n['’]t|dont|hate|dislike|without|instead of|avoid|stopped using|rather than|sick of|no)\b",
    )
});

static SPEAKER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:i|my|me|we|our|us)\b"));

/// The technologies that the person speaks of, as far as the person is in it.
pub(super) fn technologies(sentence: &Sentence<'_>) -> Vec<Found> {
    let text = sentence.text;
    if sentence.is_question() && !SPEAKER.is_match(text) {
        return Vec::new();
    }
    let hits: Vec<_> = TECHNOLOGY.find_iter(text).filter(|hit| stands_alone(text, &hit.range())).collect();
    let certain = |hit: &regex::Match<'_>| lookup(TECHNOLOGIES, hit.as_str()).is_some();
    let is_technical = hits.iter().any(certain) || PROGRAMMING.is_match(text);
    let refused_from = REFUSAL.find(text).map_or(text.len(), |refusal| refusal.end());
    let mut found = Vec::new();
    for hit in &hits {
        if hit.start() >= refused_from {
            continue;
        }
        // A capital in the middle of a sentence is a name; at its start it says nothing.
        let is_named = hit.start() > 0 && hit.as_str().starts_with(char::is_uppercase);
        let name = lookup(TECHNOLOGIES, hit.as_str())
            .or_else(|| lookup(AMBIGUOUS, hit.as_str()).filter(|_| is_technical || is_named));
        if let Some(name) = name {
            found.push((name.to_owned(), sentence.place(&hit.range())));
        }
    }
    found
}

fn lookup(table: &[(&str, &'static str)], spelling: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(spelling)).map(|(_, name)| *name)
}

/// Whether a hit is a whole word, and not a part of a longer name, a path or an address.
fn stands_alone(text: &str, hit: &Range<usize>) -> bool {
    let before = text[..hit.start].chars().next_back();
    let mut behind = text[hit.end..].chars();
    let (next, second) = (behind.next(), behind.next());
    let joins =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '\\' | '@' | '#' | '+' | '$');
    let ends = match next {
        Some(c) if c.is_alphanumeric() || matches!(c, '_' | '#' | '+' | '\\' | '@') => false,
        Some('-' | '.' | '/') => !second.is_some_and(char::is_alphanumeric),
        _ => true,
    };
    ends && !before.is_some_and(joins)
}
