//! Tests of remembered consent: with every part it counts, with any part missing it does not.

use clock::SeededRandom;

use super::*;
use crate::secret::Token;

fn browser(seed: u64) -> TokenHash<Remembered> {
    Token::generate(&SeededRandom::new(seed)).hash()
}

fn asked() -> Asked {
    Asked {
        enabled: true,
        vouched_for: true,
        redirect_uri: "https://claude.ai/api/mcp/auth_callback".to_owned(),
        resource: "https://localhost:9100/mcp".to_owned(),
        scopes: ScopeSet::from_iter([Scope::ContextRead]),
        consent_hash: [1; 32],
        local: true,
        document: true,
        prompt: false,
        muted: false,
        shown: Some(browser(1)),
    }
}

fn given() -> Given {
    Given {
        redirect_host: "claude.ai".to_owned(),
        resource: "https://localhost:9100/mcp".to_owned(),
        scopes: ScopeSet::from_iter([Scope::ContextRead, Scope::ContextWrite]),
        duration: AccessDuration::UntilRevoked,
        consent_hash: Some([1; 32]),
        browser: Some(browser(1)),
    }
}

#[test]
fn an_earlier_yes_counts_again_when_nothing_is_missing() {
    assert!(covers(&asked(), &[given()]));
    let other = Given { resource: "https://memory.example/mcp".to_owned(), ..given() };
    assert!(covers(&asked(), &[other, given()]));
    let all = Asked { scopes: given().scopes, ..asked() };
    assert!(covers(&all, &[given()]));
}

#[test]
fn whatever_part_of_a_request_is_missing_leads_to_the_window() {
    let more = ScopeSet::from_iter([Scope::ContextRead, Scope::InsightsRead]);
    let admin = ScopeSet::from_iter([Scope::Admin]);
    let uri = |uri: &str| Asked { redirect_uri: uri.to_owned(), ..asked() };
    for (what, asked) in [
        ("turned off", Asked { enabled: false, ..asked() }),
        ("nobody vouches", Asked { vouched_for: false, ..asked() }),
        ("from the internet", Asked { local: false, ..asked() }),
        ("in the background", Asked { document: false, ..asked() }),
        ("the client wants a prompt", Asked { prompt: true, ..asked() }),
        ("muted", Asked { muted: true, ..asked() }),
        ("no cookie", Asked { shown: None, ..asked() }),
        ("another browser", Asked { shown: Some(browser(2)), ..asked() }),
        ("more scopes", Asked { scopes: more, ..asked() }),
        ("another resource", Asked { resource: "https://memory.example/mcp".to_owned(), ..asked() }),
        ("changed", Asked { consent_hash: [2; 32], ..asked() }),
        ("another host", uri("https://claude.com/api/mcp/auth_callback")),
        ("loopback", uri("http://localhost/callback")),
        ("loopback with https", uri("https://localhost/callback")),
        ("private scheme", uri("claude.ai://callback")),
    ] {
        let given = [given(), Given { redirect_host: "localhost".to_owned(), ..given() }];
        assert!(!covers(&asked, &given), "{what}");
    }
    let everything = Given { scopes: ScopeSet::all(), ..given() };
    assert!(!covers(&Asked { scopes: admin, ..asked() }, &[everything]), "admin");
}

#[test]
fn whatever_part_of_the_earlier_yes_is_missing_leads_to_the_window() {
    for (what, given) in [
        ("for a session", Given { duration: AccessDuration::Session, ..given() }),
        ("for thirty days", Given { duration: AccessDuration::ThirtyDays, ..given() }),
        ("of before this was noted", Given { consent_hash: None, ..given() }),
        ("to no browser", Given { browser: None, ..given() }),
        ("to another browser", Given { browser: Some(browser(2)), ..given() }),
        ("for fewer scopes", Given { scopes: ScopeSet::EMPTY, ..given() }),
    ] {
        assert!(!covers(&asked(), &[given]), "{what}");
    }
    assert!(!covers(&asked(), &[]));
    // Two halves make no whole.
    let halves = [Given { browser: None, ..given() }, Given { scopes: ScopeSet::EMPTY, ..given() }];
    assert!(!covers(&asked(), &halves));
}
