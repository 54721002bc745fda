//! The check of a bearer token, and what is said to those who fail it.

use clock::Timestamp;
use http::HeaderValue;

use super::Authorization;
use crate::Error;
use crate::access_token::AccessToken;
use crate::cache::Cached;
use crate::origin::OriginName;
use crate::principal::Principal;
use crate::scope::ScopeSet;
use crate::store;

/// What a bearer token allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The client.
    pub client_id: String,
    /// The client's name for people.
    pub client_name: String,
    /// Whose it is: the grant that the token hangs on, or the external server's client.
    pub principal: Principal,
    /// What the token may be used for.
    pub scopes: ScopeSet,
    /// When the token ends.
    pub expires_at: Timestamp,
}

/// Why a bearer token does not open the door.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It has not the form of a token.
    #[error("the bearer token is not one of this server's")]
    Malformed,
    /// Nobody was given it, or it was revoked.
    #[error("the access token is unknown or was revoked")]
    Unknown,
    /// Its time has passed.
    #[error("the access token has expired; refresh it")]
    Expired,
    /// It is for another resource: the other origin, or this one under another port.
    #[error("the access token was issued for another resource")]
    WrongAudience,
    /// It could not be looked up. To be answered with 503, never with 401: a client would throw its good
    /// token away.
    #[error("the access token could not be looked up: {0}")]
    Unavailable(Error),
}

/// Why a request without sufficient token is challenged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// There was no token (RFC 6750 §3: no error code then).
    Missing,
    /// The token does not open the door.
    InvalidToken,
    /// The token is good, but not for this.
    InsufficientScope {
        /// Every scope that the operation needs.
        needed: ScopeSet,
    },
}

impl Authorization {
    /// Checks a bearer token for a request to `origin`. Microseconds when the token was seen before.
    ///
    /// # Errors
    /// See [`Rejection`].
    pub async fn authenticate(&self, bearer: &str, origin: OriginName) -> Result<Access, Rejection> {
        let inner = &self.inner;
        // Then our own tokens open nothing: two servers for one door could be played against each other.
        if let Some(external) = &inner.external {
            let asked = (origin, inner.origin(origin));
            return external.authenticate(bearer, asked, &inner.fetcher, &*inner.clock).await;
        }
        let token = AccessToken::parse(bearer).ok_or(Rejection::Malformed)?;
        let hash = token.hash();
        let now = inner.clock.now();
        let cached = if let Some(cached) = inner.cache.get(&hash) {
            cached
        } else {
            let generation = inner.cache.generation();
            let stored = inner
                .database
                .read(move |connection| -> Result<_, Error> {
                    Ok(store::tokens::find_access(connection, &hash)?)
                })
                .await
                .map_err(Rejection::Unavailable)?
                .ok_or(Rejection::Unknown)?;
            let cached = Cached {
                access: Access {
                    client_id: stored.client_id,
                    client_name: stored.client_name,
                    principal: Principal::Grant(stored.grant),
                    scopes: stored.scopes,
                    expires_at: stored.expires_at,
                },
                resource: stored.resource,
            };
            if now < stored.expires_at {
                inner.cache.insert(hash, cached.clone(), generation, now);
            }
            cached
        };
        if inner.origin(origin).is_none_or(|origin| origin.resource() != cached.resource) {
            return Err(Rejection::WrongAudience);
        }
        if now >= cached.access.expires_at {
            return Err(Rejection::Expired);
        }
        if let Principal::Grant(grant) = &cached.access.principal {
            inner.recorder.used(*grant, now);
        }
        Ok(cached.access)
    }

    /// The value of `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1): where the metadata is, absolutely, and
    /// which scopes to ask for.
    ///
    /// # Panics
    /// Never: origins and scopes are visible ASCII.
    #[must_use]
    pub fn challenge(&self, origin: OriginName, why: Challenge) -> HeaderValue {
        let origin = self.inner.origin(origin).or_else(|| self.inner.origin(OriginName::Local));
        let metadata = origin.map(|origin| format!("{origin}/.well-known/oauth-protected-resource/mcp"));
        let metadata = metadata.unwrap_or_default();
        let (error, needed) = match why {
            Challenge::Missing => ("", ScopeSet::DEFAULT),
            Challenge::InvalidToken => (
                "error=\"invalid_token\", error_description=\"the access token is invalid, expired or revoked\", ",
                ScopeSet::DEFAULT,
            ),
            Challenge::InsufficientScope { needed } => (
                "error=\"insufficient_scope\", error_description=\"the access token lacks a scope\", ",
                needed,
            ),
        };
        // In the words of whoever the client has to ask.
        let scope = match &self.inner.external {
            None => needed.to_string(),
            Some(external) => external.server.scope_map.theirs(needed),
        };
        HeaderValue::try_from(format!("Bearer {error}scope=\"{scope}\", resource_metadata=\"{metadata}\""))
            .expect("origins and scopes are visible ASCII")
    }
}
