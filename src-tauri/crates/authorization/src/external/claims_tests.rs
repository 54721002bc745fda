use proptest::prelude::*;
use serde_json::json;

use super::*;

const NOW: i64 = 1_800_000_000;

fn good() -> Map<String, Value> {
    let claims = json!({
        "iss": "https://a.example", "aud": "https://localhost:9100/mcp", "sub": "me", "client_id": "c",
        "exp": NOW + 300, "nbf": NOW - 10, "iat": NOW - 10, "scope": "openid context:read",
    });
    claims.as_object().unwrap().clone()
}

fn with(name: &str, value: Value) -> Map<String, Value> {
    let mut claims = good();
    claims.insert(name.to_owned(), value);
    claims
}

fn without(name: &str) -> Map<String, Value> {
    let mut claims = good();
    claims.remove(name);
    claims
}

fn judge(claims: &Map<String, Value>) -> Result<Foreign, Fault> {
    judge_for(claims, &[])
}

fn judge_for(claims: &Map<String, Value>, subjects: &[String]) -> Result<Foreign, Fault> {
    let foreign = Foreign::of_token(claims, &ScopeMap::default())?;
    let audiences = ["https://localhost:9100/mcp".to_owned()];
    let expected = Expected {
        issuer: "https://a.example",
        audiences: &audiences,
        subjects,
        now: Timestamp::from_secs(NOW),
    };
    foreign.judge(&expected).map(|()| foreign)
}

#[test]
fn a_token_for_us_by_the_issuer_opens_the_door_with_its_scopes() {
    let foreign = judge(&good()).unwrap();
    assert_eq!((foreign.client_id.as_str(), foreign.subject.as_str()), ("c", "me"));
    assert_eq!(foreign.scopes, "context:read".parse().unwrap());
    assert_eq!(foreign.expires_at, Timestamp::from_secs(NOW + 300));
    for claims in [
        with("aud", json!(["x", "https://localhost:9100/mcp"])),
        with("exp", json!(1_800_000_300.75)),
        without("nbf"),
        without("iat"),
        without("scope"),
    ] {
        assert!(judge(&claims).is_ok(), "{claims:?}");
    }
}

#[test]
fn two_older_spellings_are_read() {
    let mut claims = without("client_id");
    claims.insert("azp".to_owned(), "older".into());
    claims.remove("scope");
    claims.insert("scp".to_owned(), json!(["context:read", "insights:read"]));
    let foreign = judge(&claims).unwrap();
    assert_eq!(
        (foreign.client_id.as_str(), foreign.scopes),
        ("older", "context:read insights:read".parse().unwrap())
    );
}

#[test]
fn what_is_required_is_required() {
    for name in ["iss", "aud", "sub", "exp", "client_id"] {
        assert_eq!(judge(&without(name)), Err(Fault::Missing(name)), "{name}");
    }
}

#[test]
fn a_claim_of_another_type_is_never_passed_over() {
    // CVE-2026-25537: a `nbf` in quotation marks was taken for none.
    for name in ["nbf", "exp", "iat"] {
        for value in
            [json!("1900000000"), json!(null), json!([NOW]), json!({}), json!(true), json!(-1), json!(1e300)]
        {
            assert_eq!(judge(&with(name, value.clone())), Err(Fault::Type(name)), "{name} {value}");
        }
    }
    for value in
        [json!(null), json!(7), json!({ "x": 1 }), json!([7]), json!([["https://localhost:9100/mcp"]])]
    {
        assert_eq!(judge(&with("aud", value.clone())), Err(Fault::Type("aud")), "{value}");
    }
    for name in ["iss", "sub", "client_id"] {
        for value in [json!(7), json!(null), json!(["https://a.example"]), json!("")] {
            assert_eq!(judge(&with(name, value.clone())), Err(Fault::Type(name)), "{name} {value}");
        }
    }
    assert_eq!(judge(&with("scope", json!(7))), Err(Fault::Type("scope")));
    assert_eq!(judge(&with("scope", json!([7]))), Err(Fault::Type("scope")));
}

#[test]
fn issuer_and_audience_are_compared_byte_by_byte() {
    for issuer in ["https://a.example/", "https://A.example", "https://a.example.evil", "http://a.example"] {
        assert_eq!(judge(&with("iss", issuer.into())), Err(Fault::Issuer), "{issuer}");
    }
    for audience in
        ["https://localhost:9100", "https://localhost:9100/mcp/", "https://memory.example/mcp", "c", ""]
    {
        assert_eq!(judge(&with("aud", audience.into())), Err(Fault::Audience), "{audience}");
    }
    assert_eq!(judge(&with("aud", json!([]))), Err(Fault::Audience));
}

#[test]
fn clocks_may_differ_by_a_minute_and_no_more() {
    assert!(judge(&with("exp", json!(NOW - 59))).is_ok());
    assert_eq!(judge(&with("exp", json!(NOW - 60))), Err(Fault::Expired));
    for name in ["nbf", "iat"] {
        assert!(judge(&with(name, json!(NOW + 60))).is_ok());
        assert_eq!(judge(&with(name, json!(NOW + 61))), Err(Fault::NotYet));
    }
}

#[test]
fn only_the_persons_named_come_in() {
    assert!(judge_for(&good(), &["you".to_owned(), "me".to_owned()]).is_ok());
    assert_eq!(judge_for(&good(), &["you".to_owned()]), Err(Fault::Subject));
}

#[test]
fn a_token_bound_to_a_key_is_not_taken_without_its_proof() {
    assert_eq!(judge(&with("cnf", json!({ "jkt": "x" }))), Err(Fault::Bound));
}

#[test]
fn who_is_asked_about_a_token_may_say_less_but_never_for_whom_it_is() {
    let now = Timestamp::from_secs(NOW);
    let read = |claims: &Map<String, Value>| Foreign::of_introspection(claims, &ScopeMap::default(), now);
    let mut claims = good();
    for name in ["iss", "sub", "exp", "nbf", "iat"] {
        claims.remove(name);
    }
    let foreign = read(&claims).unwrap();
    assert_eq!(foreign.expires_at, now.plus(Duration::from_mins(1)));
    assert_eq!(read(&without("aud")), Err(Fault::Missing("aud")));
}

proptest! {
    #[test]
    fn whatever_stands_in_a_claim_nothing_comes_in_but_by_the_rules(
        name in "iss|aud|exp|nbf|iat|sub|client_id|scope|cnf",
        value in prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "\\PC{0,30}".prop_map(Value::from),
            Just(Value::Null),
            proptest::collection::vec("\\PC{0,10}", 0..4).prop_map(Value::from),
        ],
    ) {
        let claims = with(&name, value);
        if let Ok(foreign) = judge(&claims) {
            prop_assert_eq!(&claims["iss"], "https://a.example");
            prop_assert!(claims["exp"].as_f64().unwrap() + 60.0 >= f64::from(1_800_000_000_u32));
            prop_assert!(!foreign.scopes.contains(crate::scope::Scope::Admin));
            prop_assert!(!claims.contains_key("cnf"));
        }
    }
}
