//! Where a request came from, as the gateway saw it; never taken from a header.

use std::convert::Infallible;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The id of a way of public reach, such as `ssh` or `cloudflared`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderId(String);

/// A text that is no provider's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a provider's id has 1 to 32 characters out of a-z, 0-9 and hyphen")]
pub struct InvalidProviderId;

impl ProviderId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderId {
    type Err = InvalidProviderId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidProviderId) }
    }
}

/// How a request's bytes came to this computer (request extension).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arrival {
    /// Over the loopback listener, under a local name.
    Local,
    /// Through a tunnel, or under the public name.
    Tunnel(ProviderId),
}

impl Arrival {
    /// `local` or `tunnel`, as in `approvals list --json`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Tunnel(_) => "tunnel",
        }
    }

    /// What is taken for true when nobody said: the strictest rules hold.
    pub(crate) fn unknown() -> Self {
        Self::Tunnel(ProviderId("unknown".to_owned()))
    }

    /// Reads what [`fmt::Display`] wrote.
    pub(crate) fn from_stored(text: &str) -> Self {
        text.parse().unwrap_or_else(|never| match never {})
    }
}

/// Reads what [`fmt::Display`] wrote. Any other text is the arrival with the strictest rules.
impl FromStr for Arrival {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.strip_prefix("tunnel:") {
            Some(provider) => provider.parse().map_or_else(|_| Self::unknown(), Self::Tunnel),
            None if text == "local" => Self::Local,
            None => Self::unknown(),
        })
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Tunnel(provider) => write!(f, "tunnel:{}", provider.as_str()),
        }
    }
}

/// The address of the peer, where it is known (request extension).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerAddress(pub Option<IpAddr>);
