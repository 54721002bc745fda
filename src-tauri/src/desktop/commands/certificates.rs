//! Commands on the certificates: which there are, and getting new ones.

use engine::operations::{
    Certificates, OrderCertificate, RenewCertificates, ShowCertificates, ShowTerms, Terms,
};

use super::{commands, run};

commands! {
    /// The certificates in use, and how it stands with the public one.
    show_certificates(desk, input: ShowCertificates) -> Certificates {
        run(desk, input).await
    }

    /// New certificates now.
    renew_certificates(desk, input: RenewCertificates) -> Certificates {
        run(desk, input).await
    }

    /// The terms to agree to before a certificate is ordered.
    show_terms(desk, input: ShowTerms) -> Terms {
        run(desk, input).await
    }

    /// Orders the public certificate.
    order_certificate(desk, input: OrderCertificate) -> Certificates {
        run(desk, input).await
    }
}
