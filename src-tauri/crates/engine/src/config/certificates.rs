//! The settings about the certificate of the public name.

use std::path::{Path, PathBuf};

use certificates::{AcmeSettings, ChallengeKind, Directory, GivenFiles, PublicSource};

use super::ConfigError;
use super::tokens::Unfit;

/// Where the public certificate comes from, and what that takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicCertificateSettings {
    /// Where it comes from.
    pub source: PublicSource,
    /// The port on 127.0.0.1 at which challenges of HTTP-01 are answered; 0 takes a free one.
    pub challenge_port: Option<u16>,
}

impl PublicCertificateSettings {
    /// A setting as it would stand in the environment; empty: it is not set, or does not count. None: it is none of
    /// these.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let (acme, files) = match &self.source {
            PublicSource::Acme(acme) => (Some(acme), None),
            PublicSource::Files(files) => (None, Some(files)),
        };
        let path = |path: Option<&PathBuf>| path.map(|path| path.display().to_string());
        let text = match key {
            "certificate.chain" => path(files.map(|files| &files.chain)),
            "certificate.key" => path(files.map(|files| &files.key)),
            "certificate.root" => path(files.and_then(|files| files.root.as_ref())),
            "acme.directory" => Some(match acme.map_or(&Directory::LetsEncrypt, |acme| &acme.directory) {
                Directory::LetsEncrypt => "letsencrypt".to_owned(),
                Directory::LetsEncryptStaging => "letsencrypt-staging".to_owned(),
                Directory::Url(url) => url.clone(),
            }),
            "acme.challenge" => Some(acme.map(|acme| acme.challenge).unwrap_or_default().as_str().to_owned()),
            "acme.http_port" => self.challenge_port.map(|port| port.to_string()),
            _ => return None,
        };
        Some(text.unwrap_or_default())
    }
}

/// What was said about it; each may be absent.
#[derive(Debug, Default)]
pub(super) struct CertificateLayer {
    chain: Option<PathBuf>,
    key: Option<PathBuf>,
    root: Option<PathBuf>,
    directory: Option<Directory>,
    challenge: Option<ChallengeKind>,
    http_port: Option<u16>,
    profile: Option<String>,
    acme_root: Option<PathBuf>,
    agreed_terms: Option<String>,
}

impl CertificateLayer {
    /// Takes a setting. `None`: it is none of these.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Option<Result<(), Unfit>> {
        let file = |place: &mut Option<PathBuf>, key| {
            *place = (!value.is_empty()).then(|| value.into());
            place.as_ref().map(drop).ok_or((key, "it must be the path of a PEM file"))
        };
        let word = |place: &mut Option<String>, key, rule| {
            let fits = !value.is_empty() && value.len() <= 500 && !value.contains(char::is_control);
            *place = fits.then(|| value.to_owned());
            place.as_ref().map(drop).ok_or((key, rule))
        };
        Some(match key {
            "certificate.chain" => file(&mut self.chain, "certificate.chain"),
            "certificate.key" => file(&mut self.key, "certificate.key"),
            "certificate.root" => file(&mut self.root, "certificate.root"),
            "acme.directory" => {
                let rule = "it must be \"letsencrypt\", \"letsencrypt-staging\" or the https address of an \
                            authority's directory";
                self.directory = value.parse().ok();
                self.directory.as_ref().map(drop).ok_or(("acme.directory", rule))
            }
            "acme.challenge" => {
                self.challenge = value.parse().ok();
                let rule = "it must be \"tls-alpn-01\" or \"http-01\"";
                self.challenge.map(drop).ok_or(("acme.challenge", rule))
            }
            "acme.http_port" => {
                self.http_port = value.parse().ok();
                self.http_port.map(drop).ok_or(("acme.http_port", super::PORT_RULE))
            }
            "acme.profile" => word(
                &mut self.profile,
                "acme.profile",
                "it must be the name that the authority gives a profile",
            ),
            "acme.root" => file(&mut self.acme_root, "acme.root"),
            "acme.agreed_terms" => {
                let rule = "it must be the address of the terms that you have agreed to";
                word(&mut self.agreed_terms, "acme.agreed_terms", rule)
            }
            _ => return None,
        })
    }

    /// The settings together. Paths that are not whole are looked for in `data_dir`.
    pub(super) fn check(
        self,
        data_dir: &Path,
        public: bool,
    ) -> Result<PublicCertificateSettings, ConfigError> {
        let whole = |path: PathBuf| data_dir.join(path);
        let challenge = self.challenge.unwrap_or_default();
        let source = match (self.chain, self.key) {
            (Some(_), None) => return Err(ConfigError::HalfACertificate { missing: "certificate.key" }),
            (None, Some(_)) => return Err(ConfigError::HalfACertificate { missing: "certificate.chain" }),
            (Some(_), Some(_)) if !public => return Err(ConfigError::CertificateWithoutPublicUrl),
            (Some(chain), Some(key)) => PublicSource::Files(GivenFiles {
                chain: whole(chain),
                key: whole(key),
                root: self.root.map(whole),
            }),
            (None, None) if challenge == ChallengeKind::Http01 && self.http_port.is_none() => {
                return Err(ConfigError::ChallengeWithoutPort);
            }
            (None, None) => PublicSource::Acme(AcmeSettings {
                directory: self.directory.unwrap_or_default(),
                challenge,
                profile: self.profile,
                root: self.acme_root.map(whole),
                agreed_terms: self.agreed_terms,
            }),
        };
        let wanted = challenge == ChallengeKind::Http01 && matches!(source, PublicSource::Acme(_));
        Ok(PublicCertificateSettings { source, challenge_port: self.http_port.filter(|_| wanted) })
    }
}

#[cfg(test)]
#[path = "certificates_tests.rs"]
mod tests;
