//! ngrok: its servers take visitors of a name of the person's account and hand the streams over through one TLS
//! connection of ours. A TLS endpoint of ngrok's passes the bytes on as they are, so the encryption ends here.
//!
//! `refusal.rs` is why ngrok says no, `session.rs` one session from its start to its end. The code that speaks ngrok's
//! protocol is ngrok's own crate, and is built in with the feature `ngrok` alone.

mod refusal;
#[cfg(feature = "ngrok")]
mod session;

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

pub use refusal::Refusal;

use crate::{Capabilities, PublicName, Recipe, RecipeStep, Secrecy};
#[cfg(feature = "ngrok")]
use crate::{Provider, ProviderKind, SessionContext, Sessions};

/// Whether this program can speak ngrok's protocol.
pub const IS_BUILT_IN: bool = cfg!(feature = "ngrok");

/// What it can do.
pub const CAPABILITIES: Capabilities = Capabilities {
    secrecy: Secrecy::EndToEnd,
    name: PublicName::Stable,
    needs_account: true,
    gives_peer_address: true,
};

/// What has to be set at ngrok, for a public address of this host.
#[must_use]
pub fn recipe(host: Option<&str>) -> Recipe {
    let host = host.unwrap_or("memory.example.org");
    let steps = [
        (
            format!(
                "At ngrok: an account whose plan has TLS endpoints, and {host} reserved as a domain of it."
            ),
            "https://dashboard.ngrok.com/domains".to_owned(),
        ),
        (
            "In a file that only you can read, in the data folder: the account's token for agents."
                .to_owned(),
            "https://dashboard.ngrok.com/get-started/your-authtoken".to_owned(),
        ),
        (
            "In config.toml.".to_owned(),
            format!(
                "public_url = \"https://{host}\"\n\n[tunnel]\nprovider = \"ngrok\"\n\n[tunnel.ngrok]\nauthtoken_file = \
                 \"ngrok-token\""
            ),
        ),
    ];
    Recipe { steps: steps.into_iter().map(|(what, text)| RecipeStep { what, text }).collect() }
}

/// Where ngrok's servers are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The host and its port: `connect.ngrok-agent.com:443`.
    pub address: String,
    /// The certificates of those that vouch for it, as PEM; none: those that ngrok's crate knows.
    pub authorities: Option<Vec<u8>>,
}

impl Default for Edge {
    fn default() -> Self {
        Self { address: "connect.ngrok-agent.com:443".to_owned(), authorities: None }
    }
}

/// What a session is set to.
#[derive(Clone)]
pub struct Settings {
    /// The account's token for agents. It is never logged, and no error names it.
    pub authtoken: SecretString,
    /// The host of the public address, which has to be reserved for the account.
    pub domain: String,
    /// Where ngrok's servers are reached.
    pub edge: Edge,
    /// For the connection, the login and the endpoint together.
    pub connect_limit: Duration,
    /// Between two looks whether ngrok still answers.
    pub ping_every: Duration,
    /// How long an answer may take. Together with `ping_every` it is the time in which a frozen peer is noticed.
    pub ping_limit: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("domain", &self.domain)
            .field("edge", &self.edge)
            .finish_non_exhaustive()
    }
}

/// The provider `ngrok`.
#[cfg(feature = "ngrok")]
#[derive(Clone, Debug)]
pub struct Ngrok {
    settings: Settings,
}

#[cfg(feature = "ngrok")]
impl Ngrok {
    /// With these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

#[cfg(feature = "ngrok")]
impl Provider for Ngrok {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Ngrok
    }

    fn capabilities(&self) -> Capabilities {
        CAPABILITIES
    }

    fn run(&self, context: SessionContext) -> Sessions<'_> {
        Box::pin(session::run(&self.settings, context))
    }
}

#[cfg(all(test, feature = "ngrok"))]
#[path = "edge_tests.rs"]
mod tests;
