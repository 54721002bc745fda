//! A CA on disk, for the tests of the stores.

use std::path::Path;
use std::sync::Arc;

use clock::ManualClock;

use super::CaCertificate;
use crate::LocalCertificates;

/// Makes (or loads) a CA in this folder.
pub(super) fn ca(folder: &Path) -> CaCertificate {
    let certificates = LocalCertificates::open(folder, Arc::new(ManualClock::default())).unwrap();
    CaCertificate::read(certificates.ca_certificate()).unwrap()
}
