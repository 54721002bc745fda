//! Turns text into the words that search compares: folded, stemmed, each with the place it came from.
//!
//! Index and query go through the same function, so that what was written is what is found. A change of what it
//! gives is a change of [`VERSION`]: an index of another version is made anew.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use waken_snowball::SnowballEnv;
use waken_snowball::algorithms::{english_stemmer, german_stemmer};

use super::stop_words::{is_english_stop_word, is_german_stop_word};

/// The version of these rules, and of how the index writes their words down.
pub(super) const VERSION: u32 = 2;

/// No word is longer than this (in characters): what is, is a key, a hash or an address, and its beginning will do.
const LONGEST: usize = 64;

/// The longest name that is taken for a speaker's label at the beginning of a text.
const LONGEST_NAME: usize = 40;

/// Which language a text's words are stemmed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
}

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Folded, without its ending.
    pub(super) term: String,
    /// Folded, as it was written.
    pub(super) plain: String,
    /// Where it stands, in bytes.
    pub(super) start: usize,
    pub(super) end: usize,
    /// It says nothing by itself ("the", "und").
    pub(super) stop: bool,
}

/// The words of a text in its own language.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = unstemmed(text);
    let language = language(&words);
    for word in &mut words {
        word.term = stem(&word.plain, language);
        // "die" says nothing in German alone.
        word.stop &= language == Language::German || is_english_stop_word(&word.plain);
    }
    words
}

/// The words of a text before their endings are taken off (`term` is empty).
pub(super) fn unstemmed(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        let class = Class::of(first);
        let mut end = start + first.len_utf8();
        match class {
            Class::Letter => {
                let mut apostrophe = None;
                while let Some(&(index, next)) = characters.peek() {
                    let joins = matches!(next, '\'' | '’')
                        && apostrophe.is_none()
                        && text[index + next.len_utf8()..].chars().next().is_some_and(char::is_alphabetic);
                    if joins {
                        apostrophe = Some(index);
                    } else if Class::of(next) != Class::Letter && !is_combining_mark(next) {
                        break;
                    }
                    end = index + next.len_utf8();
                    characters.next();
                }
                let end = cut_possessive(text, start, end, apostrophe);
                found.extend(word(&text[start..end], start));
            }
            // Scripts without blanks: every character, and every two that stand together.
            Class::Dense => {
                found.extend(word(&text[start..end], start));
                if let Some(&(index, next)) = characters.peek()
                    && Class::of(next) == Class::Dense
                {
                    found.extend(word(&text[start..index + next.len_utf8()], start));
                }
            }
            Class::Picture => found.extend(word(&text[start..end], start)),
            Class::Between => {}
        }
    }
    found
}

/// What a character is to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Dense,
    Picture,
    Between,
}

impl Class {
    fn of(c: char) -> Self {
        if c.is_ascii() {
            return if c.is_ascii_alphanumeric() { Self::Letter } else { Self::Between };
        }
        match u32::from(c) {
            // Thai to Tibetan, Burmese, Khmer; kana; ideographs.
            0x0E00..=0x0FFF
            | 0x1000..=0x109F
            | 0x1780..=0x17FF
            | 0x3041..=0x30FF
            | 0x3400..=0x4DBF
            | 0x4E00..=0x9FFF
            | 0xF900..=0xFAFF
            | 0x2_0000..=0x3_FFFF => Self::Dense,
            0x2600..=0x27BF | 0x1_F000..=0x1_FAFF => Self::Picture,
            _ if c.is_alphanumeric() => Self::Letter,
            _ => Self::Between,
        }
    }
}

/// Where a word ends for search: "Anna's", "don't", "we'll" end before what follows the apostrophe ("n't": before
/// the n, which is no loss, since what is left is a stop word).
fn cut_possessive(text: &str, start: usize, end: usize, apostrophe: Option<usize>) -> usize {
    let Some(at) = apostrophe else { return end };
    let tail = text[at..end].trim_start_matches(['\'', '’']).to_ascii_lowercase();
    if matches!(tail.as_str(), "s" | "t" | "re" | "ve" | "ll" | "d" | "m") && at > start { at } else { end }
}

fn word(written: &str, start: usize) -> Option<Word> {
    let plain = fold(written);
    if plain.is_empty() {
        return None;
    }
    let stop = is_english_stop_word(&plain) || is_german_stop_word(&plain);
    Some(Word { term: String::new(), plain, start, end: start + written.len(), stop })
}

/// Small letters without accents: "Straße", "STRASSE" and "strasse" are one word, "Café" and "cafe" too.
pub(super) fn fold(written: &str) -> String {
    if written.is_ascii() {
        let small = written.bytes().filter(u8::is_ascii_alphanumeric).take(LONGEST);
        return small.map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    }
    let mut folded = String::with_capacity(written.len());
    for c in written.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).nfkd() {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            '\'' | '’' => {}
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    if let Some((end, _)) = folded.char_indices().nth(LONGEST) {
        folded.truncate(end);
    }
    folded
}

/// The language whose small words are more in it; English where neither wins.
pub(super) fn language(words: &[Word]) -> Language {
    let mut lead = 0_i32;
    for word in words.iter().filter(|word| word.stop).take(64) {
        lead += i32::from(is_german_stop_word(&word.plain)) - i32::from(is_english_stop_word(&word.plain));
    }
    if lead > 0 { Language::German } else { Language::English }
}

/// A folded word without its ending. Words that are not in Latin letters stay as they are.
pub(super) fn stem(plain: &str, language: Language) -> String {
    if plain.len() < 3 || !plain.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return plain.to_owned();
    }
    let mut env = SnowballEnv::create(plain);
    match language {
        Language::English => english_stemmer::stem(&mut env),
        Language::German => german_stemmer::stem(&mut env),
    };
    let stem = env.get_current().into_owned();
    if stem.is_empty() { plain.to_owned() } else { stem }
}

/// The folded words of the name before a colon with which transcripts begin ("Anna: …"); none: there is no such
/// label. A name is one to three words, the first with a capital letter.
pub(super) fn speaker(text: &str) -> Vec<String> {
    let start = text.trim_start();
    let reach = start.char_indices().nth(LONGEST_NAME).map_or(start.len(), |(end, _)| end);
    let Some(end) = start[..reach].find(':') else { return Vec::new() };
    let name = &start[..end];
    let good =
        |c: char| c.is_alphabetic() || is_combining_mark(c) || matches!(c, ' ' | '\'' | '’' | '-' | '.');
    // A blank behind the colon, or nothing: "https://…" and "C:\…" are no names.
    let followed = start[end + 1..].chars().next().is_none_or(char::is_whitespace);
    if !followed || !name.starts_with(char::is_uppercase) || !name.chars().all(good) {
        return Vec::new();
    }
    let parts: Vec<String> = name.split([' ', '-', '.']).map(fold).filter(|part| !part.is_empty()).collect();
    if parts.len() > 3 { Vec::new() } else { parts }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
