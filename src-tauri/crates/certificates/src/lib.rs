//! Certificates: the local certificate authority, the leaves it signs for this computer's own names, the
//! certificate of the public name (from an authority on the internet by ACME, or from the person's own files),
//! when each is renewed, and the trust stores that can be told to believe the local ones.
//!
//! This room knows X.509, key files, trust stores and ACME, and the time as an argument. It must not know
//! tunnels or routes. Start reading at [`LocalCertificates`] and [`PublicCertificate`], then [`trust`].

mod acme;
mod authority;
mod believers;
mod error;
mod files;
mod info;
mod leaf;
mod local;
mod public;
mod resolver;
pub mod trust;

pub use acme::{ACME_TLS, AcmeSettings, ChallengeKind, Directory, NotADirectory, Problem};
pub use believers::{NobodyToBelieve, client_verifier};
pub use error::Error;
pub use info::{CertificateInfo, Use};
pub use local::LocalCertificates;
pub use public::{
    GivenFiles, PublicCertificate, PublicSettings, PublicSource, PublicState, PublicStatus, Refusal,
};
