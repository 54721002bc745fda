//! Access tokens that were looked up before, so that a call costs no read of the database.

use std::collections::HashMap;

use clock::Timestamp;
use parking_lot::RwLock;

use crate::id::GrantId;
use crate::secret::{Access as AccessKind, TokenHash};
use crate::service::Access;

/// How many tokens are remembered. One owner has tens; the bound is for a client gone wild.
const CAPACITY: usize = 4096;

/// A token that is good, as far as the database knew.
#[derive(Clone, Debug)]
pub(crate) struct Cached {
    pub(crate) access: Access,
    /// The resource that the token is for.
    pub(crate) resource: String,
}

/// The cache. It is only ever filled from the database, and emptied by whatever ends a token before its
/// time.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    tokens: HashMap<TokenHash<AccessKind>, Cached>,
    /// Counts revocations, so that a look-up that began before one can not bring the token back after it.
    generation: u64,
}

impl Cache {
    pub(crate) fn get(&self, hash: &TokenHash<AccessKind>) -> Option<Cached> {
        self.state.read().tokens.get(hash).cloned()
    }

    /// To be asked before the database is.
    pub(crate) fn generation(&self) -> u64 {
        self.state.read().generation
    }

    /// Remembers what the database said, unless something was revoked since `generation`.
    pub(crate) fn insert(
        &self,
        hash: TokenHash<AccessKind>,
        cached: Cached,
        generation: u64,
        now: Timestamp,
    ) {
        let mut state = self.state.write();
        if state.generation != generation {
            return;
        }
        if state.tokens.len() >= CAPACITY {
            state.tokens.retain(|_, cached| cached.access.expires_at > now);
            if state.tokens.len() >= CAPACITY {
                state.tokens.clear();
            }
        }
        state.tokens.insert(hash, cached);
    }

    /// Forgets every token of a grant.
    pub(crate) fn forget_grant(&self, grant: GrantId) {
        let mut state = self.state.write();
        state.generation += 1;
        state.tokens.retain(|_, cached| cached.access.principal.grant() != Some(grant));
    }

    /// Forgets one token.
    pub(crate) fn forget_token(&self, hash: &TokenHash<AccessKind>) {
        let mut state = self.state.write();
        state.generation += 1;
        state.tokens.remove(hash);
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
