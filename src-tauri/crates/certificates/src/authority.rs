//! The local certificate authority: made once, kept on disk, able to sign for this computer's names only.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clock::{OsRandom, Random as _, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, PublicKeyData as _, SerialNumber,
};
use rustls::SignatureScheme;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use time::OffsetDateTime;

use crate::files::{self, Audience};
use crate::info::{self, CertificateInfo, Use};
use crate::{Error, resolver};

const CERTIFICATE_FILE: &str = "ca.pem";
const KEY_FILE: &str = "ca-key.pem";

/// Ten years: who has told their programs to trust the CA should not have to do so again.
const LIFETIME: Duration = Duration::from_hours(3652 * 24);

/// The start lies a day back, so that a clock that is set right later (a wrong time zone, at most) still
/// stands inside the CA's time.
const BACK_DATED: Duration = Duration::from_hours(24);

/// The CA with its key.
#[derive(Debug)]
pub(crate) struct Authority {
    path: PathBuf,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    info: CertificateInfo,
}

impl Authority {
    /// Loads the CA of this folder, or makes it.
    ///
    /// The key is written first, and the CA's name comes from the key. So after a crash between the two
    /// files (or when somebody deleted the certificate) the same authority is made again from the key alone,
    /// and programs that trust it go on doing so. A certificate without its key is never replaced.
    pub(crate) fn open(folder: &Path, now: Timestamp) -> Result<Self, Error> {
        files::prepare_folder(folder)?;
        let certificate_path = folder.join(CERTIFICATE_FILE);
        let key_path = folder.join(KEY_FILE);
        let (certificate, key) = (files::read(&certificate_path)?, files::read(&key_path)?);
        let key = match (&certificate, key) {
            (Some(_), None) => {
                return Err(Error::MissingKey { path: key_path, certificate: certificate_path });
            }
            (_, Some(pem)) => {
                files::keep_private(&key_path)?;
                parse_key(&pem).map_err(|reason| Error::DamagedKey {
                    path: key_path.clone(),
                    certificate: certificate_path.clone(),
                    reason,
                })?
            }
            (None, None) => {
                let key = KeyPair::generate()?;
                files::write(&key_path, key.serialize_pem().as_bytes(), Audience::Owner)?;
                tracing::info!("made the key of a new local CA");
                key
            }
        };
        let pem = if let Some(pem) = certificate {
            pem
        } else {
            let pem = self_signed(&key, now)?.pem().into_bytes();
            files::write(&certificate_path, &pem, Audience::Everybody)?;
            tracing::info!(path = %certificate_path.display(), "made the certificate of the local CA");
            pem
        };
        let authority = Self::from_parts(certificate_path, &key_path, &pem, key)?;
        authority.check_time(now)?;
        Ok(authority)
    }

    fn from_parts(path: PathBuf, key_path: &Path, pem: &[u8], key: KeyPair) -> Result<Self, Error> {
        let damaged = |reason| Error::DamagedCertificate { path: path.clone(), reason };
        let certificate = parse_certificate(pem).map_err(damaged)?;
        let parsed = info::parse(&certificate).map_err(damaged)?;
        // The key before the signature: with somebody else's key the signature is sound, and the remedy another.
        if parsed.public_key().raw != key.subject_public_key_info() {
            return Err(Error::KeyMismatch { key: key_path.to_owned(), certificate: path });
        }
        if !signed_by_itself(&parsed) {
            return Err(damaged("its signature is not its own".to_owned()));
        }
        if !parsed.is_ca() {
            return Err(damaged("it is not the certificate of a CA".to_owned()));
        }
        let info = CertificateInfo::read(&certificate, Use::Ca, Some(&path)).map_err(damaged)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        Ok(Self { path, certificate, issuer, info })
    }

    /// That the clock stands inside the CA's time.
    pub(crate) fn check_time(&self, now: Timestamp) -> Result<(), Error> {
        if now < self.info.not_before {
            return Err(Error::ClockBeforeStart {
                certificate: self.path.clone(),
                not_before: self.info.not_before,
                now,
            });
        }
        if now >= self.info.not_after {
            return Err(Error::Expired {
                certificate: self.path.clone(),
                not_after: self.info.not_after,
                now,
            });
        }
        Ok(())
    }

    /// The PEM file of the certificate.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(crate) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    pub(crate) fn info(&self) -> &CertificateInfo {
        &self.info
    }
}

/// A random serial number of 127 bits (RFC 5280 §4.1.2.2: positive, at most 20 octets). Random, because NSS
/// refuses two certificates of one issuer with one serial number.
pub(crate) fn serial_number() -> SerialNumber {
    let mut octets = [0; 16];
    OsRandom.fill(&mut octets);
    octets[0] = (octets[0] & 0x7f) | 0x40;
    SerialNumber::from_slice(&octets)
}

/// X.509 knows whole seconds.
pub(crate) fn date(time: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(time.as_secs()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn self_signed(key: &KeyPair, now: Timestamp) -> Result<rcgen::Certificate, rcgen::Error> {
    let mut params = CertificateParams::default();
    // Unique for each installation, and always the same for the same key (see `Authority::open`).
    let identifier = params.key_identifier(key);
    let suffix = identifier.iter().take(4).fold(0_u32, |suffix, octet| (suffix << 8) | u32::from(*octet));
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("Ambient Insights local CA {suffix:08x}"));
    params.distinguished_name.push(DnType::OrganizationName, "Ambient Insights");
    params.serial_number = Some(serial_number());
    params.not_before = date(now.minus(BACK_DATED));
    params.not_after = date(now.plus(LIFETIME));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Who steals this key can pretend to be this computer's loopback names, and nobody else: a bank's
    // certificate signed by it is refused everywhere. (rcgen writes the extension as critical.)
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8)),
            GeneralSubtree::IpAddress(CidrSubnet::from_v6_prefix(
                std::net::Ipv6Addr::LOCALHOST.octets(),
                128,
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    params.self_signed(key)
}

fn parse_key(pem: &[u8]) -> Result<KeyPair, String> {
    let text = std::str::from_utf8(pem).map_err(|_| "it is no text".to_owned())?;
    let key = KeyPair::from_pem(text).map_err(|error| error.to_string())?;
    if key.algorithm() == &rcgen::PKCS_ECDSA_P256_SHA256 {
        Ok(key)
    } else {
        Err("it is no ECDSA P-256 key".to_owned())
    }
}

/// The one certificate of a PEM file.
pub(crate) fn parse_certificate(pem: &[u8]) -> Result<CertificateDer<'static>, String> {
    let mut certificates = CertificateDer::pem_slice_iter(pem);
    let first =
        certificates.next().ok_or("it holds no PEM certificate")?.map_err(|error| error.to_string())?;
    if certificates.next().is_some() {
        return Err("it holds more than one certificate".to_owned());
    }
    Ok(first)
}

fn signed_by_itself(certificate: &x509_parser::prelude::X509Certificate<'_>) -> bool {
    let algorithms = resolver::provider().signature_verification_algorithms.mapping;
    let public_key = &certificate.public_key().subject_public_key.data;
    algorithms.iter().filter(|(scheme, _)| *scheme == SignatureScheme::ECDSA_NISTP256_SHA256).any(
        |(_, algorithms)| {
            algorithms.iter().any(|algorithm| {
                algorithm
                    .verify_signature(
                        public_key,
                        certificate.tbs_certificate.as_ref(),
                        &certificate.signature_value.data,
                    )
                    .is_ok()
            })
        },
    )
}

#[cfg(test)]
#[path = "authority_tests.rs"]
mod tests;
