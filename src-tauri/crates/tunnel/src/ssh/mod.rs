//! SSH reverse forwarding: the person's own host listens on a port and sends every connection here.
//!
//! `settings.rs` is what is set, `known_hosts.rs` whom we trust, `login.rs` how we log in, `session.rs` one
//! connection from its start to its end, `stream.rs` one visitor in it, `recipe.rs` what to set on the host.

mod cut;
mod known_hosts;
mod login;
mod recipe;
mod session;
mod settings;
mod stream;

pub use known_hosts::{KnownHosts, TrustError};
pub use login::{PublicKeyText, public_key};
pub use recipe::{EXAMPLE_HOST, recipe};
pub use settings::{RemoteAddress, Settings};

use crate::{Capabilities, Provider, ProviderKind, PublicName, Secrecy, SessionContext, Sessions};

/// The provider `ssh`.
#[derive(Clone, Debug)]
pub struct Ssh {
    settings: Settings,
}

impl Ssh {
    /// What it can do.
    pub const CAPABILITIES: Capabilities = Capabilities {
        secrecy: Secrecy::EndToEnd,
        name: PublicName::Stable,
        needs_account: false,
        // Behind a forwarder of the host's own it is that forwarder's address.
        gives_peer_address: true,
    };

    /// With these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Provider for Ssh {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Ssh
    }

    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
    }

    fn run(&self, context: SessionContext) -> Sessions<'_> {
        Box::pin(session::run(&self.settings, context))
    }
}

#[cfg(test)]
#[cfg(unix)]
#[path = "sshd_tests.rs"]
mod tests;
