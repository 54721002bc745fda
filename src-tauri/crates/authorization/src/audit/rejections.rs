//! Counts of what was turned away: one counter a kind, arrival and minute, whatever the number of requests.

use std::collections::HashMap;

use clock::Timestamp;

use super::RejectionKind;
use crate::arrival::Arrival;

const MINUTE: i64 = 60_000_000;
/// How many different counters may wait to be written. Kinds times arrivals are far fewer; the bound is for
/// a clock that jumps about.
const MAX_COUNTERS: usize = 512;

/// What a counter counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The start of the minute.
    pub(crate) minute: Timestamp,
    pub(crate) kind: RejectionKind,
    pub(crate) arrival: String,
}

/// The counters that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    counts: HashMap<Key, u64>,
}

impl Counters {
    /// Counts one rejection.
    pub(crate) fn add(&mut self, now: Timestamp, kind: RejectionKind, arrival: &Arrival) {
        let minute = Timestamp::from_micros(now.as_micros().div_euclid(MINUTE) * MINUTE);
        let key = Key { minute, kind, arrival: arrival.to_string() };
        if self.counts.len() < MAX_COUNTERS || self.counts.contains_key(&key) {
            let count = self.counts.entry(key).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Takes what has been counted since the last time.
    pub(crate) fn take(&mut self) -> Vec<(Key, u64)> {
        self.counts.drain().collect()
    }
}

#[cfg(test)]
#[path = "rejections_tests.rs"]
mod tests;
