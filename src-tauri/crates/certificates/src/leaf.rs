//! The leaves: short-lived certificates for this computer's own names, checked before anybody sees them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use clock::Timestamp;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    SanType,
};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};

use crate::authority::{self, Authority};
use crate::info::{CertificateInfo, Use};
use crate::{Error, resolver};

/// How long a leaf is valid.
pub(crate) const LIFETIME: Duration = Duration::from_hours(30 * 24);

/// It is renewed when this much of its life is left.
pub(crate) const RENEWED_BEFORE_END: Duration = Duration::from_hours(10 * 24);

/// Its start lies an hour back, for clients (a container, a virtual machine) whose clock is a little behind.
const BACK_DATED: Duration = Duration::from_hours(1);

/// Which names a leaf certifies.
///
/// Two leaves, because Claude Code (`BoringSSL`) refuses a leaf with an address among its names when the CA
/// has an address constraint. Who connects by name sends SNI and gets the leaf without addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// `localhost`.
    Dns,
    /// `127.0.0.1` and `::1`.
    Addresses,
}

impl Names {
    fn subject_alternative_names(self) -> Result<Vec<SanType>, rcgen::Error> {
        Ok(match self {
            Self::Dns => vec![SanType::DnsName("localhost".try_into()?)],
            Self::Addresses => vec![
                SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
                SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
            ],
        })
    }

    /// The common name is for people's eyes. It is no host name in the second case, so that no client takes
    /// it for one and compares it with the CA's constraints.
    fn common_name(self) -> &'static str {
        match self {
            Self::Dns => "localhost",
            Self::Addresses => "Ambient Insights on this computer",
        }
    }
}

/// A leaf with its key. The key lives in memory alone and is made anew at each start: that takes a
/// millisecond, and there is no file that could be stolen, damaged, or restored from a backup.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) certified: Arc<CertifiedKey>,
    pub(crate) info: CertificateInfo,
}

impl Leaf {
    /// Signs a new leaf and verifies it as a client would.
    pub(crate) fn issue(names: Names, authority: &Authority, now: Timestamp) -> Result<Self, Error> {
        authority.check_time(now)?;
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.subject_alternative_names()?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, names.common_name());
        params.serial_number = Some(authority::serial_number());
        params.not_before = authority::date(now.minus(BACK_DATED).max(authority.info().not_before));
        params.not_after = authority::date(now.plus(LIFETIME).min(authority.info().not_after));
        // Written out, so that the leaf carries a subject key identifier.
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = CertificateDer::from(params.signed_by(&key, authority.issuer())?);
        Self::verified(certificate, &key, authority, now)
    }

    fn verified(
        certificate: CertificateDer<'static>,
        key: &KeyPair,
        authority: &Authority,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let refused = |name: &str, reason| Error::Refused {
            name: name.to_owned(),
            certificate: authority.path().to_owned(),
            reason,
        };
        let mut info = CertificateInfo::read(&certificate, Use::Local, None)
            .map_err(|reason| refused("this computer", rustls::Error::General(reason)))?;
        // A leaf that lasts as long as the CA cannot be bettered by a new one.
        let at_the_end = info.not_after >= authority.info().not_after;
        info.next_renewal = (!at_the_end).then(|| info.not_after.minus(RENEWED_BEFORE_END));
        for name in &info.names {
            verify(&certificate, authority.certificate(), name, now)
                .map_err(|reason| refused(name, reason))?;
        }
        let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let certified = CertifiedKey::from_der(vec![certificate], der, &resolver::provider())
            .map_err(|reason| refused(&info.names.join(", "), reason))?;
        Ok(Self { certified: Arc::new(certified), info })
    }

    /// Whether it is time for a new one: its last third has begun, it has ended, or the clock was set back to
    /// before its start.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.info.next_renewal.is_some_and(|due| now >= due)
            || now >= self.info.not_after
            || now < self.info.not_before
    }
}

/// Verifies a leaf for a name with the verifier that rustls' clients use.
pub(crate) fn verify(
    leaf: &CertificateDer<'_>,
    authority: &CertificateDer<'_>,
    name: &str,
    now: Timestamp,
) -> Result<(), rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone().into_owned())?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), resolver::provider())
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let name = ServerName::try_from(name).map_err(|error| rustls::Error::General(error.to_string()))?;
    let now = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.as_secs()).unwrap_or(0)));
    verifier.verify_server_cert(leaf, &[], &name, &[], now).map(|_| ())
}

#[cfg(test)]
#[path = "leaf_tests.rs"]
mod tests;
