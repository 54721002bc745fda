use std::time::Duration;

use authorization::{
    AccessDuration, Approval, AuditEntry, AuditKind, AuditQuery, Decider, GrantSummary, OriginName, Rejection,
};
use http::StatusCode;

use crate::support::{Asked, CLAUDE_CODE, Server, Tokens, tokens};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

async fn approve_for(server: &Server, request: &Asked, duration: AccessDuration) {
    let approval = Approval { duration, ..Approval::by(Decider::Desktop) };
    server.auth.approve(request.id, approval).await.unwrap();
}

async fn connect_for(server: &Server, duration: AccessDuration) -> Tokens {
    let request = server.ask(CLAUDE_CODE).await;
    approve_for(server, &request, duration).await;
    let code = server.page(&request).await.parameter("code");
    tokens(&server.exchange(CLAUDE_CODE, &code).await)
}

async fn grants(server: &Server) -> Vec<GrantSummary> {
    server.auth.clients().await.unwrap().into_iter().flat_map(|client| client.grants).collect()
}

async fn lines(server: &Server, kind: AuditKind) -> Vec<AuditEntry> {
    server.auth.audit(AuditQuery { kinds: vec![kind], ..AuditQuery::default() }).await.unwrap()
}

#[tokio::test]
async fn the_owners_choice_goes_from_the_approval_to_the_grant_and_stands_in_the_audit_trail() {
    for duration in AccessDuration::ALL {
        let server = Server::new();
        connect_for(&server, duration).await;
        assert_eq!(grants(&server).await[0].duration, duration);
        let approved = lines(&server, AuditKind::Approved).await;
        assert_eq!(approved[0].outcome.as_deref(), Some(duration.as_str()));
    }
}

#[tokio::test]
async fn a_yes_without_a_word_about_time_lasts_until_it_is_ended() {
    let server = Server::new();
    server.connect(CLAUDE_CODE).await;
    assert_eq!(grants(&server).await[0].duration, AccessDuration::UntilRevoked);
}

#[tokio::test]
async fn refreshing_carries_access_to_its_end_and_not_beyond() {
    for (duration, length, step) in [
        (AccessDuration::Session, DAY / 2, 30 * MINUTE),
        (AccessDuration::ThirtyDays, 30 * DAY, DAY),
        (AccessDuration::UntilRevoked, 365 * DAY, 20 * DAY),
    ] {
        let server = Server::new();
        let mut pair = connect_for(&server, duration).await;
        let mut passed = Duration::ZERO;
        while passed + step < length {
            server.clock.advance(step);
            passed += step;
            pair = tokens(&server.refresh(CLAUDE_CODE, &pair.refresh).await);
        }
        // Five minutes before the end the access token is shorter than others, and ends with the grant.
        server.clock.advance(length.saturating_sub(passed + 5 * MINUTE));
        let answer = server.refresh(CLAUDE_CODE, &pair.refresh).await;
        assert_eq!(answer.json()["expires_in"], 300, "{duration:?}");
        let last = tokens(&answer);
        server.clock.advance(4 * MINUTE);
        assert!(server.opens(&last.access).await, "{duration:?}");
        server.clock.advance(MINUTE);
        let rejection = server.auth.authenticate(&last.access, OriginName::Local).await.unwrap_err();
        assert_eq!(rejection, Rejection::Expired, "{duration:?}");
        assert_eq!(server.refresh(CLAUDE_CODE, &last.refresh).await.error(), "invalid_grant", "{duration:?}");
        assert!(grants(&server).await.is_empty(), "{duration:?}");
    }
}

#[tokio::test]
async fn access_until_the_program_is_closed_ends_when_it_is_opened_again_and_other_access_stays() {
    let mut server = Server::new();
    let session = connect_for(&server, AccessDuration::Session).await;
    let days = connect_for(&server, AccessDuration::ThirtyDays).await;
    let always = connect_for(&server, AccessDuration::UntilRevoked).await;
    let ended =
        grants(&server).await.into_iter().find(|grant| grant.duration == AccessDuration::Session).unwrap();
    assert!(server.opens(&session.access).await);
    server.restart().await;
    let rejection = server.auth.authenticate(&session.access, OriginName::Local).await.unwrap_err();
    assert_eq!(rejection, Rejection::Unknown);
    assert_eq!(server.refresh(CLAUDE_CODE, &session.refresh).await.error(), "invalid_grant");
    assert!(server.opens(&days.access).await && server.opens(&always.access).await);
    let revoked = lines(&server, AuditKind::Revoked).await;
    assert_eq!(revoked.len(), 1);
    assert_eq!((revoked[0].grant_id, revoked[0].by), (Some(ended.id), Some(Decider::Rule)));
    assert_eq!(revoked[0].outcome.as_deref(), Some("the program was closed"));
    // Once more: there is nothing left to end, and no second line about it.
    server.restart().await;
    assert_eq!(lines(&server, AuditKind::Revoked).await.len(), 1);
}

#[tokio::test]
async fn what_was_approved_until_the_program_is_closed_and_not_taken_is_not_taken_afterwards() {
    let mut server = Server::new();
    let approved = server.ask(CLAUDE_CODE).await;
    approve_for(&server, &approved, AccessDuration::Session).await;
    let delivered = server.ask_with(CLAUDE_CODE, &[("state", "second")]).await;
    approve_for(&server, &delivered, AccessDuration::Session).await;
    let code = server.page(&delivered).await.parameter("code");
    let other = server.ask_with(CLAUDE_CODE, &[("state", "third")]).await;
    approve_for(&server, &other, AccessDuration::ThirtyDays).await;
    server.restart().await;
    assert_eq!(server.page(&approved).await.parameter("error"), "access_denied");
    assert_eq!(server.exchange(CLAUDE_CODE, &code).await.error(), "invalid_grant");
    assert_eq!(server.page(&delivered).await.status, StatusCode::OK, "nothing more is sent");
    assert_eq!(lines(&server, AuditKind::Denied).await.len(), 1);
    let code = server.page(&other).await.parameter("code");
    assert_eq!(server.exchange(CLAUDE_CODE, &code).await.status, StatusCode::OK);
}
