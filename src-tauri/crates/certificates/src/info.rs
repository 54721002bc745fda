//! What a person is told about a certificate.

use std::path::{Path, PathBuf};

use clock::Timestamp;
use rustls_pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::X509Certificate;

/// What a certificate is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CertificateUse"))]
pub enum Use {
    /// The local certificate authority.
    Ca,
    /// A leaf for this computer's own names.
    Local,
    /// A certificate for the public hostname.
    Public,
}

/// A certificate as `certificates list --json` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CertificateInfo {
    /// The host names and addresses that it certifies; of a CA, those that it may certify.
    pub names: Vec<String>,
    /// Whom it names as its holder (X.500 name).
    pub subject: String,
    /// Who signed it (X.500 name).
    pub issuer: String,
    /// The serial number: hexadecimal octets with colons.
    pub serial: String,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// What it is used for.
    #[serde(rename = "use")]
    pub purpose: Use,
    /// When it will be renewed by itself; absent for a CA.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub next_renewal: Option<Timestamp>,
    /// The addresses at which it is shown; none for a CA, which is never shown itself.
    #[serde(default)]
    pub used_at: Vec<String>,
    /// The file that holds it; absent where it lives in memory alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub path: Option<PathBuf>,
}

impl CertificateInfo {
    /// Reads the facts out of a certificate; what is wrong with it as text.
    pub(crate) fn read(der: &CertificateDer<'_>, purpose: Use, path: Option<&Path>) -> Result<Self, String> {
        let certificate = parse(der)?;
        Ok(Self {
            names: names(&certificate),
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: certificate.raw_serial_as_string(),
            not_before: Timestamp::from_secs(certificate.validity().not_before.timestamp()),
            not_after: Timestamp::from_secs(certificate.validity().not_after.timestamp()),
            purpose,
            next_renewal: None,
            used_at: Vec::new(),
            path: path.map(Path::to_owned),
        })
    }
}

/// Parses one certificate and nothing after it.
pub(crate) fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, String> {
    match x509_parser::parse_x509_certificate(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => Err("there are bytes after the certificate".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    certificate
        .extensions()
        .iter()
        .flat_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => names.general_names.iter().collect(),
            ParsedExtension::NameConstraints(constraints) => {
                constraints.permitted_subtrees.iter().flatten().map(|subtree| &subtree.base).collect()
            }
            _ => Vec::new(),
        })
        .filter_map(name)
        .collect()
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(dns) => Some((*dns).to_owned()),
        GeneralName::IPAddress(octets) => address(octets),
        _ => None,
    }
}

/// An address, or in a name constraint (RFC 5280 §4.2.1.10) an address and its mask.
fn address(octets: &[u8]) -> Option<String> {
    use std::net::{Ipv4Addr, Ipv6Addr};

    let v4 = |octets: &[u8]| octets.try_into().ok().map(|octets: [u8; 4]| Ipv4Addr::from(octets).to_string());
    let v6 =
        |octets: &[u8]| octets.try_into().ok().map(|octets: [u8; 16]| Ipv6Addr::from(octets).to_string());
    let prefix = |mask: &[u8]| mask.iter().map(|octet| octet.count_ones()).sum::<u32>();
    match octets.len() {
        4 => v4(octets),
        16 => v6(octets),
        8 => Some(format!("{}/{}", v4(&octets[..4])?, prefix(&octets[4..]))),
        32 => Some(format!("{}/{}", v6(&octets[..16])?, prefix(&octets[16..]))),
        _ => None,
    }
}
