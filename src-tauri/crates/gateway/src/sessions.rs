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

/// How many of them one grant may have. Many clients never end a session, and one gone wild would otherwise
/// crowd out everybody else's; beyond it the grant's own longest unused one is given up.
const CAPACITY_OF_PRINCIPAL: usize = 128;

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
    /// Remembers that `principal` opened `session`. What comes back is the session that had to be given up for
    /// it: nobody can use it from now on, so it must be closed where it is held.
    #[must_use]
    pub(crate) fn bind(&self, session: &str, principal: &str, now: Instant) -> Option<String> {
        let mut owners = self.owners.lock();
        let own = owners.values().filter(|owner| owner.principal == principal).count();
        let given_up = if own >= CAPACITY_OF_PRINCIPAL {
            longest_unused(&owners, |owner| owner.principal == principal)
        } else if owners.len() >= CAPACITY {
            longest_unused(&owners, |_| true)
        } else {
            None
        };
        if let Some(given_up) = &given_up {
            owners.remove(given_up);
        }
        owners.insert(session.to_owned(), Owner { principal: principal.to_owned(), used: now });
        given_up
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

fn longest_unused(owners: &HashMap<String, Owner>, among: impl Fn(&Owner) -> bool) -> Option<String> {
    let candidates = owners.iter().filter(|(_, owner)| among(owner));
    candidates.min_by_key(|(_, owner)| owner.used).map(|(id, _)| id.clone())
}

#[cfg(test)]
#[path = "sessions_tests.rs"]
mod tests;
