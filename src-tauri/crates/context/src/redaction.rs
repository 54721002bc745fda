//! What is taken out of a text before it is stored: secrets, each replaced by a mark of its kind, and whatever
//! the person marked as `<private>`.
//!
//! Pure rules on texts. They run before anything is counted, hashed or analysed, so evidence speaks of the
//! stored text. The time is linear in the text's length: `regex` never goes back, and the few rules written by
//! hand only walk forward.

mod assigned;
mod cards;
mod key_blocks;
mod known;
mod private;

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

/// What stands where a private part was.
pub(crate) const PRIVATE_MARK: &str = "[private]";

/// Whether secrets are taken out of what is stored. What is `<private>` always is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redaction {
    /// They are.
    #[default]
    On,
    /// They stay: the owner asked for it.
    Off,
}

/// A secret in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Secret {
    /// Its bytes.
    range: Range<usize>,
    /// What it is, for the mark.
    kind: &'static str,
}

impl Redaction {
    /// The text as it may be stored.
    #[must_use]
    pub fn clean(self, text: &str) -> Cow<'_, str> {
        let public = private::without_private(text);
        match self {
            Self::Off => public,
            Self::On => match public {
                Cow::Borrowed(text) => without_secrets(text),
                Cow::Owned(text) => Cow::Owned(without_secrets(&text).into_owned()),
            },
        }
    }

    /// [`Redaction::clean`], in place.
    pub(crate) fn clean_in_place(self, text: &mut String) {
        self.replace(text);
    }

    /// [`Redaction::clean`], in place; whether that changed anything.
    pub(crate) fn replace(self, text: &mut String) -> bool {
        match self.clean(text) {
            Cow::Owned(cleaned) if cleaned != *text => {
                *text = cleaned;
                true
            }
            _ => false,
        }
    }

    /// A JSON value with all its texts cleaned, the names of fields included. `name` is what it is called: it may
    /// say that the value is a secret ("api key").
    pub(crate) fn clean_value(self, name: &str, value: &mut Value) {
        match value {
            Value::String(text) => {
                self.clean_in_place(text);
                if self == Self::On
                    && let Some(kind) = assigned::kind_of_named(name, text)
                {
                    *text = mark(kind);
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.clean_value(name, value)),
            Value::Object(fields) => {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(field, mut value)| {
                        self.clean_value(&field, &mut value);
                        (self.clean(&field).into_owned(), value)
                    })
                    .collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Whether nothing but private parts was said.
pub(crate) fn is_private_whole(cleaned: &str) -> bool {
    let rest = cleaned.replace(PRIVATE_MARK, "");
    rest.len() < cleaned.len() && rest.trim().is_empty()
}

/// Whether what is left of a turn would tell of what was private: an answer to something private says what it was.
pub(crate) fn answers_private(user_message: &str, assistant_response: &str) -> bool {
    is_private_whole(user_message) || (user_message.trim().is_empty() && is_private_whole(assistant_response))
}

fn mark(kind: &str) -> String {
    format!("[redacted: {kind}]")
}

/// Without one secret the next may be seen: a number that was glued to a key. A few rounds are enough for what
/// people write, and no text makes it more.
const ROUNDS: usize = 3;

fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut cleaned = without_seen_secrets(text);
    for _ in 1..ROUNDS {
        let Cow::Owned(before) = &cleaned else { break };
        let Cow::Owned(after) = without_seen_secrets(before) else { break };
        cleaned = Cow::Owned(after);
    }
    cleaned
}

fn without_seen_secrets(text: &str) -> Cow<'_, str> {
    let mut secrets = Vec::new();
    key_blocks::find(text, &mut secrets);
    known::find(text, &mut secrets);
    assigned::find(text, &mut secrets);
    cards::find(text, &mut secrets);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    // Where two rules found the same bytes, the more exact one was asked first: a stable sort keeps it there.
    secrets.sort_by_key(|secret| secret.range.start);
    let mut cleaned = String::with_capacity(text.len());
    let mut done = 0;
    let mut secrets = secrets.into_iter().peekable();
    while let Some(Secret { mut range, kind }) = secrets.next() {
        while let Some(next) = secrets.next_if(|next| next.range.start < range.end) {
            range.end = range.end.max(next.range.end);
        }
        cleaned.push_str(&text[done..range.start]);
        cleaned.push_str(&mark(kind));
        done = range.end;
    }
    cleaned.push_str(&text[done..]);
    Cow::Owned(cleaned)
}

#[cfg(test)]
#[path = "redaction_tests.rs"]
mod tests;
