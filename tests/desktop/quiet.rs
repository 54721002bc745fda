//! What must not raise a window, and how the owner gets at it all the same.

use std::time::Duration;

use futures::future::join_all;

use crate::client::{Asking, ask, ask_again, ask_as_an_image, pending};
use crate::computer::panel::Panel;
use crate::computer::program::{Desktop, Start};
use crate::computer::{CONSENT, Computer, MAIN, until};
use crate::support::oauth::OAuthClient;

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn what_any_website_could_have_caused_waits_quietly_in_the_tray() {
    let computer = Computer::new().await;
    let mut notices = computer.bus.listen_to_notices().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let answer = ask_as_an_image(&origin, "Picture").await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    desktop.logs(&["waits quietly", "Background"]).await;

    let client = OAuthClient::register_for(&origin, "Elsewhere", "https://elsewhere.example/callback").await;
    let mut elsewhere = ask_again(&origin, &client, None).await;
    desktop.logs(&["waits quietly", elsewhere.id(), "Redirect"]).await;

    assert_eq!(computer.display.titles(), [""; 0]);
    assert_eq!(pending(&computer.home).await.len(), 2);
    assert!(notices.next().await.contains("Picture asks for access"));
    let icon = panel.icon().await;
    icon.says("2 programs ask for access").await;
    icon.choose("Elsewhere asks for access").await;
    let windows = {
        computer.display.wait_for(CONSENT).await;
        desktop.drive().await
    };
    windows.consent().await;
    windows.says("elsewhere.example").await;
    windows.press("button", "Deny").await;
    computer.display.wait_for_no(CONSENT).await;
    elsewhere.expect_denied().await;
    icon.says("Picture asks for access").await;
    assert!(notices.is_empty(), "whoever knocks often is not heard more often");
}

/// A client that is known by the address of its document alone. `client.example` has no address (RFC 2606).
#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn who_is_known_by_a_document_alone_is_looked_up_when_the_owner_opens_it_and_not_before() {
    let computer = Computer::new().await;
    let mut notices = computer.bus.listen_to_notices().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let client = |redirect_uri: &str| OAuthClient {
        id: "https://client.example/oauth/client.json".to_owned(),
        redirect_uri: redirect_uri.to_owned(),
    };
    let mut quiet = ask_again(&origin, &client("https://client.example/callback"), None).await;
    assert!(quiet.page.contains("not looked up yet"), "{}", quiet.page);
    desktop.logs(&["waits quietly", quiet.id()]).await;
    assert_eq!(computer.display.titles(), [""; 0]);
    assert!(notices.next().await.contains("client.example"));
    quiet.expect_waiting().await;

    panel.icon().await.choose("client.example asks for access").await;
    assert!(notices.next().await.contains("not what it says"));
    let refused = quiet.look().await.page().1;
    assert!(refused.text().contains("could not be fetched"), "{}", refused.text());
    assert_eq!(pending(&computer.home).await, [""; 0]);

    // A page that the person opened, for a program of this computer: looked up at once.
    let mut here = ask_again(&origin, &client("http://127.0.0.1:49152/callback"), None).await;
    assert!(notices.next().await.contains("not what it says"));
    let refused = here.look().await.page().1;
    assert!(refused.text().contains("could not be fetched"), "{}", refused.text());
    assert_eq!(computer.display.count(CONSENT), 0, "nothing was found that could be shown");
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn what_comes_through_the_tunnel_is_opened_by_the_owner_and_needs_its_code() {
    let computer = Computer::new().await;
    let port = computer.configure_ingress();
    let mut notices = computer.bus.listen_to_notices().await;
    let (desktop, panel) = computer.in_tray().await;
    let public = desktop.public_origin(port).await;
    let mut asking = ask(&public, "Far away").await;
    desktop.logs(&["waits quietly", asking.id(), "FromInternet"]).await;
    assert_eq!(computer.display.titles(), [""; 0]);
    let notice = notices.next().await;
    assert!(!notice.contains("Far away"), "nobody writes on the owner's screen from outside: {notice}");

    let icon = panel.icon().await;
    icon.choose("Far away asks for access").await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.says("The internet").await;
    windows.picture("consent-tunnel").await;
    let field = "Type the code that the page in your browser shows";
    for left in ["2 tries are left", "1 try is left"] {
        windows.type_into(field, &asking.wrong_code()).await;
        windows.approve().await;
        windows.says(left).await;
        asking.expect_waiting().await;
    }
    windows.picture("consent-wrong-code").await;
    windows.type_into(field, &asking.code()).await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    asking.tokens().await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn the_third_wrong_code_denies_the_request() {
    let computer = Computer::new().await;
    let port = computer.configure_ingress();
    let (desktop, _panel) = computer.with_window().await;
    let public = desktop.public_origin(port).await;
    let mut asking = ask(&public, "Guesser").await;
    let windows = desktop.drive().await;
    windows.main().await;
    windows.says("1 request waits for your approval").await;
    windows.press("button", "Look at it").await;
    computer.display.wait_for(CONSENT).await;
    windows.consent().await;
    for left in ["2 tries are left", "1 try is left", ""] {
        windows.type_into("Type the code that the page in your browser shows", &asking.wrong_code()).await;
        windows.approve().await;
        if !left.is_empty() {
            windows.says(left).await;
        }
    }
    computer.display.wait_for_no(CONSENT).await;
    asking.expect_denied().await;
    assert_eq!(computer.display.titles(), [MAIN]);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn the_fourth_window_in_ten_minutes_stays_away_and_can_be_opened() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    for number in 1..=3 {
        let mut asking = ask(&origin, &format!("Number {number}")).await;
        computer.display.wait_for(CONSENT).await;
        computer.home.run(["approvals", "deny", asking.id()]).await.expect_success();
        computer.display.wait_for_no(CONSENT).await;
        asking.expect_denied().await;
    }
    let mut fourth = ask(&origin, "Number 4").await;
    desktop.logs(&["waits quietly", fourth.id(), "TooManyWindows"]).await;
    assert_eq!(computer.display.titles(), [""; 0]);
    fourth.expect_waiting().await;
    panel.icon().await.choose("Number 4 asks for access").await;
    computer.display.wait_for(CONSENT).await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn while_paused_or_locked_nothing_comes_up() {
    let computer = Computer::new().await;
    let notices = computer.bus.listen_to_notices().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    computer.home.run(["pause"]).await.expect_success();
    let paused = ask(&origin, "While paused").await;
    desktop.logs(&["waits quietly", paused.id(), "Paused"]).await;
    computer.home.run(["resume"]).await.expect_success();

    let screen = computer.bus.lock_the_screen().await;
    let locked = ask(&origin, "While locked").await;
    desktop.logs(&["waits quietly", locked.id(), "Locked"]).await;
    assert_eq!(computer.display.titles(), [""; 0]);
    assert!(notices.is_empty(), "nor is anybody told");
    drop(screen);

    // Unlocked again, the next one comes up.
    let third = ask(&origin, "Afterwards").await;
    computer.display.wait_for(CONSENT).await;
    assert!(third.is_pending(&computer.home).await);
    panel.icon().await.says("3 programs ask for access").await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn twenty_requests_at_once_are_one_window_and_twenty_entries() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    // Five of one client are as many as may wait at once.
    let names = ["Crowd", "Throng", "Swarm", "Host"];
    let clients = join_all(names.iter().map(|name| OAuthClient::register(&origin, name))).await;
    let twenty = clients.iter().flat_map(|client| std::iter::repeat_n(client, 5));
    let asking = join_all(twenty.map(|client| ask_again(&origin, client, None))).await;
    computer.display.wait_for(CONSENT).await;
    let waiting = pending(&computer.home).await;
    assert_eq!(waiting.len(), 20);
    assert!(asking.iter().all(|asking| waiting.contains(&asking.id().to_owned())));
    // Each but the one that is shown has been looked at, and waits quietly.
    until("nineteen quiet requests", async || {
        (desktop.log().matches("waits quietly").count() == 19).then_some(())
    })
    .await;
    assert_eq!(computer.display.titles(), [CONSENT]);
    assert_eq!(origin.https().get("/health").await.status, 200);

    let icon = panel.icon().await;
    icon.says("20 programs ask for access").await;
    let labels = icon.labels().await;
    assert_eq!(labels.iter().filter(|label| label.ends_with("asks for access…")).count(), 8, "{labels:?}");
    assert!(labels.contains(&"12 more wait…".to_owned()), "{labels:?}");
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.says("19 more wait").await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn opening_an_entry_twice_is_one_window() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    ask_as_an_image(&origin, "Twice").await;
    desktop.logs(&["waits quietly"]).await;
    let icon = panel.icon().await;
    tokio::join!(icon.choose("Twice asks for access"), icon.choose("Twice asks for access"));
    computer.display.wait_for(CONSENT).await;
    icon.choose("Twice asks for access").await;
    icon.click().await;
    // The main window was asked for last: whatever the clicks before it make is there by then.
    computer.display.wait_for(MAIN).await;
    let mut titles = computer.display.titles();
    titles.sort();
    assert_eq!(titles, [CONSENT, MAIN]);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_request_that_arrives_while_the_window_closes_is_never_denied_by_it() {
    const ROUNDS: u32 = 10;
    const ARRIVALS: u32 = 3;
    let computer = Computer::new().await;
    let panel = Panel::on(&computer.bus).await;
    // They come and go more often than the rates allow.
    let unlimited = vec![("AMBIENT_INSIGHTS_LIMITS".to_owned(), "off".into())];
    let start = Start { in_tray: true, environment: unlimited, ..Start::default() };
    let desktop = Desktop::start(&computer, &start).await;
    let origin = desktop.origin().await;
    let client = OAuthClient::register(&origin, "Stream").await;
    let icon = panel.icon().await;
    let mut shown = ask_again(&origin, &client, None).await;
    desktop.shows(shown.id()).await;
    for round in 0..ROUNDS {
        let arrivals = join_all((0..ARRIVALS).map(async |number| {
            tokio::time::sleep(Duration::from_millis(u64::from(number * 5))).await;
            ask_again(&origin, &client, None).await
        }));
        let close = async {
            // At another moment of the arrivals each time; every other time decided at a terminal.
            tokio::time::sleep(Duration::from_millis(u64::from(round) * 4)).await;
            if round % 2 == 0 {
                computer.display.close(CONSENT);
            } else {
                computer.home.run(["approvals", "deny", shown.id()]).await.expect_success();
            }
        };
        let (mut arrived, ()) = tokio::join!(arrivals, close);
        until("the end of what was shown", async || (!shown.is_pending(&computer.home).await).then_some(()))
            .await;
        shown.expect_denied().await;
        for asking in &mut arrived {
            asking.expect_waiting().await;
        }
        // One of them has taken the other's place, or a window of its own; or the limits keep all of them quiet, and
        // the owner opens one.
        let next = until("the next window", async || {
            let log = desktop.log();
            let is_of = |line: &str, asking: &Asking| line.contains(asking.id());
            let next = arrived.iter().position(|asking| {
                log.lines().any(|line| is_of(line, asking) && line.contains("the consent window shows"))
            });
            let all_quiet = arrived
                .iter()
                .all(|asking| log.lines().any(|line| is_of(line, asking) && line.contains("waits quietly")));
            if next.is_none() && all_quiet {
                icon.choose("Stream asks for access").await;
            }
            next.filter(|_| computer.display.count(CONSENT) == 1)
        })
        .await;
        shown = arrived.swap_remove(next);
        for mut other in arrived {
            computer.home.run(["approvals", "deny", other.id()]).await.expect_success();
            other.expect_denied().await;
        }
        shown.expect_waiting().await;
    }
    assert_eq!(pending(&computer.home).await, [shown.id()]);
}
