//! A certificate chain with its key: read, checked whether the two fit, and judged as a client would judge it
//! before anybody sees it.

use std::sync::Arc;
use std::time::Duration;

use clock::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};

use crate::info::{CertificateInfo, Use};
use crate::resolver;

/// Why a chain and key are not shown to anybody. What was shown before stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No PEM certificate where the chain should be.
    #[error(
        "the chain holds no certificate ({reason}); it must be a PEM file like certbot's fullchain.pem, the \
         server's own certificate first"
    )]
    NoCertificate {
        /// What was found instead.
        reason: String,
    },
    /// No private key that can be used.
    #[error(
        "the key can not be used ({reason}); it must be a PEM file like certbot's privkey.pem, without a password"
    )]
    NoKey {
        /// What was found instead.
        reason: String,
    },
    /// The key belongs to another certificate.
    #[error(
        "the key is not the one of the certificate; name a fullchain.pem and the privkey.pem that came with it"
    )]
    NotAPair,
    /// The certificate is for somebody else.
    #[error("the certificate is for {names}, not for {wanted}; get one for {wanted}, or correct public_url",
        names = if .names.is_empty() { "no name".to_owned() } else { .names.join(", ") })]
    WrongName {
        /// The public name.
        wanted: String,
        /// Those that it certifies.
        names: Vec<String>,
    },
    /// Its time is over.
    #[error(
        "the certificate ended at {not_after} and the computer's clock says {now}; renew it, or set the clock \
         if that is wrong"
    )]
    Expired {
        /// Its end.
        not_after: Timestamp,
        /// What the clock says.
        now: Timestamp,
    },
    /// Its time has not begun.
    #[error(
        "the certificate begins at {not_before} and the computer's clock says {now}; set the clock right (date \
         and time settings)"
    )]
    NotYetValid {
        /// Its start.
        not_before: Timestamp,
        /// What the clock says.
        now: Timestamp,
    },
    /// Nobody whom clients believe has signed it, as far as the chain shows.
    #[error(
        "no authority that clients believe stands behind the certificate (it was signed by {issuer}); the chain \
         must hold the certificates in between too (fullchain.pem, not cert.pem)"
    )]
    UnknownIssuer {
        /// Who signed the last certificate of the chain.
        issuer: String,
    },
    /// Anything else that a client would not accept.
    #[error("clients would refuse the certificate ({0}); get a new one")]
    Refused(String),
    /// This computer has no authorities to compare with.
    #[error(
        "this computer knows no certificate authorities ({0}); install its package ca-certificates and try again"
    )]
    NoAuthorities(String),
}

/// A chain and its key that a client believes for the public name.
#[derive(Debug)]
pub(crate) struct Believed {
    pub(crate) certified: Arc<CertifiedKey>,
    pub(crate) info: CertificateInfo,
}

/// A chain and its key that fit together. Nobody has judged them yet.
#[derive(Debug)]
pub(crate) struct Pair {
    certified: CertifiedKey,
    pub(crate) info: CertificateInfo,
}

impl Pair {
    /// Reads both from PEM.
    pub(crate) fn read(chain: &[u8], key: &[u8]) -> Result<Self, Refusal> {
        let no_certificate = |reason: String| Refusal::NoCertificate { reason };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|error| no_certificate(error.to_string()))?;
        let first = chain.first().ok_or_else(|| no_certificate("it is no PEM file".to_owned()))?;
        let info = CertificateInfo::read(first, Use::Public, None).map_err(no_certificate)?;
        let no_key = |reason: String| Refusal::NoKey { reason };
        if key.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
            return Err(no_key("it is locked with a password".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| no_key(error.to_string()))?;
        let certified =
            CertifiedKey::from_der(chain, key, &resolver::provider()).map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => Refusal::NotAPair,
                rustls::Error::InvalidCertificate(_) => no_certificate(error.to_string()),
                error => no_key(error.to_string()),
            })?;
        Ok(Self { certified, info })
    }

    /// Judges it as a client would that connects to `name`.
    pub(crate) fn judge(
        self,
        name: &str,
        verifier: &dyn ServerCertVerifier,
        now: Timestamp,
    ) -> Result<Believed, Refusal> {
        let (leaf, between) = self.certified.cert.split_first().expect("`read` wants a certificate");
        let server = ServerName::try_from(name).map_err(|error| Refusal::Refused(error.to_string()))?;
        let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.as_secs()).unwrap_or(0)));
        match verifier.verify_server_cert(leaf, between, &server, &[], time) {
            Ok(_) => Ok(Believed { certified: Arc::new(self.certified), info: self.info }),
            Err(error) => Err(self.refusal(name, now, &error)),
        }
    }

    /// A verifier that believes the top of this very chain, for certificates that nobody else believes.
    pub(crate) fn own_top(&self) -> Result<Arc<dyn ServerCertVerifier>, Refusal> {
        let refused = |error: &dyn std::fmt::Display| Refusal::Refused(error.to_string());
        let mut roots = RootCertStore::empty();
        let top = self.certified.cert.last().expect("`read` wants a certificate");
        roots.add(top.clone()).map_err(|error| refused(&error))?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), resolver::provider());
        Ok(verifier.build().map_err(|error| refused(&error))?)
    }

    fn refusal(&self, name: &str, now: Timestamp, error: &rustls::Error) -> Refusal {
        use CertificateError as E;

        let rustls::Error::InvalidCertificate(reason) = error else {
            return Refusal::Refused(error.to_string());
        };
        let (not_before, not_after) = (self.info.not_before, self.info.not_after);
        match reason {
            E::Expired | E::ExpiredContext { .. } if now >= not_after => Refusal::Expired { not_after, now },
            E::NotValidYet | E::NotValidYetContext { .. } if now < not_before => {
                Refusal::NotYetValid { not_before, now }
            }
            E::NotValidForName | E::NotValidForNameContext { .. } => {
                Refusal::WrongName { wanted: name.to_owned(), names: self.info.names.clone() }
            }
            E::UnknownIssuer => Refusal::UnknownIssuer { issuer: self.last_issuer() },
            _ => Refusal::Refused(error.to_string()),
        }
    }

    fn last_issuer(&self) -> String {
        let last = self.certified.cert.last().and_then(|der| crate::info::parse(der).ok());
        last.map_or_else(|| self.info.issuer.clone(), |certificate| certificate.issuer().to_string())
    }
}

const ENCRYPTED: &[u8] = b"ENCRYPTED";

#[cfg(test)]
#[path = "pair_tests.rs"]
mod tests;
