//! The settings about public reach.

use std::path::PathBuf;

use gateway::Visitors;
use serde::{Deserialize, Serialize};
use tunnel::ProviderKind;
use tunnel::ssh::RemoteAddress;
use tunnel::tailscale::{self, TlsEnd};

use super::ConfigError;
use super::tokens::Unfit;

/// How the internet is to reach the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TunnelConfig {
    /// By which provider.
    pub provider: Option<ProviderKind>,
    /// Whether it is turned on when the program starts.
    pub start: bool,
    /// Who of the internet may use an access.
    pub allow: Visitors,
    /// For SSH.
    pub ssh: SshConfig,
    /// For Tailscale.
    pub tailscale: TailscaleConfig,
    /// For Cloudflare.
    pub cloudflared: CloudflaredConfig,
    /// For ngrok.
    pub ngrok: NgrokConfig,
}

/// ngrok.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NgrokConfig {
    /// The file with the account's token for agents. None: the variable `NGROK_AUTHTOKEN`, as ngrok's own agent reads
    /// it.
    pub authtoken_file: Option<PathBuf>,
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

impl TunnelConfig {
    /// A setting as it would stand in the environment; empty: it is not set. None: it is none of these.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let ssh = &self.ssh;
        let path = |path: Option<&PathBuf>| path.map(|path| path.display().to_string()).unwrap_or_default();
        Some(match key {
            "tunnel.provider" => self.provider.map(ProviderKind::as_str).unwrap_or_default().to_owned(),
            "tunnel.start" => self.start.to_string(),
            "tunnel.allow" => self.allow.as_str().to_owned(),
            "tunnel.ssh.host" => ssh.host.clone().unwrap_or_default(),
            "tunnel.ssh.port" => ssh.port.to_string(),
            "tunnel.ssh.user" => ssh.user.clone(),
            "tunnel.ssh.key" => ssh.key.as_ref().map(|key| key.display().to_string()).unwrap_or_default(),
            "tunnel.ssh.remote_port" => ssh.remote_port.to_string(),
            "tunnel.ssh.remote_address" => ssh.remote_address.as_str().to_owned(),
            "tunnel.tailscale.program" => path(self.tailscale.program.as_ref()),
            "tunnel.tailscale.port" => self.tailscale.port.to_string(),
            "tunnel.tailscale.tls" => self.tailscale.tls.map(TlsEnd::as_str).unwrap_or_default().to_owned(),
            "tunnel.cloudflared.program" => path(self.cloudflared.program.as_ref()),
            "tunnel.cloudflared.token_file" => path(self.cloudflared.token_file.as_ref()),
            "tunnel.cloudflared.credentials_file" => path(self.cloudflared.credentials_file.as_ref()),
            "tunnel.cloudflared.quick" => self.cloudflared.quick.to_string(),
            "tunnel.cloudflared.port" => {
                self.cloudflared.port.map(|port| port.to_string()).unwrap_or_default()
            }
            "tunnel.ngrok.authtoken_file" => path(self.ngrok.authtoken_file.as_ref()),
            _ => return None,
        })
    }

    /// Whether a tunnel that is up by one of them is up by the other too.
    pub(crate) fn is_the_same_way(&self, other: &Self) -> bool {
        let way = |config: &Self| Self { start: false, allow: Visitors::default(), ..config.clone() };
        way(self) == way(other)
    }

    /// What keeps a provider from telling from where somebody connects, where that has to be known.
    ///
    /// # Errors
    /// [`ConfigError::VisitorsUnknown`] with the remedy.
    pub(crate) fn check_visitors(&self, provider: ProviderKind, proxied: bool) -> Result<(), ConfigError> {
        let remedy = match provider {
            _ if self.allow == Visitors::Anyone => return Ok(()),
            ProviderKind::Ssh if self.ssh.remote_address == RemoteAddress::Loopback => {
                "behind a forwarder of the host everybody seems to come from that host; set \
                 tunnel.ssh.remote_address = \"all\""
            }
            ProviderKind::Ingress if !proxied => {
                "your own way in does not tell it; have your proxy send PROXY protocol headers and set \
                 ingress_proxy_protocol = true"
            }
            ProviderKind::Ssh
            | ProviderKind::Ingress
            | ProviderKind::Tailscale
            | ProviderKind::Cloudflared
            | ProviderKind::Ngrok => return Ok(()),
        };
        Err(ConfigError::VisitorsUnknown { remedy })
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
        let TunnelConfig { provider, allow, ssh, .. } = &mut self.config;
        Some(match key {
            "tunnel.provider" => take(
                ProviderKind::from_word(value).map(Some),
                provider,
                (
                    "tunnel.provider",
                    "it must be \"ssh\", \"ingress\", \"tailscale\", \"cloudflared\" or \"ngrok\"",
                ),
            ),
            "tunnel.start" => take(
                value.parse().ok().map(Some),
                &mut self.start,
                ("tunnel.start", "it must be true or false"),
            ),
            "tunnel.allow" => take(
                Visitors::from_word(value),
                allow,
                ("tunnel.allow", "it must be \"anyone\" or \"anthropic\""),
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
            _ => return self.set_of_others(key, value),
        })
    }

    /// The settings of the providers that are programs or services of others.
    fn set_of_others(&mut self, key: &str, value: &str) -> Option<Result<(), Unfit>> {
        let TunnelConfig { tailscale, cloudflared, ngrok, .. } = &mut self.config;
        Some(match key {
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
            "tunnel.ngrok.authtoken_file" => take(
                (!value.is_empty()).then(|| Some(PathBuf::from(value))),
                &mut ngrok.authtoken_file,
                ("tunnel.ngrok.authtoken_file", "it must be the file that holds the token of your account"),
            ),
            _ => return None,
        })
    }

    /// The settings together. `ingress`: whether the person's own way in is set, and whether what stands before it tells
    /// who comes. It was open as long as it was set before there were others, so it is opened at the start where nobody
    /// says otherwise.
    pub(super) fn check(self, ingress: Option<bool>) -> Result<TunnelConfig, ConfigError> {
        let provider = self.config.provider.or(ingress.map(|_| ProviderKind::Ingress));
        if let Some(provider) = provider {
            self.config.check_visitors(provider, ingress.unwrap_or(false))?;
        }
        let opens = ingress.is_some() && provider == Some(ProviderKind::Ingress);
        Ok(TunnelConfig { start: self.start.unwrap_or(opens), ..self.config })
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
