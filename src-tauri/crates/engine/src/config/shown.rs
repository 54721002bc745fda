//! The settings of public reach as texts, for those who show and change them.

use std::collections::BTreeMap;

use super::{Config, ConfigError, FILE_NAME, KEYS, Layers, Place, flat};

impl Config {
    /// The settings as `config.toml` has them now, under what outweighed it when the program started.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub(crate) fn as_filed(running: &Self) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        layers.read_file(&running.data_dir.join(FILE_NAME))?;
        layers.lay_over(running)?;
        layers.check(running.data_dir.clone())
    }

    /// The same with this text in the file.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub(crate) fn with_text(running: &Self, text: &str) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        layers.read_text(&running.data_dir.join(FILE_NAME), text)?;
        layers.lay_over(running)?;
        layers.check(running.data_dir.clone())
    }

    /// What `config.toml` itself says of each setting, as somebody wrote it.
    pub(crate) fn written(&self) -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(self.data_dir.join(FILE_NAME)).unwrap_or_default();
        let table: toml::Table = text.parse().unwrap_or_default();
        flat::settings(table).into_iter().map(|(key, value)| (key, flat::text(&value))).collect()
    }

    /// A setting of public reach as it would stand in the environment; empty: it is not set. None: it is none of
    /// those.
    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.tunnel.text(key).or_else(|| self.public_certificate.text(key)).or_else(|| {
            Some(match key {
                "public_url" => self.public_url.as_ref().map(ToString::to_string).unwrap_or_default(),
                "ingress_port" => self.ingress_port.map(|port| port.to_string()).unwrap_or_default(),
                "ingress_proxy_protocol" => self.ingress_proxy_protocol.to_string(),
                _ => return None,
            })
        })
    }

    /// The name of a setting as the program knows it.
    pub(crate) fn key(name: &str) -> Option<&'static str> {
        KEYS.iter().copied().find(|key| *key == name)
    }
}

impl Layers {
    /// Has what outweighs the file in `running` outweigh it here.
    fn lay_over(&mut self, running: &Config) -> Result<(), ConfigError> {
        for key in KEYS {
            let source = running.source(key);
            if source.is_above_the_file()
                && let Some(value) = running.text(key)
            {
                let place = Place { words: "what the program was started with".to_owned(), source };
                self.set(&place, key, &value)?;
            }
        }
        Ok(())
    }
}

impl ConfigError {
    /// The setting at which somebody mends it, where it is one.
    pub(crate) fn key(&self) -> Option<&str> {
        Some(match self {
            Self::BadValue { key, .. } | Self::ExternalSettingWithoutMode { key } => key,
            Self::UnknownKey { key, .. } => key,
            Self::HalfACertificate { missing } => missing,
            Self::IngressWithoutPublicUrl | Self::CertificateWithoutPublicUrl | Self::LimitsOffInPublic => {
                "public_url"
            }
            Self::ChallengeWithoutPort => "acme.http_port",
            Self::OnePortForBoth { .. } => "ingress_port",
            Self::VisitorsUnknown { .. } => "tunnel.allow",
            _ => return None,
        })
    }

    /// The same as a sentence that stands beside its setting.
    pub(crate) fn beside(&self) -> String {
        let words = match self {
            Self::BadValue { rule, .. } => (*rule).to_owned(),
            other => other.to_string(),
        };
        let mut letters = words.chars();
        match letters.next() {
            // A sentence that begins with a setting's name keeps it as it is.
            Some(first) if !words.split(' ').next().is_some_and(|word| word.contains(['.', '_'])) => {
                format!("{}{}.", first.to_uppercase(), letters.as_str())
            }
            _ => format!("{words}."),
        }
    }
}

/// A table that somebody emptied, or that lost its last setting, says nothing.
pub(super) fn is_empty_table_of_ours(name: &str, value: &toml::Value) -> bool {
    let is_ours = || KEYS.iter().any(|key| key.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
    value.as_table().is_some_and(toml::Table::is_empty) && is_ours()
}

#[cfg(test)]
#[path = "shown_tests.rs"]
mod tests;
