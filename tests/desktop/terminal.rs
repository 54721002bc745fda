//! What a terminal and a second start do beside the running desktop.

use std::net::TcpListener;

use crate::client::{ask_as_an_image, pending};
use crate::computer::program::{Desktop, Start};
use crate::computer::{CONSENT, Computer, MAIN, until};

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_terminal_can_deny_but_only_the_window_approves() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    ask_as_an_image(&origin, "Assistant with a shell").await;
    desktop.logs(&["waits quietly"]).await;
    let id = pending(&computer.home).await.remove(0);
    assert_eq!(computer.display.titles(), [""; 0]);

    for extra in [&[][..], &["--yes-admin"], &["--scopes", "context:read"]] {
        let arguments = ["approvals", "approve", &id].into_iter().chain(extra.iter().copied());
        computer.run(arguments).await.expect_failure(1, &["window"]);
        computer.display.wait_for(CONSENT).await;
    }
    assert_eq!(computer.display.titles(), [CONSENT]);
    assert_eq!(pending(&computer.home).await, [id.as_str()], "nothing was decided");

    computer.run(["approvals", "deny", &id]).await.expect_success();
    computer.display.wait_for_no(CONSENT).await;
    assert_eq!(pending(&computer.home).await, [""; 0]);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_second_start_shows_the_window_of_the_first_and_ends() {
    let computer = Computer::new().await;
    let (mut desktop, _panel) = computer.with_window().await;
    desktop.origin().await;
    computer.display.close(MAIN);
    computer.display.wait_for_no(MAIN).await;
    assert!(desktop.lives(), "closing its window does not end it");

    let nothing: [&str; 0] = [];
    computer.run(nothing).await.expect_success();
    computer.display.wait_for(MAIN).await;
    computer.run(nothing).await.expect_success();
    assert_eq!(computer.display.titles(), [MAIN], "one window, however often it is started");

    computer.display.close(MAIN);
    computer.display.wait_for_no(MAIN).await;
    computer.run(["--in-tray"]).await.expect_success();
    assert_eq!(computer.display.titles(), [""; 0], "a start at the login shows none");
    assert_eq!(desktop.stop().await.expect_success().code, 0);
}

/// Trying again was in vain.
async fn failed_twice(desktop: &Desktop) {
    until("the second failure", async || {
        (desktop.log().matches("the engine could not start").count() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn beside_serve_the_window_says_who_runs_and_trying_again_works_once_it_has_stopped() {
    let computer = Computer::new().await;
    let server = computer.home.serve().await;
    let (desktop, _panel) = computer.with_window().await;
    let windows = desktop.drive().await;
    windows.main().await;
    windows.says("It could not start").await;
    let text = windows.text().await;
    assert!(text.contains(&server.ready.pid.to_string()), "{text}");
    windows.picture("failed").await;
    windows.press("button", "Try again").await;
    failed_twice(&desktop).await;
    assert_eq!(server.https().get("/health").await.status, 200, "the one that runs is not disturbed");

    assert_eq!(server.stop().await.code, 0);
    windows.press("button", "Try again").await;
    windows.find("heading", "Home").await;
    assert_eq!(desktop.origin().await.https().get("/health").await.status, 200);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_port_in_use_is_said_in_the_window_and_trying_again_works_once_it_is_free() {
    let computer = Computer::new().await;
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let desktop = Desktop::start(&computer, &Start { port, ..Start::default() }).await;
    computer.display.wait_for(MAIN).await;
    let windows = desktop.drive().await;
    windows.main().await;
    windows.says("It could not start").await;
    let text = windows.text().await;
    assert!(text.contains(&port.to_string()), "{text}");
    windows.press("button", "Try again").await;
    failed_twice(&desktop).await;

    drop(taken);
    windows.press("button", "Try again").await;
    windows.find("heading", "Home").await;
    windows.says(&format!("https://localhost:{port}/mcp")).await;
    let origin = desktop.origin().await;
    assert_eq!(origin.https().get("/health").await.status, 200);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_terminal_can_not_keep_a_window_in_front_of_the_owner() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    // Three windows that a terminal brought up, each closed by the owner: the fourth stays away.
    for number in 1..=4 {
        ask_as_an_image(&origin, &format!("Knock {number}")).await;
        let id = until("the entry", async || pending(&computer.home).await.pop()).await;
        computer.run(["approvals", "approve", &id]).await.expect_failure(1, &[]);
        if number == 4 {
            desktop.logs(&["a terminal asked for the window", &id, "TooManyWindows"]).await;
            assert_eq!(computer.display.titles(), [""; 0]);
        } else {
            desktop.shows(&id).await;
            computer.display.close(CONSENT);
            computer.display.wait_for_no(CONSENT).await;
        }
    }
}
