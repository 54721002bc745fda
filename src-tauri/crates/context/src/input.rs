//! What may be stored: pure rules on texts that come from outside, with errors that tell how to do better.

use serde_json::Value;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::state::ItemKind;

/// The most bytes that one text of a turn may have (1 MiB of UTF-8).
pub const MAX_TEXT_BYTES: usize = 1024 * 1024;
/// The most characters that an item's name may have.
pub const MAX_NAME_CHARS: usize = 500;
/// The most characters that a preference's value may have, written as JSON.
pub const MAX_VALUE_CHARS: usize = 2000;
/// The most characters that a note may have.
pub const MAX_NOTE_CHARS: usize = 4000;
/// The most bytes that a client's own key may have.
pub const MAX_KEY_BYTES: usize = 512;

/// Why something was not taken. Written for the one who can do better: a person or a language model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// A turn without any text.
    #[error(
        "both texts of the turn are empty, so there is nothing to remember; pass what the person said as \
         user_message and your answer as assistant_response"
    )]
    EmptyTurn,
    /// A text over the limit.
    #[error(
        "{field} has {bytes} bytes and the most is {MAX_TEXT_BYTES}; log the turn again with long pasted parts \
         (files, logs) shortened or left out"
    )]
    TextTooLong {
        /// Which text.
        field: &'static str,
        /// How long it is.
        bytes: usize,
    },
    /// A name without any letter.
    #[error("the {field} is empty; pass a short name such as \"machine learning\"")]
    EmptyName {
        /// Which name.
        field: &'static str,
    },
    /// A name over the limit.
    #[error(
        "the {field} has {chars} characters and the most is {MAX_NAME_CHARS}; pass a short name, not a whole text"
    )]
    NameTooLong {
        /// Which name.
        field: &'static str,
        /// How long it is.
        chars: usize,
    },
    /// Line breaks and the like where a single line belongs.
    #[error("the {field} has line breaks or other control characters in it; pass one plain line of text")]
    ControlCharacter {
        /// Which name.
        field: &'static str,
    },
    /// A preference without a value.
    #[error("the preference has no value; pass one, for example name \"theme\" with value \"dark\"")]
    MissingValue,
    /// A value where none belongs.
    #[error("only a preference has a value; leave it out: this is of the kind {kind}")]
    UnexpectedValue {
        /// What was to be stored.
        kind: ItemKind,
    },
    /// A day where none belongs.
    #[error("only a goal has a day by which it is to be reached; leave it out: this is of the kind {kind}")]
    UnexpectedTarget {
        /// What was to be changed.
        kind: ItemKind,
    },
    /// An insight without evidence.
    #[error(
        "the insight names no turns; pass the ids of 1 to 20 turns that it stands on as evidence_turn_ids"
    )]
    EvidenceCount,
    /// A value over the limit.
    #[error("the value has {chars} characters and the most is {MAX_VALUE_CHARS}; pass a shorter one")]
    ValueTooLong {
        /// How long it is.
        chars: usize,
    },
    /// A note without any letter.
    #[error("the note is empty; pass the fact to be remembered in a sentence")]
    EmptyNote,
    /// A note over the limit.
    #[error(
        "the note has {chars} characters and the most is {MAX_NOTE_CHARS}; say it shorter, or log it as a turn"
    )]
    NoteTooLong {
        /// How long it is.
        chars: usize,
    },
    /// A key over the limit.
    #[error("the {field} has {bytes} bytes and the most is {MAX_KEY_BYTES}; pass a short identifier")]
    KeyTooLong {
        /// Which key.
        field: &'static str,
        /// How long it is.
        bytes: usize,
    },
    /// Words that mean no time.
    #[error(
        "{name} {shown:?} is no time; say a date (2026-05-07), a month (March 2025), a moment (RFC 3339), or words \
         such as \"yesterday\", \"last week\", \"3 days ago\""
    )]
    UnknownTime {
        /// Which argument.
        name: &'static str,
        /// Its beginning.
        shown: String,
    },
    /// A change that changes nothing.
    #[error("the change is empty; name a new state, name, value, target day or note")]
    EmptyChange,
    /// A pause that would be over before it begins.
    #[error("this pause would be over already; name a time ahead, or none to pause until you resume")]
    PauseNotAhead,
    /// An export of nothing.
    #[error("nothing is chosen to export; choose the conversations, the context or the insights")]
    NothingToExport,
    /// Nothing but what the person marked as private.
    #[error("this is marked as private, so it is not stored")]
    Private,
    /// A time that is none.
    #[error("this time is out of range; name from 1 to 36525 days, or for ever")]
    RetentionOutOfRange,
    /// A time for an export of our own.
    #[error(
        "an export of Ambient Insights brings turns of several programs, and each keeps its own time; import it \
         without one, and set the time for a program"
    )]
    RetentionOfExport,
    /// A phrase that would match everything or nothing.
    #[error(
        "the phrase has no letters or digits in it, or more than 500 characters; name the words to forget"
    )]
    InvalidPhrase,
    /// A cursor that no listing gave.
    #[error("this cursor did not come from a listing; start again without one")]
    InvalidCursor,
}

/// Checks the two texts of a turn.
pub(crate) fn check_turn(user_message: &str, assistant_response: &str) -> Result<(), InputError> {
    if user_message.trim().is_empty() && assistant_response.trim().is_empty() {
        return Err(InputError::EmptyTurn);
    }
    for (field, text) in [("user_message", user_message), ("assistant_response", assistant_response)] {
        if text.len() > MAX_TEXT_BYTES {
            return Err(InputError::TextTooLong { field, bytes: text.len() });
        }
    }
    Ok(())
}

/// Checks a client's own key; an empty one counts as none.
pub(crate) fn check_key(field: &'static str, key: Option<String>) -> Result<Option<String>, InputError> {
    let Some(key) = key.filter(|key| !key.trim().is_empty()) else { return Ok(None) };
    if key.len() > MAX_KEY_BYTES {
        return Err(InputError::KeyTooLong { field, bytes: key.len() });
    }
    if key.chars().any(char::is_control) {
        return Err(InputError::ControlCharacter { field });
    }
    Ok(Some(key))
}

/// Checks a name and gives it in the form that is shown: composed, trimmed, single blanks.
pub(crate) fn check_name(field: &'static str, name: &str) -> Result<String, InputError> {
    let name = name.trim();
    // Before the search for control characters: a whole pasted text is told to be short, not to be one line.
    let chars = name.chars().count();
    if chars > MAX_NAME_CHARS {
        return Err(InputError::NameTooLong { field, chars });
    }
    if name.chars().any(is_unseen) {
        return Err(InputError::ControlCharacter { field });
    }
    if normalise(name).is_empty() {
        return Err(InputError::EmptyName { field });
    }
    let shown: String = name.nfc().collect();
    Ok(shown.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Control characters, and the marks that turn the direction of what follows: with them a name could show
/// as another one.
fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Checks that a value stands where one belongs.
pub(crate) fn check_value(kind: ItemKind, value: Option<&Value>) -> Result<(), InputError> {
    match (kind, value) {
        (ItemKind::Preference, None | Some(Value::Null)) => Err(InputError::MissingValue),
        (ItemKind::Preference, Some(value)) => {
            let chars = value.to_string().chars().count();
            if chars > MAX_VALUE_CHARS { Err(InputError::ValueTooLong { chars }) } else { Ok(()) }
        }
        (_, None) => Ok(()),
        (kind, Some(_)) => Err(InputError::UnexpectedValue { kind }),
    }
}

/// The form of a name in which two spellings of one thing are the same: compatibility-composed, lower case,
/// single blanks, no punctuation around it.
pub(crate) fn normalise(name: &str) -> String {
    let lower: String = name.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let trimmed = lower.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '"' | '\'' | '`' | '“' | '”' | '’' | '‘')
    });
    trimmed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first 8 bytes of SHA-256 over both texts, each with its length before it, so that text moved from one
/// to the other changes the hash.
pub(crate) fn text_hash(user_message: &str, assistant_response: &str) -> i64 {
    let mut hasher = Sha256::new();
    for text in [user_message, assistant_response] {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    let digest = hasher.finalize();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_le_bytes(first)
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
