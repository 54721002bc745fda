//! Clients that the owner registers beforehand: their rules, wherever they are written down.

use serde::{Deserialize, Serialize};

use super::secret::{ClientSecret, SecretHash};
use super::{built_in, name};
use crate::rules::redirect_uri::{self, InvalidRedirectUri, Kind};

/// The longest id that can be chosen, in bytes.
const MAX_ID: usize = 128;
/// How many redirect URIs one client may have.
const MAX_REDIRECT_URIS: usize = 10;
/// How many resources one client may ask about.
const MAX_INTROSPECTS: usize = 10;

/// Where a client is written down that the owner registered; it is changed there and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum StaticSource {
    /// Added by a command or in the window: it stands in the database alone.
    Owner,
    /// In `config.toml`.
    File,
    /// In the environment.
    Environment,
}

impl StaticSource {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::File => "file",
            Self::Environment => "environment",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Option<Self> {
        [Self::Owner, Self::File, Self::Environment].into_iter().find(|source| source.as_str() == text)
    }
}

/// A client that the owner registers beforehand, checked. It holds no secret, only a secret's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticClient {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) secret: Option<SecretHash>,
    pub(crate) introspects: Vec<String>,
}

/// Why a client can not be registered like this.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidStaticClient {
    /// An id that would not survive its ways, or none.
    #[error("a client id has 1 to 128 visible ASCII characters without spaces; {id:?} is none")]
    Id {
        /// What was given, cut.
        id: String,
    },
    /// An id that is a document's address, or comes with the program.
    #[error(
        "{id:?} is the address of a client's own metadata document, which names its id; choose another id"
    )]
    DocumentId {
        /// What was given.
        id: String,
    },
    /// No redirect URI.
    #[error("the client {id:?} has no redirect URI; name the address that the client listens at")]
    NoRedirectUri {
        /// The client.
        id: String,
    },
    /// Too many of them.
    #[error(
        "the client {id:?} has more than {MAX_REDIRECT_URIS} redirect URIs; register a second client for the rest"
    )]
    TooManyRedirectUris {
        /// The client.
        id: String,
    },
    /// One that can not be used.
    #[error("the client {id:?} can not use the redirect URI {uri:?}: {why}")]
    RedirectUri {
        /// The client.
        id: String,
        /// What was given, cut.
        uri: String,
        /// Why.
        why: String,
    },
    /// A public client that would ask about tokens.
    #[error(
        "the client {id:?} is to introspect tokens and has no secret; only clients that authenticate may, so give it one"
    )]
    PublicIntrospection {
        /// The client.
        id: String,
    },
    /// A resource that is none.
    #[error(
        "the client {id:?} is to introspect tokens for {resource:?}, which is no resource; write it as \
         https://localhost:9100/mcp, and at most {MAX_INTROSPECTS} of them"
    )]
    Introspects {
        /// The client.
        id: String,
        /// What was given, cut.
        resource: String,
    },
}

impl StaticClient {
    /// Checks a client. An empty name is the id. Without a secret it is public; a client that only asks about
    /// tokens (`introspects`) needs no redirect URI.
    ///
    /// # Errors
    /// [`InvalidStaticClient`], for the first thing that is wrong.
    pub fn new(
        id: &str,
        name: &str,
        redirect_uris: &[String],
        secret: Option<&ClientSecret>,
        introspects: &[String],
    ) -> Result<Self, InvalidStaticClient> {
        if id.is_empty() || id.len() > MAX_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidStaticClient::Id { id: cut(id) });
        }
        let owned = id.to_owned();
        // Such an id is a document's word for itself; two clients of one id could not be told apart.
        if id.starts_with("https://") || built_in::find(id).is_some() {
            return Err(InvalidStaticClient::DocumentId { id: owned });
        }
        if redirect_uris.is_empty() && introspects.is_empty() {
            return Err(InvalidStaticClient::NoRedirectUri { id: owned });
        }
        if redirect_uris.len() > MAX_REDIRECT_URIS {
            return Err(InvalidStaticClient::TooManyRedirectUris { id: owned });
        }
        for uri in redirect_uris {
            let why = match redirect_uri::inspect(uri) {
                Ok(Kind::Https | Kind::Loopback) => continue,
                Ok(Kind::PrivateUse) => {
                    "any program on a computer can claim a private scheme; use https, or http on \
                     127.0.0.1, [::1] or localhost"
                        .to_owned()
                }
                Err(invalid) => remedy(invalid),
            };
            return Err(InvalidStaticClient::RedirectUri { id: owned, uri: cut(uri), why });
        }
        if secret.is_none() && !introspects.is_empty() {
            return Err(InvalidStaticClient::PublicIntrospection { id: owned });
        }
        let not_a_resource = |resource: &&String| {
            resource.len() > redirect_uri::MAX_LENGTH
                || !resource.bytes().all(|byte| byte.is_ascii_graphic())
                || !url::Url::parse(resource).is_ok_and(|url| url.scheme() == "https" && url.has_host())
        };
        let beyond = introspects.get(MAX_INTROSPECTS);
        if let Some(resource) = introspects.iter().find(not_a_resource).or(beyond) {
            return Err(InvalidStaticClient::Introspects { id: owned, resource: cut(resource) });
        }
        Ok(Self {
            name: name::clean(if name.trim().is_empty() { id } else { name }),
            id: owned,
            redirect_uris: redirect_uris.to_vec(),
            secret: secret.map(ClientSecret::hash),
            introspects: introspects.to_vec(),
        })
    }

    /// The client's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn remedy(invalid: InvalidRedirectUri) -> String {
    format!("{invalid}; write it as the client sends it, such as https://app.example/callback")
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}

#[cfg(test)]
#[path = "pre_registered_tests.rs"]
mod tests;
