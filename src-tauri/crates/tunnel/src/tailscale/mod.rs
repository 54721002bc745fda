//! Tailscale Funnel: Tailscale's servers take visitors of this computer's `*.ts.net` name and send them here through
//! the program `tailscale`, which the person has installed and logged in.
//!
//! `status.rs` is what Tailscale says of this computer and whether a funnel can be opened, `refusal.rs` why not,
//! `session.rs` one funnel from its start to its end. A funnel of ours lives in the foreground: Tailscale forgets it
//! when its program ends (`tailscale serve`, "foreground" configuration), so that nothing is left behind.

mod refusal;
mod session;
mod status;

use std::path::PathBuf;
use std::time::Duration;

pub use refusal::Refusal;

use crate::child::{Guard, Program, Version};
use crate::recipe::{Recipe, RecipeStep};
use crate::{Capabilities, Provider, ProviderKind, PublicName, Secrecy, SessionContext, Sessions};

/// The ports that Tailscale's servers take visitors on (tailscale.com/kb/1223/funnel).
pub const PORTS: [u16; 3] = [443, 8443, 10000];

const PROGRAM: Program = Program {
    name: "tailscale",
    setting: "tunnel.tailscale.program",
    places: &[
        "/Applications/Tailscale.app/Contents/MacOS/Tailscale",
        "/usr/local/bin/tailscale",
        "/opt/homebrew/bin/tailscale",
        "/snap/bin/tailscale",
        r"C:\Program Files\Tailscale\tailscale.exe",
    ],
    source: "https://tailscale.com/download",
    // Since then a funnel can live in the foreground (tailscale.com/kb/1311/tailscale-funnel).
    oldest: Version(1, 52, 0),
};

/// Where the encryption ends. Both are on this computer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsEnd {
    /// In our own process, with our certificate.
    #[default]
    Here,
    /// In Tailscale's service on this computer, with the certificate that Tailscale gets for it.
    Tailscale,
}

impl TlsEnd {
    const ALL: [Self; 2] = [Self::Here, Self::Tailscale];

    /// Its word in the settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Tailscale => "tailscale",
        }
    }

    /// What that word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.as_str() == word)
    }
}

/// What a funnel is set to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the program lies, if it is not to be looked for.
    pub program: Option<PathBuf>,
    /// One of [`PORTS`].
    pub port: u16,
    /// Where the encryption ends.
    pub tls: TlsEnd,
    /// The host of the public address that the person has set, if any: it must be this computer's name.
    pub host: Option<String>,
    /// What ends the program when we are gone.
    pub guard: Guard,
    /// Between two looks whether Tailscale is still connected.
    pub look_every: Duration,
    /// For the funnel to stand after it was asked for.
    pub connect_limit: Duration,
}

impl Settings {
    /// A frozen link is to be noticed within 30 seconds.
    pub const LOOK_EVERY: Duration = Duration::from_secs(20);
    /// See [`Self::connect_limit`].
    pub const CONNECT_LIMIT: Duration = Duration::from_secs(30);
}

/// The provider `tailscale`.
#[derive(Clone, Debug)]
pub struct Tailscale {
    settings: Settings,
}

impl Tailscale {
    /// What it can do.
    pub const CAPABILITIES: Capabilities = Capabilities {
        secrecy: Secrecy::EndToEnd,
        name: PublicName::Stable,
        needs_account: true,
        gives_peer_address: true,
    };

    /// With these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Provider for Tailscale {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Tailscale
    }

    fn capabilities(&self) -> Capabilities {
        Self::CAPABILITIES
    }

    fn run(&self, context: SessionContext) -> Sessions<'_> {
        Box::pin(session::run(&self.settings, context))
    }
}

/// What has to be set for it.
#[must_use]
pub fn recipe() -> Recipe {
    Recipe {
        steps: vec![
            RecipeStep::new(
                "Install Tailscale on this computer and log in; a free account does.",
                "https://tailscale.com/download\ntailscale up",
            ),
            RecipeStep::new(
                "Allow the funnel, once for your network: this shows an address where you do so. It needs MagicDNS and \
                 HTTPS certificates, and offers to turn them on. End it with Ctrl+C when it says that it is available.",
                "tailscale funnel 443",
            ),
            RecipeStep::new(
                "On Linux, let your user open funnels, or only root can.",
                "sudo tailscale set --operator=$USER",
            ),
            RecipeStep::new(
                "Put this into config.toml. The public address is this computer's name in your network, and need not be \
                 set. With tls = \"here\" the encryption ends in this program, which then needs a certificate for that \
                 name (`ambient-insights certificates`, with public_url set to it); with tls = \"tailscale\" it ends in \
                 Tailscale's service on this computer, which gets the certificate by itself.",
                "[tunnel]\nprovider = \"tailscale\"\n\n[tunnel.tailscale]\ntls = \"tailscale\"",
            ),
            RecipeStep::new("Start the program again, and turn the tunnel on.", "ambient-insights tunnel up"),
        ],
    }
}

#[cfg(test)]
#[cfg(unix)]
#[path = "tailscale_tests.rs"]
mod tests;
