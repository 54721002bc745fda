//! When an owner's earlier yes counts once more without a window.
//!
//! Every part has its attack. A name that nobody checked can be anybody's. A loopback redirect leads to whatever
//! program listens there (RFC 8252 §8.6). A request from the internet, or from the background of a page, is not the
//! person's own. And without a secret in the browser any other person's browser on this computer would do
//! (OAuth 2.1, "MUST NOT be implied"; the MCP security practices). What is missing leads to the window, as always.

use super::redirect_uri::{self, Kind};
use crate::duration::AccessDuration;
use crate::scope::{Scope, ScopeSet};
use crate::secret::{Remembered, TokenHash};

/// What is asked, and what came with it.
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The owner has turned it on.
    pub(crate) enabled: bool,
    /// More stands behind the client than its own word.
    pub(crate) vouched_for: bool,
    pub(crate) redirect_uri: String,
    pub(crate) resource: String,
    pub(crate) scopes: ScopeSet,
    /// The client of today.
    pub(crate) consent_hash: [u8; 32],
    /// It arrived on this computer.
    pub(crate) local: bool,
    /// The browser says that a person navigated there.
    pub(crate) document: bool,
    /// The client wants the person to be asked, or to choose.
    pub(crate) prompt: bool,
    /// The owner has said that this client is to be quiet.
    pub(crate) muted: bool,
    /// The secret that the browser shows for this client.
    pub(crate) shown: Option<TokenHash<Remembered>>,
}

/// An earlier yes that still holds.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) redirect_host: String,
    pub(crate) resource: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) duration: AccessDuration,
    pub(crate) consent_hash: Option<[u8; 32]>,
    /// The browser that it was given to.
    pub(crate) browser: Option<TokenHash<Remembered>>,
}

/// Whether one of the earlier ones covers what is asked.
pub(crate) fn covers(asked: &Asked, given: &[Given]) -> bool {
    let Some(shown) = asked.shown else { return false };
    asked.enabled
        && asked.vouched_for
        && asked.local
        && asked.document
        && !asked.prompt
        && !asked.muted
        && leads_to_a_server(&asked.redirect_uri)
        // What changes this program is approved by a hand, each time.
        && !asked.scopes.contains(Scope::Admin)
        && given.iter().any(|given| {
            given.duration == AccessDuration::UntilRevoked
                && given.redirect_host == redirect_uri::host(&asked.redirect_uri)
                && given.resource == asked.resource
                && asked.scopes.difference(given.scopes).is_empty()
                && given.consent_hash == Some(asked.consent_hash)
                && given.browser.is_some_and(|browser| browser.matches(&shown))
        })
}

/// Whether the redirect URI is one with https on no loopback host: whoever has its certificate gets the answer.
pub(crate) fn leads_to_a_server(redirect_uri: &str) -> bool {
    redirect_uri::inspect(redirect_uri) == Ok(Kind::Https) && !redirect_uri::is_on_loopback(redirect_uri)
}

#[cfg(test)]
#[path = "remember_tests.rs"]
mod tests;
