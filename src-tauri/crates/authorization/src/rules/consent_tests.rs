use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::scope::ScopeSet;

/// What Claude Code asks for on this computer.
fn request() -> PendingRequest {
    PendingRequest {
        id: RequestId::from(Uuid::from_u128(1)),
        client_id: "https://claude.ai/oauth/claude-code-client-metadata".to_owned(),
        client_name: "Claude Code".to_owned(),
        verified: true,
        redirect_uri: "http://localhost:49152/callback".to_owned(),
        redirect_host: "localhost".to_owned(),
        resource: "https://localhost:9100/mcp".to_owned(),
        scopes: ScopeSet::DEFAULT,
        arrival: "local".to_owned(),
        provider: None,
        remote_address: Some("127.0.0.1".parse().unwrap()),
        user_agent: Some("Browser".to_owned()),
        navigation: true,
        requested_at: Timestamp::from_secs(0),
        expires_at: Timestamp::from_secs(600),
        code_required: false,
        tries_left: 3,
        looked_up: true,
        verified_host: None,
        changed: false,
        muted: false,
        proved: false,
    }
}

fn unverified(name: &str, redirect_uri: &str) -> PendingRequest {
    PendingRequest {
        client_id: "01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34".to_owned(),
        client_name: name.to_owned(),
        verified: false,
        redirect_uri: redirect_uri.to_owned(),
        redirect_host: redirect_uri::host(redirect_uri),
        ..request()
    }
}

fn through_the_tunnel(request: PendingRequest) -> PendingRequest {
    PendingRequest {
        arrival: "tunnel".to_owned(),
        provider: Some("ingress".to_owned()),
        code_required: true,
        ..request
    }
}

#[test]
fn a_known_client_on_this_computer_gives_no_cause_for_warnings() {
    let facts = describe(&request());
    assert_eq!(facts.warnings, Vec::<String>::new());
    assert_eq!(facts.verified_words, "Comes with Ambient Insights: this name is checked.");
    assert_eq!(facts.credentials_host, "localhost:49152");
    assert_eq!(facts.credentials_words, "a program on this computer");
    assert_eq!(facts.arrival_words, "This computer, from a browser");
    assert_eq!(facts.suggested_duration, AccessDuration::UntilRevoked);
    assert_eq!(facts.code_length, 6);
    assert!(!facts.from_internet && !facts.code_required);
}

#[test]
fn the_json_has_the_shape_that_the_window_reads() {
    let facts = serde_json::to_value(describe(&through_the_tunnel(request()))).unwrap();
    let keys: Vec<_> = facts.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = vec![
        "id",
        "client_name",
        "client_id",
        "verified",
        "verified_host",
        "verified_words",
        "credentials_host",
        "credentials_words",
        "arrival_words",
        "changed",
        "from_internet",
        "remote_address",
        "user_agent",
        "resource",
        "scopes",
        "durations",
        "suggested_duration",
        "code_required",
        "code_length",
        "requested_at",
        "expires_at",
        "warnings",
    ];
    expected.sort_unstable();
    let mut keys = keys;
    keys.sort_unstable();
    assert_eq!(keys, expected);
    assert_eq!(
        facts["scopes"][0],
        json!({ "scope": "context:read", "words": Scope::ContextRead.in_words(), "ticked": true, "confirm": false })
    );
    assert_eq!(
        facts["durations"][0],
        json!({ "duration": "session", "words": AccessDuration::Session.in_words() })
    );
    assert_eq!(facts["suggested_duration"], "until_revoked");
    assert_eq!(facts["requested_at"], "1970-01-01T00:00:00Z");
}

#[test]
fn every_scope_that_was_asked_is_ticked_but_admin_which_wants_a_second_yes() {
    let facts = describe(&PendingRequest { scopes: ScopeSet::all(), ..request() });
    assert_eq!(facts.scopes.len(), Scope::ALL.len());
    for choice in &facts.scopes {
        assert_eq!(choice.ticked, choice.scope != Scope::Admin, "{choice:?}");
        assert_eq!(choice.confirm, choice.scope == Scope::Admin, "{choice:?}");
    }
    assert!(facts.warnings[0].contains("settings"), "{:?}", facts.warnings);
    let few: ScopeSet = [Scope::InsightsRead].into_iter().collect();
    assert_eq!(describe(&PendingRequest { scopes: few, ..request() }).scopes.len(), 1);
}

#[test]
fn an_unchecked_name_is_called_the_programs_own_word_and_gets_thirty_days() {
    let facts = describe(&unverified("Notes", "https://notes.example/cb"));
    assert_eq!(facts.verified_words, "This name is the program's own word. Anybody can choose it.");
    assert_eq!(facts.suggested_duration, AccessDuration::ThirtyDays);
    assert_eq!(facts.credentials_host, "notes.example");
    assert_eq!(facts.credentials_words, "a server on the internet");
    assert_eq!(facts.warnings, Vec::<String>::new());
}

#[test]
fn who_borrows_a_known_name_is_said_first_of_all() {
    let borrowed = unverified("СIaude Code", "https://evil.example/cb");
    let facts = describe(&through_the_tunnel(PendingRequest { navigation: false, ..borrowed }));
    assert!(facts.warnings[0].contains("looks like Claude"), "{:?}", facts.warnings);
    assert!(facts.warnings[1].contains("internet") && facts.warnings[2].contains("background"));
    // A private scheme's "host" is whatever its owner writes.
    let claimed = describe(&unverified("Claude", "evil://claude.ai/cb"));
    assert!(claimed.warnings[0].contains("looks like Claude"), "{:?}", claimed.warnings);
    let genuine = describe(&unverified("Claude", "https://claude.ai/api/mcp/auth_callback"));
    assert_eq!(genuine.warnings, Vec::<String>::new());
}

#[test]
fn what_comes_from_the_internet_is_never_said_to_go_to_this_computer() {
    let facts = describe(&through_the_tunnel(request()));
    assert!(facts.from_internet && facts.code_required);
    assert_eq!(facts.arrival_words, "The internet, through the tunnel (ingress)");
    assert_eq!(facts.credentials_words, "a program on the computer of the browser that asks");
    assert_eq!(facts.warnings.len(), 2, "{:?}", facts.warnings);
    assert_eq!(facts.remote_address, None, "the tunnel's own end is nobody's address");
    let native = describe(&through_the_tunnel(unverified("Cursor", "cursor://anysphere.cursor-mcp/cb")));
    assert_eq!(
        native.credentials_words,
        "the program that has claimed cursor: on the computer of the browser that asks"
    );
}

#[test]
fn a_proved_request_is_one_of_this_computer() {
    let proved = PendingRequest { proved: true, code_required: false, ..through_the_tunnel(request()) };
    let facts = describe(&proved);
    assert!(!facts.from_internet && !facts.code_required);
    assert_eq!(facts.arrival_words, "This computer, from a browser, through the tunnel (ingress)");
    assert_eq!(facts.credentials_words, "a program on this computer");
    assert_eq!(facts.warnings, Vec::<String>::new());
}

#[test]
fn a_private_scheme_is_named_and_a_punycode_host_is_shown_as_such() {
    let facts = describe(&unverified("Cursor", "cursor://anysphere.cursor-mcp/cb"));
    assert_eq!(facts.credentials_words, "the program that has claimed cursor: on this computer");
    assert!(facts.warnings[0].contains("claim"), "{:?}", facts.warnings);
    let facts = describe(&unverified("Shop", "https://xn--clude-5qf.example/cb"));
    assert_eq!(facts.credentials_host, "xn--clude-5qf.example");
    assert!(facts.warnings[0].contains("xn--clude-5qf.example"), "{:?}", facts.warnings);
    let facts = describe(&unverified("Shop", "https://www.xn--clude-5qf.example:444/cb"));
    assert_eq!(facts.warnings.len(), 1, "{:?}", facts.warnings);
}

#[test]
fn what_a_page_asked_in_the_background_says_so() {
    let facts = describe(&PendingRequest { navigation: false, ..request() });
    assert_eq!(facts.arrival_words, "This computer, in the background of a web page");
    assert!(facts.warnings[0].contains("background"), "{:?}", facts.warnings);
}

#[test]
fn a_hostile_name_is_short_harmless_text() {
    let long = describe(&unverified(&"A".repeat(10_000), "https://evil.example/cb"));
    assert_eq!(long.client_name.chars().count(), 200);
    let turned =
        describe(&unverified("\u{202E}edualC\u{0000}\u{0007}\u{200B}\r\nx", "https://evil.example/cb"));
    assert_eq!(turned.client_name, "edualC x");
    let html = "<script>alert(1)</script>&amp;";
    assert_eq!(describe(&unverified(html, "https://evil.example/cb")).client_name, html, "text stays text");
    let nothing = describe(&unverified("\u{200B}\u{202E}", "https://evil.example/cb"));
    assert_eq!(nothing.client_name, "Unnamed client");
    let hidden = describe(&unverified("Cla\u{200B}u\u{00AD}de", "https://evil.example/cb"));
    assert!(hidden.warnings[0].contains("looks like Claude"), "{:?}", hidden.warnings);
    let agent = PendingRequest { user_agent: Some(format!("\u{202E}{}", "x".repeat(9_999))), ..request() };
    assert_eq!(describe(&agent).user_agent.unwrap().chars().count(), 300);
}

#[test]
fn an_address_that_can_not_be_read_is_said_to_be_one() {
    let facts = describe(&unverified("X", "not an address"));
    assert_eq!(facts.credentials_words, "an address that can not be read");
    assert!(!facts.warnings.is_empty());
}

#[test]
fn a_host_that_vouches_is_named_and_the_name_stays_the_programs_own_word() {
    let vouched = PendingRequest {
        client_id: "https://client.example/oauth/client.json".to_owned(),
        verified_host: Some("client.example".to_owned()),
        ..unverified("Example", "https://client.example/callback")
    };
    let facts = describe(&vouched);
    assert!(!facts.verified);
    assert_eq!(facts.verified_host.as_deref(), Some("client.example"));
    assert_eq!(
        facts.verified_words,
        "client.example vouches for this program: that is checked. Its name is its own word."
    );
    assert_eq!(facts.suggested_duration, AccessDuration::ThirtyDays);
    assert_eq!(facts.warnings, Vec::<String>::new());

    let elsewhere = PendingRequest {
        redirect_uri: "https://elsewhere.example/callback".to_owned(),
        redirect_host: "elsewhere.example".to_owned(),
        ..vouched.clone()
    };
    assert_eq!(
        describe(&elsewhere).warnings,
        ["The access goes to elsewhere.example, not to client.example."]
    );

    // Whoever has a host can write any name into a document there.
    let borrowed = PendingRequest { client_name: "Claude".to_owned(), ..vouched };
    assert!(describe(&borrowed).warnings[0].starts_with("It looks like Claude"));
    let real = PendingRequest {
        verified_host: Some("claude.ai".to_owned()),
        ..unverified("Claude X", "http://localhost/cb")
    };
    assert_eq!(describe(&real).warnings, Vec::<String>::new());
}

#[test]
fn what_has_changed_since_it_was_approved_is_said() {
    let facts = describe(&PendingRequest { changed: true, ..request() });
    assert!(facts.changed);
    assert!(facts.warnings.iter().any(|warning| warning.starts_with("It has changed since you approved it")));
}
