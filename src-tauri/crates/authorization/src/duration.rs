//! How long access lasts: what the owner chooses in the consent window.

use std::time::Duration;

use clock::Timestamp;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

const SESSION: Duration = Duration::from_hours(12);
const THIRTY_DAYS: Duration = Duration::from_hours(24 * 30);

/// How long a grant lives at all. It ends earlier where its client does not refresh it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum AccessDuration {
    /// Until the program is closed, twelve hours at most.
    Session,
    /// Thirty days.
    ThirtyDays,
    /// Until the owner ends it, a year at most ([`crate::Settings::refresh_absolute`]).
    UntilRevoked,
}

impl AccessDuration {
    /// Every duration there is, the shortest first.
    pub const ALL: [Self; 3] = [Self::Session, Self::ThirtyDays, Self::UntilRevoked];

    /// The duration's name, as in `clients --json` and in the audit trail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::ThirtyDays => "thirty_days",
            Self::UntilRevoked => "until_revoked",
        }
    }

    /// What the duration means, in words for the person who decides.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Session => "Until Ambient Insights is closed, 12 hours at most",
            Self::ThirtyDays => "For 30 days",
            Self::UntilRevoked => "Until I end it (a year at most; it ends after 30 days without use)",
        }
    }

    /// When a grant that was given at `now` ends, however often it is refreshed; never later than what is set
    /// for all grants.
    pub(crate) fn ends_at(self, now: Timestamp, refresh_absolute: Duration) -> Timestamp {
        now.plus(match self {
            Self::Session => SESSION.min(refresh_absolute),
            Self::ThirtyDays => THIRTY_DAYS.min(refresh_absolute),
            Self::UntilRevoked => refresh_absolute,
        })
    }
}

impl ToSql for AccessDuration {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for AccessDuration {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        Self::ALL.into_iter().find(|duration| duration.as_str() == text).ok_or(FromSqlError::InvalidType)
    }
}

#[cfg(test)]
#[path = "duration_tests.rs"]
mod tests;
