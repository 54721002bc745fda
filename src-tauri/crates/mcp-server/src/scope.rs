//! The names of the scopes that tools ask for, as they stand in tokens and challenges (RFC 6749, §3.3).

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
