//! Words: a text cut into sentences and tokens, each in the one form that all spellings of a word share.
//!
//! The form is composed, lower case, with plain apostrophes, and contractions are taken apart ("I'm" → "i",
//! "am"), so that a rule is written once. A token keeps its place in the text it came from.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Forms of words to be looked up.
pub(crate) trait Words {
    /// Whether `form` is one of them.
    fn lists(&self, form: &str) -> bool;
}

impl Words for [&str] {
    fn lists(&self, form: &str) -> bool {
        self.contains(&form)
    }
}

impl<const N: usize> Words for [&str; N] {
    fn lists(&self, form: &str) -> bool {
        self.contains(&form)
    }
}

/// Words to look up: some hundred times for each sentence, in lists of our own, so that a quick hash will do.
pub(crate) type WordSet = HashSet<&'static str, foldhash::fast::FixedState>;

/// What is known of words, likewise.
pub(crate) type WordMap<T> = HashMap<&'static str, T, foldhash::fast::FixedState>;

impl Words for LazyLock<WordSet> {
    fn lists(&self, form: &str) -> bool {
        self.contains(form)
    }
}

/// A list of words, written as one text with blanks between them.
macro_rules! word_list {
    ($(#[$doc:meta])* $visibility:vis $name:ident = $words:literal) => {
        $(#[$doc])*
        $visibility static $name: std::sync::LazyLock<$crate::analysis::tokens::WordSet> =
            std::sync::LazyLock::new(|| $words.split_whitespace().collect());
    };
}
pub(crate) use word_list;

/// No sentence has more tokens than this: longer is no person speaking, and rules may look at all of a
/// sentence for each of its words.
const SENTENCE_TOKENS: usize = 160;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, perhaps with digits, hyphens and dots inside ("next.js").
    Word,
    /// Begins with a digit ("15", "15.3", "10k", "2026-05-31").
    Number,
    /// Anything else that is no blank: one character.
    Mark,
}

/// A word, a number or a mark.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Where its form stands in the text's forms.
    form: Range<u32>,
    /// Where it stands in the text, in bytes. Both halves of "I'm" stand in the same place.
    place: Range<u32>,
    /// Whether it begins with a capital letter.
    pub(crate) capital: bool,
    /// Whether it stands right behind the token before it, without a blank.
    pub(crate) joined: bool,
}

/// A text with its tokens and sentences.
#[derive(Debug)]
pub(crate) struct Tokens {
    forms: String,
    all: Vec<Token>,
    sentences: Vec<Range<usize>>,
}

/// The tokens of one sentence; places are counted from its first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sentence<'a> {
    forms: &'a str,
    tokens: &'a [Token],
}

word_list! {
    /// Words behind which a full stop ends no sentence.
    ABBREVIATIONS = "dr mr mrs ms prof st vs ca bzw nr z.b d.h u.a e.g i.e approx inkl ggf evtl bspw vgl hr fr mio \
        tel"
}

word_list! {

    MONTHS = "januar februar märz april mai juni juli august september oktober november dezember january \
        february march may june july october december"
}

impl Tokens {
    /// Cuts `text`. Every place that comes back lies in it, between two characters.
    pub(crate) fn of(text: &str) -> Self {
        let mut cutter = Cutter {
            text,
            at: 0,
            out: Self {
                forms: String::with_capacity(text.len() + 16),
                all: Vec::with_capacity(text.len() / 5 + 4),
                sentences: Vec::new(),
            },
            sentence: 0,
        };
        cutter.run();
        cutter.out
    }

    /// The sentences: a line break ends one, and so do full stops, question and exclamation marks.
    pub(crate) fn sentences(&self) -> impl Iterator<Item = Sentence<'_>> {
        self.sentences.iter().map(|range| Sentence { forms: &self.forms, tokens: &self.all[range.clone()] })
    }
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
    out: Tokens,
    /// The first token of the sentence under way.
    sentence: usize,
}

impl Cutter<'_> {
    fn run(&mut self) {
        while let Some(c) = self.text[self.at..].chars().next() {
            if self.out.all.len() - self.sentence >= SENTENCE_TOKENS {
                self.end_sentence();
            }
            if c == '\n' || matches!(c, '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' | '\u{85}') {
                self.end_sentence();
                self.at += c.len_utf8();
            } else if c.is_whitespace() {
                self.at += c.len_utf8();
            } else if c.is_alphanumeric() {
                self.word(c);
            } else {
                self.mark(c);
            }
        }
        self.end_sentence();
    }

    fn end_sentence(&mut self) {
        let end = self.out.all.len();
        if end > self.sentence {
            self.out.sentences.push(self.sentence..end);
            self.sentence = end;
        }
    }

    /// A word: letters and digits, with apostrophes, hyphens and dots between two of them.
    fn word(&mut self, first: char) {
        let start = self.at;
        let mut end = start;
        let mut rest = self.text[start..].chars().peekable();
        while let Some(c) = rest.next() {
            let next = rest.peek().copied();
            let inside = c.is_alphanumeric()
                || c == '_'
                || is_combining_mark(c)
                || (matches!(c, '\'' | '’' | 'ʼ' | '-' | '‑' | '.')
                    && next.is_some_and(char::is_alphanumeric))
                || (matches!(c, '+' | '#') && ends_name(&self.text[start..end], c, next));
            if !inside {
                break;
            }
            end += c.len_utf8();
        }
        let kind = if first.is_numeric() { Kind::Number } else { Kind::Word };
        let capital = first.is_uppercase();
        let word = &self.text[start..end];
        let form = form_of(word);
        let joined = self.joins(start);
        self.at = end;
        let next = next_word(&self.text[end..]);
        match taken_apart(&form, next) {
            Some((one, two)) => {
                self.push(&one, start..end, kind, capital, joined);
                self.push(two, start..end, kind, false, false);
            }
            None => self.push(&form, start..end, kind, capital, joined),
        }
    }

    fn mark(&mut self, c: char) {
        let start = self.at;
        let end = start + c.len_utf8();
        let joined = self.joins(start);
        self.at = end;
        let behind = self.text[end..].chars().next();
        let ends = match c {
            '。' | '？' | '！' => true,
            '.' | '!' | '?' | '…' | '؟' => behind.is_none_or(|next| {
                next.is_whitespace() || matches!(next, ')' | ']' | '"' | '\'' | '”' | '*' | '_')
            }),
            _ => false,
        };
        let ends = ends && !(c == '.' && self.is_abbreviated(&self.text[end..]));
        let form = match c {
            '’' | 'ʼ' | '‘' => '\'',
            '–' | '—' => '–',
            c => c,
        };
        self.push(form.encode_utf8(&mut [0; 4]), start..end, Kind::Mark, false, joined);
        if ends {
            // What closes belongs to it: "(really?)".
            while let Some(next) = self.text[self.at..].chars().next() {
                if !matches!(next, ')' | ']' | '"' | '\'' | '”' | '’' | '*' | '_') {
                    break;
                }
                let place = self.at..self.at + next.len_utf8();
                self.at = place.end;
                self.push(next.encode_utf8(&mut [0; 4]), place, Kind::Mark, false, true);
            }
            self.end_sentence();
        }
    }

    /// Whether the full stop behind the last token belongs to it: "Dr.", "15. März".
    fn is_abbreviated(&self, behind: &str) -> bool {
        if self.out.all.len() <= self.sentence {
            return false;
        }
        let Some(last) = self.out.all.last() else { return false };
        let form = &self.out.forms[last.form.start as usize..last.form.end as usize];
        let next = next_word(behind);
        match last.kind {
            Kind::Word => {
                (ABBREVIATIONS.contains(&form) || (form.chars().count() == 1 && last.capital && form != "i"))
                    && !next.is_empty()
            }
            Kind::Number => {
                let is_day = form.len() <= 2 || form.contains('.');
                is_day && (next.starts_with(char::is_lowercase) || MONTHS.contains(&form_of(next).as_str()))
            }
            Kind::Mark => false,
        }
    }

    fn joins(&self, start: usize) -> bool {
        self.out.all.last().is_some_and(|last| last.place.end as usize == start)
    }

    fn push(&mut self, form: &str, place: Range<usize>, kind: Kind, capital: bool, joined: bool) {
        let start = count(self.out.forms.len());
        self.out.forms.push_str(form);
        let form = start..count(self.out.forms.len());
        let place = count(place.start)..count(place.end);
        self.out.all.push(Token { kind, form, place, capital, joined });
    }
}

/// No text that is analysed is longer than [`super::prose::ANALYSED_BYTES`].
fn count(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// "C++", "C#", "F#".
fn ends_name(word: &str, mark: char, next: Option<char>) -> bool {
    let ends = next.is_none_or(|next| !next.is_alphanumeric());
    match mark {
        '#' => word.len() == 1 && ends,
        _ => (word.len() == 1 && next == Some('+')) || (word.len() == 2 && word.ends_with('+') && ends),
    }
}

/// The form of a word: composed, lower case, plain apostrophes and hyphens.
pub(crate) fn form_of(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    word.nfkc()
        .flat_map(char::to_lowercase)
        .nfkc()
        .map(|c| match c {
            '’' | 'ʼ' => '\'',
            '‑' | '‐' => '-',
            c => c,
        })
        .collect()
}

/// The word that `text` begins with, after blanks; nothing if it begins with anything else.
fn next_word(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t', '\u{a0}']);
    let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}

/// The two words of a contraction.
fn taken_apart(form: &str, next: &str) -> Option<(String, &'static str)> {
    let whole = |one: &str, two| Some((one.to_owned(), two));
    match form {
        "can't" | "cant" | "cannot" => return whole("can", "not"),
        "won't" => return whole("will", "not"),
        "let's" => return whole("let", "us"),
        "dont" => return whole("do", "not"),
        "doesnt" => return whole("does", "not"),
        "didnt" => return whole("did", "not"),
        "isnt" => return whole("is", "not"),
        "wasnt" => return whole("was", "not"),
        "havent" => return whole("have", "not"),
        "ive" => return whole("i", "have"),
        "gonna" => return whole("going", "to"),
        "wanna" => return whole("want", "to"),
        "gotta" => return whole("got", "to"),
        // "im Garten" is German.
        "im" if next.len() > 4 && next.ends_with("ing") && next.starts_with(char::is_lowercase)
            || matches!(next, "a" | "an" | "not" | "so" | "really" | "stuck" | "into" | "very") =>
        {
            return whole("i", "am");
        }
        _ => {}
    }
    let (one, two) = form.rsplit_once('\'')?;
    if let Some(one) = one.strip_suffix('n').filter(|_| two == "t") {
        return whole(one, "not");
    }
    match (one, two) {
        (_, "m") => whole(one, "am"),
        (_, "re") => whole(one, "are"),
        (_, "ve") => whole(one, "have"),
        (_, "ll") => whole(one, "will"),
        ("i" | "we" | "you" | "he" | "she" | "they" | "it" | "that", "d") => whole(one, "would"),
        ("it" | "that" | "what" | "there" | "he" | "she" | "who" | "how" | "where" | "here", "s") => {
            whole(one, "is")
        }
        (
            "geht" | "gibt" | "hab" | "habe" | "ich" | "wie" | "wenn" | "mir" | "war" | "ist" | "du" | "wär"
            | "klappt",
            "s",
        ) => whole(one, "es"),
        _ => None,
    }
}

impl<'a> Sentence<'a> {
    /// Its first tokens alone.
    pub(crate) fn until(&self, end: usize) -> Self {
        Self { forms: self.forms, tokens: &self.tokens[..end.min(self.tokens.len())] }
    }

    /// How many tokens it has.
    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The form of a token; nothing where there is none.
    pub(crate) fn form(&self, index: usize) -> &'a str {
        self.tokens
            .get(index)
            .map_or("", |token| &self.forms[token.form.start as usize..token.form.end as usize])
    }

    /// A token.
    pub(crate) fn token(&self, index: usize) -> Option<&'a Token> {
        self.tokens.get(index)
    }

    /// Whether there is a word or a number at `index`.
    pub(crate) fn is_word(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind != Kind::Mark)
    }

    /// Whether there is a number at `index`.
    pub(crate) fn is_number(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| token.kind == Kind::Number)
    }

    /// Whether the token begins with a capital letter.
    pub(crate) fn is_capital(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| token.capital)
    }

    /// Where some of its tokens stand in the text, in bytes. There must be at least one.
    pub(crate) fn place(&self, tokens: &Range<usize>) -> Range<usize> {
        let start = self.tokens.get(tokens.start).map_or(0, |token| token.place.start as usize);
        let end =
            self.tokens.get(tokens.end.saturating_sub(1)).map_or(start, |token| token.place.end as usize);
        start..end.max(start)
    }

    /// Where all of it stands in the text, in bytes.
    pub(crate) fn all(&self) -> Range<usize> {
        self.place(&(0..self.len()))
    }

    /// Whether it ends as a question does.
    pub(crate) fn ends_asking(&self) -> bool {
        self.tokens.iter().rev().take_while(|token| token.kind == Kind::Mark).any(|token| {
            matches!(&self.forms[token.form.start as usize..token.form.end as usize], "?" | "？" | "؟")
        })
    }

    /// Whether any token from `range` has one of these forms.
    pub(crate) fn has(&self, range: Range<usize>, words: &(impl Words + ?Sized)) -> bool {
        range.into_iter().any(|index| index < self.len() && words.lists(self.form(index)))
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
