//! What the person has set: command line over environment over `config.toml` over defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use authorization::{
    AccessTokenFormat, ClientDocuments, ExternalServer, Origin, Origins, RegistrationPolicy, StaticClient,
    StaticSource,
};
use context::{Redaction, RetentionSetting};

mod admission;
mod certificates;
mod clients;
mod error;
mod external;
mod flat;
mod layers;
mod privacy;
mod setting;
mod shown;
mod tokens;
mod tunnel;

pub use self::certificates::PublicCertificateSettings;
pub use self::error::ConfigError;
use self::layers::{Layers, Place, parse_url};
pub use self::tunnel::{CloudflaredConfig, NgrokConfig, SshConfig, TailscaleConfig, TunnelConfig};
pub use setting::{Setting, SettingSource, Theme};

/// The port that is taken when nothing else was said.
pub const DEFAULT_PORT: u16 = 9100;

/// The settings' file in the data directory.
pub(crate) const FILE_NAME: &str = "config.toml";

/// What the environment's variables begin with.
const ENVIRONMENT_PREFIX: &str = "AMBIENT_INSIGHTS_";

/// Variables with the prefix that are read elsewhere and are no settings of `config.toml`.
const OTHER_VARIABLES: [&str; 2] = ["DATA_DIR", "LOG"];

/// Every setting's name in `config.toml`; in the environment it stands in capitals behind the prefix, with `_` in
/// place of the dot of a setting that stands in a table.
const KEYS: &[&str] = &[
    "access_token_format",
    "access_token_minutes",
    "acme.agreed_terms",
    "acme.challenge",
    "acme.directory",
    "acme.http_port",
    "acme.profile",
    "acme.root",
    "approval_minutes",
    "audit_days",
    "authorization.audience",
    "authorization.client_id",
    "authorization.client_secret_file",
    "authorization.issuer",
    "authorization.mode",
    "authorization.relay",
    "authorization.scope_map",
    "authorization.subjects",
    "authorization.validation",
    "browser_origins",
    "certificate.chain",
    "certificate.key",
    "certificate.root",
    "client_documents",
    "grant_days",
    "ingress_port",
    "ingress_proxy_protocol",
    "limits",
    "port",
    "public_url",
    "redact_secrets",
    "refresh_idle_days",
    "registration",
    "remember_consent",
    "retention_days",
    "static_clients",
    "theme",
    "tunnel.allow",
    "tunnel.cloudflared.credentials_file",
    "tunnel.cloudflared.port",
    "tunnel.cloudflared.program",
    "tunnel.cloudflared.quick",
    "tunnel.cloudflared.token_file",
    "tunnel.ngrok.authtoken_file",
    "tunnel.provider",
    "tunnel.ssh.host",
    "tunnel.ssh.key",
    "tunnel.ssh.port",
    "tunnel.ssh.remote_address",
    "tunnel.ssh.remote_port",
    "tunnel.ssh.user",
    "tunnel.start",
    "tunnel.tailscale.port",
    "tunnel.tailscale.program",
    "tunnel.tailscale.tls",
];

/// Every setting's name.
#[cfg(test)]
pub(crate) const fn every_key() -> &'static [&'static str] {
    KEYS
}

const PORT_RULE: &str = "a port is a number from 0 (a free one) to 65535";

/// Ten years, in days.
const LONGEST_AUDIT: u64 = 3650;

/// The whole program's settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Everything that the program keeps lies here.
    pub data_dir: PathBuf,
    /// The TLS port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// A second TLS port on 127.0.0.1 for the person's own reverse proxy or port forwarding (the provider `ingress`):
    /// everything that comes in there counts as coming from the internet. 0 takes a free one.
    pub ingress_port: Option<u16>,
    /// Whether what stands before the second port begins each stream with a PROXY protocol header.
    pub ingress_proxy_protocol: bool,
    /// The public origin, where there is one.
    pub public_url: Option<Origin>,
    /// Where the certificate of the public name comes from.
    pub public_certificate: PublicCertificateSettings,
    /// Origins of web pages that may call us (the MCP Inspector's browser mode).
    pub browser_origins: Vec<String>,
    /// Whether rates are limited. Off is for load tests.
    pub rates_limited: bool,
    /// How long an access token is good.
    pub access_token_lifetime: Duration,
    /// What an access token looks like.
    pub access_token_format: AccessTokenFormat,
    /// How long access lasts that nobody uses.
    pub refresh_idle: Duration,
    /// How long access lasts at all.
    pub grant_lifetime: Duration,
    /// Another authorization server in place of ours.
    pub external: Option<ExternalServer>,
    /// How long somebody who asks to be let in waits for the owner.
    pub request_lifetime: Duration,
    /// In which ways clients may become known.
    pub registration: RegistrationPolicy,
    /// The clients that the owner registered in the settings, each with where it stands.
    pub static_clients: Vec<(StaticClient, StaticSource)>,
    /// How long lines of the audit trail are kept at most. None: until there are too many.
    pub audit_age: Option<Duration>,
    /// Which client metadata documents count.
    pub client_documents: ClientDocuments,
    /// Whether an earlier yes may count again without a window.
    pub remember_consent: bool,
    /// Whether secrets are taken out of what is stored.
    pub redaction: Redaction,
    /// How long conversations are kept.
    pub retention: RetentionSetting,
    /// How the internet is to reach the program.
    pub tunnel: TunnelConfig,
    /// How the windows look.
    pub theme: Theme,
    /// Where each setting comes from that somebody set, by its name.
    sources: BTreeMap<String, SettingSource>,
}

/// Settings that one source named; each may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// See [`Config::port`].
    pub port: Option<u16>,
    /// See [`Config::public_url`].
    pub public_url: Option<String>,
}

/// The folder for the program's data where none was named.
///
/// # Errors
/// [`ConfigError::NoDataDir`] where the system knows none.
pub fn default_data_dir() -> Result<PathBuf, ConfigError> {
    directories::ProjectDirs::from("", "", "ambient-insights")
        .map(|dirs| dirs.data_local_dir().to_owned())
        .ok_or(ConfigError::NoDataDir)
}

impl Config {
    /// Reads `config.toml` in `data_dir` and lays `environment` and then `command_line` over it.
    ///
    /// # Errors
    /// The first setting that is unknown or does not fit, with where it stands.
    pub fn load(
        data_dir: PathBuf,
        environment: impl IntoIterator<Item = (String, String)>,
        command_line: Overrides,
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        layers.read_file(&data_dir.join(FILE_NAME))?;
        layers.read_environment(environment)?;
        if let Some(port) = command_line.port {
            layers.port = Some(port);
            layers.sources.insert("port".to_owned(), SettingSource::CommandLine);
        }
        if let Some(url) = command_line.public_url {
            layers.public_url = Some(parse_url("--public-url", &url)?);
            layers.sources.insert("public_url".to_owned(), SettingSource::CommandLine);
        }
        layers.check(data_dir)
    }

    /// The settings that a `config.toml` in `data_dir` with this text would give.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub(crate) fn of_text(data_dir: PathBuf, text: &str) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        layers.read_text(&data_dir.join(FILE_NAME), text)?;
        layers.check(data_dir)
    }

    /// Where the setting of that name comes from.
    #[must_use]
    pub fn source(&self, key: &str) -> SettingSource {
        self.sources.get(key).copied().unwrap_or_default()
    }

    /// Whether a setting may have this value, written as in `config.toml`.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`] or [`ConfigError::UnknownKey`].
    pub(crate) fn check_value(key: &str, value: &str) -> Result<(), ConfigError> {
        let place = Place { words: "this change".to_owned(), source: SettingSource::File };
        Layers::default().set(&place, key, value)
    }

    /// The origins that follow from the settings once the port is known.
    #[must_use]
    pub fn origins(&self, port: u16) -> Origins {
        let local =
            if port == 443 { "https://localhost".to_owned() } else { format!("https://localhost:{port}") };
        Origins {
            local: local.parse().expect("localhost with a port is an origin"),
            public: self.public_url.clone(),
        }
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
