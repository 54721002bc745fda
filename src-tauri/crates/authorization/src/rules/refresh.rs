//! When a refresh token is worth a new pair, the same pair again, or the end of its grant.
//!
//! Rotation with detection of reuse (RFC 9700 §4.14.2), and a window for retries: clients lose answers, and
//! some refresh from two processes at once. Within the window the same token gets the very same pair, so
//! that both hold live tokens; after it, or once the successor was refreshed in turn, the token is in two
//! hands, and the grant ends.

use std::time::Duration;

use clock::Timestamp;

use super::resource;
use crate::origin::Origin;
use crate::scope::ScopeSet;

/// A refresh token and its grant, as they are stored.
#[derive(Clone, Debug)]
pub(crate) struct StoredRefresh {
    pub(crate) client_id: String,
    pub(crate) resource: String,
    pub(crate) scopes: ScopeSet,
    pub(crate) idle_expires_at: Timestamp,
    pub(crate) absolute_expires_at: Timestamp,
    pub(crate) rotation: Option<Rotation>,
}

/// That a refresh token was exchanged for its successor.
#[derive(Clone, Debug)]
pub(crate) struct Rotation {
    pub(crate) at: Timestamp,
    /// The scopes of the access token that it gave.
    pub(crate) scopes: ScopeSet,
    /// The sealed answer, while it is kept.
    pub(crate) sealed: Option<Vec<u8>>,
}

/// What comes with a refresh token.
#[derive(Clone, Debug)]
pub(crate) struct Presented {
    pub(crate) client_id: String,
    pub(crate) scope: Option<String>,
    pub(crate) resources: Vec<String>,
}

/// What a good presentation comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A new pair, its access token with these scopes.
    Rotate { scopes: ScopeSet },
    /// The pair that was given before.
    Retry { sealed: Vec<u8>, scopes: ScopeSet },
    /// The token is in two hands: the grant is to be revoked.
    Replay,
}

/// Why a refresh token is worth nothing here. Nothing is changed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefreshError {
    #[error("the refresh token belongs to another client")]
    OtherClient,
    #[error("the refresh token belongs to the other origin of this server")]
    OtherOrigin,
    #[error("the resource is not the one of the grant")]
    Resource,
    #[error("the refresh token has expired")]
    Expired,
    #[error("the scope asks for more than the grant holds")]
    ScopeGrows,
}

/// Judges a refresh token.
pub(crate) fn judge(
    token: &StoredRefresh,
    presented: &Presented,
    origin: &Origin,
    now: Timestamp,
    retry_window: Duration,
) -> Result<Use, RefreshError> {
    if token.client_id != presented.client_id {
        return Err(RefreshError::OtherClient);
    }
    if token.resource != origin.resource() {
        return Err(RefreshError::OtherOrigin);
    }
    resource::check(presented.resources.iter().map(String::as_str), origin)
        .map_err(|_| RefreshError::Resource)?;
    if now >= token.idle_expires_at || now >= token.absolute_expires_at {
        return Err(RefreshError::Expired);
    }
    let scopes = match presented.scope.as_deref() {
        None => token.scopes,
        Some(text) => {
            let asked = ScopeSet::narrowed_from(text);
            if asked.is_empty() || !asked.is_subset(token.scopes) {
                return Err(RefreshError::ScopeGrows);
            }
            asked
        }
    };
    let Some(rotation) = &token.rotation else { return Ok(Use::Rotate { scopes }) };
    match &rotation.sealed {
        Some(sealed) if now.since(rotation.at) < retry_window => {
            // The retry of one request is the same request; another scope is another request, and it gets
            // no answer that was made for the first.
            if scopes == rotation.scopes {
                Ok(Use::Retry { sealed: sealed.clone(), scopes })
            } else {
                Err(RefreshError::ScopeGrows)
            }
        }
        Some(_) | None => Ok(Use::Replay),
    }
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
