//! Whose a request is: what sessions, limits and the audit trail tell callers apart by.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::id::GrantId;

/// Who holds a good token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// The client that the owner gave this grant.
    Grant(GrantId),
    /// A client and a person of the external authorization server. There is no grant here that could be revoked:
    /// what it gave, it takes back.
    External(ExternalPrincipal),
}

impl Principal {
    /// The grant, where there is one here.
    #[must_use]
    pub fn grant(&self) -> Option<GrantId> {
        match self {
            Self::Grant(id) => Some(*id),
            Self::External(_) => None,
        }
    }
}

impl fmt::Display for Principal {
    /// A text of its own for each principal, the same at every start.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant(id) => id.fmt(f),
            Self::External(id) => f.write_str(&id.0),
        }
    }
}

/// The id of a client and a person at another server: it follows from their names there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExternalPrincipal(String);

impl ExternalPrincipal {
    /// Each name goes in with its length, so that no two triples give one text.
    pub(crate) fn new(issuer: &str, client_id: &str, subject: &str) -> Self {
        let digest = [issuer, client_id, subject].into_iter().fold(Sha256::new(), |digest, name| {
            digest
                .chain_update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes())
                .chain_update(name)
        });
        Self(format!("external-{}", URL_SAFE_NO_PAD.encode(digest.finalize())))
    }
}

#[cfg(test)]
#[path = "principal_tests.rs"]
mod tests;
