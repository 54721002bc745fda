use std::time::Duration;

use super::*;

fn now() -> Instant {
    Instant::now()
}

#[test]
fn a_session_is_there_for_its_owner_alone() {
    let sessions = Sessions::default();
    assert_eq!(sessions.bind("s", "alice", now()), None);
    assert!(sessions.belongs("s", "alice", now()));
    assert!(!sessions.belongs("s", "bob", now()));
    assert!(!sessions.belongs("another", "alice", now()));
}

#[test]
fn an_ended_session_belongs_to_nobody() {
    let sessions = Sessions::default();
    assert_eq!(sessions.bind("s", "alice", now()), None);
    sessions.end("s");
    assert!(!sessions.belongs("s", "alice", now()));
}

#[test]
fn beyond_the_capacity_the_longest_unused_session_is_given_up() {
    let sessions = Sessions::default();
    let start = now();
    for n in 0..CAPACITY {
        let principal = format!("grant {}", n % 100);
        let at = start + Duration::from_secs(n as u64);
        assert_eq!(sessions.bind(&n.to_string(), &principal, at), None);
    }
    assert!(sessions.belongs("0", "grant 0", start + Duration::from_secs(9_999)));
    let given_up = sessions.bind("new", "grant 5", start + Duration::from_secs(10_000));
    assert_eq!(given_up.as_deref(), Some("1"));
    assert!(sessions.belongs("0", "grant 0", now()));
    assert!(!sessions.belongs("1", "grant 1", now()));
    assert!(sessions.belongs("new", "grant 5", now()));
}

#[test]
fn a_client_that_opens_ever_more_sessions_gives_up_its_own_and_nobody_elses() {
    let sessions = Sessions::default();
    let start = now();
    assert_eq!(sessions.bind("calm", "bob", start), None);
    for n in 0..CAPACITY_OF_PRINCIPAL {
        assert_eq!(sessions.bind(&n.to_string(), "alice", start + Duration::from_secs(1 + n as u64)), None);
    }
    let given_up = sessions.bind("one more", "alice", start + Duration::from_secs(10_000));
    assert_eq!(given_up.as_deref(), Some("0"));
    assert!(sessions.belongs("calm", "bob", now()));
}
