//! The main window: what is done in it is done, and what others do appears in it.

use serde_json::{Value, json};

use crate::client::{ask, knock};
use crate::computer::program::{Desktop, Start};
use crate::computer::windows::Windows;
use crate::computer::{CONSENT, Computer, MAIN, until};
use crate::support::mcp::{Era, McpClient};

/// The names of all entries, as a terminal lists them.
async fn names(computer: &Computer) -> Vec<String> {
    let list = computer.home.json(["context", "list", "--json"]).await;
    let entries = list.as_array().expect("a list").iter();
    entries.filter_map(|entry| entry["name"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn what_is_remembered_is_added_edited_removed_and_put_back() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.with_window().await;
    desktop.origin().await;
    let windows = desktop.drive().await;
    windows.main().await;
    windows.picture("home").await;
    windows.go_to("Context").await;
    windows.type_into("What should be remembered", "tide clocks").await;
    windows.press("button", "Add").await;
    windows.find("button", "tide clocks").await;
    assert_eq!(names(&computer).await, ["tide clocks"]);

    windows.press("button", "tide clocks").await;
    windows.type_into("Words", "astronomical clocks").await;
    windows.press("button", "Save").await;
    windows.find("button", "astronomical clocks").await;
    assert_eq!(names(&computer).await, ["astronomical clocks"]);
    windows.picture("context").await;

    windows.press("button", "Remove").await;
    windows.find("button", "Undo").await;
    assert_eq!(names(&computer).await, [""; 0]);
    windows.press("button", "Undo").await;
    windows.find("button", "astronomical clocks").await;
    assert_eq!(names(&computer).await, ["astronomical clocks"]);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn what_a_client_adds_appears_at_once_and_revoking_it_ends_its_token() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.with_window().await;
    let origin = desktop.origin().await;
    let windows = desktop.drive().await;
    let mut asking = ask(&origin, "Diary").await;
    windows.consent().await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    let tokens = asking.tokens().await;

    windows.main().await;
    windows.go_to("Context").await;
    windows.says("Nothing is remembered yet").await;
    let mut mcp = McpClient::open(&origin.https(), &tokens.access, Era::Modern).await;
    mcp.call("add_user_interest", json!({"interest": "lighthouses"})).await;
    windows.find("button", "lighthouses").await;
    windows.says("Diary").await;
    windows.go_to("Conversations").await;
    let turn = json!({"user_message": "How bright is a lighthouse?", "assistant_response": "Very."});
    mcp.call("log_conversation_turn", turn).await;
    windows.says("How bright is a lighthouse?").await;
    windows.picture("conversations").await;

    windows.go_to("Connections").await;
    windows.picture("connections").await;
    windows.press("button", "Revoke …").await;
    windows.press("button", "Revoke it").await;
    windows.says("1 access revoked").await;
    assert_eq!(knock(&origin, &tokens.access).await, Some(401));
    windows.says("Nobody has access now").await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_program_is_registered_by_hand_and_its_secret_is_shown_once_changed_and_ended() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.with_window().await;
    let origin = desktop.origin().await;
    // Any token will do: the answer says whether the client authenticated.
    let authenticates = async |shown: &Shown| {
        let fields = [("token", "none"), ("client_id", &shown.id), ("client_secret", &shown.secret)];
        origin.https().post_form("/oauth/revoke", &fields).await.status.as_u16()
    };
    let windows = desktop.drive().await;
    windows.main().await;
    windows.go_to("Connections").await;
    windows.press("button", "Register a program …").await;
    windows.type_into("Name", "Reading lamp").await;
    windows.type_into("Redirect URIs", "https://lamp.example/callback").await;
    windows.press("button", "Register it").await;
    windows.says("can not be shown again").await;
    let first = Shown::of(&windows).await;
    windows.picture("registered").await;
    windows.press("button", "Done").await;
    windows.says("Registered by you").await;
    assert_eq!(authenticates(&first).await, 200);
    assert!(!windows.text().await.contains(&first.secret), "it is shown once");

    windows.press("button", "New secret …").await;
    windows.press("radio", "Not at all").await;
    windows.press("button", "Make a new secret").await;
    windows.says("Its new secret").await;
    let second = Shown::of(&windows).await;
    windows.press("button", "Done").await;
    assert_ne!(first.secret, second.secret);
    assert_eq!((authenticates(&first).await, authenticates(&second).await), (401, 200));

    windows.press("button", "Remove …").await;
    windows.press("button", "Remove it").await;
    windows.says("Removed: Reading lamp").await;
    assert_eq!(authenticates(&second).await, 401);
    windows.says("Reading lamp was removed by you, in the window").await;
    windows.picture("connections-removed").await;
}

/// The credentials that a dialog shows.
struct Shown {
    id: String,
    secret: String,
}

impl Shown {
    async fn of(windows: &Windows) -> Self {
        let script = "done([...document.querySelectorAll('dialog pre')].map((shown) => shown.textContent));";
        let shown = windows.run(script, vec![]).await.expect("the window answers");
        let text = |index: usize| shown[index].as_str().expect("an id and a secret are shown").to_owned();
        Self { id: text(0), secret: text(1) }
    }
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn everything_is_exported_to_where_the_owner_says() {
    let computer = Computer::new().await;
    computer.home.run(["context", "add", "interest", "tide clocks"]).await.expect_success();
    let (desktop, _panel) = computer.with_window().await;
    desktop.origin().await;
    let windows = desktop.drive().await;
    windows.main().await;
    windows.go_to("Data").await;
    let file = computer.home.file("taken along.json");
    windows.type_into("To", &file.display().to_string()).await;
    windows.press("button", "Export").await;
    windows.says("1 entry of your context").await;
    windows.picture("data").await;
    let exported: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert!(exported.to_string().contains("tide clocks"), "{exported}");

    // What is there already is not overwritten unasked.
    std::fs::write(&file, "somebody's own").unwrap();
    windows.press("button", "Export").await;
    windows.find("button", "Overwrite it").await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "somebody's own");
    windows.press("button", "Overwrite it").await;
    windows.says("Done:").await;
    assert!(std::fs::read_to_string(&file).unwrap().contains("tide clocks"));
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_setting_that_is_changed_stays_after_a_restart() {
    let computer = Computer::new().await;
    computer.configure("# my own words\naccess_token_minutes = 30\n");
    let (desktop, panel) = computer.with_window().await;
    desktop.origin().await;
    let windows = desktop.drive().await;
    windows.main().await;
    windows.go_to("Settings").await;
    windows.press("radio", "Dark").await;
    let settings = until("the theme in the settings", async || {
        let text = std::fs::read_to_string(computer.home.data().join("config.toml")).unwrap();
        text.contains("theme = \"dark\"").then_some(text)
    })
    .await;
    assert!(
        settings.contains("# my own words\naccess_token_minutes = 30"),
        "what was there stays: {settings}"
    );
    windows.picture("settings-dark").await;
    drop(windows);
    assert_eq!(desktop.stop().await.expect_success().code, 0);

    let desktop = Desktop::start(&computer, &Start::default()).await;
    computer.display.wait_for(MAIN).await;
    let windows = desktop.drive().await;
    windows.main().await;
    windows.go_to("Settings").await;
    until("the dark look", async || {
        let chosen = windows.find("radio", "Dark").await.is_selected().await.ok()?;
        chosen.then_some(())
    })
    .await;
    drop(panel);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn without_a_window_no_web_engine_runs() {
    let computer = Computer::new().await;
    let panel = crate::computer::panel::Panel::on(&computer.bus).await;
    let start = Start { in_tray: true, not_driven: true, ..Start::default() };
    let mut desktop = Desktop::start(&computer, &start).await;
    let origin = desktop.origin().await;
    let icon = panel.icon().await;
    assert_eq!(computer.display.titles(), [""; 0]);
    assert!(desktop.web_processes().is_empty());
    // Its libraries would be half of what the program holds in its tray.
    assert!(cfg!(not(target_arch = "x86_64")) || !desktop.has_web_engine(), "it is loaded without a window");

    for _ in 0..2 {
        icon.click().await;
        computer.display.wait_for(MAIN).await;
        until("a web process", async || (!desktop.web_processes().is_empty()).then_some(())).await;
        assert!(desktop.has_web_engine());
        computer.display.close(MAIN);
        computer.display.wait_for_no(MAIN).await;
        until("the end of the web process", async || desktop.web_processes().is_empty().then_some(())).await;
    }
    let asking = ask(&origin, "Passing by").await;
    desktop.shows(asking.id()).await;
    assert_eq!(desktop.web_processes().len(), 1);
    computer.display.close(CONSENT);
    until("the end of the web process", async || desktop.web_processes().is_empty().then_some(())).await;
    assert!(desktop.lives());
    assert_eq!(origin.https().get("/health").await.status, 200);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_file_that_is_dropped_on_the_window_is_looked_at_and_comes_in_when_the_owner_says_so() {
    let computer = Computer::new().await;
    let (desktop, _panel) = computer.with_window().await;
    desktop.origin().await;
    let windows = desktop.drive().await;
    windows.main().await;
    // WebKit's page is there before its window takes what is dropped.
    windows.find("button", "Panic").await;
    let file = computer.home.data().join("Gezeiten & mehr.jsonl");
    let turn =
        json!({"conversation": "a", "user_message": "When is high water?", "assistant_response": "At nine."});
    std::fs::write(&file, format!("{turn}\n")).expect("the home can be written");
    computer.display.drop_files(MAIN, &[&file]);
    windows.says("This looks like turns, one a line.").await;
    windows.says("1 turn in 1 conversation would come in.").await;
    let turns = computer.home.json(["turns", "list", "--json"]).await.to_string();
    assert!(!turns.contains("high water"), "{turns}");
    windows.press("button", "Import").await;
    windows.says("Done: 1 turn in 1 conversation imported").await;
}
