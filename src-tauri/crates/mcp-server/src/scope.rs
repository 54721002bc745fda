//! The names of the scopes that tools ask for, as they stand in tokens and challenges (RFC 6749, §3.3), and which of
//! them something needs.

/// Read the profile: interests, skills, projects, goals and preferences.
pub const CONTEXT_READ: &str = "context:read";
/// Add to the profile.
pub const CONTEXT_WRITE: &str = "context:write";
/// Read conversations.
pub const CONVERSATIONS_READ: &str = "conversations:read";
/// Log turns of conversations.
pub const CONVERSATIONS_WRITE: &str = "conversations:write";
/// Read insights.
pub const INSIGHTS_READ: &str = "insights:read";
/// Change insights.
pub const INSIGHTS_WRITE: &str = "insights:write";

/// What a client that names no scope asks for. Never `admin`, `connectors:use` or `web-search:read`: those
/// reach beyond the memory, so a client must name them.
pub const DEFAULT_SCOPES: &[&str] =
    &[CONTEXT_READ, CONTEXT_WRITE, CONVERSATIONS_READ, CONVERSATIONS_WRITE, INSIGHTS_READ, INSIGHTS_WRITE];

/// The scopes that let somebody read a part of the memory.
pub(crate) const READING: &[&str] = &[CONVERSATIONS_READ, INSIGHTS_READ, CONTEXT_READ];

/// What must have been granted to whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Each of these. An empty list: any valid token will do.
    All(&'static [&'static str]),
    /// One of these at least; what is done then keeps to those that were granted.
    AnyOf(&'static [&'static str]),
}

impl Needs {
    /// The scopes that are named, whether each is needed or one of them.
    #[must_use]
    pub const fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::All(scopes) | Self::AnyOf(scopes) => scopes,
        }
    }

    /// The scopes that a challenge names to somebody who holds those for which `holds` is true: empty where enough
    /// is held. Of [`Needs::AnyOf`] all are named, since the client can not know which the owner will give.
    pub fn missing(self, holds: impl Fn(&str) -> bool) -> Vec<&'static str> {
        let missing = self.scopes().iter().copied().filter(|scope| !holds(scope));
        match self {
            Self::AnyOf(scopes) if scopes.iter().any(|scope| holds(scope)) => Vec::new(),
            Self::All(_) | Self::AnyOf(_) => missing.collect(),
        }
    }
}
