//! How times and counts stand in columns: microseconds since the Unix epoch, and signed integers.

use clock::Timestamp;
use rusqlite::Row;

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
