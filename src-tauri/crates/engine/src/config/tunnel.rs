//! The settings about public reach.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tunnel::ProviderKind;
use tunnel::ssh::RemoteAddress;

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
}

impl TunnelLayer {
    /// Takes a setting. `None`: it is none of these.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Option<Result<(), Unfit>> {
        let TunnelConfig { provider, start, ssh } = &mut self.config;
        Some(match key {
            "tunnel.provider" => take(
                ProviderKind::from_word(value).map(Some),
                provider,
                ("tunnel.provider", "it must be \"ssh\" or \"ingress\""),
            ),
            "tunnel.start" => take(value.parse().ok(), start, ("tunnel.start", "it must be true or false")),
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
            _ => return None,
        })
    }

    pub(super) fn check(self) -> TunnelConfig {
        self.config
    }
}

fn take<T>(found: Option<T>, place: &mut T, unfit: Unfit) -> Result<(), Unfit> {
    *place = found.ok_or(unfit)?;
    Ok(())
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
