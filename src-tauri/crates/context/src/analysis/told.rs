//! What a person tells in a sentence: the ground that every rule stands on, and what a rule gives back.

use std::ops::Range;

use super::tokens::{Sentence, Words};
use super::{Polarity, RuleId};
use crate::calendar::{Day, Found as Date};
use crate::state::ItemKind;

/// A sentence as far as it tells: a question at its end is cut off ("I love hiking, any tips?").
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    /// The person's own words, all of them.
    pub(super) text: &'a str,
    /// What the sentence tells; without a token if it only asks.
    pub(super) sentence: Sentence<'a>,
    /// The dates in it.
    pub(super) dates: &'a [Date],
    /// The day on which it was said.
    pub(super) today: Day,
}

impl Told<'_> {
    /// The words of some tokens as they stand in the text.
    pub(super) fn words(&self, tokens: &Range<usize>) -> String {
        self.text[self.sentence.place(tokens)].to_owned()
    }

    /// Whether any of the words from `range` is one of `words`.
    pub(super) fn has(&self, range: Range<usize>, words: &(impl Words + ?Sized)) -> bool {
        self.sentence.has(range, words)
    }

    /// The form of a word.
    pub(super) fn form(&self, index: usize) -> &str {
        self.sentence.form(index)
    }
}

/// An item that a rule found, in tokens.
#[derive(Clone, Debug)]
pub(super) struct ItemDraft {
    pub(super) kind: ItemKind,
    pub(super) rule: RuleId,
    pub(super) name: String,
    pub(super) tokens: Range<usize>,
    pub(super) value: Option<String>,
    pub(super) polarity: Polarity,
    pub(super) replaced: Option<String>,
    pub(super) target_date: Option<Day>,
}

impl ItemDraft {
    /// An item with nothing but its name.
    pub(super) fn new(told: &Told<'_>, kind: ItemKind, rule: RuleId, tokens: Range<usize>) -> Self {
        Self {
            kind,
            rule,
            name: told.words(&tokens),
            tokens,
            value: None,
            polarity: Polarity::Likes,
            replaced: None,
            target_date: None,
        }
    }

    pub(super) fn with_polarity(self, polarity: Polarity) -> Self {
        Self { polarity, ..self }
    }

    pub(super) fn with_value(self, value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..self }
    }
}
