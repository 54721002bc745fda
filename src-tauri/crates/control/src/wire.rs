//! What goes over the socket: one JSON object a line.

use engine::{Event, Failure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Raised when a line's form changes: an old command line then hears what to do instead of nonsense.
pub(crate) const VERSION: u32 = 1;

/// Longer requests are refused.
pub(crate) const LONGEST_REQUEST: usize = 8 * 1024 * 1024;

/// The first and only line of a caller.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Request {
    pub(crate) version: u32,
    #[serde(flatten)]
    pub(crate) what: What,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// Run an operation of the engine.
    Call { operation: String, input: Value },
    /// Send events from now on, until the caller goes.
    Watch,
}

/// A line of the program's answer: one for a call, any number for a watch.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Output(Value),
    Failure(Failure),
    Event(Event),
    /// The watch has begun: what happens from here on is told.
    Watching,
}
