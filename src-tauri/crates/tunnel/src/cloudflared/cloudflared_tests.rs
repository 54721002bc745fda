use serde_json::json;

use super::*;
use crate::testing::fakes::{Fake, gone};
use crate::testing::{LIMIT, Stage, free_port, guard, say};
use crate::{Layer, ReasonKind, State};

const NAME: &str = "https://purple-rain-4d7f.trycloudflare.com";

struct Set {
    fake: Fake,
    folder: tempfile::TempDir,
    listen: u16,
}

impl Set {
    fn new() -> Self {
        let listen = free_port();
        let fake = Fake::new("cloudflared", json!({"name": NAME, "listen": listen}));
        Self { fake, folder: tempfile::tempdir().unwrap(), listen }
    }

    fn provider(&self, which: Which, port: u16) -> Cloudflared {
        Cloudflared::new(Settings {
            program: Some(self.fake.program()),
            which,
            port,
            folder: self.folder.path().join("tunnel"),
            host: Some("memory.example.org".to_owned()),
            guard: guard(),
            look_every: Duration::from_millis(50),
            connect_limit: LIMIT,
        })
    }

    /// A request as a visitor sends it who would like to be somebody else.
    async fn ask(&self) -> String {
        let request = b"GET / HTTP/1.1\r\nHost: x\r\nCF-Connecting-IP: 198.51.100.9\r\n\r\n";
        String::from_utf8(say(self.listen, request).await.unwrap()).unwrap()
    }
}

fn url(stage: &Stage) -> Option<String> {
    match &*stage.state.borrow() {
        State::Up { announced, .. } => announced.url.clone(),
        other => panic!("it is {other:?}"),
    }
}

#[tokio::test]
async fn a_quick_tunnel_has_the_name_that_cloudflare_gave_it_and_ends_with_us() {
    let (mut stage, set) = (Stage::new(), Set::new());
    let provider = set.provider(Which::Quick, 0);
    assert_eq!(provider.capabilities().name, PublicName::PerSession);
    stage.up(provider).await;
    assert_eq!(url(&stage).as_deref(), Some(NAME));
    assert!(set.ask().await.contains("Cf-Connecting-Ip: 203.0.113.7"));
    let visit = stage.visit().await;
    assert_eq!(
        (visit.provider, visit.layer, visit.peer),
        (ProviderKind::Cloudflared, Layer::PlainHttp, None)
    );
    assert_eq!(visit.visitor_header, Some("cf-connecting-ip"));
    let family = set.fake.family();
    stage.supervisor.down().await;
    gone(&family).await;
}

#[tokio::test]
async fn a_tunnel_with_a_token_comes_in_at_its_port_and_the_token_is_on_no_command_line() {
    let (mut stage, mut set, port) = (Stage::new(), Set::new(), free_port());
    set.fake.change(json!({"target": format!("http://localhost:{port}")}));
    stage.up(set.provider(Which::Token("eyJhIjoi".into()), port)).await;
    assert_eq!(url(&stage), None, "its name is said at Cloudflare");
    set.ask().await;
    stage.visit().await;
    let call = &set.fake.calls()[0];
    assert_eq!(call["environment"]["TUNNEL_TOKEN"], "eyJhIjoi");
    assert!(!call["words"].to_string().contains("eyJhIjoi"), "{call}");
}

#[tokio::test]
async fn a_tunnel_by_its_credentials_is_named_by_the_id_in_them() {
    let (mut stage, set) = (Stage::new(), Set::new());
    let file = set.folder.path().join("credentials.json");
    let id = "471a0799-077f-42b2-9d7e-21da0f069d07";
    std::fs::write(&file, json!({"AccountTag": "a", "TunnelSecret": "hush", "TunnelID": id}).to_string())
        .unwrap();
    stage.up(set.provider(Which::Credentials(file.clone()), 0)).await;
    set.ask().await;
    stage.visit().await;
    let words = set.fake.calls()[0]["words"].to_string();
    assert!(words.contains("--credentials-file") && words.ends_with(&format!("\"{id}\"]")), "{words}");
    stage.supervisor.down().await;

    let none = [
        ("", "names no tunnel"),
        ("{\"TunnelSecret\": \"hush\"}", "names no tunnel"),
        ("{\"TunnelID\": \"--token=hush\"}", "its TunnelID is none"),
        ("hush hush", "names no tunnel"),
    ];
    for (text, words) in none {
        std::fs::write(&file, text).unwrap();
        let (failed, reason) = Stage::new().refused(set.provider(Which::Credentials(file.clone()), 0)).await;
        assert!(
            failed && reason.kind == ReasonKind::Login && reason.message.contains(words),
            "{text}: {reason:?}"
        );
        assert!(!reason.message.contains("hush"), "{reason:?}");
    }
    std::fs::remove_file(&file).unwrap();
    let (failed, reason) = Stage::new().refused(set.provider(Which::Credentials(file), 0)).await;
    assert!(failed && reason.message.contains("credentials.json"), "{reason:?}");
}

#[tokio::test]
async fn a_program_that_crashed_or_lost_cloudflare_is_started_anew() {
    let (mut stage, set) = (Stage::new(), Set::new());
    stage.up(set.provider(Which::Quick, 0)).await;
    set.fake.crash();
    stage.until(|state| matches!(state, State::Backoff { .. })).await;
    stage.until(|state| matches!(state, State::Up { .. })).await;
    let family = set.fake.family();
    std::fs::write(set.fake.file("lost"), "").unwrap();
    let State::Backoff { reason, .. } = stage.until(|state| matches!(state, State::Backoff { .. })).await
    else {
        panic!("it is tried again")
    };
    assert!(
        reason.kind == ReasonKind::Network && reason.message.contains("lost its connections"),
        "{reason:?}"
    );
    gone(&family).await;
    std::fs::remove_file(set.fake.file("lost")).unwrap();
    stage.until(|state| matches!(state, State::Up { .. })).await;
}

#[tokio::test]
async fn each_refusal_has_its_remedy_and_only_what_may_pass_is_tried_again() {
    let mut set = Set::new();
    for (says, code, for_good, kind, words) in [
        ("Provided Tunnel token is not valid.", Some(255), true, ReasonKind::Login, "token_file"),
        (
            // It would go on asking for ever.
            "ERR Register tunnel error from server side error=\"Unauthorized: Invalid tunnel secret\"",
            None,
            true,
            ReasonKind::Login,
            "renewed or the tunnel was deleted",
        ),
        ("failed to request quick Tunnel: 429", Some(1), false, ReasonKind::Account, "quick tunnel"),
        (
            "ERR Unable to establish connection with Cloudflare edge error=\"dial tcp\"",
            Some(1),
            false,
            ReasonKind::Network,
            "7844",
        ),
        ("Something that nobody knows: hush", Some(3), false, ReasonKind::Program, "exit status: 3"),
    ] {
        set.fake.change(json!({"says": [says], "code": code}));
        let (failed, reason) = Stage::new().refused(set.provider(Which::Quick, 0)).await;
        assert_eq!((failed, reason.kind), (for_good, kind), "{says}: {reason:?}");
        assert!(reason.message.contains(words) && !reason.message.contains("hush"), "{says}: {reason:?}");
    }
    set.fake.change(json!({"says": null, "version": "cloudflared version 2022.1.0 (built x)"}));
    let (failed, reason) = Stage::new().refused(set.provider(Which::Quick, 0)).await;
    assert!(failed && reason.message.contains("2022.1.0"), "{reason:?}");
}

#[tokio::test]
async fn a_folder_that_can_not_be_written_and_a_port_that_is_taken_are_told() {
    let set = Set::new();
    let holder = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = holder.local_addr().unwrap().port();
    let (failed, reason) = Stage::new().refused(set.provider(Which::Token("x".into()), port)).await;
    assert!(!failed && reason.message.contains("tunnel.cloudflared.port"), "{reason:?}");
    std::fs::write(set.folder.path().join("tunnel"), "a file").unwrap();
    let (failed, reason) = Stage::new().refused(set.provider(Which::Quick, 0)).await;
    assert!(!failed && reason.message.contains("cloudflared.yml"), "{reason:?}");
    assert!(set.fake.calls().is_empty(), "it was not started");
}
