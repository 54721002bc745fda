//! Opaque secrets and what is kept of them: typed, checksummed texts outside, SHA-256 hashes inside.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Random;
use hkdf::Hkdf;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// What a secret is for. The prefix stands at its start, so that secret scanners find one that leaked and
/// a token handed to the wrong endpoint is no token there.
pub(crate) trait Kind {
    const PREFIX: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum $name {}
        impl Kind for $name {
            const PREFIX: &'static str = $prefix;
        }
    )*};
}

kinds! {
    /// A bearer token for the resource.
    Access = "ami_at_";
    /// What an access token is renewed with.
    Refresh = "ami_rt_";
    /// An authorization code.
    Code = "ami_ac_";
    /// What ties a browser to the authorization request it started.
    Browser = "ami_bs_";
    /// What the app gives the person's own browser to bring back: proof that it runs on this computer.
    Proof = "ami_pn_";
    /// What a client that registered itself manages its registration with (RFC 7592).
    Management = "ami_rm_";
    /// The secret of a confidential client, where it was made here.
    ClientSecretKind = "ami_cs_";
    /// What a browser keeps that took a client's code: where consent is remembered, it is for this browser.
    Remembered = "ami_rb_";
}

/// Characters of the random part: 32 bytes in base64url.
const BODY: usize = 43;
/// Characters of the checksum: 4 bytes in base64url.
const CHECKSUM: usize = 6;

/// A secret of kind `K`: prefix, 256 bits, CRC32. Its text is wiped from memory when it is dropped and never
/// shown by `Debug`.
pub(crate) struct Token<K> {
    text: SecretString,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Token<K> {
    /// A fresh secret of 256 random bits.
    pub(crate) fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self::from_bytes(bytes)
    }

    /// A secret that follows from another one and `context`, and from which neither can be found again.
    pub(crate) fn derived_from<P: Kind>(parent: &Token<P>, context: &[u8]) -> Self {
        Self::from_bytes(derive_key(parent, &[K::PREFIX.as_bytes(), context].concat()))
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        let mut text = String::with_capacity(K::PREFIX.len() + BODY + CHECKSUM);
        text.push_str(K::PREFIX);
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        let checksum = crc32fast::hash(text.as_bytes());
        URL_SAFE_NO_PAD.encode_string(checksum.to_be_bytes(), &mut text);
        Self { text: SecretString::from(text), kind: PhantomData }
    }

    /// Reads a presented secret. `None`: it can not be one of ours, so no look-up is needed. The checksum is
    /// no secret, which is why it may be compared in the ordinary way.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let body_end = K::PREFIX.len() + BODY;
        if text.len() != body_end + CHECKSUM || !text.starts_with(K::PREFIX) || !text.is_ascii() {
            return None;
        }
        let (body, checksum) = text.split_at(body_end);
        (URL_SAFE_NO_PAD.encode(crc32fast::hash(body.as_bytes()).to_be_bytes()) == checksum)
            .then(|| Self { text: SecretString::from(text), kind: PhantomData })
    }

    /// The text, to be handed to whom it belongs. Never to a log.
    pub(crate) fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// The random part alone, without what says that it is a token: an id that nobody can guess.
    pub(crate) fn random_part(&self) -> &str {
        &self.expose()[K::PREFIX.len()..K::PREFIX.len() + BODY]
    }

    /// What is stored of it. One pass of SHA-256 is enough: there are 256 random bits to guess.
    pub(crate) fn hash(&self) -> TokenHash<K> {
        TokenHash::of(self.expose())
    }
}

impl<K: Kind> fmt::Debug for Token<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({}…)", K::PREFIX)
    }
}

/// The SHA-256 of a secret of kind `K`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash<K> {
    bytes: [u8; 32],
    kind: PhantomData<fn() -> K>,
}

impl<K> TokenHash<K> {
    /// The hash of a secret's text.
    pub(crate) fn of(text: &str) -> Self {
        Self { bytes: Sha256::digest(text.as_bytes()).into(), kind: PhantomData }
    }

    /// Whether this is the same hash, in a time that does not tell how much of it is.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.bytes.ct_eq(&other.bytes).into()
    }
}

impl<K> fmt::Debug for TokenHash<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl<K> ToSql for TokenHash<K> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.bytes)))
    }
}

impl<K> FromSql for TokenHash<K> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let bytes = value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)?;
        Ok(Self { bytes, kind: PhantomData })
    }
}

/// 32 bytes that follow from `secret` for the purpose `info` alone (RFC 5869).
pub(crate) fn derive_key<K: Kind>(secret: &Token<K>, info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, secret.expose().as_bytes())
        .expand(info, &mut key)
        .expect("32 bytes are a valid length for HKDF-SHA-256");
    key
}

/// Characters that nobody mistakes for each other: no 0, 1, I, L, O.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// Six characters that a waiting page shows and the owner types: proof that the owner sees that very page.
///
/// It follows from the browser's secret, so the page can show it again without it being stored.
#[derive(Clone)]
pub(crate) struct ConfirmationCode(String);

impl ConfirmationCode {
    /// How many characters there are.
    pub(crate) const LENGTH: usize = 6;

    /// The code of this browser's page for the request `context`.
    pub(crate) fn derived_from(browser: &Token<Browser>, context: &[u8]) -> Self {
        let key = derive_key(browser, &[b"confirmation code".as_slice(), context].concat());
        let mut number = key.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let text = (0..Self::LENGTH)
            .map(|_| {
                let index = usize::try_from(number % 31).expect("a number below 31 fits");
                number /= 31;
                char::from(ALPHABET[index])
            })
            .collect();
        Self(text)
    }

    /// Reads what the owner typed: case, spaces and hyphens do not matter.
    pub(crate) fn typed(text: &str) -> Option<Self> {
        let text: String = text
            .chars()
            .filter(|character| !character.is_whitespace() && *character != '-')
            .map(|character| character.to_ascii_uppercase())
            .take(Self::LENGTH + 1)
            .collect();
        (text.len() == Self::LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte)))
            .then_some(Self(text))
    }

    /// The code, for the page.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it. A guess against the hash is quick, but whoever reads the file could also wait
    /// for the approval; the code lives two minutes.
    pub(crate) fn hash(&self, context: &[u8]) -> ConfirmationHash {
        ConfirmationHash(Sha256::new().chain_update(context).chain_update(&self.0).finalize().into())
    }
}

/// The hash of a confirmation code, compared in constant time.
#[derive(Clone, Copy)]
pub(crate) struct ConfirmationHash([u8; 32]);

impl PartialEq for ConfirmationHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for ConfirmationHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConfirmationHash(…)")
    }
}

impl ToSql for ConfirmationHash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for ConfirmationHash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}

#[cfg(test)]
#[path = "secret_tests.rs"]
mod tests;
