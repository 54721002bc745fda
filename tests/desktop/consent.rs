//! The consent window: what it shows, and that nothing but the owner's Approve lets anybody in.

use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::client::{ask, ask_again, ask_for, client_called, pending};
use crate::computer::program::{Desktop, Start};
use crate::computer::{CONSENT, Computer, MAIN, free_port, until};
use crate::support::mcp::{Era, McpClient, message};

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_switch_that_is_turned_off_is_missing_from_the_token_and_its_tools_are_hidden() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.with_window().await;
    let origin = desktop.origin().await;
    let mut asking = ask(&origin, "Lighthouse").await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.says("Lighthouse asks for access to your memory").await;
    let text = windows.text().await;
    for words in
        ["127.0.0.1:49152", "This name is the program's own word", "This computer", "then it is denied"]
    {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    windows.picture("consent").await;
    windows.press("switch", "conversations:write").await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;

    let tokens = asking.tokens().await;
    let scopes: Vec<&str> = tokens.scope.split(' ').collect();
    assert!(scopes.contains(&"context:read") && scopes.contains(&"conversations:read"), "{scopes:?}");
    assert!(!scopes.contains(&"conversations:write"), "{scopes:?}");
    let mut mcp = McpClient::open(&origin.https(), &tokens.access, Era::Modern).await;
    let tools = message(&mcp.post("tools/list", None, &json!({})).await)["result"]["tools"].to_string();
    assert!(tools.contains("get_user_context") && !tools.contains("log_conversation_turn"), "{tools}");
    assert_eq!(computer.display.titles(), [MAIN], "only the consent window is gone");
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn deny_has_the_focus_and_deny_and_escape_send_the_client_away() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let mut denied = ask(&origin, "Denied").await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.says("Denied asks for access").await;
    assert_eq!(windows.focused().await, "Deny");
    windows.press("button", "Deny").await;
    computer.display.wait_for_no(CONSENT).await;
    denied.expect_denied().await;

    let mut escaped = ask(&origin, "Escaped").await;
    windows.consent().await;
    windows.says("Escaped asks for access").await;
    windows.key(Key::Escape).await;
    computer.display.wait_for_no(CONSENT).await;
    escaped.expect_denied().await;
    assert_eq!(computer.display.titles(), [""; 0], "the main window never came up");
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn closing_the_window_denies_what_it_shows_and_nothing_else() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let mut shown = ask(&origin, "Shown").await;
    computer.display.wait_for(CONSENT).await;
    let mut waiting = ask(&origin, "Waiting").await;
    desktop.logs(&["waits quietly", waiting.id(), "WindowLive"]).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.says("Shown asks for access").await;
    windows.says("1 more waits").await;

    computer.display.close(CONSENT);
    desktop.shows(waiting.id()).await;
    shown.expect_denied().await;
    waiting.expect_waiting().await;
    assert_eq!(computer.display.count(CONSENT), 1);

    computer.display.close(CONSENT);
    computer.display.wait_for_no(CONSENT).await;
    waiting.expect_denied().await;
    assert_eq!(pending(&computer.home).await, [""; 0]);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_request_whose_time_is_over_is_denied_and_its_window_goes() {
    let computer = Computer::new().await;
    let panel = crate::computer::panel::Panel::on(&computer.bus).await;
    let start = Start { in_tray: true, port: free_port(), ..Start::default() };
    let desktop = Desktop::start(&computer, &start).await;
    let mut asking = ask(&desktop.origin().await, "Late").await;
    computer.display.wait_for(CONSENT).await;
    desktop.stop().await;
    // Nobody waits ten minutes here: while the program does not run, most of them are taken out of its book.
    let book = rusqlite::Connection::open(computer.home.data().join("authorization.db")).unwrap();
    let shortened = "UPDATE authorization_requests SET expires_at = (CAST(strftime('%s', 'now') AS INTEGER) + 5) * 1000000";
    assert_eq!(book.execute(shortened, ()).unwrap(), 1);
    drop(book);

    let desktop = Desktop::start(&computer, &start).await;
    desktop.origin().await;
    assert_eq!(computer.display.count(CONSENT), 0, "what waited before comes up when the owner opens it");
    let icon = panel.icon().await;
    icon.choose("Late asks for access").await;
    computer.display.wait_for(CONSENT).await;
    asking.expect_waiting().await;
    computer.display.wait_for_no(CONSENT).await;
    asking.expect_denied().await;
    icon.says("Running").await;
    let audit = computer.home.json(["audit", "--json"]).await.to_string();
    assert!(!audit.contains("\"approved\""), "{audit}");
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn approve_counts_only_after_the_window_was_seen_for_a_moment() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let first = ask(&origin, "First").await;
    computer.display.wait_for(CONSENT).await;
    let mut second = ask(&origin, "Second").await;
    desktop.logs(&["waits quietly", second.id()]).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.says("First asks for access").await;

    // The quickest hand there is: the first is denied, and what comes up in its place is approved at once.
    let quick = "
        const invoke = window.__TAURI_INTERNALS__.invoke;
        const [first, second] = arguments;
        (async () => {
            await invoke('deny_request', { input: { id: first, block: false, mute: false } });
            let screen = null;
            while (screen?.facts.id !== second) screen = await invoke('current_approval', { input: {} });
            const input = { id: second, scopes: ['context:read'], duration: 'session', code: null, admin_confirmed: false };
            try { return { came: await invoke('approve_request', { input }), after: screen.approve_after_ms }; }
            catch (failure) { return { failure, after: screen.approve_after_ms }; }
        })().then(done);";
    let outcome = windows.run(quick, vec![json!(first.id()), json!(second.id())]).await.unwrap();
    assert_eq!(outcome["failure"]["code"], "refused", "{outcome}");
    let wait = outcome["after"].as_u64().unwrap();
    assert!((500..=700).contains(&wait), "{outcome}");
    second.expect_waiting().await;
    // Nor does the button obey before its time.
    windows.says("Second asks for access").await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    second.tokens().await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn the_moment_begins_when_the_window_has_something_to_show() {
    const MOMENT: f64 = 700.0;
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.with_window().await;
    let origin = desktop.origin().await;
    let windows = desktop.drive().await;
    for number in 1..=3 {
        let asking = ask(&origin, &format!("Slow to appear {number}")).await;
        windows.consent().await;
        // Making the window takes the web engine a part of that moment; it must not count.
        let measure = "
            window.__TAURI_INTERNALS__.invoke('current_approval', { input: {} })
                .then((screen) => done([screen.approve_after_ms, performance.now()]));";
        let seen = windows.run(measure, vec![]).await.unwrap();
        let (wait, age) = (seen[0].as_f64().unwrap(), seen[1].as_f64().unwrap());
        assert!(wait + age >= MOMENT, "{age} ms after the page began it could be approved in {wait} ms");
        computer.home.run(["approvals", "deny", asking.id()]).await.expect_success();
        computer.display.wait_for_no(CONSENT).await;
    }
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn the_chosen_duration_arrives_in_the_grant() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let mut windows = None;
    for (name, choice, duration) in
        [("Monthly", "For 30 days", "thirty_days"), ("Guest", "Until Ambient Insights is closed", "session")]
    {
        let mut asking = ask(&origin, name).await;
        computer.display.wait_for(CONSENT).await;
        if windows.is_none() {
            windows = Some(desktop.drive().await);
        }
        let windows = windows.as_ref().unwrap();
        windows.consent().await;
        windows.says(&format!("{name} asks for access")).await;
        windows.press("radio", choice).await;
        windows.approve().await;
        computer.display.wait_for_no(CONSENT).await;
        asking.tokens().await;
        let client = client_called(&computer.home, name).await;
        assert_eq!(client["grants"][0]["duration"], duration, "{client}");
    }
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_muted_program_raises_no_window_and_is_heard_when_the_owner_opens_it() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.with_window().await;
    let origin = desktop.origin().await;
    let icon = panel.icon().await;
    let mut asking = ask(&origin, "Chatty").await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.press("button", "Block").await;
    windows.press("button", "Deny and mute for 24 hours").await;
    computer.display.wait_for_no(CONSENT).await;
    asking.expect_denied().await;
    icon.says("Running").await;

    let mut again = ask_again(&origin, &asking.client, None).await;
    desktop.logs(&["waits quietly", again.id(), "Muted"]).await;
    assert_eq!(computer.display.count(CONSENT), 0);
    icon.says("Chatty asks for access").await;
    icon.choose("Chatty asks for access").await;
    computer.display.wait_for(CONSENT).await;
    windows.consent().await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    again.tokens().await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn who_is_blocked_asks_in_vain_until_the_owner_unblocks_it() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.with_window().await;
    let origin = desktop.origin().await;
    let mut asking = ask(&origin, "Pest").await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.press("button", "Block").await;
    windows.picture("consent-block").await;
    windows.press("button", "Deny and block").await;
    computer.display.wait_for_no(CONSENT).await;
    asking.expect_denied().await;

    let attempt = asking.client.attempt(&origin, None);
    let answer = origin.browser().open(&attempt.url).await;
    let back = answer.away();
    assert!(back.as_str().contains("error=access_denied"), "{back}");
    assert_eq!(pending(&computer.home).await, [""; 0], "it does not even stand in the list");
    assert_eq!(computer.display.titles(), [MAIN]);

    windows.main().await;
    windows.go_to("Connections").await;
    windows.says("Blocked").await;
    windows.press("button", "Unblock").await;
    windows.says("May ask again").await;
    let mut again = ask_again(&origin, &asking.client, None).await;
    computer.display.wait_for(CONSENT).await;
    windows.consent().await;
    windows.says("Pest asks for access").await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    again.tokens().await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn admin_is_off_and_needs_a_second_yes() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let mut asking = ask_for(&origin, "Butler", Some("context:read admin")).await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    let admin = windows.find("switch", "admin").await;
    assert!(!admin.is_selected().await.unwrap());
    admin.click().await.unwrap();
    windows.says("Confirm above that it may change settings").await;
    windows.picture("consent-admin").await;

    // Not even a window that was talked into it can leave the second yes out.
    let sly = "
        const input = { id: arguments[0], scopes: ['admin'], duration: 'session', code: null, admin_confirmed: false };
        const wait = new Promise((resolve) => setTimeout(resolve, 800));
        wait.then(() => window.__TAURI_INTERNALS__.invoke('approve_request', { input })).then(
            (came) => done({ came }), (failure) => done({ failure }));";
    let outcome = windows.run(sly, vec![json!(asking.id())]).await.unwrap();
    assert_eq!(outcome["came"], Value::Null, "{outcome}");
    asking.expect_waiting().await;

    windows.press("checkbox", "Yes, this program may change settings").await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    assert!(asking.tokens().await.scope.split(' ').any(|scope| scope == "admin"));
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn what_was_decided_elsewhere_takes_its_window_away() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let mut asking = ask(&origin, "Sent away").await;
    computer.display.wait_for(CONSENT).await;
    computer.home.run(["approvals", "deny", asking.id()]).await.expect_success();
    computer.display.wait_for_no(CONSENT).await;
    asking.expect_denied().await;
    until("the quiet icon", async || pending(&computer.home).await.is_empty().then_some(())).await;
}
