use std::time::Duration;

use super::*;

fn now() -> Instant {
    Instant::now()
}

#[test]
fn a_session_is_there_for_its_owner_alone() {
    let sessions = Sessions::default();
    sessions.bind("s", "alice", now());
    assert!(sessions.belongs("s", "alice", now()));
    assert!(!sessions.belongs("s", "bob", now()));
    assert!(!sessions.belongs("another", "alice", now()));
}

#[test]
fn an_ended_session_belongs_to_nobody() {
    let sessions = Sessions::default();
    sessions.bind("s", "alice", now());
    sessions.end("s");
    assert!(!sessions.belongs("s", "alice", now()));
}

#[test]
fn beyond_the_capacity_the_longest_unused_session_is_given_up() {
    let sessions = Sessions::default();
    let start = now();
    for n in 0..CAPACITY {
        sessions.bind(&n.to_string(), "alice", start + Duration::from_secs(n as u64));
    }
    assert!(sessions.belongs("0", "alice", start + Duration::from_secs(9_999)));
    sessions.bind("new", "alice", start + Duration::from_secs(10_000));
    assert!(sessions.belongs("0", "alice", now()));
    assert!(!sessions.belongs("1", "alice", now()));
    assert!(sessions.belongs("new", "alice", now()));
}
