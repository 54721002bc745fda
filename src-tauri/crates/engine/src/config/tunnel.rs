//! The settings about public reach.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tunnel::ProviderKind;
use tunnel::ssh::RemoteAddress;
use tunnel::tailscale::{self, TlsEnd};

use super::tokens::Unfit;

/// How the internet is to reach the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TunnelConfig {
    /// By which provider.
    pub provider: Option<ProviderKind>,
    /// Whether it is turned on when the program starts.
    pub start: bool,
    /// For SSH.
    pub ssh: SshConfig,
    /// For Tailscale.
    pub tailscale: TailscaleConfig,
    /// For Cloudflare.
    pub cloudflared: CloudflaredConfig,
}

/// Tailscale Funnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailscaleConfig {
    /// Where the program lies, if it is not to be looked for.
    pub program: Option<PathBuf>,
    /// The port at Tailscale's servers.
    pub port: u16,
    /// Where the encryption ends. Not said: here where there is a public address, for which there can be a certificate.
    pub tls: Option<TlsEnd>,
}

impl Default for TailscaleConfig {
    fn default() -> Self {
        // The only port that Claude's cloud reaches.
        Self { program: None, port: 443, tls: None }
    }
}

/// Cloudflare Tunnel. Exactly one of the three that name a tunnel is to be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudflaredConfig {
    /// Where the program lies, if it is not to be looked for.
    pub program: Option<PathBuf>,
    /// The file with the token of a tunnel that is managed at Cloudflare.
    pub token_file: Option<PathBuf>,
    /// The file that `cloudflared tunnel create` wrote.
    pub credentials_file: Option<PathBuf>,
    /// A tunnel without an account, under another name after each start.
    pub quick: bool,
    /// The port of this computer where requests come in.
    pub port: Option<u16>,
}

/// Remote forwarding on the person's own host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshConfig {
    /// The host's name.
    pub host: Option<String>,
    /// Its SSH port.
    pub port: u16,
    /// Who logs in.
    pub user: String,
    /// The private key's file.
    pub key: Option<PathBuf>,
    /// The port that visitors reach on the host.
    pub remote_port: u16,
    /// Whether visitors reach it from everywhere, or only a forwarder on the host itself.
    #[serde(skip)]
    pub remote_address: RemoteAddress,
}

impl Default for SshConfig {
    fn default() -> Self {
        Self {
            host: None,
            port: 22,
            // The user that the recipe makes, who can do nothing but this.
            user: "ambient-insights".to_owned(),
            key: None,
            // The only one that Claude's cloud reaches.
            remote_port: 443,
            remote_address: RemoteAddress::All,
        }
    }
}

/// What was said about that; each may be absent.
#[derive(Debug, Default)]
pub(super) struct TunnelLayer {
    config: TunnelConfig,
    start: Option<bool>,
}

impl TunnelLayer {
    /// Takes a setting. `None`: it is none of these.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Option<Result<(), Unfit>> {
        let TunnelConfig { provider, ssh, tailscale, cloudflared, .. } = &mut self.config;
        Some(match key {
            "tunnel.provider" => take(
                ProviderKind::from_word(value).map(Some),
                provider,
                ("tunnel.provider", "it must be \"ssh\", \"ingress\", \"tailscale\" or \"cloudflared\""),
            ),
            "tunnel.start" => take(
                value.parse().ok().map(Some),
                &mut self.start,
                ("tunnel.start", "it must be true or false"),
            ),
            "tunnel.ssh.host" => take(
                is_word(value).then(|| Some(value.to_owned())),
                &mut ssh.host,
                ("tunnel.ssh.host", "it must be a host's name or address, without a user or a port"),
            ),
            "tunnel.ssh.port" => {
                take(port(value), &mut ssh.port, ("tunnel.ssh.port", "it must be a number from 1 to 65535"))
            }
            "tunnel.ssh.user" => take(
                is_word(value).then(|| value.to_owned()),
                &mut ssh.user,
                ("tunnel.ssh.user", "it must be a user's name on that host"),
            ),
            "tunnel.ssh.key" => take(
                (!value.is_empty()).then(|| Some(PathBuf::from(value))),
                &mut ssh.key,
                ("tunnel.ssh.key", "it must be the file of a private key"),
            ),
            "tunnel.ssh.remote_port" => take(
                port(value),
                &mut ssh.remote_port,
                ("tunnel.ssh.remote_port", "it must be a number from 1 to 65535"),
            ),
            "tunnel.ssh.remote_address" => take(
                RemoteAddress::from_word(value),
                &mut ssh.remote_address,
                (
                    "tunnel.ssh.remote_address",
                    "it must be \"all\", or \"loopback\" where a forwarder on the host stands before it",
                ),
            ),
            "tunnel.tailscale.program" => take(
                file(value).map(Some),
                &mut tailscale.program,
                ("tunnel.tailscale.program", "it must be the whole path of the program tailscale"),
            ),
            "tunnel.tailscale.port" => take(
                port(value).filter(|port| tailscale::PORTS.contains(port)),
                &mut tailscale.port,
                ("tunnel.tailscale.port", "it must be 443, 8443 or 10000 (Claude's cloud calls 443 alone)"),
            ),
            "tunnel.tailscale.tls" => take(
                TlsEnd::from_word(value).map(Some),
                &mut tailscale.tls,
                (
                    "tunnel.tailscale.tls",
                    "it must be \"here\" (in this program, with its certificate) or \"tailscale\" (in Tailscale's service \
                     on this computer)",
                ),
            ),
            "tunnel.cloudflared.program" => take(
                file(value).map(Some),
                &mut cloudflared.program,
                ("tunnel.cloudflared.program", "it must be the whole path of the program cloudflared"),
            ),
            "tunnel.cloudflared.token_file" => take(
                (!value.is_empty()).then(|| Some(PathBuf::from(value))),
                &mut cloudflared.token_file,
                ("tunnel.cloudflared.token_file", "it must be the file that holds the tunnel's token"),
            ),
            "tunnel.cloudflared.credentials_file" => take(
                (!value.is_empty()).then(|| Some(PathBuf::from(value))),
                &mut cloudflared.credentials_file,
                (
                    "tunnel.cloudflared.credentials_file",
                    "it must be the file that `cloudflared tunnel create` wrote",
                ),
            ),
            "tunnel.cloudflared.quick" => take(
                value.parse().ok(),
                &mut cloudflared.quick,
                ("tunnel.cloudflared.quick", "it must be true or false"),
            ),
            "tunnel.cloudflared.port" => take(
                value.parse().ok().map(Some),
                &mut cloudflared.port,
                ("tunnel.cloudflared.port", "it must be a number from 0 (a free one) to 65535"),
            ),
            _ => return None,
        })
    }

    /// `has_ingress`: the person's own way in is set. It was open as long as that before there were others, so it is
    /// opened at the start where nobody says otherwise.
    pub(super) fn check(self, has_ingress: bool) -> TunnelConfig {
        let by_ingress = match self.config.provider {
            Some(provider) => provider == ProviderKind::Ingress,
            None => true,
        };
        TunnelConfig { start: self.start.unwrap_or(has_ingress && by_ingress), ..self.config }
    }
}

fn take<T>(found: Option<T>, place: &mut T, unfit: Unfit) -> Result<(), Unfit> {
    *place = found.ok_or(unfit)?;
    Ok(())
}

/// A program that is started is named from the root on: nobody else's folder decides which one it is.
fn file(value: &str) -> Option<PathBuf> {
    Some(PathBuf::from(value)).filter(|path| path.is_absolute())
}

fn port(value: &str) -> Option<u16> {
    value.parse().ok().filter(|port| *port != 0)
}

/// A name that can stand in a file of known hosts and on a command line of the recipe as it is.
fn is_word(value: &str) -> bool {
    !value.is_empty()
        && !value.starts_with('-')
        && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))
}

#[cfg(test)]
#[path = "tunnel_tests.rs"]
mod tests;
