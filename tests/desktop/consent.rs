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
