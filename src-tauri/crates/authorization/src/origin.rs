//! The origins this server is reached at, each an issuer and a resource of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

/// `https://host[:port]`: no path, no trailing slash, lower case, the default port left out.
///
/// It is at the same time the issuer identifier (RFC 8414 §2), so one text serves the metadata, the `iss`
/// parameter and the protected-resource document: clients compare these byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// A text that is no origin this server can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no origin; write it as https://host or https://host:port, without a path")]
pub struct InvalidOrigin {
    text: String,
}

impl Origin {
    /// The origin as text; also the issuer identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The identifier of the protected resource: the address of the MCP endpoint.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{}/mcp", self.0)
    }

    /// The origin whose [`Origin::resource`] this is.
    pub(crate) fn of_resource(resource: &str) -> Option<Self> {
        resource.strip_suffix("/mcp")?.parse().ok().filter(|origin: &Self| origin.resource() == resource)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidOrigin { text: text.chars().take(200).collect() };
        let url = Url::parse(text).map_err(|_| invalid())?;
        let bare = url.scheme() == "https"
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if bare { Ok(Self(url.origin().ascii_serialization())) } else { Err(invalid()) }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The origins this server answers for. They are settings, never taken from a `Host` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// `https://localhost:PORT`.
    pub local: Origin,
    /// The public hostname, while there is one.
    pub public: Option<Origin>,
}

impl Origins {
    /// The origin of that name, if there is one.
    #[must_use]
    pub fn get(&self, name: OriginName) -> Option<&Origin> {
        match name {
            OriginName::Local => Some(&self.local),
            OriginName::Public => self.public.as_ref(),
        }
    }
}

/// Which origin a request was for; set by the gateway from the `Host` it has checked (request extension).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OriginName {
    /// The origin on this computer.
    Local,
    /// The origin that the internet sees.
    Public,
}

#[cfg(test)]
#[path = "origin_tests.rs"]
mod tests;
