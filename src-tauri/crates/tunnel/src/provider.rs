//! What every way of reach is: one session at a time, announced, served and ended.

use std::pin::Pin;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{Capabilities, Incoming, TunnelError};

/// For a link of our own to stand, with its login.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// Between two looks at a link of our own. Together with [`PING_LIMIT`] less than the 30 seconds in which a frozen peer
/// must be noticed.
pub const PING_EVERY: Duration = Duration::from_secs(12);

/// For the answer to such a look.
pub const PING_LIMIT: Duration = Duration::from_secs(12);

/// Which way of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ProviderKind {
    /// Remote forwarding on the person's own host.
    Ssh,
    /// The person's own way in: a port forwarding, a proxy.
    Ingress,
    /// Tailscale Funnel.
    Tailscale,
    /// Cloudflare Tunnel.
    Cloudflared,
    /// ngrok.
    Ngrok,
}

impl ProviderKind {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Ssh, Self::Ingress, Self::Tailscale, Self::Cloudflared, Self::Ngrok];

    /// Its id in settings, on the command line and in the audit trail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::Ingress => "ingress",
            Self::Tailscale => "tailscale",
            Self::Cloudflared => "cloudflared",
            Self::Ngrok => "ngrok",
        }
    }

    /// The provider of that id.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What a session is reachable under, as the provider knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Announced {
    /// Where the streams come in, in words: `port 443 of example.org`.
    pub place: String,
    /// The public address, where the provider gives it: `https://desk.tail1a2b3.ts.net`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub url: Option<String>,
}

/// What one session is given.
#[derive(Debug)]
pub struct SessionContext {
    /// Where streams go. A provider takes a place in it before it accepts a stream, and turns the stream away
    /// when there is none.
    pub incoming: mpsc::Sender<Incoming>,
    /// Told once the session can be reached.
    pub announced: watch::Sender<Option<Announced>>,
    /// Somebody has reason to doubt the link (the computer slept, the network changed): look at it now.
    pub check: std::sync::Arc<Notify>,
    /// The session is to end, leaving no task, socket or child.
    pub stop: CancellationToken,
}

/// A session's end: asked for, or the error that ended it.
pub type Sessions<'a> = Pin<Box<dyn Future<Output = Result<(), TunnelError>> + Send + 'a>>;

/// One way of reach.
pub trait Provider: Send + Sync + 'static {
    /// Which one it is.
    fn kind(&self) -> ProviderKind;

    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// One session: connects, announces, hands streams over, and returns when it is over. It never tries again
    /// by itself: that is the supervisor's. When it returns, nothing of it is left.
    fn run(&self, context: SessionContext) -> Sessions<'_>;
}
