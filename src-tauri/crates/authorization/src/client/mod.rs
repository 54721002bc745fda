//! Who may ask: clients, and the ways in which they become known.

pub(crate) mod built_in;
pub(crate) mod document;
pub(crate) mod metadata;
pub(crate) mod name;
pub(crate) mod pre_registered;
pub(crate) mod secret;

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::rules::redirect_uri;

use self::secret::SecretHash;

/// How a client became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Registration {
    /// A Client ID Metadata Document that comes with this program.
    BuiltIn,
    /// Dynamic registration (RFC 7591): the client named itself.
    Dynamic,
    /// A Client ID Metadata Document that was fetched.
    MetadataDocument,
    /// Registered beforehand by the owner.
    Static,
}

impl Registration {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built_in",
            Self::Dynamic => "dynamic",
            Self::MetadataDocument => "metadata_document",
            Self::Static => "static",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Self {
        match text {
            "built_in" => Self::BuiltIn,
            "metadata_document" => Self::MetadataDocument,
            "static" => Self::Static,
            _ => Self::Dynamic,
        }
    }
}

/// How a client shows at the token endpoint that it is itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Authentication {
    /// It has no secret: PKCE and its redirect URI are all there is.
    Public,
    /// It presents a secret each time. Only clients that the owner registered have one.
    Secret(Secrets),
}

/// What is kept of a confidential client's secrets, and what having one allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Secrets {
    pub(crate) current: SecretHash,
    /// The one before, while a rotation overlaps.
    pub(crate) previous: Option<(SecretHash, Timestamp)>,
    /// The resources whose access tokens it may ask about (RFC 7662), as the server behind them.
    pub(crate) introspects: Vec<String>,
}

impl Secrets {
    /// Whether `presented` is one of them now. Both are always compared, so that the time tells nothing.
    pub(crate) fn accept(&self, presented: &SecretHash, now: Timestamp) -> bool {
        let is_current = self.current == *presented;
        let (previous, until) = self.previous.unwrap_or((SecretHash::NONE, Timestamp::from_micros(i64::MIN)));
        let is_previous = previous == *presented;
        is_current || (is_previous && now < until)
    }
}

/// A known client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// Cleaned for display.
    pub(crate) name: String,
    pub(crate) registration: Registration,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) authentication: Authentication,
}

impl Client {
    /// A client without a secret.
    pub(crate) fn public(
        id: String,
        name: String,
        registration: Registration,
        redirect_uris: Vec<String>,
    ) -> Self {
        Self { id, name, registration, redirect_uris, authentication: Authentication::Public }
    }

    /// Whether the name is more than the client's own word.
    pub(crate) fn is_verified(&self) -> bool {
        matches!(self.registration, Registration::BuiltIn | Registration::Static)
    }

    /// Whether an answer may be sent to this address.
    pub(crate) fn may_be_answered_at(&self, redirect_uri: &str) -> bool {
        redirect_uri::is_registered(redirect_uri, &self.redirect_uris)
            || built_in::has_callback(self, redirect_uri)
    }

    /// What an owner says yes to besides the request itself: name and redirect URIs. Where it differs from what
    /// was approved before, the client has changed since (CIMD draft, "Changes in Client Metadata"). How it
    /// authenticates is no part of it: who comes with a document never does, so no key of it is ever used.
    pub(crate) fn consent_hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in std::iter::once(&self.name).chain(&self.redirect_uris) {
            // The length first, so that no two lists run together into the same bytes.
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
