//! Proof Key for Code Exchange (RFC 7636), method S256 alone: a stolen code is worth nothing by itself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What the client proves later that it knows: BASE64URL(SHA256(verifier)), 43 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeChallenge(String);

/// Why a challenge is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidChallenge {
    #[error("code_challenge is missing; this server asks every client for PKCE")]
    Missing,
    #[error("code_challenge_method must be S256; leaving it out means plain, which is refused")]
    Method,
    #[error("code_challenge must be the 43 characters of a base64url SHA-256")]
    Malformed,
}

impl CodeChallenge {
    /// Checks what an authorization request brought. A missing method means `plain` (RFC 7636 §4.3) and is
    /// refused like it: otherwise an attacker could downgrade by leaving it out.
    pub(crate) fn from_request(
        challenge: Option<&str>,
        method: Option<&str>,
    ) -> Result<Self, InvalidChallenge> {
        let challenge = challenge.ok_or(InvalidChallenge::Missing)?;
        if method != Some("S256") {
            return Err(InvalidChallenge::Method);
        }
        match URL_SAFE_NO_PAD.decode(challenge) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(challenge.to_owned())),
            _ => Err(InvalidChallenge::Malformed),
        }
    }

    /// A challenge that was checked before it was stored.
    pub(crate) fn from_store(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is what the challenge was made from. Compared in constant time.
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        is_well_formed(verifier)
            && bool::from(
                URL_SAFE_NO_PAD
                    .encode(Sha256::digest(verifier.as_bytes()))
                    .as_bytes()
                    .ct_eq(self.0.as_bytes()),
            )
    }
}

/// 43 to 128 unreserved characters (RFC 7636 §4.1).
pub(crate) fn is_well_formed(verifier: &str) -> bool {
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
#[path = "pkce_tests.rs"]
mod tests;
