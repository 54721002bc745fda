//! The certificates of this computer's own names, ready to serve.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use clock::Clock;
use rustls::server::ResolvesServerCert;

use crate::authority::Authority;
use crate::leaf::{Leaf, Names};
use crate::resolver::Leaves;
use crate::{CertificateInfo, Error};

/// The local CA and the two leaves it signed. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct LocalCertificates {
    authority: Arc<Authority>,
    leaves: Arc<Leaves>,
    clock: Arc<dyn Clock>,
}

impl LocalCertificates {
    /// Loads the CA from `directory`, or makes it there on the first start, and signs fresh leaves.
    ///
    /// # Errors
    /// Files that cannot be read or written, a damaged or missing CA file, an expired CA, a clock that stands
    /// before the CA's start. Existing CA files are never replaced; the error names the remedy.
    pub fn open(directory: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let now = clock.now();
        let authority = Authority::open(directory, now)?;
        let leaves = Leaves {
            named: ArcSwap::from_pointee(Leaf::issue(Names::Dns, &authority, now)?),
            unnamed: ArcSwap::from_pointee(Leaf::issue(Names::Addresses, &authority, now)?),
        };
        Ok(Self { authority: Arc::new(authority), leaves: Arc::new(leaves), clock })
    }

    /// What a TLS server asks at each handshake: the DNS leaf where the client sends SNI, the address leaf
    /// where it does not. Renewed leaves appear in it by themselves.
    #[must_use]
    pub fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        Arc::clone(&self.leaves) as Arc<dyn ResolvesServerCert>
    }

    /// The PEM file of the CA's certificate.
    #[must_use]
    pub fn ca_certificate(&self) -> &Path {
        self.authority.path()
    }

    /// The CA and the leaves in use.
    #[must_use]
    pub fn list(&self) -> Vec<CertificateInfo> {
        vec![
            self.authority.info().clone(),
            self.leaves.named.load().info.clone(),
            self.leaves.unnamed.load().info.clone(),
        ]
    }

    /// Puts new leaves into use where the last third of a leaf's life has begun by the wall clock (a timer
    /// would stand still while the computer sleeps). To be called each minute; says whether it did anything.
    ///
    /// # Errors
    /// When a new leaf cannot be made (the CA is at its end, the clock stands before its start); the old
    /// leaves stay in use.
    pub fn renew_if_due(&self) -> Result<bool, Error> {
        let now = self.clock.now();
        self.renew_where(|leaf| leaf.is_due(now))
    }

    /// Puts new leaves into use now.
    ///
    /// # Errors
    /// As [`LocalCertificates::renew_if_due`].
    pub fn renew(&self) -> Result<(), Error> {
        self.renew_where(|_| true).map(drop)
    }

    fn renew_where(&self, is_wanted: impl Fn(&Leaf) -> bool) -> Result<bool, Error> {
        let now = self.clock.now();
        let mut renewed = false;
        for (slot, names) in [(&self.leaves.named, Names::Dns), (&self.leaves.unnamed, Names::Addresses)] {
            if !is_wanted(&slot.load()) {
                continue;
            }
            let leaf = Leaf::issue(names, &self.authority, now)?;
            tracing::info!(names = ?leaf.info.names, not_after = %leaf.info.not_after, "renewed a local certificate");
            slot.store(Arc::new(leaf));
            renewed = true;
        }
        Ok(renewed)
    }
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
