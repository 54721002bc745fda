use proptest::prelude::*;

use super::*;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[test]
fn the_vector_of_rfc_7636_appendix_b_holds() {
    let challenge = CodeChallenge::from_request(Some(CHALLENGE), Some("S256")).unwrap();
    assert!(challenge.is_met_by(VERIFIER));
    assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
}

#[test]
fn only_the_method_s256_is_taken_and_leaving_it_out_is_plain() {
    for method in [None, Some("plain"), Some("s256"), Some("S512"), Some("")] {
        assert_eq!(CodeChallenge::from_request(Some(CHALLENGE), method), Err(InvalidChallenge::Method));
    }
    assert_eq!(CodeChallenge::from_request(None, Some("S256")), Err(InvalidChallenge::Missing));
}

#[test]
fn a_challenge_that_is_no_sha256_is_refused() {
    for challenge in ["", "abc", &CHALLENGE[1..], &format!("{CHALLENGE}="), &format!("{CHALLENGE}AA")] {
        assert_eq!(
            CodeChallenge::from_request(Some(challenge), Some("S256")),
            Err(InvalidChallenge::Malformed),
            "{challenge}"
        );
    }
}

#[test]
fn a_verifier_has_43_to_128_unreserved_characters() {
    assert!(!is_well_formed(&"a".repeat(42)));
    assert!(is_well_formed(&"a".repeat(43)));
    assert!(is_well_formed(&"a".repeat(128)));
    assert!(!is_well_formed(&"a".repeat(129)));
    assert!(!is_well_formed(&format!("{}+", "a".repeat(43))));
}

proptest! {
    #[test]
    fn only_the_verifier_it_was_made_from_meets_a_challenge(
        verifier in "[A-Za-z0-9._~-]{43,128}", other in "[A-Za-z0-9._~-]{43,128}",
    ) {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let challenge = CodeChallenge::from_request(Some(&challenge), Some("S256")).unwrap();
        prop_assert!(challenge.is_met_by(&verifier));
        prop_assert_eq!(challenge.is_met_by(&other), verifier == other);
    }
}
