//! Legacy MCP sessions belong to whoever opened them.
//!
//! rmcp knows a session by its id alone: with a valid token of one's own, one could use, listen to or end
//! somebody else's session (MCP security best practices, session hijacking). The door remembers which grant
//! opened each session and answers everybody else as if it were not there.

use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::time::Instant;

/// More sessions than any one person's assistants keep open; beyond it the longest unused one is given up.
const CAPACITY: usize = 2048;

#[derive(Debug, Default)]
pub(crate) struct Sessions {
    owners: Mutex<HashMap<String, Owner>>,
}

#[derive(Debug)]
struct Owner {
    principal: String,
    used: Instant,
}

impl Sessions {
    /// Remembers that `principal` opened `session`.
    pub(crate) fn bind(&self, session: &str, principal: &str, now: Instant) {
        let mut owners = self.owners.lock();
        if owners.len() >= CAPACITY
            && let Some(oldest) = owners.iter().min_by_key(|(_, owner)| owner.used).map(|(id, _)| id.clone())
        {
            owners.remove(&oldest);
        }
        owners.insert(session.to_owned(), Owner { principal: principal.to_owned(), used: now });
    }

    /// Whether `session` belongs to `principal`. A session nobody opened here belongs to nobody.
    pub(crate) fn belongs(&self, session: &str, principal: &str, now: Instant) -> bool {
        match self.owners.lock().get_mut(session) {
            Some(owner) if owner.principal == principal => {
                owner.used = now;
                true
            }
            _ => false,
        }
    }

    /// Forgets a session that was ended.
    pub(crate) fn end(&self, session: &str) {
        self.owners.lock().remove(session);
    }
}

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod tests;
