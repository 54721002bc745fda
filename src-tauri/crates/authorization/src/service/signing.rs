//! Access tokens as they are given out, and the keys of those that are signed.

use clock::{Random, Timestamp};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::Error;
use crate::access_token::AccessToken;
use crate::jwt::signing_key::{DamagedKey, NoRandomness, SigningKey};
use crate::origin::Origin;
use crate::rules::signing_keys::{KeyTimes, plan};
use crate::scope::ScopeSet;
use crate::secret::Token;
use crate::settings::AccessTokenFormat;
use crate::store;
use crate::store::signing_keys::StoredKey;

/// Who gave access: there is one owner, and the name tells nothing about them (RFC 9068 §2.2, `sub`).
pub(crate) const OWNER: &str = "owner";

/// What a new access token says, where it is one that says anything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contents<'a> {
    /// The issuer, and with it the resource.
    pub(crate) origin: &'a Origin,
    pub(crate) client_id: &'a str,
    pub(crate) scopes: ScopeSet,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// A new access token, in the transaction that stores it.
pub(crate) fn new_access_token(
    connection: &Connection,
    format: AccessTokenFormat,
    contents: Contents<'_>,
    random: &dyn Random,
) -> Result<AccessToken, Error> {
    // Its text is the id of a signed one: 256 random bits, as unguessable as the other form.
    let opaque = Token::generate(random);
    match format {
        AccessTokenFormat::Opaque => Ok(AccessToken::Opaque(opaque)),
        AccessTokenFormat::Jwt => {
            let key = keep_keys(connection, contents.issued_at)?;
            let claims = json!({
                "iss": contents.origin.as_str(),
                "sub": OWNER,
                "aud": contents.origin.resource(),
                "client_id": contents.client_id,
                "iat": contents.issued_at.as_secs(),
                "exp": contents.expires_at.as_secs(),
                "jti": opaque.random_part(),
                "scope": contents.scopes.to_string(),
            });
            let token = key.access_token(&claims).map_err(|NoRandomness| Error::NoRandomness)?;
            Ok(AccessToken::Signed(token.into()))
        }
    }
}

/// Makes the key that is due, removes those that nobody needs, and gives the one that signs now.
pub(crate) fn keep_keys(connection: &Connection, now: Timestamp) -> Result<SigningKey, Error> {
    let mut keys = store::signing_keys::list(connection)?;
    let times: Vec<KeyTimes> = keys.iter().map(|key| key.times.clone()).collect();
    let plan = plan(&times, now);
    for id in &plan.retire {
        store::signing_keys::delete(connection, id)?;
        tracing::info!(key = %id, "an old key for access tokens was retired");
    }
    let mut made = None;
    if let Some(signs_from) = plan.make {
        let private_key = SigningKey::generate().map_err(|NoRandomness| Error::NoRandomness)?;
        let id = read(&private_key)?.id().to_owned();
        tracing::info!(key = %id, %signs_from, "made a new key for access tokens");
        let key = StoredKey { times: KeyTimes { id: id.clone(), signs_from }, private_key };
        store::signing_keys::insert(connection, &key, now)?;
        keys.push(key);
        made = Some(id);
    }
    let signer = plan.signer.or(made);
    let key = keys.iter().find(|key| Some(&key.times.id) == signer.as_ref());
    read(&key.expect("a plan names a key that is there or has one made").private_key)
}

/// The public halves of the keys that are not retired, as they are published.
pub(crate) fn public_keys(connection: &Connection) -> Result<Vec<Value>, Error> {
    let keys = store::signing_keys::list(connection)?;
    keys.iter().map(|key| read(&key.private_key).map(|key| key.to_jwk())).collect()
}

fn read(private_key: &[u8]) -> Result<SigningKey, Error> {
    SigningKey::from_pkcs8(private_key).map_err(|DamagedKey| Error::DamagedSigningKey)
}
