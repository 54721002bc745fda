//! Which provider follows from the settings, what it can do, and what has to be set for it elsewhere.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;
use tunnel::cloudflared::{self, Cloudflared, Which};
use tunnel::ingress::{self, Ingress};
use tunnel::ngrok;
use tunnel::ssh::{self, KnownHosts, Ssh};
use tunnel::tailscale::{self, Tailscale, TlsEnd};
use tunnel::{Capabilities, Guard, Provider, ProviderKind, Recipe};

use crate::{Config, Failure};

/// The subcommand by which our own program is the guard of a program that it started. It is in no help text.
pub const GUARD_COMMAND: &str = "stand-guard";

/// No token is longer.
const LONGEST_TOKEN: usize = 4096;

/// The one that is set. Whoever has set a port for their own way in alone means that.
pub(super) fn chosen(config: &Config) -> Option<ProviderKind> {
    config.tunnel.provider.or(config.ingress_port.map(|_| ProviderKind::Ingress))
}

/// What it can do.
pub(super) fn capabilities(config: &Config, kind: ProviderKind) -> Capabilities {
    match kind {
        ProviderKind::Ssh => Ssh::CAPABILITIES,
        ProviderKind::Ingress => Ingress::capabilities_of(config.ingress_proxy_protocol),
        ProviderKind::Tailscale => Tailscale::CAPABILITIES,
        ProviderKind::Cloudflared => cloudflared::capabilities(config.tunnel.cloudflared.quick),
        ProviderKind::Ngrok => ngrok::CAPABILITIES,
    }
}

/// Whether the provider gives the public address itself, so that none needs to be set.
pub(super) fn gives_its_name(config: &Config, kind: ProviderKind) -> bool {
    match kind {
        ProviderKind::Ssh | ProviderKind::Ingress | ProviderKind::Ngrok => false,
        ProviderKind::Tailscale => true,
        ProviderKind::Cloudflared => config.tunnel.cloudflared.quick,
    }
}

/// The provider as it is set.
pub(super) fn make(
    config: &Config,
    kind: ProviderKind,
    passphrase: Option<SecretString>,
) -> Result<Arc<dyn Provider>, Failure> {
    Ok(match kind {
        ProviderKind::Ssh => Arc::new(Ssh::new(ssh_settings(config, ssh_host(config)?, passphrase))),
        ProviderKind::Ingress => Arc::new(Ingress::new(ingress_settings(config)?)),
        ProviderKind::Tailscale => Arc::new(Tailscale::new(tailscale_settings(config)?)),
        ProviderKind::Cloudflared => Arc::new(Cloudflared::new(cloudflared_settings(config)?)),
        #[cfg(feature = "ngrok")]
        ProviderKind::Ngrok => Arc::new(ngrok::Ngrok::new(ngrok_settings(config)?)),
        #[cfg(not(feature = "ngrok"))]
        ProviderKind::Ngrok => {
            return Err(Failure::refused(
                "ngrok is not built into this program; build it with `cargo build --release --features ngrok`, or \
                 choose another way",
            ));
        }
    })
}

/// What has to be set for it elsewhere.
pub(super) fn recipe(config: &Config, kind: ProviderKind) -> Recipe {
    let host = host(config);
    match kind {
        ProviderKind::Ssh => {
            let at = config.tunnel.ssh.host.as_deref().unwrap_or(ssh::EXAMPLE_HOST);
            let settings = ssh_settings(config, at, None);
            ssh::recipe(&settings, ssh::public_key(&settings).as_ref(), host.as_deref())
        }
        ProviderKind::Ingress => ingress::recipe(
            host.as_deref(),
            config.ingress_port.unwrap_or(ingress::EXAMPLE_PORT),
            config.ingress_proxy_protocol,
        ),
        ProviderKind::Tailscale => tailscale::recipe(),
        ProviderKind::Ngrok => ngrok::recipe(host.as_deref()),
        ProviderKind::Cloudflared => cloudflared::recipe(
            host.as_deref(),
            config.tunnel.cloudflared.port.unwrap_or(cloudflared::DEFAULT_PORT),
        ),
    }
}

fn ingress_settings(config: &Config) -> Result<ingress::Settings, Failure> {
    let port = config.ingress_port.ok_or_else(|| {
        Failure::refused(
            "your own way in has no port yet; set ingress_port in config.toml to the one that your proxy or port \
             forwarding leads to, and start the program again",
        )
    })?;
    Ok(ingress::Settings { port, proxy_protocol: config.ingress_proxy_protocol })
}

fn tailscale_settings(config: &Config) -> Result<tailscale::Settings, Failure> {
    let set = &config.tunnel.tailscale;
    let host = host(config);
    // Without a public address that is set there is nothing to get a certificate for.
    let tls = set.tls.unwrap_or(if host.is_some() { TlsEnd::Here } else { TlsEnd::Tailscale });
    Ok(tailscale::Settings {
        program: set.program.clone(),
        port: set.port,
        tls,
        host,
        guard: guard()?,
        look_every: tailscale::Settings::LOOK_EVERY,
        connect_limit: tailscale::Settings::CONNECT_LIMIT,
    })
}

fn cloudflared_settings(config: &Config) -> Result<cloudflared::Settings, Failure> {
    let set = &config.tunnel.cloudflared;
    let place = |path: &Path| config.data_dir.join(in_home(path));
    let which = match (&set.token_file, &set.credentials_file, set.quick) {
        (Some(file), None, false) => Which::Token(read_token(&place(file))?),
        (None, Some(file), false) => Which::Credentials(place(file)),
        (None, None, true) => Which::Quick,
        (None, None, false) => {
            return Err(Failure::refused(
                "no tunnel at Cloudflare is named; set tunnel.cloudflared.token_file or \
                 tunnel.cloudflared.credentials_file in config.toml (`ambient-insights tunnel recipe --provider \
                 cloudflared` says how), or tunnel.cloudflared.quick = true to try it without an account, and start \
                 the program again",
            ));
        }
        _ => {
            return Err(Failure::refused(
                "config.toml names more than one tunnel at Cloudflare; keep one of tunnel.cloudflared.token_file, \
                 .credentials_file and .quick",
            ));
        }
    };
    // Where a token's tunnel leads is said at Cloudflare; for the others the program says it at each start.
    let otherwise = if matches!(which, Which::Token(_)) { cloudflared::DEFAULT_PORT } else { 0 };
    Ok(cloudflared::Settings {
        program: set.program.clone(),
        which,
        port: set.port.unwrap_or(otherwise),
        folder: config.data_dir.join("tunnel"),
        host: host(config),
        guard: guard()?,
        look_every: cloudflared::Settings::LOOK_EVERY,
        connect_limit: cloudflared::Settings::CONNECT_LIMIT,
    })
}

#[cfg(feature = "ngrok")]
fn ngrok_settings(config: &Config) -> Result<ngrok::Settings, Failure> {
    let authtoken = match &config.tunnel.ngrok.authtoken_file {
        Some(file) => read_token(&config.data_dir.join(in_home(file)))?,
        None => match std::env::var("NGROK_AUTHTOKEN") {
            Ok(token) if !token.trim().is_empty() => token.trim().into(),
            _ => {
                return Err(Failure::refused(
                    "no token for ngrok is there; put the one of your account \
                     (https://dashboard.ngrok.com/get-started/your-authtoken) into a file, readable for you alone, and \
                     name that as tunnel.ngrok.authtoken_file",
                ));
            }
        },
    };
    let domain = host(config).ok_or_else(|| Failure::refused("public_url names no host; set one"))?;
    Ok(ngrok::Settings {
        authtoken,
        domain,
        edge: ngrok::Edge::default(),
        connect_limit: tunnel::CONNECT_LIMIT,
        ping_every: tunnel::PING_EVERY,
        ping_limit: tunnel::PING_LIMIT,
    })
}

fn read_token(path: &Path) -> Result<SecretString, Failure> {
    let refuse = |detail: &str| {
        Failure::refused(format!(
            "the token file {} can not be used: {detail}; put the tunnel's token into it, and nothing else",
            path.display()
        ))
    };
    let text = std::fs::read_to_string(path).map_err(|error| refuse(&error.to_string()))?;
    let token = text.trim();
    let fits = (1..=LONGEST_TOKEN).contains(&token.len()) && token.chars().all(|c| c.is_ascii_graphic());
    if fits { Ok(token.into()) } else { Err(refuse("it holds no single word")) }
}

/// The host of the public address that is set.
fn host(config: &Config) -> Option<String> {
    let url = url::Url::parse(config.public_url.as_ref()?.as_str()).ok()?;
    url.host_str().map(str::to_owned)
}

fn guard() -> Result<Guard, Failure> {
    // As the kernel knows it: also after an update has put another file in its place.
    let program = if cfg!(target_os = "linux") {
        PathBuf::from("/proc/self/exe")
    } else {
        std::env::current_exe().map_err(|error| {
            Failure::failed(format!("this program does not find itself ({error}); start it again"))
        })?
    };
    Ok(Guard { program, arguments: vec![GUARD_COMMAND.into()] })
}

pub(super) fn known_hosts(config: &Config) -> KnownHosts {
    KnownHosts {
        own: config.data_dir.join("tunnel").join("known_hosts"),
        others: home_file(".ssh/known_hosts").into_iter().collect(),
    }
}

fn home_file(name: &str) -> Option<PathBuf> {
    directories::BaseDirs::new().map(|folders| folders.home_dir().join(name))
}

/// A path that begins with `~` leads to the person's home.
fn in_home(path: &Path) -> PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) => home_file(&rest.to_string_lossy()).unwrap_or_else(|| path.to_owned()),
        Err(_) => path.to_owned(),
    }
}

fn ssh_host(config: &Config) -> Result<&str, Failure> {
    config.tunnel.ssh.host.as_deref().ok_or_else(|| {
        Failure::refused(
            "no host is set for SSH; fill it in under Settings, or set tunnel.ssh.host in config.toml and start the \
             program again",
        )
    })
}

fn ssh_settings(config: &Config, host: &str, passphrase: Option<SecretString>) -> ssh::Settings {
    let ssh = &config.tunnel.ssh;
    let key = ssh.key.as_deref().map(in_home);
    let default_keys = [".ssh/id_ed25519", ".ssh/id_ecdsa"].into_iter().filter_map(home_file).collect();
    // As ssh(1) finds it; on Windows its agent has this one name.
    let agent = if cfg!(windows) {
        Some(PathBuf::from(r"\\.\pipe\openssh-ssh-agent"))
    } else {
        std::env::var_os("SSH_AUTH_SOCK").filter(|socket| !socket.is_empty()).map(PathBuf::from)
    };
    ssh::Settings {
        host: host.to_owned(),
        port: ssh.port,
        user: ssh.user.clone(),
        key,
        default_keys,
        agent,
        passphrase,
        remote_port: ssh.remote_port,
        remote_address: ssh.remote_address.clone(),
        known_hosts: known_hosts(config),
        connect_limit: tunnel::CONNECT_LIMIT,
        ping_every: tunnel::PING_EVERY,
        ping_limit: tunnel::PING_LIMIT,
    }
}

#[cfg(test)]
#[path = "providers_tests.rs"]
mod tests;
