use serde_json::json;

use super::*;
use crate::testing::fakes::{Fake, gone};
use crate::testing::{LIMIT, Stage, free_port, guard, say};
use crate::{Layer, Reason, ReasonKind, State};

const COMPUTER: &str = "desk.tail1a2b3.ts.net";

fn provider(fake: &Fake, tls: TlsEnd) -> Tailscale {
    Tailscale::new(Settings {
        program: Some(fake.program()),
        port: 443,
        tls,
        host: None,
        guard: guard(),
        look_every: Duration::from_millis(50),
        connect_limit: LIMIT,
    })
}

#[tokio::test]
async fn a_funnel_brings_visitors_here_under_the_computers_name_and_ends_with_us() {
    let (mut stage, listen) = (Stage::new(), free_port());
    let fake = Fake::tailscale(COMPUTER, listen);
    stage.up(provider(&fake, TlsEnd::Here)).await;
    let State::Up { announced, .. } = stage.state.borrow().clone() else { panic!("it is up") };
    assert_eq!(announced.url.as_deref(), Some("https://desk.tail1a2b3.ts.net"));
    assert_eq!(say(listen, b"hello").await.unwrap(), b"hello");
    let visit = stage.visit().await;
    assert_eq!((visit.provider, visit.layer), (ProviderKind::Tailscale, Layer::RawTls));
    assert_eq!(visit.peer.unwrap().to_string(), "203.0.113.7", "as Tailscale says in its header");
    let words = fake.calls()[0]["words"].to_string();
    assert!(
        words.starts_with(r#"["funnel","--tcp=443","--proxy-protocol=2","--yes","tcp://127.0.0.1:"#),
        "{words}"
    );
    let family = fake.family();
    stage.supervisor.down().await;
    gone(&family).await;
    assert!(say(listen, b"hello").await.is_err());
}

#[tokio::test]
async fn an_older_program_that_tells_no_addresses_is_asked_for_none_and_may_end_the_tls_itself() {
    let (mut stage, listen) = (Stage::new(), free_port());
    let mut fake = Fake::tailscale(COMPUTER, listen);
    fake.change(json!({"tells_peers": false}));
    stage.up(provider(&fake, TlsEnd::Here)).await;
    assert_eq!(say(listen, b"hello").await.unwrap(), b"hello");
    assert_eq!(stage.visit().await.peer, None);
    fake.change(json!({"says": ["Available on the internet:"]}));
    stage.up(provider(&fake, TlsEnd::Tailscale)).await;
    let words = fake.calls().last().unwrap()["words"].to_string();
    assert!(fake.calls().iter().any(|call| call.to_string().contains("--tls-terminated-tcp=443")), "{words}");
}

#[tokio::test]
async fn a_program_that_crashed_is_started_anew() {
    let (mut stage, listen) = (Stage::new(), free_port());
    let fake = Fake::tailscale(COMPUTER, listen);
    stage.up(provider(&fake, TlsEnd::Here)).await;
    assert_eq!(say(listen, b"hello").await.unwrap(), b"hello");
    fake.crash();
    let State::Backoff { reason, failures: 1, .. } =
        stage.until(|state| matches!(state, State::Backoff { .. })).await
    else {
        panic!("it is tried again")
    };
    assert!(reason.kind == ReasonKind::Program && reason.message.contains("tailscale ended"), "{reason:?}");
    stage.until(|state| matches!(state, State::Up { .. })).await;
    assert_eq!(say(listen, b"again").await.unwrap(), b"again");
}

#[tokio::test]
async fn somebody_who_turns_tailscale_off_ends_the_funnel_and_it_comes_back_with_it() {
    let (mut stage, listen) = (Stage::new(), free_port());
    let mut fake = Fake::tailscale(COMPUTER, listen);
    stage.up(provider(&fake, TlsEnd::Here)).await;
    let family = fake.family();
    fake.change(json!({"service_is_down": true}));
    let State::Backoff { reason, .. } = stage.until(|state| matches!(state, State::Backoff { .. })).await
    else {
        panic!("it is tried again")
    };
    assert!(reason.message.contains("does not run"), "{reason:?}");
    gone(&family).await;
    fake.change(json!({"service_is_down": null}));
    stage.until(|state| matches!(state, State::Up { .. })).await;
}

async fn refused(fake: &Fake) -> (bool, Reason) {
    Stage::new().refused(provider(fake, TlsEnd::Here)).await
}

#[tokio::test]
async fn each_refusal_has_its_remedy_and_only_what_may_pass_is_tried_again() {
    let mut fake = Fake::tailscale(COMPUTER, free_port());
    for (says, code, for_good, kind, words) in [
        ("Funnel is not enabled on your tailnet.", None, true, ReasonKind::Account, "tailscale funnel 443"),
        ("Access denied: serve config denied", Some(1), true, ReasonKind::Account, "--operator=$USER"),
        (
            "background configuration already exists, use `tailscale funnel --tcp=443 off` to remove",
            Some(1),
            false,
            ReasonKind::Forward,
            "tailscale funnel status",
        ),
        ("Available within your tailnet:", None, false, ReasonKind::Account, "your own network alone"),
        ("Something that nobody knows: tskey-secret", Some(3), false, ReasonKind::Program, "exit status: 3"),
    ] {
        fake.change(json!({"says": [says, "try `tailscale funnel --help` for usage info"], "code": code}));
        let (failed, reason) = refused(&fake).await;
        assert_eq!((failed, reason.kind), (for_good, kind), "{says}: {reason:?}");
        assert!(reason.message.contains(words) && !reason.message.contains("tskey"), "{says}: {reason:?}");
    }
}

#[tokio::test]
async fn a_program_that_is_missing_too_old_or_strange_is_told_before_anything_is_opened() {
    let mut fake = Fake::tailscale(COMPUTER, free_port());
    fake.change(json!({"version": "1.50.1\n  tailscale commit: x"}));
    let (failed, reason) = refused(&fake).await;
    assert!(failed && reason.message.contains("1.50.1") && reason.message.contains("1.52.0"), "{reason:?}");
    fake.change(json!({"version": "what?"}));
    assert!(refused(&fake).await.1.message.contains("does not tell its version"));
    fake.change(json!({"version": null, "status": "what?"}));
    assert!(refused(&fake).await.1.message.contains("update Tailscale"));
    assert!(fake.calls().is_empty(), "no funnel was asked for");

    let mut settings = provider(&fake, TlsEnd::Here).settings;
    settings.program = Some("/nowhere/tailscale".into());
    let (failed, reason) = Stage::new().refused(Tailscale::new(settings)).await;
    assert_eq!((failed, reason.kind), (true, ReasonKind::Program));
    for words in ["/nowhere/tailscale", "tailscale.com/download", "tunnel.tailscale.program"] {
        assert!(reason.message.contains(words), "{reason:?}");
    }
}

#[tokio::test]
async fn a_public_address_that_is_another_computers_is_not_called_ours() {
    let fake = Fake::tailscale(COMPUTER, free_port());
    let mut settings = provider(&fake, TlsEnd::Here).settings;
    settings.host = Some("memory.example.org".to_owned());
    let (failed, reason) = Stage::new().refused(Tailscale::new(settings)).await;
    assert!(failed && reason.kind == ReasonKind::Settings && reason.message.contains(COMPUTER), "{reason:?}");
    assert!(fake.calls().is_empty());
}
