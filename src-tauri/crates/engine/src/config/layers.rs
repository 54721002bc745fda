//! The sources of the settings, laid over one another and then checked together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use authorization::{Origin, StaticClient, StaticSource};

use super::{
    Config, ConfigError, DEFAULT_PORT, ENVIRONMENT_PREFIX, KEYS, LONGEST_AUDIT, OTHER_VARIABLES, PORT_RULE,
    SettingSource, Theme, admission, certificates, clients, external, flat, privacy, shown, tokens, tunnel,
};

/// What the sources said so far, the later one over the earlier; each may be absent.
#[derive(Default)]
pub(super) struct Layers {
    pub(super) port: Option<u16>,
    pub(super) ingress_port: Option<u16>,
    pub(super) ingress_proxy_protocol: Option<bool>,
    pub(super) public_url: Option<Origin>,
    pub(super) browser_origins: Option<Vec<String>>,
    pub(super) rates_limited: Option<bool>,
    pub(super) tokens: tokens::TokenLayer,
    pub(super) external: external::ExternalLayer,
    pub(super) admission: admission::AdmissionLayer,
    pub(super) privacy: privacy::PrivacyLayer,
    pub(super) tunnel: tunnel::TunnelLayer,
    pub(super) certificates: certificates::CertificateLayer,
    pub(super) static_clients: Vec<(StaticClient, StaticSource)>,
    pub(super) audit_days: Option<u64>,
    pub(super) theme: Option<Theme>,
    pub(super) sources: BTreeMap<String, SettingSource>,
}

/// Where a setting stands: in words, and as one of the sources.
pub(super) struct Place {
    pub(super) words: String,
    pub(super) source: SettingSource,
}

impl Layers {
    pub(super) fn check(self, data_dir: PathBuf) -> Result<Config, ConfigError> {
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

    pub(super) fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
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
    pub(super) fn read_text(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
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

    pub(super) fn read_environment(
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

    pub(super) fn set(&mut self, place: &Place, key: &str, value: &str) -> Result<(), ConfigError> {
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

pub(super) fn parse_url(place: &str, value: &str) -> Result<Origin, ConfigError> {
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
