//! The secrets of confidential clients: which texts are good enough to be one, and what is kept of them.
//!
//! A secret is random text, not a person's password, so one SHA-256 is enough (threat 35), as long as it is
//! random: that is why short ones, patterns and the samples that documentation is full of are refused.

use std::fmt;

use clock::Random;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::secret::{ClientSecretKind, Token};

/// The fewest characters of a secret.
const MIN_LENGTH: usize = 32;
/// The most bytes of a secret: it travels in a header.
const MAX_LENGTH: usize = 512;
/// The fewest different characters. 32 random hexadecimal digits have more in all but one case of a million.
const MIN_DIFFERENT: usize = 8;
/// How many characters must be left when every word of a sample was taken out.
const MIN_UNKNOWN: usize = 16;

/// Words that samples are made of, in small letters, without what joins them.
const SAMPLES: [&str; 48] = [
    "correcthorsebatterystaple",
    "0123456789abcdef",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "placeholder",
    "1234567890",
    "0123456789",
    "supersecret",
    "change",
    "client",
    "secret",
    "password",
    "passwort",
    "passwd",
    "example",
    "sample",
    "dummy",
    "default",
    "insert",
    "replace",
    "random",
    "string",
    "minimum",
    "characters",
    "oauth",
    "token",
    "value",
    "secure",
    "please",
    "letmein",
    "hunter",
    "admin",
    "ambient",
    "insights",
    "static",
    "qwerty",
    "least",
    "your",
    "this",
    "that",
    "here",
    "goes",
    "with",
    "test",
    "todo",
    "very",
    "long",
];

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakSecret {
    /// Fewer than 32 characters.
    #[error("the client secret has {length} characters, and 32 are the least; {REMEDY}")]
    TooShort {
        /// How many it has.
        length: usize,
    },
    /// More than a header should carry.
    #[error("the client secret is longer than 512 characters; {REMEDY}")]
    TooLong,
    /// Characters that do not survive a header, or spaces around it.
    #[error("the client secret has characters other than visible ASCII, or a space at an end; {REMEDY}")]
    Characters,
    /// One character, few characters, a pattern or a row.
    #[error("the client secret repeats itself or runs in a row, so it can be guessed; {REMEDY}")]
    Pattern,
    /// Made of the words that documentation uses for a secret.
    #[error("the client secret is made of the words of a sample, so it can be guessed; {REMEDY}")]
    Sample,
}

const REMEDY: &str = "give none and have one made, or take 32 or more random characters";

/// A client's secret, good enough to be one. Its text is wiped from memory when it is dropped and never shown
/// by `Debug`.
#[derive(Clone)]
pub struct ClientSecret(SecretString);

impl ClientSecret {
    /// Takes a secret that somebody chose.
    ///
    /// # Errors
    /// [`WeakSecret`]: it could be guessed, or would not survive its way.
    pub fn new(text: &str) -> Result<Self, WeakSecret> {
        judge(text)?;
        Ok(Self(SecretString::from(text)))
    }

    /// A fresh secret of 256 random bits.
    pub(crate) fn generate(random: &dyn Random) -> Self {
        Self(SecretString::from(Token::<ClientSecretKind>::generate(random).expose()))
    }

    /// The text, for whom it belongs to. Never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.expose())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

/// The SHA-256 of a client's secret, compared in constant time.
#[derive(Clone, Copy, Eq)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of whatever was presented.
    pub(crate) fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }

    /// No secret's hash: to compare with where there is none, so that it takes as long.
    pub(crate) const NONE: Self = Self([0; 32]);
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl ToSql for SecretHash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for SecretHash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

fn judge(text: &str) -> Result<(), WeakSecret> {
    if text.len() > MAX_LENGTH {
        return Err(WeakSecret::TooLong);
    }
    // RFC 6749 appendix A.2: VSCHAR. A space at an end gets lost where files and forms are trimmed.
    if !text.bytes().all(|byte| matches!(byte, 0x20..=0x7E)) || text.trim() != text {
        return Err(WeakSecret::Characters);
    }
    if text.len() < MIN_LENGTH {
        return Err(WeakSecret::TooShort { length: text.len() });
    }
    let bytes = text.as_bytes();
    let different = (0..=u8::MAX).filter(|byte| bytes.contains(byte)).count();
    if different < MIN_DIFFERENT || is_periodic(bytes) || longest_row(bytes) >= bytes.len() / 2 {
        return Err(WeakSecret::Pattern);
    }
    let mut rest: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_lowercase())
        .collect();
    for word in SAMPLES {
        rest = rest.replace(word, "");
    }
    if rest.len() < MIN_UNKNOWN { Err(WeakSecret::Sample) } else { Ok(()) }
}

/// Whether the text is a shorter one written twice or more, the last time perhaps not to its end.
fn is_periodic(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 2)
        .any(|period| bytes[period..].iter().zip(bytes).all(|(later, earlier)| later == earlier))
}

/// The length of the longest row such as `aaaa`, `abcd` or `4321`.
fn longest_row(bytes: &[u8]) -> usize {
    let (mut longest, mut length, mut before) = (1, 1, None);
    for pair in bytes.windows(2) {
        let step = i16::from(pair[1]) - i16::from(pair[0]);
        length = match before {
            Some(same) if same == step => length + 1,
            _ if step.abs() <= 1 => 2,
            _ => 1,
        };
        before = (step.abs() <= 1).then_some(step);
        longest = longest.max(length);
    }
    longest
}

#[cfg(test)]
#[path = "secret_tests.rs"]
mod tests;
