use super::*;

const NOW: Duration = Duration::from_secs(1);

#[test]
fn a_session_is_there_for_its_owner_alone() {
    let sessions = Sessions::default();
    sessions.bind("s", "alice", NOW);
    assert!(sessions.belongs("s", "alice", NOW));
    assert!(!sessions.belongs("s", "bob", NOW));
    assert!(!sessions.belongs("another", "alice", NOW));
}

#[test]
fn an_ended_session_belongs_to_nobody() {
    let sessions = Sessions::default();
    sessions.bind("s", "alice", NOW);
    sessions.end("s");
    assert!(!sessions.belongs("s", "alice", NOW));
}

#[test]
fn beyond_the_capacity_the_longest_unused_session_is_given_up() {
    let sessions = Sessions::default();
    for n in 0..CAPACITY {
        sessions.bind(&n.to_string(), "alice", Duration::from_secs(n as u64));
    }
    assert!(sessions.belongs("0", "alice", Duration::from_secs(9_999)));
    sessions.bind("new", "alice", Duration::from_secs(10_000));
    assert!(sessions.belongs("0", "alice", NOW));
    assert!(!sessions.belongs("1", "alice", NOW));
    assert!(sessions.belongs("new", "alice", NOW));
}
