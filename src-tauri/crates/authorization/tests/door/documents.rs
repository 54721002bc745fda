//! Clients that are known by the URL of a metadata document: nothing is fetched because somebody asked, and nothing
//! is sent anywhere before the document was read.

use std::sync::Arc;
use std::time::Duration;

use authorization::{
    Approval, ApprovalError, AuditKind, AuditQuery, ClientDocuments, Decider, LookUp, PendingRequest,
    Registration, RegistrationPolicy, Settings,
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Asked, CLAUDE_CODE, REDIRECT, Server, settings, tokens};
use crate::web::{Page, Web};

pub(crate) const CLIENT: &str = "https://client.example/oauth/client.json";
const LOOPBACK: &str = "http://127.0.0.1/callback";
const HERE: &str = "http://127.0.0.1:51234/callback";
pub(crate) const THERE: &str = "https://client.example/callback";

pub(crate) fn document() -> Value {
    json!({ "client_id": CLIENT, "client_name": "Example", "redirect_uris": [LOOPBACK, THERE] })
}

pub(crate) fn page(document: &Value) -> Page {
    Page::json(&document.to_string())
}

async fn served_with(settings: Settings) -> (Server, Web) {
    let web = Web::with_names(&["client.example"]).await;
    web.put(CLIENT, page(&document()));
    (Server::on(Arc::new(web.clone()), settings), web)
}

async fn served() -> (Server, Web) {
    served_with(settings()).await
}

async fn ask(server: &Server) -> Asked {
    server.ask_with(CLIENT, &[("redirect_uri", HERE)]).await
}

async fn entry(server: &Server, asked: &Asked) -> PendingRequest {
    server.auth.pending_request(asked.id).await.unwrap().unwrap()
}

async fn refused(server: &Server, asked: &Asked) -> String {
    match server.auth.look_up(asked.id).await.unwrap() {
        LookUp::Refused { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn whoever_asks_causes_no_fetch_and_is_sent_nowhere() {
    let (mut server, web) = served().await;
    let local = ask(&server).await;
    let waiting = entry(&server, &local).await;
    assert!(!waiting.looked_up);
    assert_eq!(
        (waiting.client_name.as_str(), waiting.verified, waiting.verified_host),
        ("client.example", false, None)
    );
    let shown = server.page(&local).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains("not looked up yet"), "{}", shown.body);

    // What is wrong with the rest of the request is said here and not there.
    for changes in
        [[("response_type", "token")], [("code_challenge", "")], [("prompt", "none")], [("scope", "none")]]
    {
        let changes = [&changes[..], &[("redirect_uri", THERE)]].concat();
        let answer = server.get(&server.authorize_uri(CLIENT, &changes), None).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes:?}");
        assert_eq!(answer.header("location"), "");
    }
    let nowhere = server.authorize_uri(CLIENT, &[]).replace("redirect_uri", "elsewhere");
    assert_eq!(server.get(&nowhere, None).await.status, StatusCode::BAD_REQUEST);

    // A no needs no fetch either; nor does the end of its time.
    server.auth.deny(local.id, false, Decider::Desktop).await.unwrap();
    let denied = server.page(&local).await;
    assert_eq!((denied.status, denied.header("location")), (StatusCode::OK, ""));
    let late = ask(&server).await;
    server.clock.advance(Duration::from_mins(11));
    assert_eq!(server.page(&late).await.header("location"), "");

    server.through_the_tunnel();
    ask(&server).await;
    server.auth.pending().await.unwrap();
    assert_eq!((web.lookups(), web.requests().len()), (0, 0));
}

#[tokio::test]
async fn when_the_owner_opens_it_the_document_is_read_and_the_client_gets_in() {
    let (server, web) = served().await;
    let request = ask(&server).await;
    assert_eq!(server.auth.look_up(request.id).await.unwrap(), LookUp::Ready);
    let known = entry(&server, &request).await;
    assert!(known.looked_up && !known.verified && !known.changed);
    assert_eq!(
        (known.client_name.as_str(), known.verified_host.as_deref()),
        ("Example", Some("client.example"))
    );

    server.auth.approve(request.id, Approval::by(Decider::Desktop)).await.unwrap();
    let code = server.page(&request).await.parameter("code");
    let exchange = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("code", &code),
        ("redirect_uri", HERE),
        ("code_verifier", crate::support::VERIFIER),
    ];
    let pair = tokens(&server.post_form("/oauth/token", &exchange).await);
    assert!(server.opens(&pair.access).await);
    assert_eq!(web.requests(), ["client.example/oauth/client.json"]);
    let clients = server.auth.clients().await.unwrap();
    assert_eq!((clients[0].registration, clients[0].verified), (Registration::MetadataDocument, false));
}

#[tokio::test]
async fn a_terminal_that_approves_has_it_looked_up_first() {
    let (server, web) = served().await;
    let request = ask(&server).await;
    let approved = server.auth.approve(request.id, Approval::by(Decider::Terminal)).await.unwrap();
    assert_eq!(approved.client_name, "Example");
    assert_eq!(web.requests().len(), 1);
    // Where a desktop decides, a terminal causes nothing.
    let (server, web) = served_with(Settings { self_approval: false, ..settings() }).await;
    let request = ask(&server).await;
    let refused = server.auth.approve(request.id, Approval::by(Decider::Terminal)).await;
    assert_eq!(refused.unwrap_err(), ApprovalError::DesktopDecides);
    assert_eq!(web.lookups(), 0);
}

#[tokio::test]
async fn an_address_that_is_not_in_the_document_ends_the_request_here() {
    let (server, web) = served().await;
    let request = server.ask_with(CLIENT, &[("redirect_uri", "https://evil.example/callback")]).await;
    let reason = refused(&server, &request).await;
    assert_eq!(reason, "its metadata document does not have the address that the answer would go to");
    assert!(server.auth.pending().await.unwrap().is_empty());
    for _ in 0..2 {
        let page = server.page(&request).await;
        assert_eq!((page.status, page.header("location")), (StatusCode::OK, ""));
        assert!(page.body.contains(&reason), "{}", page.body);
    }
    assert_eq!(server.auth.look_up(request.id).await.unwrap(), LookUp::Over);
    let approval = server.auth.approve(request.id, Approval::by(Decider::Desktop)).await;
    assert_eq!(approval.unwrap_err(), ApprovalError::AlreadyDecided);
    let denied = AuditQuery { kinds: vec![AuditKind::Denied], ..AuditQuery::default() };
    let lines = server.auth.audit(denied).await.unwrap();
    assert_eq!((lines[0].by, lines[0].outcome.as_deref()), (Some(Decider::Rule), Some(reason.as_str())));

    // The document was good, though, so from now on the error is known at once.
    let again = server.authorize_uri(CLIENT, &[("redirect_uri", "https://evil.example/callback")]);
    let answer = server.get(&again, None).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::BAD_REQUEST, ""));
    assert_eq!(web.requests().len(), 1);
}

#[tokio::test]
async fn a_document_that_is_no_good_is_told_and_not_kept() {
    let (server, web) = served().await;
    let mut other = document();
    other["client_id"] = json!("https://client.example/other.json");
    let mut secret = document();
    secret["client_secret"] = json!("s");
    for (page, told) in [
        (page(&other), "another client_id"),
        (page(&secret), "client_secret"),
        (Page::json("[]"), "not a JSON object"),
        (Page::with("200 OK", "Content-Type: text/html\r\n", "{}"), "as JSON of at most 5 KB"),
        (Page::with("302 Found", "Location: https://client.example/\r\n", ""), "as JSON of at most 5 KB"),
        (Page::with("404 Not Found", "", ""), "as JSON of at most 5 KB"),
        (Page::json(&format!("{{\"a\":\"{}\"}}", "x".repeat(6000))), "as JSON of at most 5 KB"),
    ] {
        web.put(CLIENT, page);
        let request = ask(&server).await;
        refused(&server, &request).await;
        let page = server.page(&request).await;
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    // Each was fetched anew: an error is never kept.
    assert_eq!(web.requests().len(), 7);
    web.put(CLIENT, page(&document()));
    let request = ask(&server).await;
    assert_eq!(server.auth.look_up(request.id).await.unwrap(), LookUp::Ready);
}

#[tokio::test]
async fn a_name_that_leads_into_this_network_is_not_asked_and_the_page_does_not_tell_where_it_leads() {
    let (server, web) = served().await;
    for addresses in [&["192.168.1.7"][..], &["93.184.215.14", "::1"], &[]] {
        web.lead("client.example", addresses);
        let request = ask(&server).await;
        let reason = refused(&server, &request).await;
        assert!(reason.starts_with("its metadata document could not be fetched: "), "{reason}");
        let page = server.page(&request).await;
        assert!(page.body.contains("its metadata document could not be fetched."), "{}", page.body);
        assert!(!page.body.contains("192.168") && !page.body.contains("::1"), "{}", page.body);
    }
    assert!(web.connections().is_empty());
}

#[tokio::test]
async fn a_document_counts_as_long_as_its_server_says_within_bounds() {
    for (headers, minutes) in [
        ("", 60),
        ("Cache-Control: no-store\r\n", 5),
        ("Cache-Control: max-age=1\r\n", 5),
        ("Cache-Control: max-age=1200\r\n", 20),
        ("Cache-Control: max-age=99999999\r\n", 24 * 60),
    ] {
        let (server, web) = served().await;
        let headers = format!("Content-Type: application/json\r\n{headers}");
        web.put(CLIENT, Page::with("200 OK", &headers, &document().to_string()));
        let first = ask(&server).await;
        server.auth.look_up(first.id).await.unwrap();
        server.clock.advance(Duration::from_micros(minutes * 60_000_000 - 1));
        let fresh = ask(&server).await;
        assert!(entry(&server, &fresh).await.looked_up, "{headers}");
        server.clock.advance(Duration::from_micros(1));
        let stale = server.ask_with(CLIENT, &[("redirect_uri", HERE), ("state", "later")]).await;
        assert!(!entry(&server, &stale).await.looked_up, "{headers}");
        assert_eq!(web.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_client_with_access_is_known_for_its_tokens_however_old_its_document_is() {
    let (server, web) = served().await;
    let request = server
        .ask_with(CLIENT, &[("redirect_uri", REDIRECT.replace("localhost", "127.0.0.1").as_str())])
        .await;
    server.approve(&request).await;
    let code = server.page(&request).await.parameter("code");
    let exchange = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("code", &code),
        ("code_verifier", crate::support::VERIFIER),
    ];
    let mut pair = tokens(&server.post_form("/oauth/token", &exchange).await);
    web.put(CLIENT, Page::with("404 Not Found", "", ""));
    for _ in 0..4 {
        server.clock.advance(Duration::from_hours(24 * 20));
        pair = tokens(&server.refresh(CLIENT, &pair.refresh).await);
    }
    assert_eq!(web.requests().len(), 1, "nothing is fetched for a token");
}

#[tokio::test]
async fn a_changed_document_is_said_to_be_one() {
    let (server, web) = served().await;
    let request = ask(&server).await;
    server.approve(&request).await;
    let code = server.page(&request).await.parameter("code");
    let exchange = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("code", &code),
        ("code_verifier", crate::support::VERIFIER),
    ];
    tokens(&server.post_form("/oauth/token", &exchange).await);
    let again = async |state: &str| {
        server.clock.advance(Duration::from_hours(25));
        let request = server.ask_with(CLIENT, &[("redirect_uri", HERE), ("state", state)]).await;
        assert!(!entry(&server, &request).await.changed, "nothing is known before it was looked up");
        server.auth.look_up(request.id).await.unwrap();
        entry(&server, &request).await.changed
    };
    assert!(!again("same").await);
    let mut changed = document();
    changed["redirect_uris"] = json!([LOOPBACK, THERE, "https://elsewhere.example/callback"]);
    web.put(CLIENT, page(&changed));
    assert!(again("redirects").await);
    changed = document();
    changed["client_name"] = json!("Claude");
    web.put(CLIENT, page(&changed));
    assert!(again("name").await);
    changed = document();
    changed["logo_uri"] = json!("https://client.example/logo.png");
    web.put(CLIENT, page(&changed));
    assert!(!again("logo").await, "what nobody consented to may change");
    assert!(
        web.requests().iter().all(|place| place == "client.example/oauth/client.json"),
        "no logo is fetched"
    );
}

#[tokio::test]
async fn the_settings_say_which_documents_count() {
    let known = Settings { client_documents: ClientDocuments::Known, ..settings() };
    let off = Settings { client_documents: ClientDocuments::Off, ..settings() };
    let nobody = Settings { registration: RegistrationPolicy::Off, ..settings() };
    for (settings, fetched, built_in) in [(known, false, true), (off, false, false), (nobody, false, false)] {
        let (server, web) = served_with(settings).await;
        let unknown = server.get(&server.authorize_uri(CLIENT, &[("redirect_uri", HERE)]), None).await;
        assert_eq!(unknown.status == StatusCode::SEE_OTHER, fetched);
        let claude = server.get(&server.authorize_uri(CLAUDE_CODE, &[]), None).await;
        assert_eq!(claude.status == StatusCode::SEE_OTHER, built_in);
        let metadata = server.get("/.well-known/oauth-authorization-server", None).await.json();
        assert_eq!(
            metadata.get("client_id_metadata_document_supported"),
            built_in.then_some(&Value::Bool(true))
        );
        assert_eq!(web.lookups(), 0);
    }
}

#[tokio::test]
async fn ids_that_anybody_can_invent_give_way_to_each_other_and_keep_nobody_out() {
    let (server, _web) = served().await;
    for number in 0..40 {
        let id = format!("https://client.example/{number}");
        server.ask_with(&id, &[("redirect_uri", HERE)]).await;
    }
    assert_eq!(server.auth.pending().await.unwrap().len(), 32);
    server.ask(CLAUDE_CODE).await;
    let waiting = server.auth.pending().await.unwrap();
    assert_eq!(waiting.len(), 32);
    assert!(waiting.iter().any(|entry| entry.client_id == CLAUDE_CODE));
}
