//! How a time stands in a column: microseconds since the Unix epoch.

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
