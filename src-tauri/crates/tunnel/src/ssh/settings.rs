//! What a forwarding on the person's own host is set to.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::KnownHosts;

/// The host's address on which it listens for visitors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RemoteAddress {
    /// All of them: visitors reach the port directly.
    #[default]
    All,
    /// The host itself alone: a forwarder of its own stands before it.
    Loopback,
}

impl RemoteAddress {
    /// Every one.
    const ALL: [Self; 2] = [Self::All, Self::Loopback];

    /// Its word in the settings.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Loopback => "loopback",
        }
    }

    /// What that word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|address| address.as_str() == word)
    }

    /// As RFC 4254 §7.1 names it: the empty address is every one that the host has.
    pub(super) const fn on_the_wire(&self) -> &'static str {
        match self {
            Self::All => "",
            Self::Loopback => "localhost",
        }
    }
}

/// What a forwarding is set to.
#[derive(Clone)]
pub struct Settings {
    /// The host's name or address.
    pub host: String,
    /// Its SSH port.
    pub port: u16,
    /// Who logs in.
    pub user: String,
    /// The file of the private key; none: what the agent holds, then `default_keys`.
    pub key: Option<PathBuf>,
    /// The files that are looked for where no key is named.
    pub default_keys: Vec<PathBuf>,
    /// The socket of the agent, if there is one.
    pub agent: Option<PathBuf>,
    /// The key's passphrase. It is kept in memory alone, never written.
    pub passphrase: Option<SecretString>,
    /// The port that the host listens on for visitors.
    pub remote_port: u16,
    /// On which of its addresses.
    pub remote_address: RemoteAddress,
    /// Whom we trust.
    pub known_hosts: KnownHosts,
    /// For the connection and the login together.
    pub connect_limit: Duration,
    /// Between two looks whether the other end still answers.
    pub ping_every: Duration,
    /// How long an answer may take. Together with `ping_every` it is the time in which a frozen peer is noticed.
    pub ping_limit: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("remote_port", &self.remote_port)
            .finish_non_exhaustive()
    }
}
