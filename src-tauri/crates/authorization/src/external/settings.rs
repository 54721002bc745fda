//! What the owner says of the other server.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use url::{Host, Url};

use super::scope_map::ScopeMap;

/// Another authorization server in place of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalServer {
    /// Who issues the tokens.
    pub issuer: Issuer,
    /// Whom its tokens must be for: one of these. Empty: the address of the MCP endpoint at the origin that is
    /// asked (RFC 8707), so that a token for one origin is not good at the other.
    pub audiences: Vec<String>,
    /// The persons (`sub`) who may come in. Empty: everybody to whom that server gives a token for us.
    pub subjects: Vec<String>,
    /// How its tokens are checked.
    pub validation: TokenValidation,
    /// What its scopes allow here.
    pub scope_map: ScopeMap,
    /// Whether its metadata and its registration are also found at our own addresses, for clients that look
    /// only there.
    pub relay: bool,
}

/// How a token of the other server is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenValidation {
    /// By its signature, with the keys that the issuer publishes (RFC 9068).
    Jwt,
    /// By asking the issuer about each (RFC 7662), as this client.
    Introspection {
        /// The id that the issuer knows this server by.
        client_id: String,
        /// And its secret.
        client_secret: ExternalSecret,
    },
}

/// A secret that another server gave us.
#[derive(Clone)]
pub struct ExternalSecret(SecretString);

impl ExternalSecret {
    /// The secret of this text. `None`: there is nothing in it.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(SecretString::from(text)))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for ExternalSecret {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for ExternalSecret {}

impl fmt::Debug for ExternalSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExternalSecret(…)")
    }
}

/// An issuer identifier (RFC 8414 §2), kept byte by byte: it is compared so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

/// A text that is no issuer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no issuer; write its https:// address as that server's own metadata has it, without ? and #"
)]
pub struct InvalidIssuer {
    text: String,
}

impl Issuer {
    /// The issuer, byte by byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Issuer {
    type Err = InvalidIssuer;

    /// Plain http is taken only for a server on this computer.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidIssuer { text: text.chars().take(200).collect() };
        let url = Url::parse(text).map_err(|_| invalid())?;
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(invalid()),
        };
        let good = (url.scheme() == "https" || (url.scheme() == "http" && is_here))
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && !text.contains(['?', '#', '@', '"', '\\'])
            && text.len() <= 512;
        if good { Ok(Self(text.to_owned())) } else { Err(invalid()) }
    }
}
