//! When the keys that sign access tokens come and go.
//!
//! Others keep our published keys for a while. So a new key is published long before it signs, and an old one
//! stays published until the last token that it signed has ended: nobody ever sees a good token whose key they
//! do not know.

use std::time::Duration;

use clock::Timestamp;

/// How long a key signs.
const SIGNS_FOR: Duration = Duration::from_hours(90 * 24);

/// How long others may keep what we published: the `max-age` of `/oauth/jwks`.
pub(crate) const CACHE_LIFETIME: Duration = Duration::from_hours(1);

/// How long a key is published before it signs: long enough also for those who keep keys longer than told.
const PUBLISHED_AHEAD: Duration = Duration::from_hours(24);

/// The longest that an access token can be set to live; a key stays published this long after its last signature.
const LONGEST_TOKEN: Duration = Duration::from_hours(24);

/// A stored key: since when it signs, where it is told of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyTimes {
    pub(crate) id: String,
    pub(crate) signs_from: Timestamp,
}

/// What is to be done with the keys now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The key that signs. `None`: the one that is to be made.
    pub(crate) signer: Option<String>,
    /// A key is to be made, and signs from then on.
    pub(crate) make: Option<Timestamp>,
    /// Keys that nobody needs any more.
    pub(crate) retire: Vec<String>,
}

/// Plans, for keys in the order in which they begin to sign. The first key signs at once: nobody has kept a set
/// without it.
pub(crate) fn plan(keys: &[KeyTimes], now: Timestamp) -> Plan {
    let Some(current) = keys.iter().rposition(|key| key.signs_from <= now) else {
        // No key signs yet. One that is to sign later can be there only where the clock was set back.
        return Plan { signer: None, make: Some(now), retire: Vec::new() };
    };
    let signer = &keys[current];
    let is_last = current + 1 == keys.len();
    let due = signer.signs_from.plus(SIGNS_FOR).minus(PUBLISHED_AHEAD) <= now;
    let retire = keys[..current]
        .iter()
        .zip(&keys[1..])
        .filter(|(_, successor)| successor.signs_from.plus(LONGEST_TOKEN) <= now)
        .map(|(key, _)| key.id.clone());
    Plan {
        signer: Some(signer.id.clone()),
        make: (is_last && due).then(|| now.plus(PUBLISHED_AHEAD)),
        retire: retire.collect(),
    }
}

#[cfg(test)]
#[path = "signing_keys_tests.rs"]
mod tests;
