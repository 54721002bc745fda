//! When an authorization code is worth a pair of tokens.

use clock::Timestamp;

use super::pkce::{self, CodeChallenge};
use super::resource;
use crate::duration::AccessDuration;
use crate::id::GrantId;
use crate::origin::Origin;
use crate::scope::ScopeSet;
use crate::secret::{Remembered, TokenHash};

/// A code as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct StoredCode {
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: CodeChallenge,
    pub(crate) scopes: ScopeSet,
    pub(crate) resource: String,
    pub(crate) arrival: String,
    pub(crate) duration: AccessDuration,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
    /// The grant that came of it, while it is there.
    pub(crate) grant: Option<GrantId>,
    /// What of the client was consented to.
    pub(crate) consent_hash: Option<[u8; 32]>,
    /// The browser that took it, where consent may be remembered for it.
    pub(crate) remembered_by: Option<TokenHash<Remembered>>,
}

/// What comes with a code.
#[derive(Clone, Debug)]
pub(crate) struct Presented {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) verifier: String,
    pub(crate) resources: Vec<String>,
}

/// What a good presentation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// The first time: a grant and its tokens.
    First,
    /// Again, by the client that had it: somebody has the code twice. The grant is to be revoked
    /// (OAuth 2.1 §4.1.3).
    Replay(Option<GrantId>),
}

/// Why a code is worth nothing here. Nothing is changed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CodeError {
    #[error("the code belongs to another client")]
    OtherClient,
    #[error("the redirect_uri differs from the one of the authorization request")]
    OtherRedirectUri,
    #[error("the code_verifier does not match the code_challenge")]
    Verifier,
    #[error("the resource is not the one of the authorization request")]
    Resource,
    #[error("the code belongs to the other origin of this server")]
    OtherOrigin,
    #[error("the code has expired")]
    Expired,
}

/// Judges a code. Whether it was used before is asked last: only who could have used it rightly may learn
/// of it, and only they can cause the revocation. Otherwise a stolen code without its verifier would be
/// enough to throw the owner's client out.
pub(crate) fn judge(
    code: &StoredCode,
    presented: &Presented,
    origin: &Origin,
    now: Timestamp,
) -> Result<Use, CodeError> {
    if code.client_id != presented.client_id {
        return Err(CodeError::OtherClient);
    }
    if presented.redirect_uri.as_ref().is_some_and(|uri| *uri != code.redirect_uri) {
        return Err(CodeError::OtherRedirectUri);
    }
    if !pkce::is_well_formed(&presented.verifier) || !code.challenge.is_met_by(&presented.verifier) {
        return Err(CodeError::Verifier);
    }
    if code.resource != origin.resource() {
        return Err(CodeError::OtherOrigin);
    }
    resource::check(presented.resources.iter().map(String::as_str), origin)
        .map_err(|_| CodeError::Resource)?;
    if code.used {
        return Ok(Use::Replay(code.grant));
    }
    if now >= code.expires_at {
        return Err(CodeError::Expired);
    }
    Ok(Use::First)
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
