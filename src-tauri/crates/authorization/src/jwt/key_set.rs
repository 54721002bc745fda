//! Public keys as they are published (RFC 7517).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::algorithm::{Algorithm, PublicKey};

/// How many keys of a set are looked at.
const MAX_KEYS: usize = 64;

/// The document is no set of keys, or holds none that could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidKeySet {
    #[error("it is no JSON object with an array of keys")]
    NotASet,
    #[error("it holds no key that could check a signature (EC P-256 or P-384, RSA, Ed25519)")]
    Empty,
}

/// A key that checks signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VerifyingKey {
    pub(crate) key_id: Option<String>,
    /// The one algorithm that the key was published for, where it says so.
    algorithm: Option<Algorithm>,
    pub(crate) key: PublicKey,
}

impl VerifyingKey {
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        self.key.fits(algorithm) && self.algorithm.is_none_or(|only| only == algorithm)
    }
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

/// The keys of a set that can be used here; the others are left out (RFC 7517 §5).
pub(crate) fn read(document: &[u8]) -> Result<Vec<VerifyingKey>, InvalidKeySet> {
    let document: Document = serde_json::from_slice(document).map_err(|_| InvalidKeySet::NotASet)?;
    let keys: Vec<_> = document.keys.into_iter().take(MAX_KEYS).filter_map(verifying_key).collect();
    if keys.is_empty() { Err(InvalidKeySet::Empty) } else { Ok(keys) }
}

fn verifying_key(jwk: serde_json::Map<String, serde_json::Value>) -> Option<VerifyingKey> {
    let jwk: Jwk = serde_json::from_value(jwk.into()).ok()?;
    if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
        return None;
    }
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| !bytes.is_empty());
    let point = |length: usize| {
        let (x, y) = (decode(&jwk.x)?, decode(&jwk.y)?);
        (x.len() == length && y.len() == length).then(|| [&[4], x.as_slice(), &y].concat())
    };
    let key = match (jwk.kty.as_str(), jwk.crv.as_str()) {
        ("EC", "P-256") => PublicKey::P256(point(32)?),
        ("EC", "P-384") => PublicKey::P384(point(48)?),
        ("OKP", "Ed25519") => PublicKey::Ed25519(decode(&jwk.x).filter(|x| x.len() == 32)?),
        ("RSA", _) => PublicKey::Rsa { n: decode(&jwk.n)?, e: decode(&jwk.e)? },
        _ => return None,
    };
    let algorithm = match jwk.alg.as_deref() {
        None => None,
        // A key for an algorithm that is not believed here is no key here.
        Some(name) => Some(Algorithm::named(name).filter(|algorithm| key.fits(*algorithm))?),
    };
    Some(VerifyingKey { key_id: jwk.kid, algorithm, key })
}

/// The key that a token names. Without a name there must be no doubt which it is.
pub(crate) fn choose<'a>(
    keys: &'a [VerifyingKey],
    key_id: Option<&str>,
    algorithm: Algorithm,
) -> Option<&'a VerifyingKey> {
    let mut fitting = keys.iter().filter(|key| {
        key.fits(algorithm) && key_id.is_none_or(|wanted| key.key_id.as_deref() == Some(wanted))
    });
    let first = fitting.next()?;
    (key_id.is_some() || (keys.len() == 1 && fitting.next().is_none())).then_some(first)
}

#[cfg(test)]
#[path = "key_set_tests.rs"]
mod tests;
