//! Clients that the owner registers, and how they authenticate.

use std::time::Duration;

use authorization::{
    AuditKind, AuditQuery, AuthorizationEvent, ClientError, ClientSecret, Decider, LimitsSetting, NewSecret,
    Registration, Settings, StaticClient, StaticSource,
};
use axum::body::Body;
use http::{Request, StatusCode, header};

use crate::client_support::{By, OTHER_SECRET, SECRET, given, wanted};
use crate::support::{CLAUDE_CODE, REDIRECT, Server, VERIFIER, settings, tokens};

const DAY: Duration = Duration::from_hours(24);

async fn kinds(server: &Server, client: &str) -> Vec<AuditKind> {
    let query = AuditQuery { client_id: Some(client.to_owned()), ..AuditQuery::default() };
    let mut kinds: Vec<_> =
        server.auth.audit(query).await.unwrap().into_iter().map(|entry| entry.kind).collect();
    kinds.reverse();
    kinds
}

fn in_settings(id: &str, secret: Option<&str>, redirect: &str) -> (StaticClient, StaticSource) {
    let secret = secret.map(|secret| ClientSecret::new(secret).unwrap());
    let client = StaticClient::new(id, "From the settings", &[redirect.to_owned()], secret.as_ref(), &[]);
    (client.unwrap(), StaticSource::File)
}

#[tokio::test]
async fn a_confidential_client_authenticates_by_header_or_form_for_every_grant_type() {
    let server = Server::new();
    server.add_confidential("agent:one").await;
    for by in [By::Basic, By::Post] {
        let code = server.code("agent:one").await;
        let pair = tokens(&server.exchange_as(by, "agent:one", SECRET, &code).await);
        let next = tokens(&server.refresh_as(by, "agent:one", SECRET, &pair.refresh).await);
        assert!(server.opens(&next.access).await);
        let revoked =
            server.post_as(by, "agent:one", SECRET, "/oauth/revoke", &[("token", &next.refresh)]).await;
        assert_eq!(revoked.status, StatusCode::OK);
        assert!(!server.opens(&next.access).await);
    }
    let clients = server.auth.clients().await.unwrap();
    assert_eq!(clients[0].registration, Registration::Static);
    assert!(clients[0].verified && clients[0].has_secret);
}

#[tokio::test]
async fn a_wrong_or_missing_secret_and_an_unknown_client_are_told_alike_and_consume_nothing() {
    let server = Server::new();
    server.add_confidential("agent").await;
    let code = server.code("agent").await;
    let unknown = server.exchange_as(By::Post, "nobody", SECRET, &code).await;
    assert_eq!((unknown.status, unknown.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"));
    for by in [By::Basic, By::Post] {
        let mut answers = vec![server.exchange_as(by, "nobody", SECRET, &code).await];
        for secret in [OTHER_SECRET, &SECRET[..SECRET.len() - 1], &format!("{SECRET}x"), ""] {
            answers.push(server.exchange_as(by, "agent", secret, &code).await);
        }
        for answer in answers {
            assert_eq!((answer.status, &answer.body), (StatusCode::UNAUTHORIZED, &unknown.body), "{by:?}");
            assert_eq!(answer.header("www-authenticate").starts_with("Basic"), matches!(by, By::Basic));
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    assert_eq!(server.exchange("agent", &code).await.body, unknown.body, "naming itself is not enough");
    let pair = tokens(&server.exchange_as(By::Basic, "agent", SECRET, &code).await);

    assert_eq!(server.refresh("agent", &pair.refresh).await.body, unknown.body);
    assert_eq!(server.refresh_as(By::Post, "agent", OTHER_SECRET, &pair.refresh).await.body, unknown.body);
    let revoked =
        server.post_form("/oauth/revoke", &[("client_id", "agent"), ("token", &pair.refresh)]).await;
    assert_eq!(revoked.body, unknown.body);
    assert!(server.opens(&pair.access).await, "nobody but the client could give it back");
    tokens(&server.refresh_as(By::Basic, "agent", SECRET, &pair.refresh).await);
}

#[tokio::test]
async fn pkce_is_needed_with_a_secret_too() {
    let server = Server::new();
    server.add_confidential("agent").await;
    let answer = server.get(&server.authorize_uri("agent", &[("code_challenge", "")]), None).await;
    assert_eq!(answer.parameter("error"), "invalid_request");
    let code = server.code("agent").await;
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", REDIRECT)];
    let answer = server.post_as(By::Basic, "agent", SECRET, "/oauth/token", &fields).await;
    assert_eq!(answer.error(), "invalid_request");
    tokens(&server.exchange_as(By::Basic, "agent", SECRET, &code).await);
}

#[tokio::test]
async fn two_ways_to_authenticate_at_once_are_an_invalid_request() {
    let server = Server::new();
    server.add_confidential("agent").await;
    let code = server.code("agent").await;
    let common = [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", VERIFIER)];
    for (name, value) in [("client_secret", SECRET), ("client_secret", "x"), ("client_id", CLAUDE_CODE)] {
        let fields = [common.as_slice(), &[(name, value)]].concat();
        let answer = server.post_as(By::Basic, "agent", SECRET, "/oauth/token", &fields).await;
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::BAD_REQUEST, "invalid_request"));
    }
    let two_headers = Request::post("/oauth/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::AUTHORIZATION, "Basic YTpi")
        .header(header::AUTHORIZATION, "Basic YTpi")
        .body(Body::from("grant_type=refresh_token&refresh_token=x"))
        .unwrap();
    assert_eq!(server.send(two_headers).await.error(), "invalid_request");
    let assertion = [
        ("grant_type", "refresh_token"),
        ("client_id", "agent"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", "x.y.z"),
    ];
    let answer = server.post_form("/oauth/token", &assertion).await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"));
    // Nothing of all this used the code up.
    tokens(&server.exchange_as(By::Post, "agent", SECRET, &code).await);
}

#[tokio::test]
async fn a_generated_secret_is_given_once_and_works() {
    let server = Server::new();
    let made = server.auth.add_client(wanted("agent", NewSecret::Generated), Decider::Desktop).await.unwrap();
    let secret = made.generated.unwrap();
    assert!(secret.expose().starts_with("ami_cs_"));
    let code = server.code("agent").await;
    tokens(&server.exchange_as(By::Basic, "agent", secret.expose(), &code).await);
    let listed = serde_json::to_string(&server.auth.clients().await.unwrap()).unwrap();
    assert!(!listed.contains(&secret.expose()[8..40]));
    let given = server.add_confidential("other").await;
    assert!(given.generated.is_none(), "a secret that somebody gave is not told back");
}

#[tokio::test]
async fn a_public_client_of_the_owner_s_needs_no_secret_and_its_name_counts_as_checked() {
    let server = Server::new();
    server.auth.add_client(wanted("agent", NewSecret::None), Decider::Terminal).await.unwrap();
    let asked = server.ask("agent").await;
    assert!(server.auth.pending().await.unwrap()[0].verified);
    server.approve(&asked).await;
    let code = server.page(&asked).await.parameter("code");
    let refused = server.exchange_as(By::Post, "agent", SECRET, &code).await;
    assert_eq!(refused.error(), "invalid_client", "a secret was sent where there is none");
    tokens(&server.exchange("agent", &code).await);
}

#[tokio::test]
async fn its_redirect_uris_are_compared_like_all_others() {
    let server = Server::new();
    server.add_confidential("agent").await;
    let other_port = server.authorize_uri("agent", &[("redirect_uri", "http://localhost:1/callback")]);
    assert_eq!(server.get(&other_port, None).await.status, StatusCode::SEE_OTHER);
    for uri in ["http://localhost:1/other", "https://evil.example/callback", "http://127.0.0.1/callback"] {
        let answer = server.get(&server.authorize_uri("agent", &[("redirect_uri", uri)]), None).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}");
    }
}

#[tokio::test]
async fn after_a_rotation_both_secrets_are_good_until_the_overlap_ends() {
    let mut server = Server::new();
    server.add_confidential("agent").await;
    let pair = server.connect_confidential("agent").await;
    let new = ClientSecret::new(OTHER_SECRET).unwrap();
    let rotated =
        server.auth.rotate_client_secret("agent", Some(new.clone()), DAY, Decider::Terminal).await.unwrap();
    assert!(rotated.generated.is_none() && rotated.old_secret_until.is_some());
    assert_eq!(server.auth.clients().await.unwrap()[0].old_secret_until, rotated.old_secret_until);
    let second = tokens(&server.refresh_as(By::Basic, "agent", OTHER_SECRET, &pair.refresh).await);
    server.clock.advance(DAY.saturating_sub(Duration::from_secs(1)));
    server.restart().await;
    let third = tokens(&server.refresh_as(By::Basic, "agent", SECRET, &second.refresh).await);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(server.refresh_as(By::Basic, "agent", SECRET, &third.refresh).await.error(), "invalid_client");
    tokens(&server.refresh_as(By::Basic, "agent", OTHER_SECRET, &third.refresh).await);
    assert_eq!(server.auth.clients().await.unwrap()[0].old_secret_until, None);

    // Without overlap the old one ends at once, and a secret that was left does not come back.
    let made =
        server.auth.rotate_client_secret("agent", None, Duration::ZERO, Decider::Terminal).await.unwrap();
    let made = made.generated.unwrap();
    let code = server.code("agent").await;
    assert_eq!(server.exchange_as(By::Post, "agent", OTHER_SECRET, &code).await.error(), "invalid_client");
    tokens(&server.exchange_as(By::Post, "agent", made.expose(), &code).await);
    let again = server.auth.rotate_client_secret("agent", Some(made), DAY, Decider::Terminal).await;
    assert!(matches!(again, Err(ClientError::SameSecret(_))));
    let kinds = kinds(&server, "agent").await;
    assert_eq!(kinds.iter().filter(|kind| **kind == AuditKind::SecretRotated).count(), 2);
}

#[tokio::test]
async fn a_removed_client_is_unknown_and_what_it_had_has_ended() {
    let server = Server::new();
    server.add_confidential("agent").await;
    let pair = server.connect_confidential("agent").await;
    assert!(server.opens(&pair.access).await);
    let code = server.code("agent").await;
    let revoked = server.auth.remove_client("agent", Decider::Terminal).await.unwrap();
    assert_eq!(revoked.grants, 1);
    assert!(!server.opens(&pair.access).await);
    assert_eq!(server.exchange_as(By::Basic, "agent", SECRET, &code).await.error(), "invalid_client");
    assert_eq!(server.get(&server.authorize_uri("agent", &[]), None).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(kinds(&server, "agent").await.last(), Some(&AuditKind::ClientRemoved));
    server.add_confidential("agent").await;
    assert_eq!(server.refresh_as(By::Basic, "agent", SECRET, &pair.refresh).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_window_hears_of_each_change_to_a_client_and_by_whose_hand_it_was() {
    let server = Server::new();
    let mut events = server.auth.events();
    server.auth.add_client(wanted("agent", NewSecret::Generated), Decider::Terminal).await.unwrap();
    assert_eq!(server.auth.clients().await.unwrap()[0].added_by, Some(Decider::Terminal));
    server.auth.rotate_client_secret("agent", None, DAY, Decider::Desktop).await.unwrap();
    assert_eq!(server.auth.clients().await.unwrap()[0].added_by, Some(Decider::Terminal), "it stays so");
    server.auth.remove_client("agent", Decider::Desktop).await.unwrap();
    for by in [Decider::Terminal, Decider::Desktop, Decider::Desktop] {
        let changed = AuthorizationEvent::ClientChanged { client_id: "agent".to_owned(), by };
        assert_eq!(events.try_recv().unwrap(), changed);
    }
    server.auth.remove_client("agent", Decider::Desktop).await.unwrap_err();
    assert!(events.try_recv().is_err(), "nothing changed, so nothing is told");
}

#[tokio::test]
async fn registrations_of_one_name_for_the_same_places_are_alike_and_removable_while_they_have_no_access() {
    let server = Server::new();
    let one = server.register("http://127.0.0.1:33418/").await;
    let two = server.register("http://127.0.0.1:50000/other").await;
    let elsewhere = server.register(REDIRECT).await;
    server.add_confidential("agent").await;
    let summary = async |id: &str| {
        let clients = server.auth.clients().await.unwrap();
        clients.into_iter().find(|client| client.client_id == id).unwrap()
    };
    let first = summary(&one).await;
    assert_eq!(first.destinations, ["127.0.0.1"]);
    assert!(first.alike.is_some() && first.alike == summary(&two).await.alike);
    assert_ne!(first.alike, summary(&elsewhere).await.alike);
    assert_eq!(summary("agent").await.alike, None, "the owner's own stand for themselves");
    assert!(first.removable && summary("agent").await.removable);
    server.connect_confidential("agent").await;
    assert!(summary("agent").await.removable, "the owner's own with its access");
    let asked = server.ask(&elsewhere).await;
    server.approve(&asked).await;
    let code = server.page(&asked).await.parameter("code");
    server.exchange(&elsewhere, &code).await;
    assert!(!summary(&elsewhere).await.removable, "what registered itself is revoked first");
}

#[tokio::test]
async fn what_can_not_be_added_rotated_or_removed_is_said_with_its_reason_and_nothing_changes() {
    let server = Server::new();
    server.add_confidential("agent").await;
    server.auth.add_client(wanted("public", NewSecret::None), Decider::Terminal).await.unwrap();
    server.connect(CLAUDE_CODE).await;
    let before = serde_json::to_value(server.auth.clients().await.unwrap()).unwrap();

    let by = Decider::Terminal;
    let add = server.auth.add_client(wanted("agent", given()), by).await.unwrap_err();
    assert!(matches!(add, ClientError::Taken(_)), "{add}");
    let invalid = server.auth.add_client(wanted("a b", given()), by).await.unwrap_err();
    assert!(matches!(invalid, ClientError::Invalid(_)), "{invalid}");
    let rotate =
        async |id: &str, overlap| server.auth.rotate_client_secret(id, None, overlap, by).await.unwrap_err();
    assert!(matches!(rotate("public", DAY).await, ClientError::Public(_)));
    assert!(matches!(rotate("nobody", DAY).await, ClientError::NotFound(_)));
    assert!(matches!(rotate("agent", 31 * DAY).await, ClientError::OverlapTooLong));
    let remove = async |id: &str| server.auth.remove_client(id, by).await.unwrap_err();
    assert!(matches!(remove("nobody").await, ClientError::NotFound(_)));
    assert!(remove(CLAUDE_CODE).await.to_string().contains("clients revoke"));
    assert_eq!(serde_json::to_value(server.auth.clients().await.unwrap()).unwrap(), before);
}

#[tokio::test]
async fn the_settings_decide_at_each_start_which_of_their_clients_there_are() {
    let clients =
        |clients: Vec<(StaticClient, StaticSource)>| Settings { static_clients: Some(clients), ..settings() };
    let mut server = Server::with(clients(vec![in_settings("agent", Some(SECRET), REDIRECT)]));
    server.add_confidential("by-hand").await;
    let pair = server.connect_confidential("agent").await;

    // The same again: nothing happens.
    let lines = kinds(&server, "agent").await;
    server.restart().await;
    assert_eq!(kinds(&server, "agent").await, lines);
    assert!(server.opens(&pair.access).await);

    // They are changed where they stand, and nowhere else.
    for refused in [
        server.auth.remove_client("agent", Decider::Terminal).await.map(drop),
        server.auth.rotate_client_secret("agent", None, DAY, Decider::Terminal).await.map(drop),
    ] {
        assert!(refused.unwrap_err().to_string().contains("config.toml"));
    }

    // Another secret and address there: the old ones are good no more, its access stays.
    server.settings = clients(vec![in_settings("agent", Some(OTHER_SECRET), "https://a.example/cb")]);
    server.restart().await;
    assert_eq!(server.refresh_as(By::Basic, "agent", SECRET, &pair.refresh).await.error(), "invalid_client");
    let next = tokens(&server.refresh_as(By::Basic, "agent", OTHER_SECRET, &pair.refresh).await);
    assert_eq!(server.get(&server.authorize_uri("agent", &[]), None).await.status, StatusCode::BAD_REQUEST);

    // Who lets nobody in knows nothing of the settings, and takes nothing away.
    server.settings = settings();
    server.restart().await;
    assert!(server.opens(&next.access).await);

    // Gone there: unknown, and its access ends. What was added by hand stays.
    server.settings = clients(Vec::new());
    server.restart().await;
    assert!(!server.opens(&next.access).await);
    assert_eq!(
        server.refresh_as(By::Basic, "agent", OTHER_SECRET, &next.refresh).await.error(),
        "invalid_client"
    );
    let left: Vec<_> =
        server.auth.clients().await.unwrap().into_iter().map(|client| client.client_id).collect();
    assert_eq!(left, ["by-hand"]);
    let kinds = kinds(&server, "agent").await;
    assert!(
        kinds.contains(&AuditKind::ClientAdded) && kinds.contains(&AuditKind::ClientChanged),
        "{kinds:?}"
    );
    assert!(kinds.contains(&AuditKind::Revoked) && kinds.contains(&AuditKind::ClientRemoved), "{kinds:?}");
}

#[tokio::test]
async fn settings_with_the_id_of_a_client_that_registered_itself_are_refused() {
    let mut server = Server::new();
    let dynamic = server.register(REDIRECT).await;
    server.auth.clone().close().await;
    server.settings =
        Settings { static_clients: Some(vec![in_settings(&dynamic, None, REDIRECT)]), ..settings() };
    let error = server.try_restart().unwrap_err();
    assert!(error.to_string().contains(&dynamic), "{error}");
    server.settings = settings();
    server.try_restart().unwrap();
    assert_eq!(server.auth.clients().await.unwrap()[0].registration, Registration::Dynamic);
}

#[tokio::test]
async fn guessing_a_secret_takes_nothing_from_the_client_s_own_rate() {
    let server = Server::with(Settings { limits: LimitsSetting::On, ..settings() });
    server.add_confidential("agent").await;
    let code = server.code("agent").await;
    let mut limited = 0;
    for _ in 0..100 {
        let answer = server.exchange_as(By::Basic, "agent", OTHER_SECRET, "x").await;
        limited += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!(limited > 50, "{limited}");
    tokens(&server.exchange_as(By::Basic, "agent", SECRET, &code).await);
}

#[tokio::test]
async fn a_dead_refresh_token_is_said_to_be_dead_before_it_is_said_to_come_too_often() {
    let server = Server::with(Settings { limits: LimitsSetting::On, ..settings() });
    let (wild, calm) = (server.register(REDIRECT).await, server.register(REDIRECT).await);
    let pair = server.connect(&calm).await;
    let code = server.code(&wild).await;
    let first = server.refresh(&wild, "dead").await;
    assert_eq!((first.status, first.error().as_str()), (StatusCode::BAD_REQUEST, "invalid_grant"));
    while server.refresh(&wild, "dead").await.status != StatusCode::TOO_MANY_REQUESTS {}
    tokens(&server.exchange(&wild, &code).await);
    tokens(&server.refresh(&calm, &pair.refresh).await);
}
