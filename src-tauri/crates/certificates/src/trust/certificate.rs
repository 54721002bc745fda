//! The CA's certificate as the trust stores need it.

use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;

use crate::{Error, authority, info};

/// The local CA's certificate, read from its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaCertificate {
    path: PathBuf,
    pem: Vec<u8>,
    identity: Identity,
    common_name: String,
    serial: String,
}

/// What makes an authority: its name and its key. A certificate made again from the same key is the same
/// authority, and is believed or removed as such.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    subject: Vec<u8>,
    public_key: Vec<u8>,
}

impl Identity {
    fn of(der: &CertificateDer<'_>) -> Result<Self, String> {
        let certificate = info::parse(der)?;
        Ok(Self {
            subject: certificate.subject().as_raw().to_vec(),
            public_key: certificate.public_key().raw.to_vec(),
        })
    }
}

impl CaCertificate {
    /// Reads the CA's PEM file ([`crate::LocalCertificates::ca_certificate`]).
    ///
    /// # Errors
    /// When the file is missing, unreadable or damaged.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let damaged = |reason| Error::DamagedCertificate { path: path.to_owned(), reason };
        let pem = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let der = authority::parse_certificate(&pem).map_err(damaged)?;
        let certificate = info::parse(&der).map_err(damaged)?;
        let common_name = certificate
            .subject()
            .iter_common_name()
            .find_map(|name| name.as_str().ok())
            .ok_or_else(|| damaged("it names no holder".to_owned()))?
            .to_owned();
        Ok(Self {
            path: path.to_owned(),
            common_name,
            serial: certificate.raw_serial_as_string().replace(':', ""),
            identity: Identity::of(&der).map_err(damaged)?,
            pem,
        })
    }

    /// The PEM file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The CA's name, which trust stores show; no other installation has the same.
    #[must_use]
    pub fn common_name(&self) -> &str {
        &self.common_name
    }

    pub(super) fn pem(&self) -> &[u8] {
        &self.pem
    }

    /// The serial number in hexadecimal.
    #[cfg(any(test, windows))]
    pub(super) fn serial(&self) -> &str {
        &self.serial
    }

    /// A file name for stores that are folders.
    #[cfg(all(unix, any(test, not(target_os = "macos"))))]
    pub(super) fn file_stem(&self) -> String {
        self.common_name
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
            .collect()
    }

    /// Whether one of the certificates in a PEM text is this authority. What is no certificate is skipped:
    /// a system's bundle may hold more than we can read.
    pub(super) fn is_in(&self, pem: &[u8]) -> bool {
        use rustls_pki_types::pem::PemObject as _;

        CertificateDer::pem_slice_iter(pem)
            .filter_map(Result::ok)
            .any(|der| Identity::of(&der).is_ok_and(|identity| identity == self.identity))
    }
}
