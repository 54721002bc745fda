use super::*;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn origin() -> Origin {
    "https://localhost:9100".parse().unwrap()
}

fn code() -> StoredCode {
    StoredCode {
        client_id: "c".to_owned(),
        client_name: "C".to_owned(),
        redirect_uri: "http://localhost:1/cb".to_owned(),
        challenge: CodeChallenge::from_store("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned()),
        scopes: ScopeSet::DEFAULT,
        resource: origin().resource(),
        arrival: "local".to_owned(),
        duration: AccessDuration::UntilRevoked,
        expires_at: Timestamp::from_secs(60),
        used: false,
        grant: None,
        consent_hash: None,
        remembered_by: None,
    }
}

fn presented() -> Presented {
    Presented {
        client_id: "c".to_owned(),
        redirect_uri: Some("http://localhost:1/cb".to_owned()),
        verifier: VERIFIER.to_owned(),
        resources: vec!["https://localhost:9100/mcp".to_owned()],
    }
}

fn at_59() -> Timestamp {
    Timestamp::from_secs(59)
}

#[test]
fn a_good_presentation_in_time_is_the_first_use() {
    assert_eq!(judge(&code(), &presented(), &origin(), at_59()), Ok(Use::First));
    let bare = Presented { redirect_uri: None, resources: Vec::new(), ..presented() };
    assert_eq!(judge(&code(), &bare, &origin(), at_59()), Ok(Use::First));
}

#[test]
fn each_wrong_part_is_found() {
    let p = presented;
    for (wrong, error) in [
        (Presented { client_id: "d".to_owned(), ..p() }, CodeError::OtherClient),
        (
            Presented { redirect_uri: Some("http://localhost:2/cb".to_owned()), ..p() },
            CodeError::OtherRedirectUri,
        ),
        (Presented { verifier: VERIFIER.replace('d', "e"), ..p() }, CodeError::Verifier),
        (Presented { verifier: String::new(), ..p() }, CodeError::Verifier),
        (Presented { resources: vec!["https://x.example".to_owned()], ..p() }, CodeError::Resource),
    ] {
        assert_eq!(judge(&code(), &wrong, &origin(), at_59()), Err(error));
        // The same holds for a used code: who could not have used it causes nothing.
        let used = StoredCode { used: true, ..code() };
        assert_eq!(judge(&used, &wrong, &origin(), at_59()), Err(error));
    }
    let public: Origin = "https://memory.example".parse().unwrap();
    let elsewhere = Presented { resources: Vec::new(), ..p() };
    assert_eq!(judge(&code(), &elsewhere, &public, at_59()), Err(CodeError::OtherOrigin));
}

#[test]
fn a_code_is_dead_the_moment_its_time_is_up() {
    assert_eq!(judge(&code(), &presented(), &origin(), Timestamp::from_secs(60)), Err(CodeError::Expired));
}

#[test]
fn the_rightful_client_that_comes_again_is_a_replay_even_after_the_code_expired() {
    let used = StoredCode { used: true, ..code() };
    assert_eq!(judge(&used, &presented(), &origin(), Timestamp::from_secs(6000)), Ok(Use::Replay(None)));
}
