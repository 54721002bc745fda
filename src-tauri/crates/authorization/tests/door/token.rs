use std::time::Duration;

use authorization::{
    AuditKind, AuditQuery, AuthorizationEvent, Decider, LimitsSetting, OriginName, Rejection, Settings,
};
use axum::body::Body;
use http::{Request, StatusCode};

use crate::support::{CLAUDE_CODE, REDIRECT, RESOURCE, Server, VERIFIER, settings, tokens};

#[tokio::test]
async fn a_code_becomes_a_pair_of_tokens_that_opens_the_door() {
    let server = Server::new();
    let code = server.code(CLAUDE_CODE).await;
    let answer = server.exchange(CLAUDE_CODE, &code).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["token_type"], "Bearer");
    assert_eq!(answer.json()["expires_in"], 900);
    let pair = tokens(&answer);
    assert!(pair.access.starts_with("ami_at_") && pair.refresh.starts_with("ami_rt_"));
    let access = server.auth.authenticate(&pair.access, OriginName::Local).await.unwrap();
    assert_eq!(access.client_name, "Claude Code");
    let clients = server.auth.clients().await.unwrap();
    assert_eq!((clients[0].client_id.as_str(), clients[0].grants.len()), (CLAUDE_CODE, 1));
    assert!(clients[0].verified);
}

#[tokio::test]
async fn a_code_is_not_consumed_when_any_other_part_is_wrong() {
    let server = Server::new();
    let other = server.register(REDIRECT).await;
    let code = server.code(CLAUDE_CODE).await;
    let good = [
        ("grant_type", "authorization_code"),
        ("client_id", CLAUDE_CODE),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("resource", RESOURCE),
    ];
    let long = "a".repeat(129);
    for (name, value, error) in [
        ("client_id", other.as_str(), "invalid_grant"),
        ("client_id", "nobody", "invalid_client"),
        ("client_id", "", "invalid_request"),
        ("client_secret", "x", "invalid_client"),
        ("redirect_uri", "http://localhost:51235/callback", "invalid_grant"),
        ("code_verifier", "", "invalid_request"),
        ("code_verifier", &VERIFIER.replace('d', "e"), "invalid_grant"),
        ("code_verifier", &long, "invalid_grant"),
        ("resource", "https://memory.example/mcp", "invalid_target"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("grant_type", "", "invalid_request"),
        ("code", "ami_ac_x", "invalid_grant"),
    ] {
        let mut fields: Vec<_> = good.iter().copied().filter(|(key, _)| *key != name).collect();
        fields.push((name, value));
        let answer = server.post_form("/oauth/token", &fields).await;
        assert_eq!(answer.error(), error, "{name}={value}");
        let status =
            if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let mut twice = good.to_vec();
    twice.push(("code", code.as_str()));
    assert_eq!(server.post_form("/oauth/token", &twice).await.error(), "invalid_request");
    tokens(&server.post_form("/oauth/token", &good).await);
}

#[tokio::test]
async fn a_body_that_is_no_form_or_too_large_is_refused() {
    let server = Server::new();
    let json = Request::post("/oauth/token")
        .header("content-type", "application/json")
        .body(Body::from("{}"))
        .unwrap();
    assert_eq!(server.send(json).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let bare = Request::post("/oauth/token").body(Body::from("grant_type=refresh_token")).unwrap();
    assert_eq!(server.send(bare).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = server.post_form("/oauth/token", &[("code", &"x".repeat(17_000))]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_client_may_name_itself_by_http_basic_with_an_empty_secret() {
    let server = Server::new();
    let client = server.register(REDIRECT).await;
    let code = server.code(&client).await;
    let send = async |secret: &str| {
        use base64::Engine as _;
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{client}:{secret}"));
        let request = Request::post("/oauth/token")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("authorization", format!("Basic {basic}"))
            .body(Body::from(format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}")))
            .unwrap();
        server.send(request).await
    };
    let refused = send("secret").await;
    assert_eq!((refused.status, refused.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"));
    assert!(refused.header("www-authenticate").starts_with("Basic"));
    tokens(&send("").await);
}

#[tokio::test]
async fn a_code_lives_sixty_seconds() {
    let server = Server::new();
    let code = server.code(CLAUDE_CODE).await;
    server.clock.advance(Duration::from_mins(1));
    assert_eq!(server.exchange(CLAUDE_CODE, &code).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_replayed_code_revokes_its_grant_when_the_right_client_brings_it_and_only_then() {
    let server = Server::new();
    let mut events = server.auth.events();
    let other = server.register(REDIRECT).await;
    let code = server.code(CLAUDE_CODE).await;
    let pair = tokens(&server.exchange(CLAUDE_CODE, &code).await);

    assert_eq!(server.exchange(&other, &code).await.error(), "invalid_grant");
    let verifier = VERIFIER.replace('d', "e");
    let stolen = [
        ("grant_type", "authorization_code"),
        ("client_id", CLAUDE_CODE),
        ("code", code.as_str()),
        ("code_verifier", verifier.as_str()),
    ];
    assert_eq!(server.post_form("/oauth/token", &stolen).await.error(), "invalid_grant");
    assert!(server.opens(&pair.access).await, "a thief without the verifier changes nothing");

    assert_eq!(server.exchange(CLAUDE_CODE, &code).await.error(), "invalid_grant");
    assert!(!server.opens(&pair.access).await);
    assert_eq!(server.refresh(CLAUDE_CODE, &pair.refresh).await.error(), "invalid_grant");
    let seen = std::iter::from_fn(|| events.try_recv().ok())
        .any(|event| matches!(event, AuthorizationEvent::ReplaySeen { .. }));
    assert!(seen);
}

#[tokio::test]
async fn two_exchanges_of_one_code_at_once_give_one_pair() {
    let server = Server::new();
    let code = server.code(CLAUDE_CODE).await;
    let (one, two) = tokio::join!(server.exchange(CLAUDE_CODE, &code), server.exchange(CLAUDE_CODE, &code));
    let granted = [&one, &two].into_iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!(granted, 1);
}

#[tokio::test]
async fn both_racers_of_a_refresh_hold_live_tokens() {
    let server = Server::new();
    let first = server.connect(CLAUDE_CODE).await;
    let (one, two) = tokio::join!(
        server.refresh(CLAUDE_CODE, &first.refresh),
        server.refresh(CLAUDE_CODE, &first.refresh)
    );
    let (one, two) = (tokens(&one), tokens(&two));
    assert_eq!(one, two, "the same successor pair");
    assert!(server.opens(&one.access).await);
    // The winner has used its access token by now; the loser still gets its answer.
    server.clock.advance(Duration::from_secs(59));
    let late = server.refresh(CLAUDE_CODE, &first.refresh).await;
    assert_eq!(late.json()["expires_in"], 900 - 59);
    assert_eq!(tokens(&late), one);
    tokens(&server.refresh(CLAUDE_CODE, &two.refresh).await);
}

#[tokio::test]
async fn a_refresh_token_that_comes_again_after_the_window_ends_the_grant() {
    let server = Server::new();
    let first = server.connect(CLAUDE_CODE).await;
    let second = tokens(&server.refresh(CLAUDE_CODE, &first.refresh).await);
    server.clock.advance(Duration::from_mins(1));
    let other = server.register(REDIRECT).await;
    assert_eq!(server.refresh(&other, &first.refresh).await.error(), "invalid_grant");
    assert!(server.opens(&second.access).await, "another client's replay changes nothing");
    assert_eq!(server.refresh(CLAUDE_CODE, &first.refresh).await.error(), "invalid_grant");
    assert!(!server.opens(&second.access).await);
    assert_eq!(server.refresh(CLAUDE_CODE, &second.refresh).await.error(), "invalid_grant");
    let kinds: Vec<_> =
        server.auth.audit(AuditQuery::default()).await.unwrap().into_iter().map(|entry| entry.kind).collect();
    assert!(kinds.contains(&AuditKind::Replayed) && kinds.contains(&AuditKind::Revoked), "{kinds:?}");
}

#[tokio::test]
async fn a_refresh_token_whose_successor_was_refreshed_ends_the_grant_at_once() {
    let server = Server::new();
    let first = server.connect(CLAUDE_CODE).await;
    let second = tokens(&server.refresh(CLAUDE_CODE, &first.refresh).await);
    let third = tokens(&server.refresh(CLAUDE_CODE, &second.refresh).await);
    assert_eq!(server.refresh(CLAUDE_CODE, &first.refresh).await.error(), "invalid_grant");
    assert!(!server.opens(&third.access).await);
}

#[tokio::test]
async fn a_refresh_may_narrow_the_scope_and_the_next_one_may_have_it_back() {
    let server = Server::new();
    let first = server.connect(CLAUDE_CODE).await;
    let with = async |token: &str, scope: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", CLAUDE_CODE),
            ("refresh_token", token),
            ("scope", scope),
        ];
        server.post_form("/token", &fields).await
    };
    assert_eq!(with(&first.refresh, "context:read admin").await.error(), "invalid_scope");
    let narrow = with(&first.refresh, "context:read").await;
    assert_eq!(narrow.json()["scope"], "context:read");
    let narrow = tokens(&narrow);
    assert_eq!(server.scopes_of(&narrow.access).await.to_string(), "context:read");
    let wide = with(&narrow.refresh, "context:read insights:read").await;
    assert_eq!(wide.json()["scope"], "context:read insights:read");
}

#[tokio::test]
async fn a_refresh_for_another_resource_is_an_invalid_target() {
    let server = Server::new();
    let pair = server.connect(CLAUDE_CODE).await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", CLAUDE_CODE),
        ("refresh_token", pair.refresh.as_str()),
        ("resource", "https://memory.example/mcp"),
    ];
    assert_eq!(server.post_form("/oauth/token", &fields).await.error(), "invalid_target");
    tokens(&server.refresh(CLAUDE_CODE, &pair.refresh).await);
}

#[tokio::test]
async fn tokens_end_by_the_clock_idle_and_absolute() {
    let server = Server::with(Settings { refresh_absolute: Duration::from_hours(24 * 50), ..settings() });
    let first = server.connect(CLAUDE_CODE).await;
    assert!(server.opens(&first.access).await);
    server.clock.advance(Duration::from_mins(15));
    let rejection = server.auth.authenticate(&first.access, OriginName::Local).await.unwrap_err();
    assert_eq!(rejection, Rejection::Expired);
    server.clock.advance(Duration::from_hours(24 * 29));
    let second = tokens(&server.refresh(CLAUDE_CODE, &first.refresh).await);
    server.clock.advance(Duration::from_hours(24 * 21));
    assert_eq!(
        server.refresh(CLAUDE_CODE, &second.refresh).await.error(),
        "invalid_grant",
        "past the 50 days"
    );

    let idle = server.connect(CLAUDE_CODE).await;
    server.clock.advance(Duration::from_hours(24 * 30));
    assert_eq!(server.refresh(CLAUDE_CODE, &idle.refresh).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_token_for_one_origin_is_not_good_at_the_other() {
    let mut server = Server::new();
    let pair = server.connect(CLAUDE_CODE).await;
    let rejection = server.auth.authenticate(&pair.access, OriginName::Public).await.unwrap_err();
    assert_eq!(rejection, Rejection::WrongAudience);
    server.through_the_tunnel();
    assert_eq!(server.refresh(CLAUDE_CODE, &pair.refresh).await.error(), "invalid_grant");
}

#[tokio::test]
async fn what_is_no_token_is_refused_without_a_look_up() {
    let server = Server::new();
    let pair = server.connect(CLAUDE_CODE).await;
    for bearer in ["", "x", &pair.refresh, &pair.access[1..], &format!("{} ", pair.access)] {
        let rejection = server.auth.authenticate(bearer, OriginName::Local).await.unwrap_err();
        assert_eq!(rejection, Rejection::Malformed);
    }
}

#[tokio::test]
async fn a_revoked_refresh_token_takes_its_grant_along_and_an_access_token_dies_alone() {
    let server = Server::new();
    let pair = server.connect(CLAUDE_CODE).await;
    let other = server.register(REDIRECT).await;
    let revoke = async |client: &str, token: &str| {
        server
            .post_form("/oauth/revoke", &[("token", token), ("client_id", client), ("token_type_hint", "x")])
            .await
    };
    assert!(server.opens(&pair.access).await);
    for (client, token) in
        [(other.as_str(), pair.refresh.as_str()), (&other, &pair.access), (CLAUDE_CODE, "unknown")]
    {
        assert_eq!(
            revoke(client, token).await.status,
            StatusCode::OK,
            "unknown and foreign tokens look the same"
        );
    }
    assert!(server.opens(&pair.access).await, "another client can not revoke it");
    assert_eq!(revoke("nobody", &pair.access).await.status, StatusCode::UNAUTHORIZED);

    assert_eq!(revoke(CLAUDE_CODE, &pair.access).await.status, StatusCode::OK);
    assert!(!server.opens(&pair.access).await);
    let next = tokens(&server.refresh(CLAUDE_CODE, &pair.refresh).await);
    assert!(server.opens(&next.access).await);
    assert_eq!(revoke(CLAUDE_CODE, &next.refresh).await.status, StatusCode::OK);
    assert!(!server.opens(&next.access).await);
    assert_eq!(server.refresh(CLAUDE_CODE, &next.refresh).await.error(), "invalid_grant");
}

#[tokio::test]
async fn taking_a_client_s_access_away_ends_tokens_codes_and_requests_at_once() {
    let server = Server::new();
    let pair = server.connect(CLAUDE_CODE).await;
    assert!(server.opens(&pair.access).await);
    let code = server.code(CLAUDE_CODE).await;
    let approved = server.ask_with(CLAUDE_CODE, &[("state", "approved")]).await;
    server.approve(&approved).await;
    let revoked = server.auth.revoke_client(CLAUDE_CODE, Decider::Owner).await.unwrap();
    assert_eq!((revoked.grants, revoked.requests), (1, 1));
    assert!(!server.opens(&pair.access).await);
    assert_eq!(server.exchange(CLAUDE_CODE, &code).await.error(), "invalid_grant");
    assert_eq!(server.page(&approved).await.parameter("error"), "access_denied");
    assert!(server.auth.clients().await.unwrap().is_empty());
}

#[tokio::test]
async fn panic_ends_everything_of_everybody() {
    let server = Server::new();
    let dynamic = server.register(REDIRECT).await;
    let (one, two) = (server.connect(CLAUDE_CODE).await, server.connect(&dynamic).await);
    assert_eq!(server.auth.revoke_everything(Decider::Owner).await.unwrap().grants, 2);
    assert!(!server.opens(&one.access).await && !server.opens(&two.access).await);
}

#[tokio::test]
async fn dead_refresh_tokens_at_any_rate_do_not_keep_a_code_from_its_exchange() {
    let server = Server::with(Settings { limits: LimitsSetting::On, ..settings() });
    let code = server.code(CLAUDE_CODE).await;
    let mut limited = false;
    for _ in 0..200 {
        limited |= server.refresh(CLAUDE_CODE, "dead").await.status == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(limited);
    tokens(&server.exchange(CLAUDE_CODE, &code).await);
}

#[test]
fn access_tokens_of_less_than_six_minutes_are_refused_with_the_reason() {
    let directory = tempfile::tempdir().unwrap();
    let error = authorization::Authorization::open(
        &directory.path().join("a.db"),
        Settings { access_token_lifetime: Duration::from_mins(5), ..settings() },
        std::sync::Arc::new(clock::ManualClock::default()),
        std::sync::Arc::new(clock::SeededRandom::new(1)),
    )
    .unwrap_err();
    assert!(error.to_string().contains("at least 360"), "{error}");
}
