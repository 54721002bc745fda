//! The icon in the tray: what it says in each state, and what its menu does.

use serde_json::json;

use crate::client::{ask, ask_as_an_image, knock};
use crate::computer::panel::Panel;
use crate::computer::program::{Desktop, Start};
use crate::computer::windows::Windows;
use crate::computer::{CONSENT, Computer, MAIN, until};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::Tokens;
use crate::support::origin::Origin;

/// Lets a program in through the consent window.
async fn let_in(computer: &Computer, desktop: &Desktop, origin: &Origin, name: &str) -> (Tokens, Windows) {
    let mut asking = ask(origin, name).await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    (asking.tokens().await, windows)
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn each_state_has_its_icon_and_its_reason_in_the_first_line() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let icon = panel.icon().await;
    let mut pictures = Vec::new();
    assert_eq!(
        (icon.id().await.as_str(), icon.title().await.as_str()),
        ("ambient-insights", "Ambient Insights")
    );

    let line = icon.says("Running").await;
    assert_eq!(icon.tooltip().await, format!("Ambient Insights {line}"));
    let address = format!("Copy {}", origin.mcp_url);
    let labels = icon.labels().await;
    for label in
        [&address, "Open Ambient Insights", "Connect an assistant…", "For 15 minutes", "Panic", "Quit"]
    {
        assert!(labels.iter().any(|known| known == label), "{label:?} is not in {labels:?}");
    }
    assert!(!icon.menu().await[0].enabled, "the first line is only to be read");
    pictures.push(icon.picture().await);

    // A name is text in a menu too: its underscores and ampersands are no marks of keys.
    ask_as_an_image(&origin, "R&D_bot & co").await;
    icon.says("R&D_bot & co asks for access").await;
    assert!(icon.labels().await.contains(&"R&D_bot & co asks for access…".to_owned()));
    pictures.push(icon.picture().await);
    let id = crate::client::pending(&computer.home).await.remove(0);
    computer.home.run(["approvals", "deny", &id]).await.expect_success();
    icon.says("Running").await;

    computer.home.run(["pause", "--for", "15m"]).await.expect_success();
    icon.says("Paused until").await;
    pictures.push(icon.picture().await);
    computer.home.run(["resume"]).await.expect_success();
    icon.says("Running").await;
    assert_eq!(icon.picture().await, pictures[0]);

    icon.choose("Take every access back").await;
    icon.says("The door is closed").await;
    pictures.push(icon.picture().await);
    for (index, picture) in pictures.iter().enumerate() {
        assert!(!pictures[..index].contains(picture), "the icon {index} is one of those before");
    }
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_failure_stands_in_the_menu_with_its_reason_and_can_be_tried_again() {
    let computer = Computer::new().await;
    let panel = Panel::on(&computer.bus).await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let desktop = Desktop::start(&computer, &Start { port, in_tray: true, ..Start::default() }).await;
    let icon = panel.icon().await;
    let line = icon.says("Not running:").await;
    assert!(line.contains(&port.to_string()), "{line}");
    let labels = icon.labels().await;
    assert!(
        !labels.iter().any(|label| label.starts_with("Pause") || label.starts_with("Copy")),
        "{labels:?}"
    );
    drop(taken);
    icon.choose("Try again").await;
    icon.says("Running").await;
    desktop.origin().await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn the_address_is_copied_and_left_click_and_open_show_the_window() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let icon = panel.icon().await;
    assert_eq!(computer.display.clipboard(), None);
    icon.choose("Copy https://").await;
    until("the address on the clipboard", async || {
        (computer.display.clipboard().as_deref() == Some(origin.mcp_url.as_str())).then_some(())
    })
    .await;

    assert_eq!(computer.display.titles(), [""; 0]);
    icon.click().await;
    let windows = desktop.drive().await;
    windows.main().await;
    computer.display.close(MAIN);
    computer.display.wait_for_no(MAIN).await;
    icon.choose("Open Ambient Insights").await;
    windows.main().await;
    windows.go_to("Settings").await;
    icon.choose("Connect an assistant").await;
    windows.find("heading", "Home").await;
    assert_eq!(computer.display.titles(), [MAIN]);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn paused_from_the_tray_nothing_is_remembered_until_it_is_resumed() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let (tokens, _windows) = let_in(&computer, &desktop, &origin, "Diary").await;
    let mut mcp = McpClient::open(&origin.https(), &tokens.access, Era::Modern).await;
    let turn = |words: &str| json!({"user_message": words, "assistant_response": "Yes."});
    let icon = panel.icon().await;

    icon.choose("For 15 minutes").await;
    icon.says("Paused until").await;
    let answer = mcp.call("log_conversation_turn", turn("A secret.")).await;
    assert_eq!((&answer.content["stored"], &answer.content["reason"]), (&json!(false), &json!("paused")));
    icon.choose("Resume remembering").await;
    icon.says("Running").await;
    let answer = mcp.call("log_conversation_turn", turn("No secret.")).await;
    assert_eq!(answer.content["stored"], json!(true), "{answer:?}");
    let turns = computer.home.json(["turns", "list", "--json"]).await.to_string();
    assert!(turns.contains("No secret.") && !turns.contains("A secret."), "{turns}");
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn panic_ends_every_access_at_once_and_the_door_can_be_opened_again() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let (tokens, _windows) = let_in(&computer, &desktop, &origin, "Guest").await;
    assert_eq!(knock(&origin, &tokens.access).await, Some(200));
    let icon = panel.icon().await;
    icon.choose("Take every access back").await;
    icon.says("The door is closed").await;
    assert_eq!(knock(&origin, &tokens.access).await, None, "nobody listens at the port");
    icon.choose("Open the door again").await;
    icon.says("Running").await;
    assert_eq!(knock(&origin, &tokens.access).await, Some(401), "the token stays dead");
    ask(&origin, "Guest again").await;
    computer.display.wait_for(CONSENT).await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn quit_ends_the_program_in_good_order() {
    let computer = Computer::new().await;
    let (mut desktop, panel) = computer.with_window().await;
    desktop.origin().await;
    panel.icon().await.choose("Quit").await;
    let ended = desktop.ends().await.expect_success();
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert_eq!(computer.home.serve().await.https().get("/health").await.status, 200, "the data are free");
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn without_a_tray_the_window_is_shown_and_the_icon_comes_once_there_is_one() {
    let computer = Computer::new().await;
    let desktop = Desktop::start(&computer, &Start::default()).await;
    computer.display.wait_for(MAIN).await;
    desktop.logs(&["WARN", "there is no tray for the icon"]).await;
    let panel = Panel::on(&computer.bus).await;
    panel.icon().await.says("Running").await;
    desktop.logs(&["the icon has its place in the tray"]).await;
    assert_eq!(desktop.log().matches("there is no tray").count(), 1, "it is said once");
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_panel_that_comes_later_than_the_program_at_the_login_is_waited_for() {
    let computer = Computer::new().await;
    let desktop = Desktop::start(&computer, &Start { in_tray: true, ..Start::default() }).await;
    desktop.origin().await;
    let panel = Panel::on(&computer.bus).await;
    panel.icon().await.says("Running").await;
    assert_eq!(computer.display.titles(), [""; 0]);
    assert!(!desktop.log().contains("there is no tray"), "{}", desktop.log());
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_panel_that_is_started_anew_gets_the_icon_again() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    desktop.origin().await;
    panel.icon().await.says("Running").await;
    panel.end().await;
    let panel = Panel::on(&computer.bus).await;
    let icon = panel.icon().await;
    icon.says("Running").await;
    assert_eq!(panel.icons_so_far(), 1);
    computer.home.run(["pause"]).await.expect_success();
    icon.says("Paused").await;
    assert_eq!(computer.display.titles(), [""; 0], "no window is needed for that");
}
