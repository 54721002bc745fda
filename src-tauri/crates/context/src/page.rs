//! Pages of a listing by keyset: a page costs the same wherever it stands.

use std::fmt;
use std::str::FromStr;

use clock::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::input::InputError;

/// The most rows that one page has.
pub const MAX_PAGE: u32 = 1000;

/// Where a page ended; the next one begins behind it. Opaque to whoever holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Cursor {
    pub(crate) at: Timestamp,
    pub(crate) seq: i64,
}

impl Cursor {
    /// Before the newest row there can be.
    pub(crate) const START: Self = Self { at: Timestamp::from_micros(i64::MAX), seq: i64::MAX };
    /// Before the oldest row there can be.
    pub(crate) const OLDEST: Self = Self { at: Timestamp::from_micros(i64::MIN), seq: i64::MIN };
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.at.as_micros(), self.seq)
    }
}

impl FromStr for Cursor {
    type Err = InputError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (at, seq) = text.split_once('~').ok_or(InputError::InvalidCursor)?;
        let at = at.parse().map_err(|_| InputError::InvalidCursor)?;
        let seq = seq.parse().map_err(|_| InputError::InvalidCursor)?;
        Ok(Self { at: Timestamp::from_micros(at), seq })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Some rows of a listing, and where the rest begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Page<T> {
    /// The rows, in the order of the listing.
    pub entries: Vec<T>,
    /// Hand this in for the next page; none: this was the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts `rows`, read with one more than `limit`, to a page.
    pub(crate) fn cut(mut rows: Vec<(Cursor, T)>, limit: u32) -> Self {
        let limit = limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|(cursor, _)| *cursor) } else { None };
        Self { entries: rows.into_iter().map(|(_, row)| row).collect(), next }
    }
}

/// A limit that was asked for, made sensible.
pub(crate) fn page_limit(asked: u32) -> u32 {
    asked.clamp(1, MAX_PAGE)
}
