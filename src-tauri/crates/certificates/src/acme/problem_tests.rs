use std::time::Duration;

use super::*;

fn problem(json: &str) -> instant_acme::Problem {
    serde_json::from_str(json).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_secs(1_795_262_400)
}

fn refused(kind: &str) -> AcmeError {
    AcmeError::Refused { kind: kind.to_owned(), detail: "because".to_owned() }
}

#[test]
fn each_kind_of_refusal_names_what_to_do() {
    let heard = Heard::default();
    for (kind, words) in [
        ("dns", "A record"),
        ("connection", "port 443"),
        ("unauthorized", "port 443"),
        ("caa", "CAA record"),
        ("rejectedIdentifier", "another name"),
        ("userActionRequired", "--agree-to-terms"),
        ("externalAccountRequired", "another acme.directory"),
        ("rateLimited", "letsencrypt-staging"),
        ("somethingNew", "the authority's words"),
    ] {
        let problem = refused(kind).explain(&heard, now());
        assert!(problem.remedy.contains(words), "{kind}: {problem}");
        assert!(problem.what.contains("because") && problem.what.contains(kind), "{problem}");
    }
}

#[test]
fn a_rate_limit_says_until_when() {
    let until = now().plus(Duration::from_hours(30));
    let heard = Heard { retry_at: Some(until), ..Heard::default() };
    let problem = refused("rateLimited").explain(&heard, now());
    assert!(problem.remedy.contains(&until.to_string()), "{problem}");
}

#[test]
fn clocks_that_differ_are_the_remedy_whatever_was_refused() {
    let clocks = Some((now().plus(Duration::from_hours(48)), now()));
    let problem = refused("malformed").explain(&Heard { clocks, ..Heard::default() }, now());
    assert!(problem.remedy.contains("set the clock right"), "{problem}");
    let close = Some((now().plus(Duration::from_mins(5)), now()));
    let problem = refused("malformed").explain(&Heard { clocks: close, ..Heard::default() }, now());
    assert!(!problem.remedy.contains("clock"), "{problem}");
}

#[test]
fn an_authoritys_words_are_one_line_of_bounded_length() {
    let long = "x".repeat(5000);
    let wild = problem(&format!(
        r#"{{"type":"urn:ietf:params:acme:error:dns","detail":"first\nsecond\u001b[31m {long}","subproblems":[{{"detail":"third"}}]}}"#
    ));
    let text = detail(&wild);
    assert!(text.starts_with("first second") && text.chars().count() <= 500, "{text}");
    assert!(!text.chars().any(char::is_control));
    assert_eq!(kind(&wild), "dns");
    assert_eq!(detail(&problem("{}")), "no reason given");
    assert_eq!(kind(&problem("{}")), "without a type");
}
