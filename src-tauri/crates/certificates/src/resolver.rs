//! Which certificate a connection is given.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::acme::ACME_TLS;
use crate::leaf::Leaf;
use crate::public::PublicCertificate;

/// The crypto provider of the whole program.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: std::sync::OnceLock<Arc<CryptoProvider>> = std::sync::OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(rustls::crypto::ring::default_provider())))
}

/// The leaf of each kind of connection. A new leaf serves the next handshake; connections that stand keep
/// the keys they agreed on.
#[derive(Debug)]
pub(crate) struct Leaves {
    /// For clients that name a host (SNI). One that names a host we are not still gets this leaf: its own
    /// error ("certificate is for localhost") says more than a broken handshake.
    pub(crate) named: ArcSwap<Leaf>,
    /// For clients that connect to an address: they send no SNI (RFC 6066 §3 forbids addresses in it).
    pub(crate) unnamed: ArcSwap<Leaf>,
}

impl ResolvesServerCert for Leaves {
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let leaf = if client_hello.server_name().is_some() { &self.named } else { &self.unnamed };
        Some(Arc::clone(&leaf.load().certified))
    }
}

/// The certificates of this computer and that of its public name.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) local: Arc<dyn ResolvesServerCert>,
    pub(crate) public: PublicCertificate,
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = client_hello.server_name().unwrap_or_default();
        // Who offers this protocol and no other (RFC 8737 §3) wants the challenge certificate or nothing. The
        // handshake is all there is to it; the door ends the connection after it.
        let offers = |protocol: &[u8]| protocol == ACME_TLS;
        if client_hello
            .alpn()
            .is_some_and(|mut offered| offered.next().is_some_and(offers) && offered.next().is_none())
        {
            return self.public.challenge_certificate(name);
        }
        // Before there is a public certificate, its visitors get the local one: their error says more than a
        // handshake that breaks.
        self.public.certified_for(name).or_else(|| self.local.resolve(client_hello))
    }
}
