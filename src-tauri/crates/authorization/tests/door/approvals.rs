use std::time::Duration;

use authorization::{
    Approval, ApprovalError, AuditKind, AuditQuery, AuthorizationEvent, Decider, RequestId, Scope, ScopeSet,
    Settings,
};
use http::StatusCode;

use crate::support::{Answer, Asked, CLAUDE_CODE, REDIRECT, Server, asked, settings, tokens};

fn code_on(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("class=\"typed\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

fn typed(code: &str) -> Approval {
    Approval { code: Some(code.to_owned()), ..Approval::by(Decider::Terminal) }
}

async fn ask_through_the_tunnel(server: &mut Server) -> (Asked, String) {
    server.through_the_tunnel();
    let request = server.ask_with(CLAUDE_CODE, &[]).await;
    let code = code_on(&server.page(&request).await);
    (request, code)
}

#[tokio::test]
async fn a_request_through_the_tunnel_needs_the_code_of_its_page() {
    let mut server = Server::new();
    let (request, code) = ask_through_the_tunnel(&mut server).await;
    let pending = &server.auth.pending().await.unwrap()[0];
    assert!(pending.code_required);
    assert_eq!(pending.arrival, "tunnel");
    let without = server.auth.approve(request.id, Approval::by(Decider::Terminal)).await;
    assert_eq!(without.unwrap_err(), ApprovalError::CodeRequired);
    let approved = server.auth.approve(request.id, typed(&code.to_lowercase())).await.unwrap();
    assert_eq!(approved.scopes, ScopeSet::DEFAULT);
    assert_eq!(server.page(&request).await.parameter("iss"), "https://memory.example");
}

#[tokio::test]
async fn the_typed_code_gives_the_answer_to_the_browser_that_shows_it_and_to_no_other() {
    let mut server = Server::new();
    let (victim, victims_code) = ask_through_the_tunnel(&mut server).await;
    // Somebody who knows the request's address asks the same within the same seconds.
    let thief = asked(&server.get(&server.authorize_uri(CLAUDE_CODE, &[]), None).await);
    assert_eq!(thief.id, victim.id);
    assert_ne!(code_on(&server.page(&thief).await), victims_code);
    server.auth.approve(victim.id, typed(&victims_code)).await.unwrap();
    assert_eq!(server.page(&thief).await.status, StatusCode::OK, "no redirect, no code");
    assert_eq!(server.page(&victim).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_third_wrong_code_denies_the_request() {
    let mut server = Server::new();
    let (request, code) = ask_through_the_tunnel(&mut server).await;
    let wrong = if code == "AAAAAA" { "BBBBBB" } else { "AAAAAA" };
    for left in [2, 1] {
        let error = server.auth.approve(request.id, typed(wrong)).await.unwrap_err();
        assert_eq!(error, ApprovalError::WrongCode { tries_left: left });
    }
    let error = server.auth.approve(request.id, typed(wrong)).await.unwrap_err();
    assert_eq!(error, ApprovalError::TooManyWrongCodes);
    let error = server.auth.approve(request.id, typed(&code)).await.unwrap_err();
    assert_eq!(error, ApprovalError::AlreadyDecided);
    assert_eq!(server.page(&request).await.parameter("error"), "access_denied");
}

#[tokio::test]
async fn the_typed_code_is_good_for_two_minutes() {
    let mut server = Server::new();
    let (request, code) = ask_through_the_tunnel(&mut server).await;
    server.clock.advance(Duration::from_mins(2));
    assert_eq!(server.auth.approve(request.id, typed(&code)).await.unwrap_err(), ApprovalError::Expired);
    assert_eq!(server.page(&request).await.parameter("error"), "access_denied");
}

#[tokio::test]
async fn the_owner_may_narrow_the_scopes_and_the_token_has_no_more() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    let scopes: ScopeSet = "context:read".parse().unwrap();
    let wider =
        Approval { scopes: Some("context:read admin".parse().unwrap()), ..Approval::by(Decider::Terminal) };
    assert!(matches!(
        server.auth.approve(request.id, wider).await.unwrap_err(),
        ApprovalError::ScopesNotAsked(_)
    ));
    let narrow = Approval { scopes: Some(scopes), ..Approval::by(Decider::Terminal) };
    server.auth.approve(request.id, narrow).await.unwrap();
    let code = server.page(&request).await.parameter("code");
    let answer = server.exchange(CLAUDE_CODE, &code).await.json();
    assert_eq!(answer["scope"], "context:read");
    assert_eq!(server.scopes_of(answer["access_token"].as_str().unwrap()).await, scopes);
}

#[tokio::test]
async fn admin_is_given_only_when_it_is_confirmed_by_name() {
    let server = Server::new();
    let request = server.ask_with(CLAUDE_CODE, &[("scope", "context:read admin")]).await;
    let error = server.auth.approve(request.id, Approval::by(Decider::Desktop)).await.unwrap_err();
    assert_eq!(error, ApprovalError::AdminNotConfirmed);
    let confirmed = Approval { admin_confirmed: true, ..Approval::by(Decider::Desktop) };
    let approved = server.auth.approve(request.id, confirmed).await.unwrap();
    assert!(approved.scopes.contains(Scope::Admin));
}

#[tokio::test]
async fn a_terminal_decides_nothing_where_a_desktop_runs() {
    let server = Server::with(Settings { self_approval: false, ..settings() });
    let request = server.ask(CLAUDE_CODE).await;
    let error = server.auth.approve(request.id, Approval::by(Decider::Terminal)).await.unwrap_err();
    assert_eq!(error, ApprovalError::DesktopDecides);
    assert!(!server.page(&request).await.body.contains("approvals approve"));
    server.auth.approve(request.id, Approval::by(Decider::Desktop)).await.unwrap();
    // A no may come from anywhere: it lets nobody in.
    let unwanted = server.ask_with(CLAUDE_CODE, &[("state", "unwanted")]).await;
    server.auth.deny(unwanted.id, false, Decider::Terminal).await.unwrap();
    assert_eq!(server.page(&unwanted).await.parameter("error"), "access_denied");
}

#[tokio::test]
async fn a_decision_is_taken_once() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    server.auth.deny(request.id, false, Decider::Terminal).await.unwrap();
    let approve = server.auth.approve(request.id, Approval::by(Decider::Terminal)).await;
    assert_eq!(approve.unwrap_err(), ApprovalError::AlreadyDecided);
    let deny = server.auth.deny(request.id, false, Decider::Terminal).await;
    assert_eq!(deny.unwrap_err(), ApprovalError::AlreadyDecided);
    let nobody = "01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34".parse().unwrap();
    let missing = server.auth.approve(nobody, Approval::by(Decider::Terminal)).await;
    assert_eq!(missing.unwrap_err(), ApprovalError::NotFound(nobody));
}

#[tokio::test]
async fn listeners_hear_of_asking_deciding_connecting_and_ending() {
    let server = Server::new();
    let mut events = server.auth.events();
    let client = server.register(REDIRECT).await;
    let request = server.ask(&client).await;
    server.approve(&request).await;
    let code = server.page(&request).await.parameter("code");
    server.exchange(&client, &code).await;
    server.auth.revoke_client(&client, Decider::Owner).await.unwrap();
    let mut heard = Vec::new();
    while let Ok(event) = events.try_recv() {
        heard.push(event);
    }
    assert!(matches!(heard[0], AuthorizationEvent::ClientRegistered { .. }), "{heard:?}");
    assert_eq!(heard[1], AuthorizationEvent::RequestPending { id: request.id });
    assert!(matches!(heard[2], AuthorizationEvent::RequestDecided { approved: true, .. }), "{heard:?}");
    assert!(matches!(heard[3], AuthorizationEvent::GrantIssued { .. }), "{heard:?}");
    assert!(matches!(heard[4], AuthorizationEvent::GrantRevoked { by: Decider::Owner, .. }), "{heard:?}");
    assert_eq!(heard.len(), 5);
}

#[tokio::test]
async fn blocks_are_listed_with_the_names_that_are_known_and_lifted_by_client() {
    let server = Server::new();
    let client = server.register(REDIRECT).await;
    for id in [client.as_str(), CLAUDE_CODE] {
        let request = server.ask(id).await;
        server.auth.deny(request.id, true, Decider::Desktop).await.unwrap();
        server.clock.advance(Duration::from_secs(1));
    }
    let blocks = server.auth.blocks().await.unwrap();
    let listed: Vec<_> =
        blocks.iter().map(|block| (block.client_id.as_str(), block.client_name.as_str())).collect();
    assert_eq!(listed, [(CLAUDE_CODE, "Claude Code"), (client.as_str(), "Test")]);
    assert!(blocks.iter().all(|block| block.redirect_host == "localhost"));
    assert!(blocks[0].blocked_at > blocks[1].blocked_at);
    assert_eq!(server.auth.unblock(&client, Decider::Owner).await.unwrap(), 1);
    assert_eq!(server.auth.blocks().await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_request_is_given_by_its_id_only_while_it_waits() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    let found = server.auth.pending_request(request.id).await.unwrap();
    assert_eq!(found, server.auth.pending().await.unwrap().pop());
    server.approve(&request).await;
    assert_eq!(server.auth.pending_request(request.id).await.unwrap(), None);
    let late = server.ask_with(CLAUDE_CODE, &[("state", "late")]).await;
    server.clock.advance(Duration::from_mins(10));
    assert_eq!(server.auth.pending_request(late.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_block_ends_what_still_waits_and_what_was_not_picked_up() {
    let server = Server::new();
    let client = server.register(REDIRECT).await;
    let pair = server.connect(&client).await;
    let ask = async |state: &str| {
        server.clock.advance(Duration::from_secs(1));
        server.ask_with(&client, &[("state", state)]).await
    };
    let (taken, approved, waiting, said_no) =
        (ask("taken").await, ask("approved").await, ask("waiting").await, ask("no").await);
    server.approve(&taken).await;
    let code = server.page(&taken).await.parameter("code");
    server.approve(&approved).await;
    let other = server.ask(CLAUDE_CODE).await;

    let mut events = server.auth.events();
    server.auth.deny(said_no.id, true, Decider::Desktop).await.unwrap();
    let mut heard: Vec<RequestId> = Vec::new();
    while let Ok(event) = events.try_recv() {
        match event {
            AuthorizationEvent::RequestDecided { id, approved: false, by: Decider::Desktop } => {
                heard.push(id);
            }
            event => panic!("{event:?}"),
        }
    }
    assert_eq!(heard, [approved.id, waiting.id, said_no.id]);
    for request in [&approved, &waiting, &said_no] {
        assert_eq!(server.page(request).await.parameter("error"), "access_denied");
        let late = server.auth.approve(request.id, Approval::by(Decider::Terminal)).await;
        assert_eq!(late, Err(ApprovalError::AlreadyDecided));
    }
    let lines = server.auth.audit(AuditQuery::default()).await.unwrap();
    let kinds: Vec<_> = lines.iter().take(4).map(|line| (line.kind, line.request_id)).collect();
    let denied = |request: &Asked| (AuditKind::Denied, Some(request.id));
    let blocked = (AuditKind::Blocked, Some(said_no.id));
    assert_eq!(kinds, [denied(&said_no), denied(&waiting), denied(&approved), blocked], "newest first");

    // What the client holds it keeps until the owner ends that, and nobody else is touched.
    assert!(server.opens(&pair.access).await);
    tokens(&server.exchange(&client, &code).await);
    assert_eq!(server.auth.pending().await.unwrap().len(), 1);
    server.approve(&other).await;

    // Blocked again, nothing is left to deny; lifted, none of it comes back.
    let mut events = server.auth.events();
    server.auth.deny(said_no.id, true, Decider::Desktop).await.unwrap();
    assert!(events.try_recv().is_err());
    server.auth.unblock(&client, Decider::Desktop).await.unwrap();
    assert_eq!(server.page(&waiting).await.status, StatusCode::OK, "the page that says that it is done");
    assert!(server.auth.pending().await.unwrap().is_empty());
}
