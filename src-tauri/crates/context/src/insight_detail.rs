//! The figures behind an insight: what a window or an assistant shows beside its words.

use clock::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::id::ItemId;

/// The figures behind an insight. All of them are as of the newest turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum InsightDetail {
    /// How often something was spoken of lately, and before that.
    Trend {
        /// In how many turns of the last days.
        recent: u32,
        /// How many turns there were in those days.
        recent_turns: u32,
        /// How many days those are.
        recent_days: u32,
        /// In how many turns of the days before them.
        before: u32,
        /// How many turns there were in those.
        before_turns: u32,
        /// How many days those are.
        before_days: u32,
    },
    /// How often something came up.
    Recurrence {
        /// In how many turns.
        turns: u32,
        /// In how many conversations.
        conversations: u32,
        /// On how many days.
        days: u32,
    },
    /// What became of something that was promised.
    Commitment {
        /// The day it names.
        due: Option<Day>,
        /// Where it stands.
        status: CommitmentStatus,
    },
    /// What something was, and what it is now.
    Change {
        /// What it is about.
        subject: String,
        /// What it was.
        was: String,
        /// Since when that was known; none: it was only told when it had changed.
        since: Option<Timestamp>,
        /// When it changed.
        until: Timestamp,
        /// What it is now; none: it is no longer.
        now: Option<String>,
    },
    /// How a goal comes on.
    Goal {
        /// The goal.
        goal: ItemId,
        /// How many steps were told of.
        steps: u32,
        /// When it was last spoken of.
        last: Timestamp,
        /// The day by which it is to be reached.
        target: Option<Day>,
    },
    /// How turns spread over the hours of the week: 168 counts in UTC, Monday at midnight first.
    Rhythm {
        /// The counts.
        hours: Vec<u32>,
        /// The first day that is counted.
        since: Day,
    },
    /// What a week was about.
    Week {
        /// Its Monday.
        monday: Day,
        /// How many turns it had.
        turns: u32,
        /// How many conversations.
        conversations: u32,
        /// What was spoken of most, and in how many turns.
        topics: Vec<(String, u32)>,
    },
}

/// Where a commitment stands, as of the newest turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CommitmentStatus {
    /// Not told to be done, and its day is not over.
    Open,
    /// Its day is over, and nobody told that it is done.
    Overdue,
    /// Told to be done.
    Done,
}

impl ToSql for InsightDetail {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let text = serde_json::to_string(self)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        Ok(text.into())
    }
}

impl FromSql for InsightDetail {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map_err(FromSqlError::other)
    }
}
