//! What strangers send, and what the machine does: nothing of it may mislead the owner or lose what was answered.

use serde_json::json;

use crate::client::{ask, client_called};
use crate::computer::{CONSENT, Computer};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::OAuthClient;
use crate::support::program::Ended;
use crate::support::within;

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_name_is_text_and_never_hides_where_the_credentials_go() {
    let computer = Computer::new().await;
    let (desktop, panel) = computer.in_tray().await;
    let origin = desktop.origin().await;
    let too_long =
        json!({"client_name": "x".repeat(10_000), "redirect_uris": ["http://127.0.0.1:49152/callback"]});
    let refused = origin.https().post_json("/oauth/register", &too_long).await;
    assert_eq!(refused.status, 400, "{}", refused.text());

    let hostile = [
        ("long", "W".repeat(2_000), "WWWW"),
        ("markup", "<img src=x onerror=\"document.title='owned'\"><b>Bold</b>".to_owned(), "<b>Bold</b>"),
        (
            "turned",
            "\u{202e}edualC\u{2066}\u{200b} Claude\u{7}\u{0}\n\n\nThe credentials go to claude.ai".to_owned(),
            "Claude",
        ),
    ];
    let mut windows = None;
    for (picture, name, shown) in hostile {
        let asking = ask(&origin, &name).await;
        desktop.shows(asking.id()).await;
        if windows.is_none() {
            windows = Some(desktop.drive().await);
        }
        let windows = windows.as_ref().unwrap();
        windows.consent().await;
        windows.says(shown).await;
        windows.picture(&format!("consent-{picture}")).await;
        // The host and the two buttons are within the window, whatever stands above them.
        let look = "
            const inside = (element) => {
                const { top, bottom, height } = element.getBoundingClientRect();
                return height > 0 && top >= 0 && bottom <= innerHeight;
            };
            const leaf = [...document.querySelectorAll('*')].filter((e) => e.children.length === 0);
            const host = leaf.find((e) => e.textContent.trim().startsWith('127.0.0.1'));
            const buttons = [...document.querySelectorAll('button')].filter((b) => ['Deny', 'Approve'].includes(b.textContent.trim()));
            done({
                host: inside(host), buttons: buttons.filter(inside).length, wide: document.documentElement.scrollWidth > innerWidth,
                images: document.querySelectorAll('img, b').length, title: document.title,
                strange: /[\\u0000-\\u0008\\u202a-\\u202e\\u2066-\\u2069\\u200b]/.test(document.body.innerText),
            });";
        let seen = windows.run(look, vec![]).await.unwrap();
        let expected = json!({
            "host": true, "buttons": 2, "wide": false, "images": 0, "title": seen["title"], "strange": false,
        });
        assert_eq!(seen, expected, "{picture}");
        assert_ne!(seen["title"], "owned");
        let labels = panel.icon().await.labels().await;
        assert!(labels.iter().all(|label| label.chars().count() < 90 && !label.contains('\n')), "{labels:?}");
        windows.press("button", "Deny").await;
        computer.display.wait_for_no(CONSENT).await;
    }
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn when_the_display_goes_away_the_program_ends_and_nothing_answered_is_lost() {
    let mut computer = Computer::new().await;
    let (mut desktop, _panel) = computer.with_window().await;
    let origin = desktop.origin().await;
    let windows = desktop.drive().await;
    let mut asking = ask(&origin, "Diary").await;
    windows.consent().await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    let tokens = asking.tokens().await;
    let mut mcp = McpClient::open(&origin.https(), &tokens.access, Era::Modern).await;
    for number in 0..20 {
        let turn = json!({"user_message": format!("Turn {number:02}"), "assistant_response": "Kept."});
        assert_eq!(mcp.call("log_conversation_turn", turn).await.content["stored"], true);
    }
    computer.display.go_away().await;
    let ended = desktop.ends().await;
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);

    let server = computer.home.serve().await;
    assert_eq!(server.https().get("/health").await.status, 200);
    let turns = computer.home.json(["turns", "list", "--json"]).await.to_string();
    for number in 0..20 {
        assert!(turns.contains(&format!("Turn {number:02}")), "turn {number} is lost");
    }
    assert_eq!(client_called(&computer.home, "Diary").await["grants"].as_array().map(Vec::len), Some(1));
    OAuthClient::register(&server, "Next").await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn without_a_display_it_says_what_to_start_instead() {
    let computer = Computer::new().await;
    let mut command = computer.home.command([""; 0]);
    computer.set_up(&mut command);
    command.env_remove("DISPLAY");
    let ended = within("the end of a command", command.output()).await.unwrap();
    Ended::from(ended).expect_failure(1, &["ambient-insights serve"]);

    // One that is named and does not answer: the toolkit says so in its own way before. No X server takes this number.
    command.env("DISPLAY", ":59999");
    let ended = Ended::from(within("the end of a command", command.output()).await.unwrap());
    assert_eq!(ended.code, 1, "{ended:?}");
    let last = ended.stderr.lines().rfind(|line| line.starts_with("ambient-insights: ")).unwrap_or_default();
    assert!(last.contains("ambient-insights serve"), "{ended:?}");
}
