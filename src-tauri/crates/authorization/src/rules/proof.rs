//! The proof that a browser is on this computer: a nonce that the app hands to the person's own browser, and
//! that this browser brings back together with its cookie of the request.
//!
//! Here are the nonces that are out, as hashes and in memory alone. Whether the cookie is there is judged by
//! the waiting page: a nonce alone proves nothing.

use std::collections::HashMap;
use std::time::Duration;

use clock::Timestamp;

use crate::id::RequestId;
use crate::secret::{Proof, TokenHash};

/// How long a nonce is good: a browser may have to start first.
const LIFETIME: Duration = Duration::from_mins(2);
/// How many nonces one request may ever have. Each opens a page in the person's browser, so a page that
/// follows its own link again and again must come to an end.
const MAX_OF_REQUEST: u8 = 5;
/// For how many requests nonces are remembered. More requests than this can not wait at once.
const MAX_REQUESTS: usize = 256;

/// Why there is no nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMany {
    /// This request had all it may have.
    OfRequest,
    /// Too many requests are being proved.
    Requests,
}

/// The nonces that are out.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    requests: HashMap<RequestId, Given>,
}

#[derive(Debug)]
struct Given {
    count: u8,
    /// One at a time: a new nonce ends the one before.
    live: Option<(TokenHash<Proof>, Timestamp)>,
    /// When the request ends, and with it what is to be remembered of it.
    until: Timestamp,
}

impl Proofs {
    /// Notes a nonce for a request that waits until `until`.
    pub(crate) fn give(
        &mut self,
        request: RequestId,
        nonce: TokenHash<Proof>,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), TooMany> {
        self.requests.retain(|_, given| now < given.until);
        if self.requests.len() >= MAX_REQUESTS && !self.requests.contains_key(&request) {
            return Err(TooMany::Requests);
        }
        let given = self.requests.entry(request).or_insert(Given { count: 0, live: None, until });
        if given.count >= MAX_OF_REQUEST {
            return Err(TooMany::OfRequest);
        }
        given.count += 1;
        given.live = Some((nonce, now.plus(LIFETIME)));
        Ok(())
    }

    /// Takes a nonce that somebody brings, and says which request it is good for. Whatever the answer, and
    /// wherever it was brought, it is good for nothing afterwards.
    pub(crate) fn take(&mut self, nonce: &TokenHash<Proof>, now: Timestamp) -> Option<RequestId> {
        let mut good_for = None;
        // Every one is looked at, so that the time tells nothing.
        for (id, given) in &mut self.requests {
            if given.live.as_ref().is_some_and(|(live, _)| live.matches(nonce)) {
                let live = given.live.take();
                good_for = live.filter(|(_, expires_at)| now < *expires_at).map(|_| *id);
            }
        }
        good_for
    }
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
