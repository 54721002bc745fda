use std::time::Duration;

use authorization::{
    Approval, ApprovalError, AuditKind, AuditQuery, AuthorizationEvent, Decider, PendingRequest, ProofError,
    Settings,
};
use axum::body::Body;
use http::{Request, StatusCode, header};

use crate::support::{Answer, Asked, CLAUDE_CODE, Server, asked, settings};

/// A server where a desktop decides, and a request that came to it through the tunnel.
async fn tunnelled() -> (Server, Asked) {
    let mut server = Server::with(Settings { self_approval: false, ..settings() });
    server.through_the_tunnel();
    let request = server.ask(CLAUDE_CODE).await;
    (server, request)
}

/// The address that the app would open in the person's browser, as that browser asks for it.
async fn begin(server: &Server, request: &Asked) -> String {
    let address = server.auth.begin_proof(request.id).await.unwrap();
    let path = address.strip_prefix("https://memory.example").unwrap();
    assert!(path.starts_with(&format!("/oauth/requests/{}?proof=ami_pn_", request.id)), "{path}");
    path.to_owned()
}

async fn pending(server: &Server, request: &Asked) -> PendingRequest {
    server.auth.pending_request(request.id).await.unwrap().unwrap()
}

async fn is_proved(server: &Server, request: &Asked) -> bool {
    let pending = pending(server, request).await;
    assert_eq!(pending.proved, !pending.code_required);
    pending.proved
}

fn approval() -> Approval {
    Approval::by(Decider::Desktop)
}

#[tokio::test]
async fn the_page_offers_the_link_where_a_desktop_decides_and_no_code_is_needed_once_it_is_proved() {
    let (server, request) = tunnelled().await;
    let page = server.page(&request).await;
    let link = format!("href=\"ambient-insights://approve?request={}\"", request.id);
    assert!(page.body.contains(&link) && page.body.contains("class=\"typed\""), "{}", page.body);
    assert!(page.body.contains("icon in the tray") && !page.body.contains("<script"));
    let path = begin(&server, &request).await;
    server.get(&path, Some(&request.cookie)).await;
    let page = server.page(&request).await;
    assert!(!page.body.contains(&link) && !page.body.contains("class=\"typed\""), "{}", page.body);
}

#[tokio::test]
async fn no_link_is_offered_for_a_request_of_this_computer_nor_where_a_terminal_decides() {
    let server = Server::with(Settings { self_approval: false, ..settings() });
    let request = server.ask(CLAUDE_CODE).await;
    assert!(!server.page(&request).await.body.contains("ambient-insights://"));
    let mut server = Server::new();
    server.through_the_tunnel();
    let request = server.ask(CLAUDE_CODE).await;
    assert!(!server.page(&request).await.body.contains("ambient-insights://"));
}

#[tokio::test]
async fn a_browser_with_nonce_and_cookie_is_proved_to_be_on_this_computer() {
    let (server, request) = tunnelled().await;
    let mut events = server.auth.events();
    let path = begin(&server, &request).await;
    assert!(!is_proved(&server, &request).await, "the link alone proves nothing");
    let answer = server.get(&path, Some(&request.cookie)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    // Away from the nonce, and not to a second page that would take the code back to the client as well.
    let to = answer.header("location");
    assert_eq!(to, format!("/oauth/requests/{}/proved", request.id));
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    let end = server.get(to, Some(&request.cookie)).await;
    assert_eq!(end.status, StatusCode::OK);
    assert!(!end.body.contains("http-equiv=\"refresh\"") && end.body.contains("close this"), "{}", end.body);
    assert!(is_proved(&server, &request).await);
    assert_eq!(events.try_recv().unwrap(), AuthorizationEvent::RequestProved { id: request.id });
    let query = AuditQuery { kinds: vec![AuditKind::Proved], ..AuditQuery::default() };
    let lines = server.auth.audit(query).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].request_id, lines[0].by), (Some(request.id), Some(Decider::Rule)));
    server.auth.approve(request.id, approval()).await.unwrap();
    assert!(server.page(&request).await.parameter("code").starts_with("ami_ac_"));
}

#[tokio::test]
async fn a_link_that_somebody_else_sends_proves_nothing() {
    let (server, strangers) = tunnelled().await;
    let own = server.ask_with(CLAUDE_CODE, &[("state", "own")]).await;
    for cookie in [None, Some(own.cookie.as_str())] {
        let path = begin(&server, &strangers).await;
        let answer = server.get(&path, cookie).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(
            answer.body.contains("another browser") && !answer.body.contains("ami_pn_"),
            "{}",
            answer.body
        );
        assert!(!is_proved(&server, &strangers).await);
        // The nonce is gone, also for the browser that could have used it.
        server.get(&path, Some(&strangers.cookie)).await;
        assert!(!is_proved(&server, &strangers).await);
    }
    assert_eq!(server.auth.approve(strangers.id, approval()).await.unwrap_err(), ApprovalError::CodeRequired);
}

#[tokio::test]
async fn a_nonce_is_good_for_its_own_request_once_and_for_two_minutes() {
    let mut server = Server::with(Settings {
        self_approval: false,
        confirmation_lifetime: Duration::from_mins(10),
        ..settings()
    });
    server.through_the_tunnel();
    let first = server.ask(CLAUDE_CODE).await;
    let second = server.ask_with(CLAUDE_CODE, &[("state", "second")]).await;
    let path = begin(&server, &first).await;
    let moved = path.replace(&first.id.to_string(), &second.id.to_string());
    let answer = server.get(&moved, Some(&format!("{}; {}", first.cookie, second.cookie))).await;
    assert_eq!(answer.header("location"), format!("/oauth/requests/{}", second.id));
    server.get(&path, Some(&first.cookie)).await;
    assert!(!is_proved(&server, &first).await && !is_proved(&server, &second).await);

    let path = begin(&server, &first).await;
    server.clock.advance(Duration::from_mins(2));
    let late = server.get(&path, Some(&first.cookie)).await;
    assert_eq!(late.header("location"), format!("/oauth/requests/{}", first.id));
    assert!(!is_proved(&server, &first).await);

    let older = begin(&server, &first).await;
    let newer = begin(&server, &first).await;
    server.get(&older, Some(&first.cookie)).await;
    assert!(!is_proved(&server, &first).await, "a new nonce ends the one before");
    server.get(&newer, Some(&first.cookie)).await;
    assert!(is_proved(&server, &first).await);
    server.get(&newer, Some(&first.cookie)).await;
    assert_eq!(server.auth.begin_proof(first.id).await.unwrap_err(), ProofError::NotNeeded);
}

#[tokio::test]
async fn what_is_no_nonce_proves_nothing_and_is_led_away_from() {
    let (server, request) = tunnelled().await;
    let good = begin(&server, &request).await;
    let nonce = good.rsplit('=').next().unwrap().to_owned();
    let page = format!("/oauth/requests/{}", request.id);
    for query in ["proof=x".to_owned(), format!("proof={}", nonce.to_lowercase()), "proof=%FF".to_owned()] {
        let answer = server.get(&format!("{page}?{query}"), Some(&request.cookie)).await;
        assert_eq!(answer.header("location"), page, "{query}");
    }
    assert_eq!(server.get(&format!("{page}?proof="), Some(&request.cookie)).await.status, StatusCode::OK);
    // Two at once: neither counts, and the good one is gone.
    let answer = server.get(&format!("{page}?proof={nonce}&proof=x"), Some(&request.cookie)).await;
    assert_eq!(answer.header("location"), page);
    server.get(&good, Some(&request.cookie)).await;
    assert!(!is_proved(&server, &request).await);
}

#[tokio::test]
async fn a_page_that_loads_the_address_in_the_background_proves_nothing() {
    let (server, request) = tunnelled().await;
    for destination in ["image", "iframe", "empty", "script"] {
        let path = begin(&server, &request).await;
        let load = |destination: &str| {
            Request::get(&path)
                .header(header::COOKIE, &request.cookie)
                .header("sec-fetch-dest", destination)
                .body(Body::empty())
                .unwrap()
        };
        server.send(load(destination)).await;
        assert!(!is_proved(&server, &request).await, "{destination}");
        server.send(load("document")).await;
        assert!(!is_proved(&server, &request).await, "the nonce is gone");
    }
}

#[tokio::test]
async fn a_proof_is_begun_five_times_and_for_nothing_but_a_waiting_request_of_the_tunnel() {
    let (mut server, request) = tunnelled().await;
    for _ in 0..5 {
        begin(&server, &request).await;
    }
    let error = server.auth.begin_proof(request.id).await.unwrap_err();
    assert_eq!(error, ProofError::TooOften);
    assert!(error.to_string().contains("code"), "{error}");
    server.clock.advance(Duration::from_mins(2));
    assert_eq!(server.auth.begin_proof(request.id).await.unwrap_err(), ProofError::NotPending);
    let nobody = "01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34".parse().unwrap();
    assert_eq!(server.auth.begin_proof(nobody).await.unwrap_err(), ProofError::NotPending);
    let denied = server.ask_with(CLAUDE_CODE, &[("state", "denied")]).await;
    server.auth.deny(denied.id, false, Decider::Desktop).await.unwrap();
    assert_eq!(server.auth.begin_proof(denied.id).await.unwrap_err(), ProofError::NotPending);
    server.arrival = authorization::Arrival::Local;
    server.origin = authorization::OriginName::Local;
    let local = server.ask(CLAUDE_CODE).await;
    assert_eq!(server.auth.begin_proof(local.id).await.unwrap_err(), ProofError::NotNeeded);
}

#[tokio::test]
async fn a_proof_that_comes_after_the_decision_or_the_end_changes_nothing() {
    let (server, request) = tunnelled().await;
    let path = begin(&server, &request).await;
    server.auth.deny(request.id, false, Decider::Desktop).await.unwrap();
    let answer = server.get(&path, Some(&request.cookie)).await;
    assert_eq!(answer.header("location"), format!("/oauth/requests/{}", request.id));
    assert_eq!(server.page(&request).await.parameter("error"), "access_denied");
    let late = server.ask_with(CLAUDE_CODE, &[("state", "late")]).await;
    server.clock.advance(Duration::from_mins(1));
    let path = begin(&server, &late).await;
    server.clock.advance(Duration::from_mins(1));
    server.get(&path, Some(&late.cookie)).await;
    assert_eq!(server.auth.approve(late.id, approval()).await.unwrap_err(), ApprovalError::Expired);
}

#[tokio::test]
async fn only_the_proved_browser_gets_the_answer() {
    let (server, victim) = tunnelled().await;
    // Somebody who knows the request's address asks the same within the same seconds, and joins it.
    let thief = asked(&server.get(&server.authorize_uri(CLAUDE_CODE, &[]), None).await);
    assert_eq!(thief.id, victim.id);
    let path = begin(&server, &victim).await;
    server.get(&path, Some(&victim.cookie)).await;
    // Whoever asks the same now gets an entry of their own.
    let later = asked(&server.get(&server.authorize_uri(CLAUDE_CODE, &[]), None).await);
    assert_ne!(later.id, victim.id);
    server.auth.approve(victim.id, approval()).await.unwrap();
    let nothing: Answer = server.page(&thief).await;
    assert_eq!(nothing.status, StatusCode::OK, "no redirect, no code");
    assert_eq!(server.page(&victim).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn no_nonce_is_on_the_disk() {
    let (server, request) = tunnelled().await;
    let path = begin(&server, &request).await;
    let nonce = path.rsplit('=').next().unwrap().to_owned();
    server.get(&path, Some(&request.cookie)).await;
    server.auth.flush().await;
    for file in std::fs::read_dir(server.directory.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(nonce.len()).any(|window| window == nonce.as_bytes()));
    }
}

#[tokio::test]
async fn wrong_codes_typed_before_the_proof_stay_counted_and_harm_nothing_after_it() {
    let (server, request) = tunnelled().await;
    let wrong = Approval { code: Some("222222".to_owned()), ..approval() };
    assert_eq!(pending(&server, &request).await.tries_left, 3);
    for left in [2, 1] {
        let error = server.auth.approve(request.id, wrong.clone()).await.unwrap_err();
        assert_eq!(error, ApprovalError::WrongCode { tries_left: left });
        assert_eq!(pending(&server, &request).await.tries_left, left);
    }
    let path = begin(&server, &request).await;
    server.get(&path, Some(&request.cookie)).await;
    assert_eq!(pending(&server, &request).await.tries_left, 1);
    server.auth.approve(request.id, wrong).await.unwrap();
}

#[tokio::test]
async fn a_proved_request_still_ends_in_time_and_keeps_its_scopes() {
    let (server, request) = tunnelled().await;
    let path = begin(&server, &request).await;
    server.get(&path, Some(&request.cookie)).await;
    let wider = Approval { scopes: Some("admin".parse().unwrap()), admin_confirmed: true, ..approval() };
    let error = server.auth.approve(request.id, wider).await.unwrap_err();
    assert!(matches!(error, ApprovalError::ScopesNotAsked(_)), "{error}");
    let terminal = server.auth.approve(request.id, Approval::by(Decider::Terminal)).await;
    assert_eq!(terminal.unwrap_err(), ApprovalError::DesktopDecides);
    // It may wait as long as a request that began here, and no longer.
    server.clock.advance(Duration::from_mins(10) - Duration::from_micros(1));
    assert!(server.auth.pending_request(request.id).await.unwrap().is_some());
    server.clock.advance(Duration::from_micros(1));
    assert_eq!(server.auth.approve(request.id, approval()).await.unwrap_err(), ApprovalError::Expired);
    assert_eq!(server.auth.pending_request(request.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_request_that_is_not_proved_waits_two_minutes_and_no_longer() {
    let (server, request) = tunnelled().await;
    server.clock.advance(Duration::from_mins(2));
    assert_eq!(server.auth.pending_request(request.id).await.unwrap(), None);
}
