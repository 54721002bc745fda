//! The certificates in use.

use certificates::CertificateInfo;
use serde::{Deserialize, Serialize};

use crate::{Engine, Failure, Operation};

/// Lists the certificates in use.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ListCertificates {}

impl Operation for ListCertificates {
    const NAME: &'static str = "certificates.list";
    type Output = Vec<CertificateInfo>;

    async fn run(self, engine: &Engine) -> Result<Self::Output, Failure> {
        Ok(engine.certificates().list())
    }
}
