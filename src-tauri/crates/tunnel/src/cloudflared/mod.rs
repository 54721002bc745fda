//! Cloudflare Tunnel: Cloudflare takes visitors of a name, takes the TLS off, and sends their requests here through
//! the program `cloudflared`. Cloudflare can read everything that goes through.
//!
//! `refusal.rs` is why there is none, `lines.rs` what the program's lines mean, `ready.rs` asks it whether it is
//! connected, `session.rs` one tunnel from its start to its end. The requests come in clear at a port of 127.0.0.1 that
//! is this provider's alone; who asks, Cloudflare writes into a header of its own, which is believed there and nowhere
//! else.

mod lines;
mod ready;
mod refusal;
mod session;

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

pub use refusal::Refusal;

use crate::child::{Guard, Program, Version};
use crate::recipe::{Recipe, RecipeStep};
use crate::{Capabilities, Provider, ProviderKind, PublicName, Secrecy, SessionContext, Sessions};

/// The port here that a tunnel with a token is sent to where no other is set: that is said at Cloudflare, so it has to
/// stay the same.
pub const DEFAULT_PORT: u16 = 9101;

/// Cloudflare writes the visitor's address there, over whatever a visitor wrote
/// (developers.cloudflare.com/fundamentals/reference/http-headers).
const VISITOR_HEADER: &str = "cf-connecting-ip";

const PROGRAM: Program = Program {
    name: "cloudflared",
    setting: "tunnel.cloudflared.program",
    places: &[
        "/usr/local/bin/cloudflared",
        "/opt/homebrew/bin/cloudflared",
        "/snap/bin/cloudflared",
        r"C:\Program Files (x86)\cloudflared\cloudflared.exe",
        r"C:\Program Files\cloudflared\cloudflared.exe",
    ],
    source: "https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/downloads/",
    // Cloudflare supports releases for one year (the same page); what is asked of it here is older than this one.
    oldest: Version(2024, 1, 0),
};

/// Which tunnel.
#[derive(Clone, Debug)]
pub enum Which {
    /// One that is managed at Cloudflare, by its token.
    Token(SecretString),
    /// One that was made with `cloudflared tunnel create`, by the file that this wrote.
    Credentials(PathBuf),
    /// One without an account, under a name that changes with each session.
    Quick,
}

impl Which {
    /// What it can do.
    #[must_use]
    pub const fn capabilities(&self) -> Capabilities {
        capabilities(matches!(self, Self::Quick))
    }
}

/// What a tunnel of this provider can do.
#[must_use]
pub const fn capabilities(quick: bool) -> Capabilities {
    Capabilities {
        secrecy: Secrecy::ProviderReads,
        name: if quick { PublicName::PerSession } else { PublicName::Stable },
        needs_account: !quick,
        gives_peer_address: true,
    }
}

/// What a tunnel is set to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the program lies, if it is not to be looked for.
    pub program: Option<PathBuf>,
    /// Which tunnel.
    pub which: Which,
    /// The port of 127.0.0.1 where its requests come in; 0 takes a free one, which a token's tunnel can not know.
    pub port: u16,
    /// Our own folder for the file that it is started with.
    pub folder: PathBuf,
    /// The host of the public address, for a tunnel with a name of its own.
    pub host: Option<String>,
    /// What ends the program when we are gone.
    pub guard: Guard,
    /// Between two questions whether it is connected.
    pub look_every: Duration,
    /// For the tunnel to stand after it was asked for.
    pub connect_limit: Duration,
}

impl Settings {
    /// A frozen link is to be noticed within 30 seconds, which takes two questions.
    pub const LOOK_EVERY: Duration = Duration::from_secs(10);
    /// See [`Self::connect_limit`].
    pub const CONNECT_LIMIT: Duration = Duration::from_secs(30);
}

/// The provider `cloudflared`.
#[derive(Clone, Debug)]
pub struct Cloudflared {
    settings: Settings,
}

impl Cloudflared {
    /// With these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl Provider for Cloudflared {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Cloudflared
    }

    fn capabilities(&self) -> Capabilities {
        self.settings.which.capabilities()
    }

    fn run(&self, context: SessionContext) -> Sessions<'_> {
        Box::pin(session::run(&self.settings, context))
    }
}

/// What has to be set for it, with the name that is to be public and the port where requests come in.
#[must_use]
pub fn recipe(host: Option<&str>, port: u16) -> Recipe {
    let host = host.unwrap_or("memory.example.org");
    Recipe {
        steps: vec![
            RecipeStep::new("Install cloudflared on this computer.", PROGRAM.source),
            RecipeStep::new(
                format!(
                    "With a domain at Cloudflare: make a tunnel under Networks, Connectors, and give it the public host name \
                     {host} with the service type HTTP and this address. Cloudflare shows a command with a token: keep \
                     the token in a file that only you can read, and name the file in config.toml."
                ),
                format!("127.0.0.1:{port}"),
            ),
            RecipeStep::new(
                "config.toml with a token.",
                format!(
                    "public_url = \"https://{host}\"\n\n[tunnel]\nprovider = \"cloudflared\"\n\n[tunnel.cloudflared]\n\
                     token_file = \"/path/to/token\""
                ),
            ),
            RecipeStep::new(
                "Or without their web site: a tunnel by commands. The second one prints the credentials file that \
                 config.toml then names as tunnel.cloudflared.credentials_file, in place of token_file.",
                format!(
                    "cloudflared tunnel login\ncloudflared tunnel create ambient-insights\n\
                     cloudflared tunnel route dns ambient-insights {host}"
                ),
            ),
            RecipeStep::new(
                "At Cloudflare, let assistants through: under Security, no rule against bots may answer Claude's requests, \
                 and `Block AI bots` must be off for this name.",
                "https://dash.cloudflare.com",
            ),
            RecipeStep::new(
                "Or only to try it, without an account: a name that is another one after each start. Every assistant has \
                 to be connected anew then, and Cloudflare promises nothing about it.",
                "[tunnel]\nprovider = \"cloudflared\"\n\n[tunnel.cloudflared]\nquick = true",
            ),
            RecipeStep::new("Start the program again, and turn the tunnel on.", "ambient-insights tunnel up"),
        ],
    }
}

#[cfg(test)]
#[cfg(unix)]
#[path = "cloudflared_tests.rs"]
mod tests;
