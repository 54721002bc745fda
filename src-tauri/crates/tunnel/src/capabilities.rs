//! What a way of reach can do, in words that a person understands.

use serde::{Deserialize, Serialize};

/// Who can read what goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Secrecy {
    /// TLS ends in our own process: whoever carries the bytes sees none of them in clear.
    EndToEnd,
    /// TLS ends at the provider, who could read everything.
    ProviderReads,
    /// TLS ends where the person's own proxy ends it.
    DependsOnYourProxy,
}

/// How long the public name stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum PublicName {
    /// The same after every start.
    Stable,
    /// Another one at each start: assistants have to be connected anew.
    PerSession,
}

/// What a provider can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Capabilities {
    /// Who can read what goes through.
    pub secrecy: Secrecy,
    /// How long the public name stays the same.
    pub name: PublicName,
    /// Whether it takes an account with somebody.
    pub needs_account: bool,
    /// Whether the address of who connects is known.
    pub gives_peer_address: bool,
}

impl Capabilities {
    /// The same in sentences for people, the most important first.
    #[must_use]
    pub fn sentences(&self) -> Vec<&'static str> {
        let mut said = vec![match self.secrecy {
            Secrecy::EndToEnd => {
                "Only this computer and the assistant can read what is sent: the encryption ends here."
            }
            Secrecy::ProviderReads => {
                "The provider can read everything that is sent: the encryption ends there."
            }
            Secrecy::DependsOnYourProxy => {
                "You have your own way in; who can read what is sent depends on where your proxy ends the encryption."
            }
        }];
        said.push(match self.name {
            PublicName::Stable => "The public address stays the same.",
            PublicName::PerSession => {
                "The public address is another one after each start, and assistants have to be connected anew."
            }
        });
        if self.needs_account {
            said.push("It needs an account with the provider.");
        }
        if !self.gives_peer_address {
            said.push("It does not tell from which address somebody connects.");
        }
        said
    }
}
