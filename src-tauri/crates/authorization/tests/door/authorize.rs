use std::time::Duration;

use authorization::{AuthorizationEvent, Decider, LimitsSetting, Settings};
use axum::body::Body;
use clock::Clock as _;
use http::{Method, Request, StatusCode};

use crate::support::{CLAUDE_CODE, ISSUER, REDIRECT, Server, asked, settings};

#[tokio::test]
async fn a_good_request_becomes_a_pending_entry_and_leads_to_its_page() {
    let server = Server::new();
    let answer = server.get(&server.authorize_uri(CLAUDE_CODE, &[]), None).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-"), "{cookie}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let pending = server.auth.pending().await.unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(answer.header("location"), format!("/oauth/requests/{}", pending[0].id));
    let json = serde_json::to_value(&pending[0]).unwrap();
    for field in [
        "id",
        "client_id",
        "client_name",
        "verified",
        "redirect_uri",
        "redirect_host",
        "resource",
        "scopes",
        "arrival",
        "remote_address",
        "user_agent",
        "requested_at",
        "expires_at",
        "code_required",
    ] {
        assert!(json.get(field).is_some(), "{field}");
    }
    assert_eq!(json["client_name"], "Claude Code");
    assert_eq!(json["redirect_host"], "localhost");
    assert_eq!(json["code_required"], false);
    assert_eq!(json["verified"], true);
}

#[tokio::test]
async fn nothing_is_redirected_before_client_and_address_are_known() {
    let server = Server::new();
    let dynamic = server.register(REDIRECT).await;
    for uri in [
        server.authorize_uri("nobody", &[]),
        server.authorize_uri(&dynamic, &[("redirect_uri", "https://evil.example/cb")]),
        server.authorize_uri(&dynamic, &[("redirect_uri", "http://localhost:51234/callback#x")]),
        server.authorize_uri(CLAUDE_CODE, &[("redirect_uri", "http://localhost:1/other")]),
        format!("{}&client_id=x", server.authorize_uri(&dynamic, &[])),
        format!("{}&redirect_uri=https://evil.example", server.authorize_uri(&dynamic, &[])),
        "/oauth/authorize".to_owned(),
        format!("/oauth/authorize?state={}", "a".repeat(40_000)),
    ] {
        let answer = server.get(&uri, None).await;
        assert!(answer.status.is_client_error(), "{uri}: {}", answer.status);
        assert_eq!(answer.header("location"), "");
        assert!(answer.header("content-type").starts_with("text/html"));
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    }
    assert!(server.auth.pending().await.unwrap().is_empty());
}

#[tokio::test]
async fn other_errors_go_to_the_client_with_state_and_issuer_once() {
    let server = Server::new();
    for (changes, code) in [
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("scope", "openid profile email")], "invalid_scope"),
        (vec![("resource", "https://other.example/mcp")], "invalid_target"),
        (vec![("resource", "https://memory.example/mcp")], "invalid_target"),
    ] {
        let answer = server.get(&server.authorize_uri(CLAUDE_CODE, &changes), None).await;
        assert_eq!(answer.parameter("error"), code, "{changes:?}");
        assert_eq!(answer.parameter("state"), "st&te");
        assert_eq!(answer.parameter("iss"), ISSUER);
        assert_eq!(answer.location().0, REDIRECT);
    }
    assert!(server.auth.pending().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_same_request_asked_twice_is_one_entry() {
    let server = Server::new();
    let uri = server.authorize_uri(CLAUDE_CODE, &[]);
    let first = asked(&server.get(&uri, None).await);

    // The browser comes back with its cookie: the same entry, the same cookie.
    let again = server.get(&uri, Some(&first.cookie)).await;
    assert!(again.header("location").ends_with(&first.id.to_string()));
    assert_eq!(again.header("set-cookie"), "");

    // A browser that loads ahead asks twice before it has a cookie: one entry, and either may go on.
    let second = asked(&server.get(&uri, None).await);
    assert_eq!(second.id, first.id);
    assert_ne!(second.cookie, first.cookie);
    assert_eq!(server.auth.pending().await.unwrap().len(), 1);
    assert_eq!(server.page(&first).await.status, StatusCode::OK);
    assert_eq!(server.page(&second).await.status, StatusCode::OK);
    server.approve(&first).await;
    assert_eq!(server.page(&second).await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.page(&first).await.status, StatusCode::OK, "only one of them gets a code");
}

#[tokio::test]
async fn a_later_or_different_request_is_an_entry_of_its_own() {
    let server = Server::new();
    let first = server.ask(CLAUDE_CODE).await;
    let other = server.ask_with(CLAUDE_CODE, &[("state", "another")]).await;
    assert_ne!(first.id, other.id);
    server.clock.advance(Duration::from_secs(11));
    assert_ne!(server.ask(CLAUDE_CODE).await.id, first.id);
}

#[tokio::test]
async fn pending_entries_are_capped_for_a_client_and_in_all_and_apart_for_the_tunnel() {
    let mut server = Server::new();
    for number in 0..6 {
        server.ask_with(CLAUDE_CODE, &[("state", &number.to_string())]).await;
    }
    assert_eq!(server.auth.pending().await.unwrap().len(), 5);
    for _ in 0..7 {
        let client = server.register(REDIRECT).await;
        for number in 0..5 {
            server.get(&server.authorize_uri(&client, &[("state", &number.to_string())]), None).await;
        }
    }
    assert_eq!(server.auth.pending().await.unwrap().len(), 32);
    server.through_the_tunnel();
    server.ask(CLAUDE_CODE).await;
    assert_eq!(server.auth.pending().await.unwrap().len(), 33);
}

#[tokio::test]
async fn who_asks_under_a_shared_id_takes_the_place_of_the_oldest_that_nobody_has_opened() {
    let server = Server::new();
    let mut requests = Vec::new();
    for number in 0..5 {
        requests.push(server.ask_with(CLAUDE_CODE, &[("state", &number.to_string())]).await);
        server.clock.advance(Duration::from_secs(1));
    }
    // The owner has this one open: nobody pushes it out.
    server.auth.look_up(requests[0].id).await.unwrap();
    let mut events = server.auth.events();
    let newest = server.ask_with(CLAUDE_CODE, &[("state", "newest")]).await;
    let replaced =
        AuthorizationEvent::RequestDecided { id: requests[1].id, approved: false, by: Decider::Rule };
    assert_eq!(events.try_recv().unwrap(), replaced);
    let waiting: Vec<_> = server.auth.pending().await.unwrap().iter().map(|entry| entry.id).collect();
    assert_eq!(waiting, [requests[0].id, requests[2].id, requests[3].id, requests[4].id, newest.id]);
    // Its browser is told as for any denial.
    assert_eq!(server.page(&requests[1]).await.parameter("error"), "access_denied");

    for request in &requests[2..] {
        server.auth.look_up(request.id).await.unwrap();
    }
    server.auth.look_up(newest.id).await.unwrap();
    let answer = server.get(&server.authorize_uri(CLAUDE_CODE, &[("state", "x")]), None).await;
    assert_eq!(answer.parameter("error"), "temporarily_unavailable");
}

#[tokio::test]
async fn a_muted_client_is_marked_for_a_day_and_can_be_let_speak_before() {
    let server = Server::new();
    let muted = async |state: &str| {
        let request = server.ask_with(CLAUDE_CODE, &[("state", state)]).await;
        server.auth.pending_request(request.id).await.unwrap().unwrap().muted
    };
    let request = server.ask(CLAUDE_CODE).await;
    server.auth.deny_and_mute(request.id, Decider::Desktop).await.unwrap();
    assert_eq!(server.page(&request).await.parameter("error"), "access_denied");
    assert!(muted("at once").await);
    let listed = server.auth.blocks().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].client_name.as_str(), listed[0].redirect_host.as_str(), listed[0].muted_until),
        ("Claude Code", "localhost", Some(server.clock.now().plus(Duration::from_hours(24))))
    );
    // For the same client under another host it is not.
    let elsewhere = server.ask_with(CLAUDE_CODE, &[("redirect_uri", "http://127.0.0.1:1/callback")]).await;
    assert!(!server.auth.pending_request(elsewhere.id).await.unwrap().unwrap().muted);

    server.clock.advance(Duration::from_hours(24) - Duration::from_micros(1));
    assert!(muted("nearly a day later").await);
    server.clock.advance(Duration::from_micros(1));
    assert!(!muted("a day later").await);
    assert!(server.auth.blocks().await.unwrap().is_empty());

    let again = server.ask_with(CLAUDE_CODE, &[("state", "again")]).await;
    server.auth.deny_and_mute(again.id, Decider::Terminal).await.unwrap();
    assert_eq!(server.auth.unblock(CLAUDE_CODE, Decider::Terminal).await.unwrap(), 1);
    assert!(!muted("lifted").await);
}

#[tokio::test]
async fn prompt_is_understood_and_only_none_can_not_be_fulfilled() {
    let server = Server::new();
    for prompt in ["none", "none login", "login none"] {
        let answer = server.get(&server.authorize_uri(CLAUDE_CODE, &[("prompt", prompt)]), None).await;
        assert_eq!(answer.parameter("error"), "interaction_required", "{prompt}");
    }
    for prompt in ["consent", "login", "select_account", "login consent", "", "unheard-of"] {
        server.ask_with(CLAUDE_CODE, &[("prompt", prompt), ("state", prompt)]).await;
    }
}

#[tokio::test]
async fn a_state_comes_back_as_it_was_up_to_4096_bytes_and_no_longer_one_comes_back() {
    let server = Server::new();
    for state in ["", "a b+c%20&=?#é\u{1F511}", &"s".repeat(4096)] {
        let request = server.ask_with(CLAUDE_CODE, &[("state", state)]).await;
        server.approve(&request).await;
        let answer = server.page(&request).await;
        let states: Vec<_> = answer
            .location()
            .1
            .into_iter()
            .filter(|(name, _)| name == "state")
            .map(|(_, state)| state)
            .collect();
        // An empty one is as none (RFC 6749 §3.1).
        let expected: &[&str] = if state.is_empty() { &[] } else { &[state] };
        assert_eq!(states, expected);
    }
    let answer = server.get(&server.authorize_uri(CLAUDE_CODE, &[("state", &"s".repeat(4097))]), None).await;
    assert_eq!(answer.parameter("error"), "invalid_request");
    assert!(!answer.location().1.iter().any(|(name, _)| name == "state"));
}

#[tokio::test]
async fn a_flood_of_requests_is_told_when_to_come_back() {
    let server = Server::with(Settings { limits: LimitsSetting::On, ..settings() });
    let uri = server.authorize_uri("nobody", &[]);
    let mut last = server.get(&uri, None).await;
    for _ in 0..20 {
        last = server.get(&uri, None).await;
    }
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_ne!(last.header("retry-after"), "");
}

#[tokio::test]
async fn a_blocked_client_is_denied_at_once_until_the_block_is_lifted() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    server.auth.deny(request.id, true, Decider::Terminal).await.unwrap();
    let answer = server.get(&server.authorize_uri(CLAUDE_CODE, &[("state", "again")]), None).await;
    assert_eq!(answer.parameter("error"), "access_denied");
    assert!(server.auth.pending().await.unwrap().is_empty());
    assert_eq!(server.auth.unblock(CLAUDE_CODE, Decider::Terminal).await.unwrap(), 1);
    server.ask(CLAUDE_CODE).await;
}

#[tokio::test]
async fn a_request_that_a_page_sent_in_the_background_is_marked() {
    let server = Server::new();
    for (dest, navigation) in
        [(Some("document"), true), (Some("iframe"), false), (Some("empty"), false), (None, true)]
    {
        let state = format!("{dest:?}");
        let mut request = Request::get(server.authorize_uri(CLAUDE_CODE, &[("state", &state)]));
        if let Some(dest) = dest {
            request = request.header("sec-fetch-dest", dest);
        }
        let id = asked(&server.send(request.body(Body::empty()).unwrap()).await).id;
        let pending = server.auth.pending().await.unwrap();
        assert_eq!(pending.iter().find(|entry| entry.id == id).unwrap().navigation, navigation, "{dest:?}");
    }
}

#[tokio::test]
async fn authorize_only_answers_get() {
    let server = Server::new();
    let request =
        Request::builder().method(Method::POST).uri("/oauth/authorize").body(Body::empty()).unwrap();
    assert_eq!(server.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn what_pages_ask_for_in_the_background_takes_no_place_and_no_turn_from_a_real_request() {
    let server = Server::with(Settings { limits: LimitsSetting::On, ..settings() });
    let in_the_background = async |state: usize| {
        let uri = server.authorize_uri(CLAUDE_CODE, &[("state", &state.to_string())]);
        let request = Request::get(uri).header("sec-fetch-dest", "image").body(Body::empty()).unwrap();
        server.send(request).await
    };
    for state in 0..5 {
        asked(&in_the_background(state).await);
    }
    asked(&in_the_background(5).await);
    assert_eq!(server.auth.pending().await.unwrap().len(), 5);
    let mut state = 6;
    while in_the_background(state).await.status != StatusCode::TOO_MANY_REQUESTS {
        state += 1;
        assert!(state < 100, "nothing stops a page that asks in the background");
    }
    let real = server.ask_with(CLAUDE_CODE, &[("state", "real")]).await;
    assert!(server.auth.pending().await.unwrap().iter().any(|entry| entry.id == real.id && entry.navigation));
}
