//! Times in tools' arguments.

use context::Day;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::arguments::InputError;

/// Reads an optional day.
///
/// # Errors
/// What is no day of the calendar, in words for a model.
pub(super) fn read_day(name: &'static str, text: Option<String>) -> Result<Option<Day>, InputError> {
    text.map(|day| day.parse()).transpose().map_err(|_| {
        InputError::new(format!(
            "`{name}` is not a day. Example: {{\"{name}\":\"2026-11-21\"}}; leave it out for now."
        ))
    })
}

/// Reads an optional time, as the type of the store that knows this form.
///
/// # Errors
/// What is no RFC 3339 time with its offset, in words for a model.
pub(super) fn read<T: DeserializeOwned>(
    name: &'static str,
    text: Option<String>,
) -> Result<Option<T>, InputError> {
    text.map(|time| serde_json::from_value(Value::String(time))).transpose().map_err(|_| {
        InputError::new(format!(
            "`{name}` is not a date and time with its offset (RFC 3339). Example: \
             {{\"{name}\":\"2026-11-21T09:30:00Z\"}}; leave it out for now."
        ))
    })
}
