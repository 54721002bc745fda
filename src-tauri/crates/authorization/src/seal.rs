//! The answer to a refresh, kept for its retry in a form that only the presented token opens.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use clock::{Random, Timestamp};
use serde::{Deserialize, Serialize};

use crate::access_token::AccessToken;
use crate::id::GrantId;
use crate::secret::{Refresh, Token, derive_key};

const INFO: &[u8] = b"ambient-insights refresh retry v1";
const NONCE: usize = 12;

/// The pair that a rotation gave.
pub(crate) struct Pair {
    pub(crate) access: AccessToken,
    pub(crate) refresh: Token<Refresh>,
    pub(crate) access_expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Plain<'a> {
    access: &'a str,
    refresh: &'a str,
    expires: i64,
}

/// Seals `pair` under a key that follows from the refresh token that was presented for it. Whoever has the
/// file but not that token reads nothing. The grant is bound in, so that a row can not be moved to another.
pub(crate) fn seal(pair: &Pair, presented: &Token<Refresh>, grant: GrantId, random: &dyn Random) -> Vec<u8> {
    let plain = Plain {
        access: pair.access.expose(),
        refresh: pair.refresh.expose(),
        expires: pair.access_expires_at.as_micros(),
    };
    let plain = serde_json::to_vec(&plain).expect("three plain fields become JSON");
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce);
    let sealed = cipher(presented)
        .encrypt(&Nonce::from(nonce), Payload { msg: &plain, aad: grant.as_bytes() })
        .expect("a short message can be encrypted");
    [nonce.as_slice(), &sealed].concat()
}

/// Opens what [`seal`] made. `None`: it was not made for this token and grant, or was changed.
pub(crate) fn open(sealed: &[u8], presented: &Token<Refresh>, grant: GrantId) -> Option<Pair> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let plain = cipher(presented)
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: grant.as_bytes() })
        .ok()?;
    let plain: Plain<'_> = serde_json::from_slice(&plain).ok()?;
    Some(Pair {
        access: AccessToken::parse(plain.access)?,
        refresh: Token::parse(plain.refresh)?,
        access_expires_at: Timestamp::from_micros(plain.expires),
    })
}

fn cipher(presented: &Token<Refresh>) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&derive_key(presented, INFO).into())
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
