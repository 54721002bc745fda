//! Which language a text is in: by the little words that every sentence needs.
//!
//! Trigrams (whatlang and its like) name a language for any three words, and are often wrong for texts of a
//! chat's length; little words are right or silent. Only what the rules know is told apart; words of the
//! neighbours that share some of these keep their languages out.

use std::sync::LazyLock;

use super::Language;
use super::tokens::{Tokens, WordMap};

/// No more words than this are counted: a language shows early.
const WORDS_COUNTED: u32 = 400;

const ENGLISH: &str = "the a an and or but if of to for with from by about into that this these those it its is are was \
    were be been am i you he she they we my your his her their our me him them us do does did not have has had will \
    would can could should what which who how when where why there here just some any then than so as at on because \
    please thanks need want like know make";

const GERMAN: &str = "der die das den dem des ein eine einen einem einer eines und oder aber wenn von zu zum zur für mit \
    aus bei über dass ist sind war waren sein bin ich du er sie es wir ihr mein meine meinen meiner dein deine mich \
    mir dich dir uns nicht kein keine haben habe hat hatte wird werden würde kann kannst können könnte soll sollte \
    was welche wer wie wann wo warum auch noch nur schon dann als auf im am um an nach vor seit bitte danke mal mehr \
    sehr gibt jetzt immer muss will möchte";

/// Words of Dutch, French, Spanish, Italian, Portuguese, Swedish, Danish and Norwegian that neither has.
const OTHERS: &str = "het een ik niet zijn voor maar ook naar wel heb je van deze dit geen \
    le la les des une est et dans pour avec que qui sur pas vous nous je il elle ce sont mais plus au du \
    el los las una es en por para con pero como más está son muy yo que no mi del al lo \
    il di che non per sono della con una è gli anche più mi ho \
    o os um uma não com para eu você meu isso \
    och att det som en på är av för inte jag med ett han hon vi har \
    og jeg ikke til af er på";

static WORDS: LazyLock<WordMap<(u32, u32, u32)>> = LazyLock::new(|| {
    let mut words: WordMap<(u32, u32, u32)> = WordMap::default();
    for word in ENGLISH.split_whitespace() {
        words.entry(word).or_default().0 = 1;
    }
    for word in GERMAN.split_whitespace() {
        words.entry(word).or_default().1 = 1;
    }
    for word in OTHERS.split_whitespace() {
        words.entry(word).or_default().2 = 1;
    }
    words
});

/// The language of a text, if there is enough to tell it by.
pub(super) fn language(tokens: &Tokens) -> Option<Language> {
    let (mut english, mut german, mut other, mut all) = (0, 0, 0, 0_u32);
    let mut sure = false;
    for sentence in tokens.sentences() {
        for index in (0..sentence.len()).filter(|index| sentence.is_word(*index)) {
            all += 1;
            sure |= matches!(
                sentence.form(index),
                "ich" | "nicht" | "und" | "keine" | "keinen" | "bitte" | "mein" | "meine" | "für" | "ist"
            );
            if let Some((en, de, rest)) = WORDS.get(sentence.form(index)) {
                english += en;
                german += de;
                other += rest;
            }
        }
        if all >= WORDS_COUNTED {
            break;
        }
    }
    let (most, second, language) = if english >= german {
        (english, german, Language::English)
    } else {
        (german, english, Language::German)
    };
    // "Ich trinke keinen Alkohol": one word is enough where few stand and no other language has it.
    if most < 2 && all <= 6 && sure && second == 0 {
        return Some(Language::German);
    }
    // One little word in six, and clearly more of them than of any other language's.
    let is_clear = most >= 2 && most * 6 >= all && most > second + second / 2 && most > other;
    is_clear.then_some(language)
}

#[cfg(test)]
#[path = "language_tests.rs"]
mod tests;
