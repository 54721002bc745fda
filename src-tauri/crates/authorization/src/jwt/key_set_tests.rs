use serde_json::{Value, json};

use super::super::algorithm::BadSignature;
use super::super::compact;
use super::super::signing_key::SigningKey;
use super::*;

fn key() -> SigningKey {
    SigningKey::from_pkcs8(&SigningKey::generate().unwrap()).unwrap()
}

fn set(keys: &[Value]) -> Vec<VerifyingKey> {
    read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

#[test]
fn our_own_signature_is_good_with_our_published_key_and_no_other() {
    let (ours, other) = (key(), key());
    let text = ours.access_token(&json!({ "iss": "x" })).unwrap();
    let token = compact::read(&text).unwrap();
    let keys = set(&[other.to_jwk(), ours.to_jwk()]);
    let chosen = choose(&keys, token.key_id.as_deref(), token.algorithm).unwrap();
    assert_eq!(chosen.key_id.as_deref(), Some(ours.id()));
    assert_eq!(chosen.key.verify(token.algorithm, token.signed, &token.signature), Ok(()));
    assert_eq!(keys[0].key.verify(token.algorithm, token.signed, &token.signature), Err(BadSignature));
    for position in 0..token.signature.len() {
        let mut changed = token.signature.clone();
        changed[position] ^= 1;
        assert_eq!(chosen.key.verify(token.algorithm, token.signed, &changed), Err(BadSignature));
    }
}

#[test]
fn the_name_of_a_key_is_its_thumbprint() {
    // RFC 7638 §3.1 has its example for RSA; here it is checked that the name follows from the key alone.
    let document = SigningKey::generate().unwrap();
    let names = [(); 2].map(|()| SigningKey::from_pkcs8(&document).unwrap().id().to_owned());
    assert_eq!(names[0], names[1]);
    assert_eq!(names[0].len(), 43);
    assert!(SigningKey::from_pkcs8(&document[1..]).is_err());
}

#[test]
fn the_example_of_the_standard_is_verified() {
    // RFC 7515 appendix A.3: ES256.
    let keys = set(&[json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })]);
    let signed = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(keys[0].key.verify(Algorithm::Es256, signed.as_bytes(), &signature), Ok(()));
}

#[test]
fn a_key_is_used_with_the_algorithms_of_its_kind_alone() {
    let ec = key().to_jwk();
    let rsa = json!({ "kty": "RSA", "n": "u1SU1LfVLPHCozMxH2Mo", "e": "AQAB", "kid": "r" });
    let only_pss =
        json!({ "kty": "RSA", "n": "u1SU1LfVLPHCozMxH2Mo", "e": "AQAB", "kid": "p", "alg": "PS256" });
    let keys = set(&[ec.clone(), rsa, only_pss]);
    let kid = ec["kid"].as_str();
    assert!(choose(&keys, kid, Algorithm::Es256).is_some());
    for algorithm in [Algorithm::Rs256, Algorithm::Es384, Algorithm::EdDsa, Algorithm::Ps256] {
        assert!(choose(&keys, kid, algorithm).is_none(), "{algorithm:?}");
    }
    assert!(choose(&keys, Some("r"), Algorithm::Rs256).is_some());
    assert!(choose(&keys, Some("p"), Algorithm::Ps256).is_some());
    assert!(choose(&keys, Some("p"), Algorithm::Rs256).is_none());
    assert!(choose(&keys, Some("unknown"), Algorithm::Es256).is_none());
}

#[test]
fn a_token_without_a_key_id_is_checked_only_where_there_is_one_key() {
    let (a, b) = (key().to_jwk(), key().to_jwk());
    assert!(choose(&set(std::slice::from_ref(&a)), None, Algorithm::Es256).is_some());
    assert!(choose(&set(&[a, b]), None, Algorithm::Es256).is_none());
}

#[test]
fn keys_that_can_not_check_a_signature_are_left_out() {
    let good = key().to_jwk();
    let mut for_encryption = good.clone();
    for_encryption["use"] = "enc".into();
    let mut short = good.clone();
    short["x"] = "AAAA".into();
    let secret = json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "s" });
    let unknown = json!({ "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" });
    let other_algorithm = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RSA-OAEP" });
    let keys = set(&[for_encryption.clone(), short, secret, unknown, other_algorithm, good]);
    assert_eq!(keys.len(), 1);
    let none = json!({ "keys": [for_encryption] }).to_string();
    assert_eq!(read(none.as_bytes()), Err(InvalidKeySet::Empty));
    for document in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]}"#] {
        assert!(read(document.as_bytes()).is_err(), "{document}");
    }
}
