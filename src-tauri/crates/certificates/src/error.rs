//! What can go wrong with our own certificates, each with its remedy.

use std::io;
use std::path::PathBuf;

use clock::Timestamp;

/// A failure of our own certificates and files. Nothing on disk was replaced when one of these is returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or the folder cannot be read.
    #[error("cannot read {path}: {source}; make it readable for your own user, then start again", path = .path.display())]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// Why it could not be.
        source: io::Error,
    },

    /// A file or the folder cannot be written.
    #[error(
        "cannot write {path}: {source}; make room on the disk and the folder writable for your own user, then start again",
        path = .path.display()
    )]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// Why it could not be.
        source: io::Error,
    },

    /// The CA's certificate file holds something else than a certificate, or one whose signature is broken.
    #[error(
        "the certificate of the local CA in {path} is damaged ({reason}); restore it from a backup, or delete \
         this one file and start again: it is then made again from its key, and programs that trust it go on \
         doing so",
        path = .path.display()
    )]
    DamagedCertificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The CA's key file holds no usable key.
    #[error(
        "the key of the local CA in {path} is damaged ({reason}); restore it from a backup, or {reset}",
        path = .path.display(), reset = reset(.certificate)
    )]
    DamagedKey {
        /// The file.
        path: PathBuf,
        /// The certificate that belongs to it.
        certificate: PathBuf,
        /// What is wrong with it.
        reason: String,
    },

    /// The CA's certificate is there, its key is not.
    #[error(
        "the key of the local CA, {path}, is missing; restore it from a backup, or {reset}",
        path = .path.display(), reset = reset(.certificate)
    )]
    MissingKey {
        /// Where the key should be.
        path: PathBuf,
        /// The certificate that belongs to it.
        certificate: PathBuf,
    },

    /// Certificate and key of the CA are not a pair.
    #[error(
        "{key} is not the key of the local CA in {certificate}; restore the right one from a backup, or {reset}",
        key = .key.display(), certificate = .certificate.display(), reset = reset(.certificate)
    )]
    KeyMismatch {
        /// The key file.
        key: PathBuf,
        /// The certificate file.
        certificate: PathBuf,
    },

    /// The key file can be read by other users and that cannot be changed.
    #[error(
        "other users of this computer can read the private key in {path} (mode {mode:o}), and that \
         cannot be changed: {source}; run: chmod 600 '{path}'",
        path = .path.display()
    )]
    KeyOpenToOthers {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// Why they could not be changed.
        source: io::Error,
    },

    /// The CA's time is over.
    #[error(
        "the local CA in {certificate} ended at {not_after} and the computer's clock says {now}; if the clock \
         is wrong, set it right and start again; if not, {reset}",
        certificate = .certificate.display(), reset = reset(.certificate)
    )]
    Expired {
        /// The certificate file.
        certificate: PathBuf,
        /// When it ended.
        not_after: Timestamp,
        /// What the clock says.
        now: Timestamp,
    },

    /// The clock stands before the CA's start: nearly always a wrong clock.
    #[error(
        "the computer's clock says {now}, which is before the local CA in {certificate} begins ({not_before}); \
         set the clock right (date and time settings), then start again",
        certificate = .certificate.display()
    )]
    ClockBeforeStart {
        /// The certificate file.
        certificate: PathBuf,
        /// When it begins.
        not_before: Timestamp,
        /// What the clock says.
        now: Timestamp,
    },

    /// A file that should name further authorities names none.
    #[error("{path} names no certificate authority ({reason}); it must be a PEM file", path = .path.display())]
    NoRoots {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        reason: String,
    },

    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}; please report this as a bug of Ambient Insights")]
    Issue(#[from] rcgen::Error),

    /// A fresh certificate would be refused by clients; it was not published, the old one stays in use.
    #[error(
        "a fresh certificate for {name} would be refused by clients ({reason}) and was not put into use; \
         restore the folder {folder} from a backup, or {reset}",
        folder = .certificate.parent().unwrap_or(.certificate).display(), reset = reset(.certificate)
    )]
    Refused {
        /// The name that was to be certified.
        name: String,
        /// The CA's certificate file.
        certificate: PathBuf,
        /// What the verifier said.
        reason: rustls::Error,
    },
}

/// How to begin afresh. Said, never done by us: other programs may trust the old CA.
fn reset(certificate: &std::path::Path) -> String {
    let folder = certificate.parent().unwrap_or(certificate).display();
    format!(
        "begin afresh: run `ambient-insights certificates untrust`, delete the folder {folder}, start again and \
         run `ambient-insights certificates trust`"
    )
}
