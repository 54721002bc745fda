//! The compact form of a signed token (RFC 7515 §7.1), read strictly.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::algorithm::Algorithm;

/// The longest token that is looked at, in bytes. Servers that put a person's groups into it come to 4 KiB.
pub(crate) const MAX_TOKEN: usize = 8 * 1024;

/// Why a text is no signed token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormError {
    #[error("it is not three parts of base64url")]
    Parts,
    #[error("its header is no JSON object, or names something twice")]
    Header,
    #[error("its algorithm {0:?} is not one of ES256, ES384, RS256, PS256 and EdDSA")]
    Algorithm(String),
    #[error("its header names critical extensions, and none is known here")]
    Critical,
    #[error("its type {0:?} is neither at+jwt nor JWT")]
    Type(String),
    #[error("its claims are no JSON object")]
    Claims,
}

/// A token taken apart. Nothing in it is to be believed before the signature was checked.
#[derive(Debug)]
pub(crate) struct Unverified<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    /// What was signed: the text up to the second dot.
    pub(crate) signed: &'a [u8],
    pub(crate) signature: Vec<u8>,
    claims: Vec<u8>,
}

/// What is read of a header. A member that stands twice is an error, and every other one is ignored, above all
/// those that bring a key (`jwk`, `jku`, `x5u`, `x5c`): keys come from the settings' issuer alone (RFC 8725 §3.10).
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    typ: Option<String>,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// Whether the text could be a signed token: three parts of base64url.
pub(crate) fn has_form(text: &str) -> bool {
    text.len() <= MAX_TOKEN && parts(text).is_some()
}

fn parts(text: &str) -> Option<[&str; 3]> {
    let mut parts = text.split('.');
    let parts = [parts.next()?, parts.next()?, parts.next().filter(|_| parts.next().is_none())?];
    let is_part = |part: &&str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    parts.iter().all(is_part).then_some(parts)
}

/// Takes a token apart. The type must be that of an access token, or the plain one that older servers write:
/// without this rule any other thing that the server signs could be taken for one (RFC 8725 §3.11).
pub(crate) fn read(text: &str) -> Result<Unverified<'_>, FormError> {
    if text.len() > MAX_TOKEN {
        return Err(FormError::Parts);
    }
    let [header, claims, signature] = parts(text).ok_or(FormError::Parts)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| FormError::Parts);
    let signed = &text.as_bytes()[..header.len() + 1 + claims.len()];
    let header = decode(header)?;
    // The derived reader would take an array for an object.
    let header: Header = match header.first() {
        Some(b'{') => serde_json::from_slice(&header).map_err(|_| FormError::Header)?,
        _ => return Err(FormError::Header),
    };
    if header.crit {
        return Err(FormError::Critical);
    }
    let algorithm = Algorithm::named(&header.alg).ok_or_else(|| FormError::Algorithm(cut(&header.alg)))?;
    let typ = header.typ.unwrap_or_default().to_ascii_lowercase();
    if !matches!(typ.strip_prefix("application/").unwrap_or(&typ), "at+jwt" | "jwt") {
        return Err(FormError::Type(cut(&typ)));
    }
    let (claims, signature) = (decode(claims)?, decode(signature)?);
    Ok(Unverified { algorithm, key_id: header.kid, signed, signature, claims })
}

impl Unverified<'_> {
    /// The claims, to be asked for once the signature was found good.
    pub(crate) fn claims(&self) -> Result<Map<String, Value>, FormError> {
        serde_json::from_slice(&self.claims).map_err(|_| FormError::Claims)
    }
}

/// What is to be signed.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut text);
    text
}

/// The whole token.
pub(crate) fn with_signature(mut unsigned: String, signature: &[u8]) -> String {
    unsigned.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut unsigned);
    unsigned
}

/// A stranger's word, short enough for a log.
fn cut(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
#[path = "compact_tests.rs"]
mod tests;
