//! The grammar of `tunnel`.

use clap::{Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Tunnel {
    /// Let the internet reach this program, and say whether the public address works
    Up {
        /// By this provider, instead of the one in the settings
        #[arg(long, value_name = "ID")]
        provider: Option<Provider>,
        /// Read the passphrase of an encrypted key from standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
    /// Let the internet in no longer
    Down,
    /// Show how the tunnel is, and what was seen at the public address
    Status,
    /// Trust the key that your SSH host showed, after comparing its fingerprint
    TrustHost {
        /// The fingerprint that you read on the host itself; then nothing is asked
        #[arg(long, value_name = "SHA256:…")]
        fingerprint: Option<String>,
    },
    /// Print what to set on your SSH host, your proxy, or with the provider
    Recipe {
        /// For this provider, instead of the one in the settings
        #[arg(long, value_name = "ID")]
        provider: Option<Provider>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Provider {
    /// Your own host, by SSH: only you can read what is sent
    Ssh,
    /// Your own way in: a port forwarding or a proxy
    Ingress,
    /// Tailscale Funnel: only you can read what is sent
    Tailscale,
    /// Cloudflare Tunnel: Cloudflare can read what is sent
    Cloudflared,
    /// ngrok, where it is built in.
    Ngrok,
}
