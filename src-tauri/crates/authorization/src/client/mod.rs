//! Who may ask: clients, and the ways in which they become known.

pub(crate) mod built_in;
pub(crate) mod metadata;
pub(crate) mod name;

use serde::{Deserialize, Serialize};

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

/// A known client. All clients are public: they prove themselves by PKCE and their redirect URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// Cleaned for display.
    pub(crate) name: String,
    pub(crate) registration: Registration,
    pub(crate) redirect_uris: Vec<String>,
}

impl Client {
    /// Whether the name is more than the client's own word.
    pub(crate) fn is_verified(&self) -> bool {
        matches!(self.registration, Registration::BuiltIn | Registration::Static)
    }
}
