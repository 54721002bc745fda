use std::time::Duration;

use super::*;
use crate::operations::{
    ChangeSettings, OpenDoor, OpenLink, Panic, PauseRemembering, ResumeRemembering, ShowSettings, ShowStatus,
    ShowWindow,
};
use crate::types::{AccessTokenFormat, ClientDocuments, RegistrationPolicy};
use crate::{
    FailureCode, Operation as _, Overrides, Setting, SettingChange, SettingSource, SurfaceRequest, Theme,
    dispatch,
};

async fn start(directory: &std::path::Path, surface: Surface) -> Engine {
    let environment = [("AMBIENT_INSIGHTS_PORT".to_owned(), "0".to_owned())];
    let config = Config::load(directory.to_owned(), environment, Overrides::default()).unwrap();
    Engine::start(config, Door::Open(surface)).await.unwrap()
}

async fn answers(engine: &Engine) -> bool {
    let port: u16 = engine.issuer().rsplit(':').next().unwrap().parse().unwrap();
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

#[tokio::test]
async fn panic_closes_the_door_and_it_opens_again_under_the_same_address() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Desktop).await;
    let before = ShowStatus {}.run(&engine).await.unwrap();
    assert!(before.door_open && answers(&engine).await);
    Panic {}.run(&engine).await.unwrap();
    let closed = ShowStatus {}.run(&engine).await.unwrap();
    assert!(!closed.door_open && !answers(&engine).await);
    OpenDoor {}.run(&engine).await.unwrap();
    let after = ShowStatus {}.run(&engine).await.unwrap();
    assert!(after.door_open && answers(&engine).await);
    assert_eq!(after.mcp_url, before.mcp_url);
    OpenDoor {}.run(&engine).await.unwrap();
    engine.stop().await;
}

#[tokio::test]
async fn a_door_whose_port_was_taken_meanwhile_says_so_and_stays_closed() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Desktop).await;
    let port: u16 = engine.issuer().rsplit(':').next().unwrap().parse().unwrap();
    engine.close_door().await;
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let failure = OpenDoor {}.run(&engine).await.unwrap_err();
    assert!(failure.message.contains("in use"), "{failure}");
    assert!(!ShowStatus {}.run(&engine).await.unwrap().door_open);
    engine.stop().await;
}

#[tokio::test]
async fn what_is_paused_is_told_and_ends_by_resuming() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Desktop).await;
    let mut events = engine.events();
    let pause = PauseRemembering { minutes: Some(15) }.run(&engine).await.unwrap();
    let left = pause.until.unwrap().since(engine.now());
    assert!(left <= Duration::from_mins(15) && left > Duration::from_mins(14), "{left:?}");
    assert!(matches!(events.recv().await.unwrap(), Event::Program(ProgramEvent::StateChanged)));
    assert_eq!(ShowStatus {}.run(&engine).await.unwrap().paused, Some(pause));
    ResumeRemembering {}.run(&engine).await.unwrap();
    assert_eq!(ShowStatus {}.run(&engine).await.unwrap().paused, None);
    let failure = PauseRemembering { minutes: Some(0) }.run(&engine).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::InvalidInput);
    engine.stop().await;
}

#[tokio::test]
async fn settings_are_written_to_the_file_and_what_stands_above_it_can_not_be_changed() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Desktop).await;
    let change = |change: SettingChange| ChangeSettings { changes: vec![change] }.run(&engine);
    let changed = change(SettingChange::Theme(Some(Theme::Dark))).await.unwrap();
    assert_eq!(changed.theme, Setting { value: Theme::Dark, source: SettingSource::File });
    assert!(!changed.restart_needed);
    assert_eq!(ShowSettings {}.run(&engine).await.unwrap(), changed);
    let text = std::fs::read_to_string(directory.path().join("config.toml")).unwrap();
    assert_eq!(text, "theme = \"dark\"\n");
    let failure = change(SettingChange::Port(Some(9200))).await.unwrap_err();
    assert!(failure.message.contains("the environment"), "{failure}");
    assert_eq!(failure.code, FailureCode::Refused);
    engine.stop().await;
}

#[tokio::test]
async fn a_setting_that_the_engine_reads_at_its_start_asks_for_a_restart_until_it_is_as_before() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Desktop).await;
    let change = |change: SettingChange| ChangeSettings { changes: vec![change] }.run(&engine);
    let before = ShowSettings {}.run(&engine).await.unwrap();
    for (change_to, change_back) in [
        (SettingChange::Registration(Some(RegistrationPolicy::Off)), SettingChange::Registration(None)),
        (SettingChange::ClientDocuments(Some(ClientDocuments::Known)), SettingChange::ClientDocuments(None)),
        (SettingChange::RememberConsent(Some(true)), SettingChange::RememberConsent(None)),
        (SettingChange::AccessTokenMinutes(Some(60)), SettingChange::AccessTokenMinutes(None)),
        (
            SettingChange::AccessTokenFormat(Some(AccessTokenFormat::Jwt)),
            SettingChange::AccessTokenFormat(None),
        ),
        (SettingChange::AuditDays(Some(90)), SettingChange::AuditDays(None)),
    ] {
        assert!(change(change_to).await.unwrap().restart_needed, "{change_to:?}");
        assert_eq!(change(change_back).await.unwrap(), before);
    }
    engine.stop().await;
}

#[tokio::test]
async fn a_value_that_the_program_could_not_start_with_is_refused_and_the_file_stays() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Desktop).await;
    let good = SettingChange::AuditDays(Some(90));
    for bad in [SettingChange::AccessTokenMinutes(Some(5)), SettingChange::AuditDays(Some(0))] {
        let failure = ChangeSettings { changes: vec![good, bad] }.run(&engine).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::InvalidInput);
        assert!(failure.message.contains("it must be a number from"), "{failure}");
        assert!(!directory.path().join("config.toml").exists());
    }
    engine.stop().await;
}

#[tokio::test]
async fn serve_has_no_window_to_show_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Terminal).await;
    let failure = ShowWindow {}.run(&engine).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Refused);
    assert!(failure.message.contains("serve"), "{failure}");
    engine.stop().await;
}

#[tokio::test]
async fn a_link_is_heard_by_the_desktop_and_nonsense_is_not_repeated() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Desktop).await;
    let mut events = engine.events();
    let id = "01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34";
    OpenLink { link: format!("ambient-insights://approve?request={id}") }.run(&engine).await.unwrap();
    let Event::Surface(SurfaceRequest::ProveComputer { id: heard }) = events.recv().await.unwrap() else {
        panic!("another event")
    };
    assert_eq!(heard.to_string(), id);
    for nonsense in ["", "ambient-insights:", "ambient-insights://approve?request=secret-words", "file:///x"]
    {
        let failure = OpenLink { link: nonsense.to_owned() }.run(&engine).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::InvalidInput);
        assert!(!failure.message.contains("secret-words"), "{failure}");
    }
    engine.stop().await;
}

#[tokio::test]
async fn nothing_over_the_control_socket_is_the_hand_of_the_window() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Surface::Desktop).await;
    for operation in ["window.approve", "approvals.approve_in_window", "desktop.approve"] {
        let failure = dispatch(&engine, operation, serde_json::json!({})).await.unwrap_err();
        assert_eq!(failure.code, FailureCode::InvalidInput, "{operation}");
    }
    let id = "01995d2e-8f3a-7c41-9d20-5b6f0e1c2a34";
    let input = serde_json::json!({ "id": id, "code": null, "scopes": null, "admin_confirmed": true });
    let failure = dispatch(&engine, "approvals.approve", input).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Refused);
    assert!(failure.message.contains("window"), "{failure}");
    engine.stop().await;
}
