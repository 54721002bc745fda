//! A key of ours that signs access tokens: ECDSA on P-256 (ES256), which every library can check.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt;

use super::compact;

/// The private key can not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no private key for ECDSA on P-256")]
pub(crate) struct DamagedKey;

/// The system gave no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no randomness for a signature; restart the computer")]
pub(crate) struct NoRandomness;

/// A private key with its name. The randomness of keys and signatures is ring's own: it takes no other, so that
/// nobody can give it a weak one. What is made with it is never compared in a test, only checked.
pub(crate) struct SigningKey {
    pair: EcdsaKeyPair,
    id: String,
}

impl SigningKey {
    /// A new private key as PKCS #8, to be stored.
    pub(crate) fn generate() -> Result<Vec<u8>, NoRandomness> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map(|document| document.as_ref().to_vec())
            .map_err(|_| NoRandomness)
    }

    /// Reads a stored private key.
    pub(crate) fn from_pkcs8(document: &[u8]) -> Result<Self, DamagedKey> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document, &random)
            .map_err(|_| DamagedKey)?;
        let (x, y) = coordinates(pair.public_key().as_ref());
        // RFC 7638: these members in this order. The name follows from the key, so no two keys share one.
        let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let id = URL_SAFE_NO_PAD.encode(Sha256::digest(thumbprint));
        Ok(Self { pair, id })
    }

    /// The key's name, `kid`.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The public half, as it is published.
    pub(crate) fn to_jwk(&self) -> Value {
        let (x, y) = coordinates(self.pair.public_key().as_ref());
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": self.id, "alg": "ES256", "use": "sig" })
    }

    /// A signed access token with these claims (RFC 9068 §2.1).
    pub(crate) fn access_token(&self, claims: &Value) -> Result<String, NoRandomness> {
        let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": self.id });
        let unsigned = compact::unsigned(&header, claims);
        let signature =
            self.pair.sign(&SystemRandom::new(), unsigned.as_bytes()).map_err(|_| NoRandomness)?;
        Ok(compact::with_signature(unsigned, signature.as_ref()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

fn coordinates(point: &[u8]) -> (String, String) {
    let (x, y) = point[1..].split_at(32);
    (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
}
