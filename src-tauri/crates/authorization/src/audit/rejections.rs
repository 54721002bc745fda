//! What was turned away and why, and its counts: one counter a kind, arrival and minute, whatever the number of requests.

use std::collections::HashMap;

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::arrival::Arrival;

const MINUTE: i64 = 60_000_000;
/// How many different counters may wait to be written. Kinds times arrivals are far fewer; the bound is for
/// a clock that jumps about.
const MAX_COUNTERS: usize = 512;

/// Why a request was turned away: what rejections are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RejectionKind {
    /// No bearer token where one is needed.
    MissingToken,
    /// A bearer token that is none, or is unknown or revoked.
    InvalidToken,
    /// A bearer token whose time has passed.
    ExpiredToken,
    /// A bearer token for another resource.
    WrongAudience,
    /// A token whose scopes do not suffice.
    InsufficientScope,
    /// A `Host` that is none of ours.
    ForeignHost,
    /// An `Origin` that is none of ours.
    ForeignOrigin,
    /// Too many requests.
    RateLimited,
    /// A body or header beyond its limit.
    TooLarge,
    /// A client that nobody knows.
    UnknownClient,
    /// An authorization request that could not be answered by a redirect.
    BadRedirect,
    /// An authorization request with something wrong in it.
    BadAuthorizationRequest,
    /// An authorization request of a blocked client.
    BlockedClient,
    /// A waiting page that was asked for by another browser, or is not there.
    ForeignBrowser,
    /// A token request with something wrong in its form.
    BadTokenRequest,
    /// A code that is none, or not this client's, or used, or expired.
    InvalidCode,
    /// A refresh token that is none, or not this client's, or expired.
    InvalidRefreshToken,
    /// A registration with something wrong in it.
    BadRegistration,
    /// A revocation request with something wrong in it.
    BadRevocation,
    /// A question about a token with something wrong in it.
    BadIntrospection,
    /// A registration that was to be read or changed without its token.
    ForeignRegistration,
    /// A client that would register itself where that is switched off.
    RegistrationOff,
    /// A known client that authenticated wrongly.
    WrongSecret,
    /// An access that is used from an address that the owner keeps out.
    ForeignAddress,
}

impl RejectionKind {
    /// The kind's name, as in `audit --json`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MissingToken => "missing_token",
            Self::InvalidToken => "invalid_token",
            Self::ExpiredToken => "expired_token",
            Self::WrongAudience => "wrong_audience",
            Self::InsufficientScope => "insufficient_scope",
            Self::ForeignHost => "foreign_host",
            Self::ForeignOrigin => "foreign_origin",
            Self::RateLimited => "rate_limited",
            Self::TooLarge => "too_large",
            Self::UnknownClient => "unknown_client",
            Self::BadRedirect => "bad_redirect",
            Self::BadAuthorizationRequest => "bad_authorization_request",
            Self::BlockedClient => "blocked_client",
            Self::ForeignBrowser => "foreign_browser",
            Self::BadTokenRequest => "bad_token_request",
            Self::InvalidCode => "invalid_code",
            Self::InvalidRefreshToken => "invalid_refresh_token",
            Self::BadRegistration => "bad_registration",
            Self::BadRevocation => "bad_revocation",
            Self::BadIntrospection => "bad_introspection",
            Self::ForeignRegistration => "foreign_registration",
            Self::RegistrationOff => "registration_off",
            Self::WrongSecret => "wrong_secret",
            Self::ForeignAddress => "foreign_address",
        }
    }
}

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
