//! What the person has set: command line over environment over `config.toml` over defaults.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use authorization::{
    AccessTokenFormat, ClientDocuments, ExternalServer, Origin, Origins, RegistrationPolicy, StaticClient,
    StaticSource,
};
use context::{Redaction, RetentionSetting};

mod admission;
mod certificates;
mod clients;
mod external;
mod flat;
mod privacy;
mod setting;
mod shown;
mod tokens;
mod tunnel;

pub use self::certificates::PublicCertificateSettings;
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

/// Why the settings can not be used. Every message names the place and the remedy.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A name that is no setting's.
    #[error("{place} names the unknown setting {key:?}; {}", nearest(.key))]
    UnknownKey {
        /// Where it stands.
        place: String,
        /// The name.
        key: String,
    },
    /// A value that does not fit its setting.
    #[error("{place} sets {key} to {value}, but {rule}")]
    BadValue {
        /// Where it stands.
        place: String,
        /// The setting.
        key: &'static str,
        /// What was given.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// A client of the settings that can not be used.
    #[error("{place} names a client that can not be used: {detail}")]
    StaticClient {
        /// Where it stands.
        place: String,
        /// Why, and what to do.
        detail: String,
    },
    /// Two clients of one id.
    #[error("the settings name two static clients {id:?}; give one of them another id")]
    TwoStaticClients {
        /// The id.
        id: String,
    },
    /// A file that is no TOML.
    #[error("{} is not valid TOML, so no setting is known; mend it: {detail}", .path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        detail: String,
    },
    /// A file that can not be read.
    #[error("{} can not be read: {detail}; {remedy}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The system names no place for a program's data.
    #[error("no folder for this user's data is known; name one with --data-dir")]
    NoDataDir,
    /// Load tests never run in public.
    #[error("limits = \"off\" is for load tests on this computer; remove public_url first")]
    LimitsOffInPublic,
    /// A port for the internet, without the name under which the internet comes.
    #[error(
        "ingress_port is for what comes from the internet, and no public_url is set; set the address under which \
         your proxy is reached as public_url, or remove ingress_port"
    )]
    IngressWithoutPublicUrl,
    /// A chain without its key, or the other way round.
    #[error("a certificate is a chain and its key: set {missing} too, or remove the other")]
    HalfACertificate {
        /// The setting that is missing.
        missing: &'static str,
    },
    /// A certificate for a public name, and no public name.
    #[error(
        "certificate.chain is for the public name, and no public_url is set; set the https address that the \
         certificate is for as public_url, or remove certificate.chain and certificate.key"
    )]
    CertificateWithoutPublicUrl,
    /// Challenges over HTTP, and nowhere to answer them.
    #[error(
        "acme.challenge is \"http-01\"; set acme.http_port to the port of this computer to which your router or \
         proxy sends port 80 of the public name"
    )]
    ChallengeWithoutPort,
    /// Another authorization server, and nobody said which.
    #[error("authorization.mode is \"external\"; set authorization.issuer to that server's address")]
    ExternalWithoutIssuer,
    /// Something about another authorization server, which is not in use.
    #[error(
        "{key} is for another authorization server; set authorization.mode = \"external\" too, or remove it"
    )]
    ExternalSettingWithoutMode {
        /// The setting.
        key: &'static str,
    },
    /// Asking another server about tokens takes an id and a secret.
    #[error(
        "authorization.validation = \"introspection\" needs authorization.client_id and \
         authorization.client_secret_file; set what that server gave this one"
    )]
    IntrospectionWithoutCredentials,
    /// A file with a secret that can not be read.
    #[error("{} can not be read: {detail}; put the secret into it, readable for this user", .path.display())]
    UnreadableSecret {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Who may come hangs on where they come from, and that would not be known.
    #[error("tunnel.allow = \"anthropic\" needs to know from where somebody connects: {remedy}")]
    VisitorsUnknown {
        /// What to do.
        remedy: &'static str,
    },
    /// One port for what comes from here and from the internet: they could not be told apart.
    #[error("port and ingress_port are both {port}; give one of them another number")]
    OnePortForBoth {
        /// The number.
        port: u16,
    },
}

fn nearest(key: &str) -> String {
    let best = KEYS
        .iter()
        .map(|known| (strsim::jaro_winkler(key, known), *known))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.7);
    match best {
        Some((_, known)) => format!("did you mean {known:?}?"),
        None => format!("the settings are {}", KEYS.join(", ")),
    }
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

#[derive(Default)]
struct Layers {
    port: Option<u16>,
    ingress_port: Option<u16>,
    ingress_proxy_protocol: Option<bool>,
    public_url: Option<Origin>,
    browser_origins: Option<Vec<String>>,
    rates_limited: Option<bool>,
    tokens: tokens::TokenLayer,
    external: external::ExternalLayer,
    admission: admission::AdmissionLayer,
    privacy: privacy::PrivacyLayer,
    tunnel: tunnel::TunnelLayer,
    certificates: certificates::CertificateLayer,
    static_clients: Vec<(StaticClient, StaticSource)>,
    audit_days: Option<u64>,
    theme: Option<Theme>,
    sources: BTreeMap<String, SettingSource>,
}

/// Where a setting stands: in words, and as one of the sources.
struct Place {
    words: String,
    source: SettingSource,
}

impl Layers {
    fn check(self, data_dir: PathBuf) -> Result<Config, ConfigError> {
        let rates_limited = self.rates_limited.unwrap_or(true);
        if !rates_limited && self.public_url.is_some() {
            return Err(ConfigError::LimitsOffInPublic);
        }
        let port = self.port.unwrap_or(DEFAULT_PORT);
        if self.ingress_port.is_some() && self.public_url.is_none() {
            return Err(ConfigError::IngressWithoutPublicUrl);
        }
        clients::refuse_doubles(&self.static_clients)?;
        if port != 0 && self.ingress_port == Some(port) {
            return Err(ConfigError::OnePortForBoth { port });
        }
        let external = self.external.check(&data_dir)?;
        let ingress_proxied = self.ingress_proxy_protocol.unwrap_or(false);
        let tunnel = self.tunnel.check(self.ingress_port.map(|_| ingress_proxied))?;
        let public_certificate = self.certificates.check(&data_dir, self.public_url.is_some())?;
        Ok(Config {
            data_dir,
            port,
            ingress_port: self.ingress_port,
            ingress_proxy_protocol: ingress_proxied,
            public_url: self.public_url,
            public_certificate,
            browser_origins: self.browser_origins.unwrap_or_default(),
            rates_limited,
            access_token_lifetime: self.tokens.access_token_lifetime(),
            access_token_format: self.tokens.access_token_format(),
            refresh_idle: self.tokens.refresh_idle(),
            grant_lifetime: self.tokens.grant_lifetime(),
            external,
            request_lifetime: self.admission.request_lifetime(),
            registration: self.admission.registration(),
            static_clients: self.static_clients,
            audit_age: self.audit_days.map(|days| Duration::from_secs(days * 24 * 60 * 60)),
            client_documents: self.admission.client_documents(),
            remember_consent: self.admission.remember_consent(),
            redaction: self.privacy.redaction(),
            retention: self.privacy.retention(),
            tunnel,
            theme: self.theme.unwrap_or_default(),
            sources: self.sources,
        })
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            // A data directory that is none is the lock's to complain of.
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                return Ok(());
            }
            Err(error) => {
                use std::io::ErrorKind as E;
                let remedy = match error.kind() {
                    E::PermissionDenied => {
                        "run this as the user whom the folder belongs to, or change its rights"
                    }
                    E::InvalidData => "save it as UTF-8",
                    E::IsADirectory => "move that folder away: the settings are a file",
                    _ => "check the disk",
                };
                return Err(ConfigError::Unreadable {
                    path: path.to_owned(),
                    detail: error.to_string(),
                    remedy,
                });
            }
        };
        self.read_text(path, &text)
    }

    /// What `text` says, which stands in the file at `path` or is to.
    fn read_text(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError::NotToml {
            path: path.to_owned(),
            detail: error.to_string().trim().to_owned(),
        })?;
        let place = Place { words: path.display().to_string(), source: SettingSource::File };
        for (key, value) in flat::settings(table) {
            if key == "static_clients" {
                let folder = path.parent().unwrap_or(Path::new("."));
                self.static_clients.extend(clients::from_file(&place.words, &value, folder)?);
                continue;
            }
            if !shown::is_empty_table_of_ours(&key, &value) {
                self.set(&place, &key, &flat::text(&value))?;
            }
        }
        Ok(())
    }

    fn read_environment(
        &mut self,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        let mut client = clients::FromEnvironment::default();
        for (name, value) in environment {
            let Some(key) = name.strip_prefix(ENVIRONMENT_PREFIX) else { continue };
            if !client.take(key, &value) && !OTHER_VARIABLES.contains(&key) {
                let words = format!("the environment ({name})");
                let place = Place { words, source: SettingSource::Environment };
                self.set(&place, &flat::key_of_variable(key, KEYS), &value)?;
            }
        }
        self.static_clients.extend(client.finish()?);
        Ok(())
    }

    fn set(&mut self, place: &Place, key: &str, value: &str) -> Result<(), ConfigError> {
        let bad = |key, rule| ConfigError::BadValue {
            place: place.words.clone(),
            key,
            value: format!("{:?}", value.chars().take(100).collect::<String>()),
            rule,
        };
        self.sources.insert(key.to_owned(), place.source);
        match key {
            "port" => {
                self.port = Some(value.parse().map_err(|_| bad("port", PORT_RULE))?);
            }
            "ingress_port" => {
                self.ingress_port = Some(value.parse().map_err(|_| bad("ingress_port", PORT_RULE))?);
            }
            "ingress_proxy_protocol" => {
                let rule = "it must be true or false";
                let choice = value.parse().map_err(|_| bad("ingress_proxy_protocol", rule))?;
                self.ingress_proxy_protocol = Some(choice);
            }
            "theme" => {
                let rule = "it must be \"system\", \"light\" or \"dark\"";
                self.theme = Some(Theme::from_word(value).ok_or_else(|| bad("theme", rule))?);
            }
            "public_url" => self.public_url = Some(parse_url(&place.words, value)?),
            "browser_origins" => {
                let origins: Vec<String> = value
                    .split(',')
                    .map(|origin| origin.trim().to_owned())
                    .filter(|o| !o.is_empty())
                    .collect();
                if !origins.iter().all(|origin| is_web_origin(origin)) {
                    return Err(bad(
                        "browser_origins",
                        "each must be scheme://host or scheme://host:port, for example http://localhost:6274",
                    ));
                }
                self.browser_origins = Some(origins);
            }
            "limits" => {
                self.rates_limited = Some(match value {
                    "on" => true,
                    "off" => false,
                    _ => return Err(bad("limits", "it must be \"on\" or \"off\"")),
                });
            }
            "audit_days" => {
                let days = value.parse().ok().filter(|days| (1..=LONGEST_AUDIT).contains(days));
                self.audit_days =
                    Some(days.ok_or_else(|| bad("audit_days", "it must be a number from 1 to 3650"))?);
            }
            _ => {
                let family = self
                    .tokens
                    .set(key, value)
                    .or_else(|| self.external.set(key, value))
                    .or_else(|| self.admission.set(key, value))
                    .or_else(|| self.privacy.set(key, value))
                    .or_else(|| self.tunnel.set(key, value))
                    .or_else(|| self.certificates.set(key, value));
                let unknown = || ConfigError::UnknownKey { place: place.words.clone(), key: key.to_owned() };
                family.ok_or_else(unknown)?.map_err(|(key, rule)| bad(key, rule))?;
            }
        }
        Ok(())
    }
}

fn parse_url(place: &str, value: &str) -> Result<Origin, ConfigError> {
    value.trim_end_matches('/').parse().map_err(|_| ConfigError::BadValue {
        place: place.to_owned(),
        key: "public_url",
        value: format!("{:?}", value.chars().take(100).collect::<String>()),
        rule: "it must be https:// and a host name, without a path, for example https://memory.example.org",
    })
}

fn is_web_origin(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.origin().ascii_serialization() == text.to_ascii_lowercase()
    })
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
