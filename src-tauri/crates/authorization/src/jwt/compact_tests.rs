use proptest::prelude::*;
use serde_json::json;

use super::*;

fn token(header: &str, claims: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", encode(header), encode(claims), encode("signature"))
}

fn fault(header: &str) -> FormError {
    read(&token(header, "{}")).unwrap_err()
}

#[test]
fn a_token_is_taken_apart() {
    let text =
        token(r#"{"alg":"ES256","typ":"at+jwt","kid":"k","x5u":"https://a.example"}"#, r#"{"iss":"x"}"#);
    let token = read(&text).unwrap();
    assert_eq!((token.algorithm, token.key_id.as_deref()), (Algorithm::Es256, Some("k")));
    assert_eq!(token.signature, b"signature");
    assert_eq!(token.signed, text.rsplit_once('.').unwrap().0.as_bytes());
    assert_eq!(token.claims().unwrap()["iss"], "x");
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt"] {
        assert!(
            read(&self::token(&json!({ "alg": "RS256", "typ": typ }).to_string(), "{}")).is_ok(),
            "{typ}"
        );
    }
}

#[test]
fn unsigned_tokens_and_those_with_a_shared_secret_are_none() {
    for name in ["none", "None", "NONE", "HS256", "HS512", "RS1", "ES256K", ""] {
        let header = json!({ "alg": name, "typ": "at+jwt" }).to_string();
        assert_eq!(fault(&header), FormError::Algorithm(name.to_owned()));
    }
    // And without a third part there is nothing to look at.
    let unsigned = token(r#"{"alg":"none"}"#, "{}");
    let (unsigned, _) = unsigned.rsplit_once('.').unwrap();
    assert_eq!(read(&format!("{unsigned}.")).unwrap_err(), FormError::Parts);
    assert_eq!(read(unsigned).unwrap_err(), FormError::Parts);
}

#[test]
fn what_was_signed_for_another_purpose_is_no_access_token() {
    for typ in ["logout+jwt", "dpop+jwt", "secevent+jwt", "token-introspection+jwt", "id+jwt", ""] {
        let header = json!({ "alg": "ES256", "typ": typ }).to_string();
        assert!(matches!(fault(&header), FormError::Type(_)), "{typ}");
    }
    assert!(matches!(fault(r#"{"alg":"ES256"}"#), FormError::Type(_)));
}

#[test]
fn a_header_that_can_be_read_in_two_ways_is_refused() {
    for header in [
        r#"{"alg":"ES256","alg":"none","typ":"at+jwt"}"#,
        r#"{"alg":"ES256","typ":"at+jwt","kid":"a","kid":"b"}"#,
        r#"{"alg":["ES256"],"typ":"at+jwt"}"#,
        r#"{"alg":"ES256","typ":"at+jwt","kid":7}"#,
        r#"{"typ":"at+jwt"}"#,
        r#"["ES256"]"#,
        "nonsense",
    ] {
        assert_eq!(fault(header), FormError::Header, "{header}");
    }
    for crit in [r#"["exp"]"#, "[]", "null", "1"] {
        let header = format!(r#"{{"alg":"ES256","typ":"at+jwt","crit":{crit}}}"#);
        assert_eq!(fault(&header), FormError::Critical, "{crit}");
    }
}

#[test]
fn claims_are_an_object() {
    let header = r#"{"alg":"ES256","typ":"at+jwt"}"#;
    for claims in ["[]", "7", "\"x\"", "nonsense", "null"] {
        assert_eq!(
            read(&token(header, claims)).unwrap().claims().unwrap_err(),
            FormError::Claims,
            "{claims}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic_and_what_is_read_had_the_form(text in "[A-Za-z0-9_.=+/ -]{0,200}") {
        if read(&text).is_ok() {
            prop_assert!(has_form(&text));
        }
    }

    #[test]
    fn what_was_written_is_read_again(kid in "[ -~]{0,40}", subject in "\\PC{0,40}") {
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
        let text = with_signature(unsigned(&header, &json!({ "sub": subject })), b"s");
        let token = read(&text).unwrap();
        prop_assert_eq!(&token.key_id, &Some(kid));
        prop_assert_eq!(token.claims, json!({ "sub": subject }).to_string().into_bytes());
    }
}
