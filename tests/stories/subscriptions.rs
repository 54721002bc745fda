//! Clients of both eras that watch what is remembered: they hear of what the owner changes, until they are sent away.

use serde_json::json;

use crate::support::mcp::{Era, McpClient, message};
use crate::support::oauth::connect;
use crate::support::program::Home;

const CONTEXT: &str = "ambient://context";

#[tokio::test]
async fn what_the_owner_changes_reaches_who_watches_it_in_both_eras() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    for era in [Era::Legacy, Era::Modern] {
        let mut mcp = McpClient::open(&server.https(), &tokens.access, era).await;
        let mut stream = mcp.watch(&server.https(), &[CONTEXT]).await;
        server.home.run(["context", "add", "goal", &format!("Learn to sail {era:?}")]).await.expect_success();
        let told = stream.next().await.expect("the stream goes on");
        assert_eq!(told["method"], "notifications/resources/updated", "{told}");
        assert_eq!(told["params"]["uri"], CONTEXT);
        let read = message(&mcp.post("resources/read", Some(CONTEXT), &json!({ "uri": CONTEXT })).await);
        let text = read["result"]["contents"][0]["text"].as_str().unwrap();
        assert!(text.contains(&format!("Learn to sail {era:?}")), "{text}");
    }
}

#[tokio::test]
async fn a_revoked_client_hears_nothing_more() {
    let server = Home::new().serve().await;
    for (era, name) in [(Era::Legacy, "Older"), (Era::Modern, "Newer")] {
        let (client, tokens) = connect(&server, name, None).await;
        let mut mcp = McpClient::open(&server.https(), &tokens.access, era).await;
        let mut stream = mcp.watch(&server.https(), &[CONTEXT]).await;
        server.home.run(["clients", "revoke", &client.id]).await.expect_success();
        if era == Era::Modern {
            let last = stream.next().await.expect("a last word");
            assert_eq!(last["result"]["resultType"], "complete", "{last}");
        }
        assert_eq!(stream.next().await, None, "{era:?}");
        server.home.run(["context", "add", "goal", "Nobody's business"]).await.expect_success();
    }
}

#[tokio::test]
async fn a_scope_that_was_not_given_is_asked_for_before_anything_is_watched() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", Some("insights:read")).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let wanted =
        json!({ "notifications": { "resourceSubscriptions": ["ambient://insights/recent", CONTEXT] } });
    let answer = mcp.post("subscriptions/listen", None, &wanted).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    let challenge = answer.header("www-authenticate");
    assert!(challenge.contains("insufficient_scope") && challenge.contains("context:read"), "{challenge}");
    let answer = mcp.post("resources/read", Some(CONTEXT), &json!({ "uri": CONTEXT })).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    let answer = mcp.post("prompts/get", Some("brief_me"), &json!({ "name": "brief_me" })).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
}

#[tokio::test]
async fn a_standing_stream_does_not_keep_the_program_from_stopping() {
    let server = Home::new().serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let mut stream = mcp.watch(&server.https(), &[CONTEXT]).await;
    let stopping = tokio::spawn(server.stop());
    let last = stream.next().await.expect("a last word");
    assert_eq!(last["result"]["resultType"], "complete", "{last}");
    assert_eq!(stream.next().await, None);
    assert_eq!(stopping.await.unwrap().code, 0);
}
