//! A day of the calendar, and some days in a row.

use std::fmt;
use std::str::FromStr;

use clock::Timestamp;
use jiff::Span;
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

    /// The day with this number, month and year, if there is one.
    pub(crate) fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().map(Self)
    }

    /// The day that it is at `at` in a zone.
    pub(crate) fn in_zone(at: Timestamp, zone: &TimeZone) -> Option<Self> {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
        Some(Self(zone.to_datetime(at).date()))
    }

    /// Its first moment in a zone; the first after a gap, where a clock goes forward at midnight.
    pub(crate) fn start_in_zone(self, zone: &TimeZone) -> Option<Timestamp> {
        let at = self.0.to_zoned(zone.clone()).ok()?.timestamp();
        Some(Timestamp::from_micros(at.as_microsecond()))
    }

    pub(crate) fn day_of_month(self) -> i8 {
        self.0.day()
    }

    pub(crate) fn year(self) -> i16 {
        self.0.year()
    }

    pub(crate) fn month(self) -> i8 {
        self.0.month()
    }

    /// 1 is Monday, 7 is Sunday.
    pub(crate) fn weekday(self) -> i64 {
        i64::from(self.0.weekday().to_monday_one_offset())
    }

    /// So many days later, or earlier. Stops at the calendar's ends.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(Span::new().try_days(days).unwrap_or_default()))
    }

    /// So many months later, or earlier; the last day of that month if it is shorter.
    #[must_use]
    pub fn plus_months(self, months: i64) -> Self {
        Self(self.0.saturating_add(Span::new().try_months(months).unwrap_or_default()))
    }

    /// How many days `other` is after this one.
    pub(crate) fn days_until(self, other: Self) -> i64 {
        (self.0.until(other.0)).map_or(0, |span| i64::from(span.get_days()))
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

/// Some days in a row: a week, a month, or one day alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first of them.
    pub first: Day,
    /// The last of them: not before the first.
    pub last: Day,
}

impl Days {
    pub(crate) fn one(day: Day) -> Self {
        Self { first: day, last: day }
    }

    /// The week of `day`, from Monday to Sunday.
    pub(crate) fn week_of(day: Day) -> Self {
        let first = day.plus_days(1 - day.weekday());
        Self { first, last: first.plus_days(6) }
    }

    /// A month of a year.
    pub(crate) fn month(year: i16, month: i8) -> Option<Self> {
        let first = Day::new(year, month, 1)?;
        Some(Self { first, last: first.plus_months(1).plus_days(-1) })
    }

    /// A year.
    pub(crate) fn year(year: i16) -> Option<Self> {
        Some(Self { first: Day::new(year, 1, 1)?, last: Day::new(year, 12, 31)? })
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

#[cfg(test)]
#[path = "day_tests.rs"]
mod tests;
