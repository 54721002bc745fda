//! How times and counts stand in columns: microseconds since the Unix epoch, and signed integers.

use clock::Timestamp;
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::calendar::Day;

/// A time as its column holds it.
pub(crate) trait TimeColumn {
    fn column(self) -> i64;
}

impl TimeColumn for Timestamp {
    fn column(self) -> i64 {
        self.as_micros()
    }
}

/// Reads the time in `column`.
pub(crate) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_micros)
}

/// Reads the count in `column`; SQLite knows only signed integers.
pub(crate) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(|count| u64::try_from(count).unwrap_or(0))
}

/// A day stands as "2026-05-31", which sorts as it should.
impl ToSql for Day {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for Day {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}
