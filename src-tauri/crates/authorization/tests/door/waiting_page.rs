use std::time::Duration;

use authorization::Decider;
use http::StatusCode;
use serde_json::json;

use crate::support::{CLAUDE_CODE, ISSUER, REDIRECT, Server};

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_what_to_do() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    let page = server.page(&request).await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "Claude Code",
        "localhost:51234",
        "Remember conversations",
        "http-equiv=\"refresh\" content=\"2\"",
        &format!("ambient-insights approvals approve {}", request.id),
    ] {
        assert!(page.body.contains(text), "{text}");
    }
    assert!(!page.body.contains("<script") && !page.body.contains("<form"));
    for (header, value) in [
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.header(header), value);
    }
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("style-src 'sha256-"), "{policy}");
}

#[tokio::test]
async fn only_the_browser_that_started_sees_the_page_and_gets_the_answer() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    let other = server.ask_with(CLAUDE_CODE, &[("state", "other")]).await;
    server.approve(&request).await;
    let path = format!("/oauth/requests/{}", request.id);
    for cookie in [None, Some(other.cookie.as_str()), Some("__Host-ambient-insights=x")] {
        let answer = server.get(&path, cookie).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.contains("another browser"), "{}", answer.body);
    }
    assert_eq!(server.page(&request).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_approval_leads_back_with_code_state_and_issuer_each_once() {
    let server = Server::new();
    let redirect = "https://client.example/cb?iss=https://evil.example&keep=1";
    let client = server.register(redirect).await;
    let request = server.ask_with(&client, &[("redirect_uri", redirect)]).await;
    server.approve(&request).await;
    let answer = server.page(&request).await;
    assert!(answer.parameter("code").starts_with("ami_ac_"));
    assert_eq!(answer.parameter("state"), "st&te");
    assert_eq!(answer.parameter("iss"), ISSUER);
    assert_eq!(answer.parameter("keep"), "1");
    assert_eq!(answer.location().0, "https://client.example/cb");
}

#[tokio::test]
async fn a_lost_answer_is_given_again_until_the_code_is_used() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    server.approve(&request).await;
    let first = server.page(&request).await.parameter("code");
    assert_eq!(server.page(&request).await.parameter("code"), first);
    assert_eq!(server.exchange(CLAUDE_CODE, &first).await.status, StatusCode::OK);
    let after = server.page(&request).await;
    assert_eq!(after.status, StatusCode::OK);
    assert!(after.body.contains("This request is done"), "{}", after.body);
}

#[tokio::test]
async fn a_denial_leads_back_once_and_then_says_that_it_is_done() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    server.auth.deny(request.id, false, Decider::Terminal).await.unwrap();
    let answer = server.page(&request).await;
    assert_eq!(answer.parameter("error"), "access_denied");
    assert_eq!(answer.parameter("iss"), ISSUER);
    let after = server.page(&request).await;
    assert_eq!(after.status, StatusCode::OK);
    assert!(after.body.contains("This request is done"), "{}", after.body);
}

#[tokio::test]
async fn a_request_that_nobody_decides_ends_as_denied() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    server.clock.advance(Duration::from_mins(10));
    assert_eq!(server.page(&request).await.parameter("error"), "access_denied");
    assert!(server.auth.pending().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_approval_that_is_not_picked_up_in_time_gives_no_code() {
    let server = Server::new();
    let request = server.ask(CLAUDE_CODE).await;
    server.approve(&request).await;
    server.clock.advance(Duration::from_mins(10));
    assert_eq!(server.page(&request).await.parameter("error"), "access_denied");
}

#[tokio::test]
async fn what_a_client_calls_itself_is_text_on_the_page() {
    let server = Server::new();
    let name = "<img src=x onerror=alert(1)>\"'&";
    let body = json!({ "redirect_uris": [REDIRECT], "client_name": name });
    let client =
        server.post_json("/oauth/register", &body).await.json()["client_id"].as_str().unwrap().to_owned();
    let page = server.page(&server.ask(&client).await).await;
    assert!(!page.body.contains("<img"), "{}", page.body);
    assert!(page.body.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;"), "{}", page.body);
    assert!(page.body.contains("not verified"));
}

#[tokio::test]
async fn a_page_that_is_not_there_is_404_for_every_id() {
    let server = Server::new();
    for id in ["x", "01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34", "%FF", "..%2F.."] {
        let answer = server.get(&format!("/oauth/requests/{id}"), None).await;
        assert!(answer.status.is_client_error(), "{id}: {}", answer.status);
    }
}
