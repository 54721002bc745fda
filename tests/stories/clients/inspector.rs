//! The MCP Inspector's command line calls each tool, and reads each kind of resource and prompt, in both eras.

use serde_json::{Value, json};

use super::{installed, node};
use crate::support::oauth::{Tokens, connect};
use crate::support::program::{Home, RunningServer};
use crate::support::within;

async fn inspect(server: &RunningServer, tokens: &Tokens, era: &str, arguments: &[&str]) -> Value {
    let mut command = node(&server.home);
    command
        .env("NODE_EXTRA_CA_CERTS", server.authority())
        .arg(installed("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"))
        .args(["--cli", "--server-url", server.ready.mcp_url.as_str(), "--transport", "http"])
        .args(["--header", &format!("Authorization: Bearer {}", tokens.access)])
        .args(["--protocol-era", era, "--format", "json"])
        .args(arguments);
    let output = within("the end of the inspector", command.output()).await.expect("the inspector starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{era} {arguments:?}: {stdout}{stderr}");
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"))
}

#[tokio::test]
#[ignore = "needs the MCP Inspector; `cargo xtask test --all` installs and runs it"]
async fn the_inspector_calls_each_tool_in_both_eras() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Inspector", None).await;
    for era in ["legacy", "modern"] {
        let listed =
            inspect(&server, &tokens, era, &["--method", "tools/list", "--strict"]).await.to_string();
        for (tool, arguments) in [
            (
                "log_conversation_turn",
                json!({"user_message": format!("hello {era}"), "assistant_response": "hello"}),
            ),
            ("add_user_interest", json!({"interest": format!("inspecting {era}")})),
            ("set_user_goal", json!({"goal": format!("inspect all {era}")})),
            ("remember", json!({"kind": "project", "text": format!("the inspection {era}")})),
            (
                "update_user_context",
                json!({"kind": "project", "name": format!("the inspection {era}"), "state": "archived"}),
            ),
            ("get_recent_insights", json!({"limit": 2})),
            ("get_user_context", json!({})),
        ] {
            assert!(listed.contains(tool), "{tool} is not in {listed}");
            let arguments = arguments.to_string();
            let call = ["--method", "tools/call", "--tool-name", tool, "--tool-args-json", &arguments];
            let said = inspect(&server, &tokens, era, &call).await.to_string();
            assert!(!said.contains("\"isError\":true"), "{tool} {era}: {said}");
            if tool == "get_user_context" {
                assert!(said.contains(&format!("inspecting {era}")), "{said}");
            }
        }
    }
}

#[tokio::test]
#[ignore = "needs the MCP Inspector; `cargo xtask test --all` installs and runs it"]
async fn the_inspector_reads_resources_and_prompts_in_both_eras() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Inspector", None).await;
    server.home.run(["context", "add", "goal", "Learn to sail"]).await.expect_success();
    for era in ["legacy", "modern"] {
        for (arguments, expected) in [
            (&["--method", "resources/list"][..], "ambient://insights/recent"),
            (&["--method", "resources/templates/list"], "ambient://turns/{id}"),
            (&["--method", "resources/read", "--uri", "ambient://context"], "Learn to sail"),
            (&["--method", "prompts/list"], "plan_next_steps"),
            (
                &[
                    "--method",
                    "prompts/get",
                    "--prompt-name",
                    "plan_next_steps",
                    "--prompt-args",
                    "goal=Learn to sail",
                ],
                "towards this: Learn to sail",
            ),
        ] {
            let said = inspect(&server, &tokens, era, arguments).await.to_string();
            assert!(said.contains(expected), "{era} {arguments:?}: {said}");
        }
    }
}
