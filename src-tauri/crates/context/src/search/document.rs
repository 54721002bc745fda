//! Documents: what of a turn, an item or an insight is put into the index.

use std::collections::HashMap;

use clock::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use super::FoundKind;
use super::words::{speaker, words};
use crate::calendar::Day;

/// What a document is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Turn,
    Item,
    Insight,
}

impl Kind {
    const fn number(self) -> i64 {
        match self {
            Self::Turn => 1,
            Self::Item => 2,
            Self::Insight => 3,
        }
    }
}

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.number().into())
    }
}

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        [Self::Turn, Self::Item, Self::Insight]
            .into_iter()
            .find(|kind| kind.number() == number)
            .ok_or(FromSqlError::OutOfRange(number))
    }
}

/// A thing on its way into the index.
#[derive(Clone, Debug)]
pub(super) struct NewDocument {
    pub(super) kind: Kind,
    pub(super) seq: i64,
    pub(super) sort: FoundKind,
    pub(super) conversation: Option<i64>,
    pub(super) author: i64,
    pub(super) occurred_at: i64,
    /// Its words, each with how often it stands there.
    pub(super) terms: Vec<(String, usize)>,
    /// How many words it has, small ones left out.
    pub(super) length: usize,
}

/// Marks that can be no words: who speaks, and when.
pub(super) const SPEAKER: char = '@';
pub(super) const DATE: char = '#';

/// The words of some texts, counted, with the marks of who speaks in them and of the day `at`.
pub(super) fn terms(texts: &[&str], at: Timestamp, marks: bool) -> (Vec<(String, usize)>, usize) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut length = 0;
    for text in texts {
        for word in words(text) {
            length += usize::from(!word.stop);
            *counts.entry(word.term).or_default() += 1;
        }
        if marks {
            for part in speaker(text) {
                counts.insert(format!("{SPEAKER}{part}"), 1);
            }
        }
    }
    if marks {
        counts.extend(date_marks(at).map(|mark| (mark, 1)));
    }
    (counts.into_iter().collect(), length.max(1))
}

/// The marks of a moment's year, month and day, in UTC: the zone of this computer may change, the index may not.
pub(super) fn date_marks(at: Timestamp) -> [String; 3] {
    let day = Day::of(at);
    [
        format!("{DATE}y{}", day.year()),
        format!("{DATE}m{}", day.month()),
        format!("{DATE}d{}", day.day_of_month()),
    ]
}
