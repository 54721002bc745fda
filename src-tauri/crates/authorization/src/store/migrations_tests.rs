use super::*;

#[test]
fn what_was_given_before_durations_were_chosen_lasts_until_it_is_ended() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("authorization.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(SCHEMA.migrations[0]).unwrap();
    connection
        .execute_batch(
            "INSERT INTO grants (id, client_id, client_name, redirect_host, resource, scopes, arrival, created_at,
                 absolute_expires_at, idle_expires_at)
             VALUES ('01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34', 'c', 'C', 'localhost', 'r', 'context:read', 'local',
                 0, 100, 100);
             INSERT INTO authorization_requests (id, fingerprint, client_id, client_name, verified, redirect_uri,
                 code_challenge, scopes, resource, issuer, arrival, navigation, requested_at, expires_at,
                 code_required, status)
             VALUES ('01995d2e-8f3a-7c41-9d20-5b6f0e1c2a35', zeroblob(32), 'c', 'C', 0, 'http://localhost/cb', 'x',
                 'context:read', 'r', 'i', 'tunnel:ssh', 1, 0, 100, 1, 'pending');",
        )
        .unwrap();
    for migration in &SCHEMA.migrations[1..] {
        connection.execute_batch(migration).unwrap();
    }
    let now = Timestamp::from_micros(50);
    let grants = grants::list_live(&connection, now).unwrap();
    assert_eq!(grants[0].duration, crate::AccessDuration::UntilRevoked);
    let requests = requests::list_pending(&connection, now).unwrap();
    assert!(!requests[0].proved && requests[0].code_required);
}
