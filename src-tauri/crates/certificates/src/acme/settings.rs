//! What can be set about ordering certificates.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which authority is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Directory {
    /// Let's Encrypt: free, and believed everywhere.
    #[default]
    LetsEncrypt,
    /// Let's Encrypt's place for trials: nobody believes its certificates, and its limits are wide.
    LetsEncryptStaging,
    /// The directory address of another authority: `https`.
    Url(String),
}

/// A text that names no authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be \"letsencrypt\", \"letsencrypt-staging\" or the https address of an authority's directory"
)]
pub struct NotADirectory;

impl Directory {
    /// The address of its directory.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::LetsEncrypt => instant_acme::LetsEncrypt::Production.url(),
            Self::LetsEncryptStaging => instant_acme::LetsEncrypt::Staging.url(),
            Self::Url(url) => url,
        }
    }

    /// The word for it in the settings.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::LetsEncrypt => "letsencrypt",
            Self::LetsEncryptStaging => "letsencrypt-staging",
            Self::Url(url) => url,
        }
    }

    /// A folder's name for what is kept of it; no two directories have the same.
    pub(crate) fn folder_name(&self) -> String {
        match self {
            Self::LetsEncrypt | Self::LetsEncryptStaging => self.as_str().to_owned(),
            Self::Url(url) => url
                .trim_start_matches("https://")
                .bytes()
                .map(|byte| match byte {
                    b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' => char::from(byte).to_string(),
                    _ => format!("_{byte:02x}"),
                })
                .collect(),
        }
    }
}

impl FromStr for Directory {
    type Err = NotADirectory;

    fn from_str(text: &str) -> Result<Self, NotADirectory> {
        match text {
            "letsencrypt" => Ok(Self::LetsEncrypt),
            "letsencrypt-staging" => Ok(Self::LetsEncryptStaging),
            url => match url::Url::parse(url) {
                Ok(parsed) if parsed.scheme() == "https" && url.len() <= 200 => Ok(Self::Url(parsed.into())),
                _ => Err(NotADirectory),
            },
        }
    }
}

/// How it is shown that the name leads here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChallengeKind {
    /// In a TLS handshake on port 443, through whatever brings streams here.
    #[default]
    TlsAlpn01,
    /// By a text at port 80 of the name.
    Http01,
}

impl ChallengeKind {
    /// The word for it in the settings and in ACME.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TlsAlpn01 => "tls-alpn-01",
            Self::Http01 => "http-01",
        }
    }
}

impl FromStr for ChallengeKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::TlsAlpn01, Self::Http01].into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// The settings about ordering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AcmeSettings {
    /// Who is asked.
    pub directory: Directory,
    /// How it is shown that the name leads here.
    pub challenge: ChallengeKind,
    /// A kind of certificate that the authority offers by name (`shortlived`); none: its usual one.
    pub profile: Option<String>,
    /// A PEM file with authorities that are believed beside the system's.
    pub root: Option<PathBuf>,
    /// The address of the terms that the person has agreed to.
    pub agreed_terms: Option<String>,
}
