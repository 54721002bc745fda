//! Ids that sort by the time they were made.

use uuid::{Builder, Uuid};

use crate::{Random, Timestamp};

/// A UUID of version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then 74 random bits.
///
/// Two ids of the same millisecond sort by chance; where the exact order counts, the store keeps a
/// sequence number of its own.
#[must_use]
pub fn uuid_v7(now: Timestamp, random: &dyn Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.as_micros() / 1000).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

#[cfg(test)]
#[path = "id_tests.rs"]
mod tests;
