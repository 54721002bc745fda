//! Certificates: the local certificate authority, the leaves it signs for this computer's own names, when
//! they are renewed, and the trust stores that can be told to believe them.
//!
//! This room knows X.509, key files and trust stores, and the time as an argument. It must not know tunnels,
//! routes or HTTP. Start reading at [`LocalCertificates`], then [`trust`].

mod authority;
mod error;
mod files;
mod info;
mod leaf;
mod local;
mod resolver;
pub mod trust;

pub use error::Error;
pub use info::{CertificateInfo, Use};
pub use local::LocalCertificates;
