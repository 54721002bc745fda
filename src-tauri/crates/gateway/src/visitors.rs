//! Who of the internet may use an access: everybody who holds one, or Claude's cloud alone.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use authorization::Arrival;

/// From where Anthropic's servers call, 160.79.104.0/21: the range that they publish for outbound requests of
/// claude.ai, Claude Desktop's connectors and the phone apps (platform.claude.com/docs/en/api/ip-addresses; the assistants call over IPv4 alone).
const ANTHROPIC: (Ipv4Addr, u32) = (Ipv4Addr::new(160, 79, 104, 0), 21);

/// Who may use an access from the internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visitors {
    /// Everybody who holds one.
    #[default]
    Anyone,
    /// Claude's cloud alone: an access that was stolen is of no use anywhere else.
    Anthropic,
}

impl Visitors {
    /// Every one.
    const ALL: [Self; 2] = [Self::Anyone, Self::Anthropic];

    /// Its word in the settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Anthropic => "anthropic",
        }
    }

    /// What that word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|visitors| visitors.as_str() == word)
    }
}

/// What is set, shared by the open door and whoever changes it: the next request already meets the new rule.
#[derive(Clone, Debug, Default)]
pub struct VisitorRule {
    only_anthropic: Arc<AtomicBool>,
}

impl VisitorRule {
    /// Sets who may come from now on.
    pub fn set(&self, visitors: Visitors) {
        self.only_anthropic.store(visitors == Visitors::Anthropic, Ordering::Relaxed);
    }

    /// Whether somebody who came like this, from there, may use an access. This computer always may. Somebody whose
    /// address nobody knows may not, where addresses count.
    pub(crate) fn lets_in(&self, arrival: &Arrival, peer: Option<IpAddr>) -> bool {
        match arrival {
            Arrival::Local => true,
            Arrival::Tunnel(_) => {
                !self.only_anthropic.load(Ordering::Relaxed) || peer.is_some_and(is_anthropic)
            }
        }
    }
}

fn is_anthropic(address: IpAddr) -> bool {
    let (network, bits) = ANTHROPIC;
    // A host that listens on IPv6 for both kinds writes an IPv4 address as ::ffff:a.b.c.d.
    match address.to_canonical() {
        IpAddr::V4(address) => (address.to_bits() ^ network.to_bits()) >> (32 - bits) == 0,
        IpAddr::V6(_) => false,
    }
}

#[cfg(test)]
#[path = "visitors_tests.rs"]
mod tests;
