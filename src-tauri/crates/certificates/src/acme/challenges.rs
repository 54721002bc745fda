//! The answers to an authority's challenges, there for as long as an order needs them.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::sign::CertifiedKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::resolver;

/// The protocol's name in a handshake that asks for the challenge certificate (RFC 8737 §6.2).
pub const ACME_TLS: &[u8] = b"acme-tls/1";

/// What is answered to whom.
#[derive(Debug, Default)]
pub(crate) struct Challenges {
    /// TLS-ALPN-01: the certificate for a name.
    certificates: Mutex<HashMap<String, Arc<CertifiedKey>>>,
    /// HTTP-01: the text for a token.
    texts: Mutex<HashMap<String, String>>,
}

/// An answer that stands as long as this value lives.
#[derive(Debug)]
pub(crate) struct Standing {
    challenges: Arc<Challenges>,
    key: Kind,
}

#[derive(Debug)]
enum Kind {
    Certificate(String),
    Text(String),
}

impl Challenges {
    /// Answers TLS-ALPN-01 for a name.
    pub(crate) fn show_certificate(
        self: &Arc<Self>,
        name: &str,
        digest: &[u8],
    ) -> Result<Standing, rcgen::Error> {
        let certified = Arc::new(challenge_certificate(name, digest)?);
        let name = name.to_ascii_lowercase();
        self.certificates.lock().insert(name.clone(), certified);
        Ok(Standing { challenges: Arc::clone(self), key: Kind::Certificate(name) })
    }

    /// Answers HTTP-01 for a token.
    pub(crate) fn show_text(self: &Arc<Self>, token: &str, text: &str) -> Standing {
        self.texts.lock().insert(token.to_owned(), text.to_owned());
        Standing { challenges: Arc::clone(self), key: Kind::Text(token.to_owned()) }
    }

    pub(crate) fn certificate(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        self.certificates.lock().get(&name.to_ascii_lowercase()).cloned()
    }

    pub(crate) fn text(&self, token: &str) -> Option<String> {
        self.texts.lock().get(token).cloned()
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        match &self.key {
            Kind::Certificate(name) => drop(self.challenges.certificates.lock().remove(name)),
            Kind::Text(token) => drop(self.challenges.texts.lock().remove(token)),
        }
    }
}

/// The self-signed certificate of RFC 8737 §3. It carries a critical extension that rustls' own checks refuse,
/// so it is put together without them: nobody but the authority's validator is shown it.
fn challenge_certificate(name: &str, digest: &[u8]) -> Result<CertifiedKey, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([name.to_owned()])?;
    params.distinguished_name = DistinguishedName::new();
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key)?;
    let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let signer =
        resolver::provider().key_provider.load_private_key(der).map_err(|_| rcgen::Error::RemoteKeyError)?;
    Ok(CertifiedKey::new(vec![certificate.der().clone()], signer))
}

#[cfg(test)]
#[path = "challenges_tests.rs"]
mod tests;
