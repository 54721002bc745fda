//! Whom the clients out there believe: the authorities of this computer's own store, and those that a setting
//! names beside them.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::public::Refusal;
use crate::{Error, resolver};

/// The verifier of a client on this computer, which believes the authorities of a PEM file too.
///
/// # Errors
/// Where the file can not be used, or the computer has no authorities.
pub fn client_verifier(extra: Option<&Path>) -> Result<Arc<dyn ServerCertVerifier>, NobodyToBelieve> {
    verifier(extra).map_err(|error| NobodyToBelieve(error.to_string()))
}

/// Why no server can be judged.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NobodyToBelieve(String);

/// The verifier of a client on this computer. Made anew each time: it is asked a few times a month, and what
/// the store holds would stay in memory in between.
///
/// `extra` is a PEM file of further authorities, for a company's own or a test's.
pub(crate) fn verifier(extra: Option<&Path>) -> Result<Arc<dyn ServerCertVerifier>, Unbelieving> {
    let extra = extra.map_or_else(|| Ok(Vec::new()), read_roots)?;
    let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(extra, resolver::provider())
        .map_err(|error| Unbelieving::Judge(Refusal::NoAuthorities(error.to_string())))?;
    Ok(Arc::new(verifier))
}

/// Why there is nobody to judge by.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unbelieving {
    #[error(transparent)]
    Judge(#[from] Refusal),
    #[error(transparent)]
    File(#[from] Error),
}

fn read_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, Unbelieving> {
    let pem = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let none = |reason: String| Error::NoRoots { path: path.to_owned(), reason };
    let roots: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| none(error.to_string()))?;
    if roots.is_empty() {
        return Err(none("it holds no PEM certificate".to_owned()).into());
    }
    Ok(roots)
}
