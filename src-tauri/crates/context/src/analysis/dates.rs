//! Days in words: what "by Friday", "in two weeks", "15.3." or "last month" means, in English and German.

use std::fmt;
use std::str::FromStr;

use clock::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A day of the calendar, without a zone. On the wire it is written "2026-05-31".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(type = "string"))]
pub struct Day(Date);

/// A text that is no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{shown:?} is not a day; write it as year-month-day, for example 2026-05-31")]
pub struct InvalidDay {
    shown: String,
}

impl Day {
    /// The day of `at` in UTC.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(if at.as_micros() < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        Self(TimeZone::UTC.to_datetime(at).date())
    }

    /// Its first moment in UTC.
    #[must_use]
    pub fn start(self) -> Timestamp {
        let at = TimeZone::UTC.to_timestamp(self.0.to_datetime(jiff::civil::Time::midnight()));
        Timestamp::from_micros(at.map_or(i64::MAX, jiff::Timestamp::as_microsecond))
    }

    /// The first moment behind it in UTC: what is due on this day is overdue from here on.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.start().plus(std::time::Duration::from_hours(24))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| InvalidDay { shown: text.chars().take(60).collect() })
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
