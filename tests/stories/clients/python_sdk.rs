//! The MCP SDK for Python does the whole OAuth flow, with an approval from the command line.

use url::Url;

use super::{Talking, installed, python};
use crate::support::oauth::approve_in;
use crate::support::program::Home;

#[tokio::test]
#[ignore = "needs the MCP SDK for Python; `cargo xtask test --all` installs and runs it"]
async fn the_python_sdk_finds_its_way_in_by_itself_once_the_owner_approves() {
    let server = Home::new().serve().await;
    for (mode, protocol) in [("legacy", "2025-11-25"), ("auto", "2026-07-28")] {
        let mut command = python(&server.home);
        command
            .arg(installed("python_sdk.py"))
            .arg(server.ready.mcp_url.as_str())
            .arg(server.authority())
            .arg(mode);
        let mut client = Talking::start(command);
        let said = client.line().await;
        let url =
            Url::parse(said["authorize_url"].as_str().expect("an authorization URL")).expect("it is a URL");
        let back = approve_in(&server, &mut server.browser(), &url).await;
        client.tell(back.as_str()).await;
        let said = client.line().await;
        client.end().await;

        assert_eq!(said["protocol"], protocol, "{said}");
        assert!(said["tools"].as_array().is_some_and(|tools| tools.len() >= 5), "{said}");
        assert!(said["stored"].as_str().is_some_and(|text| text.contains("true")), "{said}");
        assert!(
            said["context"].as_str().is_some_and(|text| text.contains(&format!("snakes {mode}"))),
            "{said}"
        );
        assert_eq!(said["refreshed"], true, "{said}");
        let turns = server.home.json(["turns", "--json"]).await.to_string();
        assert!(turns.contains(&format!("Greetings from Python, {mode}.")), "{turns}");
    }
}
