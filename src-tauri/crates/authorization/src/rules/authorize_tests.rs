use proptest::prelude::*;

use super::*;
use crate::client::Registration;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn origin() -> Origin {
    "https://localhost:9100".parse().unwrap()
}

fn client(redirect_uris: &[&str]) -> Client {
    let redirect_uris = redirect_uris.iter().map(|&uri| uri.to_owned()).collect();
    Client::public("c".to_owned(), "C".to_owned(), Registration::Dynamic, redirect_uris)
}

fn judge_with(extra: &str) -> Result<ValidRequest, RequestError> {
    let query = format!("response_type=code&code_challenge={CHALLENGE}&code_challenge_method=S256&{extra}");
    judge(&Parameters::decode(query.as_bytes()), "https://a.example/cb".to_owned(), &origin())
}

#[test]
fn a_request_without_scope_asks_for_the_default_set() {
    let request = judge_with("state=s").unwrap();
    assert_eq!(request.scopes, ScopeSet::DEFAULT);
    assert_eq!(request.resource, "https://localhost:9100/mcp");
    assert_eq!(request.state.as_deref(), Some("s"));
}

#[test]
fn each_bad_request_has_the_error_code_of_its_rfc() {
    for (extra, code) in [
        ("response_mode=fragment", "invalid_request"),
        ("response_type=token", "invalid_request"),
        ("state=a&state=b", "invalid_request"),
        ("scope=openid+profile+email", "invalid_scope"),
        ("resource=https://other.example/mcp", "invalid_target"),
        ("request=x", "request_not_supported"),
        ("request_uri=x", "request_uri_not_supported"),
        ("prompt=none", "interaction_required"),
        ("code_challenge_method=S256", "invalid_request"),
    ] {
        assert_eq!(judge_with(extra).unwrap_err().code(), code, "{extra}");
    }
    assert_eq!(judge_with(&format!("state={}", "a".repeat(4097))), Err(RequestError::StateTooLong));
    assert!(judge_with(&format!("state={}", "a".repeat(4096))).is_ok());
    let token = Parameters::decode(b"response_type=token");
    assert_eq!(judge(&token, String::new(), &origin()).unwrap_err().code(), "unsupported_response_type");
}

#[test]
fn prompt_consent_is_what_happens_anyway() {
    assert!(judge_with("prompt=consent").is_ok());
}

#[test]
fn the_target_must_be_registered_and_may_be_left_out_when_there_is_only_one() {
    let one = client(&["https://a.example/cb"]);
    let two = client(&["https://a.example/cb", "cursor://x/y"]);
    let none = Parameters::default();
    assert_eq!(target(&none, &one).unwrap(), "https://a.example/cb");
    assert_eq!(target(&none, &two), Err(TargetError::NoRedirectUri));
    let asked = |uri: &str| Parameters::decode(format!("redirect_uri={uri}").as_bytes());
    assert_eq!(target(&asked("https://b.example/cb"), &one), Err(TargetError::NotRegistered));
    assert_eq!(target(&asked("cursor://x/y"), &two), Err(TargetError::PrivateUse));
    assert_eq!(target(&none, &client(&["cursor://x/y"])), Err(TargetError::PrivateUse));
}

#[test]
fn the_answer_is_added_to_a_query_that_is_there_already() {
    let uri = response_uri("https://a.example/cb?x=%2F&y", &[("code", "C")], Some("a b"), origin().as_str());
    assert_eq!(uri, "https://a.example/cb?x=%2F&y&code=C&state=a+b&iss=https%3A%2F%2Flocalhost%3A9100");
}

#[test]
fn each_of_our_parameters_stands_in_the_answer_once_whatever_was_registered() {
    let registered = "https://a.example/cb?iss=https://evil.example&keep=1&%69ss=2&code=old&state=old";
    let uri = response_uri(registered, &[("code", "new")], Some("s"), origin().as_str());
    let url = url::Url::parse(&uri).unwrap();
    for (name, value) in [("iss", "https://localhost:9100"), ("code", "new"), ("state", "s"), ("keep", "1")] {
        let values: Vec<_> =
            url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value).collect();
        assert_eq!(values, [value], "{name}");
    }
}

#[test]
fn two_requests_that_differ_in_anything_have_different_fingerprints() {
    let base = judge_with("state=s").unwrap();
    let other = judge_with("state=t").unwrap();
    assert_eq!(fingerprint("c", &base, "local"), fingerprint("c", &base.clone(), "local"));
    assert_ne!(fingerprint("c", &base, "local"), fingerprint("c", &other, "local"));
    assert_ne!(fingerprint("c", &base, "local"), fingerprint("d", &base, "local"));
    assert_ne!(fingerprint("c", &base, "local"), fingerprint("c", &base, "tunnel:ssh"));
}

proptest! {
    #[test]
    fn no_query_makes_judging_panic(query in proptest::collection::vec(any::<u8>(), 0..300)) {
        let parameters = Parameters::decode(&query);
        let _ = client_id(&parameters);
        let _ = target(&parameters, &client(&["https://a.example/"]));
        let _ = judge(&parameters, "https://a.example/".to_owned(), &origin());
    }

    #[test]
    fn state_comes_back_as_it_was(state in "[^\u{FFFD}]{1,200}") {
        let uri = response_uri("http://localhost:1/cb", &[("error", "access_denied")], Some(&state), origin().as_str());
        let url = url::Url::parse(&uri).unwrap();
        let values: Vec<_> = url.query_pairs().filter(|(key, _)| key == "state").map(|(_, value)| value.into_owned()).collect();
        prop_assert_eq!(values, vec![state]);
    }
}
