//! Why there is no Cloudflare Tunnel, each with its remedy.

use std::path::PathBuf;

use crate::error::{ReasonKind, Retry};

/// Why there is no tunnel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The token is none.
    #[error(
        "Cloudflare's token can not be read; copy it anew from the tunnel's page at Cloudflare into the file that \
         tunnel.cloudflared.token_file names, the long word alone"
    )]
    BadToken,
    /// Cloudflare knows the tunnel, and not the secret.
    #[error(
        "Cloudflare refuses the tunnel's secret; it was renewed or the tunnel was deleted: take the token or the \
         credentials file anew"
    )]
    SecretRefused,
    /// The credentials file can not be used.
    #[error("the credentials file {} can not be used: {detail}; name the one that `cloudflared tunnel create` wrote", .path.display())]
    Credentials {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// No tunnel without an account just now.
    #[error(
        "Cloudflare gives no quick tunnel at the moment; it is tried again, or set up a tunnel with a name (`ambient-insights tunnel recipe`)"
    )]
    NoQuickTunnel,
    /// Cloudflare can not be reached.
    #[error(
        "cloudflared does not reach Cloudflare; check the network, and that a firewall lets port 7844 out (UDP and TCP)"
    )]
    NotReached,
    /// It was connected, and is not any more.
    #[error("cloudflared lost its connections to Cloudflare; starting it anew")]
    Lost,
    /// The file that it is started with could not be written.
    #[error("{} can not be written: {detail}; check the disk and the folder's rights", .path.display())]
    Configuration {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
}

impl Refusal {
    pub(crate) const fn retry(&self) -> Retry {
        match self {
            Self::BadToken | Self::SecretRefused | Self::Credentials { .. } => Retry::Never,
            // Asking often is what they answer 429 to.
            Self::NoQuickTunnel | Self::Configuration { .. } => Retry::Seldom,
            Self::NotReached | Self::Lost => Retry::Soon,
        }
    }

    pub(crate) const fn kind(&self) -> ReasonKind {
        match self {
            Self::BadToken | Self::SecretRefused | Self::Credentials { .. } => ReasonKind::Login,
            Self::NoQuickTunnel => ReasonKind::Account,
            Self::NotReached | Self::Lost => ReasonKind::Network,
            Self::Configuration { .. } => ReasonKind::Internal,
        }
    }
}
