//! Subscriptions of both eras: who is told of which change, and when it ends.

use std::time::Duration;

use bytes::Bytes;
use context::{Author, ItemChange, ItemKind, ItemState, NewItem};
use http_body_util::BodyExt as _;
use http_body_util::combinators::BoxBody;
use mcp_server::{Caller, DEFAULT_SCOPES, Ending, scope};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::client::{MODERN, Server, Session, caller};

/// Nothing here takes longer unless it hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// A stream of messages.
struct Stream {
    body: BoxBody<Bytes, std::convert::Infallible>,
    text: String,
}

impl Stream {
    /// The next message; none: the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        tokio::time::timeout(LIMIT, async {
            loop {
                while let Some((event, rest)) = self.text.split_once("\n\n") {
                    let data: String = event.lines().filter_map(|line| line.strip_prefix("data:")).collect();
                    self.text = rest.to_owned();
                    if let Ok(message) = serde_json::from_str(data.trim()) {
                        return Some(message);
                    }
                }
                let frame = self.body.frame().await?.unwrap();
                self.text.push_str(std::str::from_utf8(&frame.into_data().unwrap_or_default()).unwrap());
            }
        })
        .await
        .expect("a message, or the end")
    }

    /// The resource that the next message tells of.
    async fn updated(&mut self) -> String {
        let message = self.next().await.expect("the stream goes on");
        assert_eq!(message["method"], "notifications/resources/updated", "{message}");
        message["params"]["uri"].as_str().unwrap().to_owned()
    }
}

async fn listen(server: &Server, caller: Caller, ending: Option<Ending>, uris: &[&str]) -> Stream {
    let headers = [("mcp-protocol-version", MODERN), ("mcp-method", "subscriptions/listen")];
    let body = json!({
        "jsonrpc": "2.0", "id": 9, "method": "subscriptions/listen",
        "params": {
            "notifications": { "resourceSubscriptions": uris, "toolsListChanged": true },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    let response = server.open("POST", Some(caller), ending, &headers, body.to_string()).await;
    Stream { body: response.into_body(), text: String::new() }
}

async fn stream_of(session: &Session<'_>, server: &Server) -> Stream {
    let headers = [("mcp-session-id", session.id.as_str()), ("mcp-protocol-version", session.version)];
    let response = server.open("GET", Some(caller(DEFAULT_SCOPES)), None, &headers, String::new()).await;
    assert_eq!(response.status(), 200);
    Stream { body: response.into_body(), text: String::new() }
}

async fn add_goal(server: &Server, name: &str) {
    let item = NewItem { kind: ItemKind::Goal, name: name.to_owned(), value: None };
    server.context.add_item(item, Author::Owner).await.unwrap();
}

#[tokio::test]
async fn a_modern_listener_is_acknowledged_and_told_of_what_it_asked_for_alone() {
    let server = Server::start().await;
    let uris = ["ambient://context", "ambient://nothing"];
    let mut stream = listen(&server, caller(DEFAULT_SCOPES), None, &uris).await;
    let first = stream.next().await.unwrap();
    assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
    let accepted = json!({ "resourceSubscriptions": ["ambient://context"] });
    assert_eq!(first["params"]["notifications"], accepted, "no list, and nothing that is not there");
    assert_eq!(first["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 9);

    server
        .call("remember", json!({ "kind": "note", "text": "An insight, not the profile" }))
        .await
        .structured();
    add_goal(&server, "Learn to sail").await;
    let message = stream.next().await.unwrap();
    assert_eq!(message["params"]["uri"], "ambient://context", "{message}");
    assert_eq!(message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], 9);
    assert_eq!(server.reported()[0].1, "subscription");
}

#[tokio::test]
async fn a_legacy_session_is_told_of_what_it_subscribed_to_until_it_unsubscribes() {
    let server = Server::start().await;
    let session = server.open_session("2025-11-25").await;
    let mut stream = stream_of(&session, &server).await;
    let request = async |method: &str, uri: &str| {
        session.request(Some(caller(DEFAULT_SCOPES)), method, json!({ "uri": uri })).await.result().clone()
    };
    request("resources/subscribe", "ambient://context").await;
    request("resources/subscribe", "ambient://insights/recent").await;
    add_goal(&server, "Learn to sail").await;
    assert_eq!(stream.updated().await, "ambient://context");
    request("resources/unsubscribe", "ambient://context").await;
    add_goal(&server, "Learn to fly").await;
    server.call("remember", json!({ "kind": "note", "text": "The boat is called Ada." })).await.structured();
    assert_eq!(stream.updated().await, "ambient://insights/recent");
}

#[tokio::test]
async fn one_session_is_not_told_what_another_watches() {
    let server = Server::start().await;
    let one = server.open_session("2025-11-25").await;
    let other = server.open_session("2025-11-25").await;
    let mut quiet = stream_of(&other, &server).await;
    let subscribe = json!({ "uri": "ambient://context" });
    one.request(Some(caller(DEFAULT_SCOPES)), "resources/subscribe", subscribe).await.result();
    let subscribe = json!({ "uri": "ambient://insights/recent" });
    other.request(Some(caller(DEFAULT_SCOPES)), "resources/subscribe", subscribe).await.result();
    add_goal(&server, "Learn to sail").await;
    server.call("remember", json!({ "kind": "note", "text": "The boat is called Ada." })).await.structured();
    assert_eq!(quiet.updated().await, "ambient://insights/recent");
}

#[tokio::test]
async fn a_conversation_changes_with_its_own_turns_and_not_with_others() {
    let server = Server::start().await;
    let (turn, mine) = server.logged("mine", "a", "b").await;
    let (_, other) = server.logged("other", "c", "d").await;
    let (mine, other, turn) = (
        format!("ambient://conversations/{mine}"),
        format!("ambient://conversations/{other}"),
        format!("ambient://turns/{turn}"),
    );
    let mut stream = listen(&server, caller(DEFAULT_SCOPES), None, &[&mine]).await;
    let mut others = listen(&server, caller(DEFAULT_SCOPES), None, &[&other, &turn]).await;
    stream.next().await.unwrap();
    others.next().await.unwrap();
    server.logged("mine", "e", "f").await;
    assert_eq!(stream.updated().await, mine);
    let id = turn.rsplit_once('/').unwrap().1.parse().unwrap();
    server.context.remove_turn(id, Author::Owner).await.unwrap();
    assert_eq!(stream.updated().await, mine);
    let mut told = [others.updated().await, others.updated().await];
    told.sort();
    assert_eq!(told, [other, turn], "of a removed turn nobody knows any more where it stood");
}

#[tokio::test]
async fn many_changes_at_once_are_told_once() {
    let server = Server::start().await;
    let mut stream =
        listen(&server, caller(DEFAULT_SCOPES), None, &["ambient://context", "ambient://insights/recent"])
            .await;
    stream.next().await.unwrap();
    for number in 0..30 {
        add_goal(&server, &format!("Goal {number}")).await;
    }
    server.call("remember", json!({ "kind": "note", "text": "The last change" })).await.structured();
    let mut told = 0;
    while stream.updated().await == "ambient://context" {
        told += 1;
    }
    assert!((1..30).contains(&told), "{told}");
}

#[tokio::test]
async fn a_stream_ends_with_a_last_word_when_the_gateway_ends_it() {
    let server = Server::start().await;
    let ending = CancellationToken::new();
    let mut stream =
        listen(&server, caller(DEFAULT_SCOPES), Some(Ending(ending.clone())), &["ambient://context"]).await;
    stream.next().await.unwrap();
    ending.cancel();
    let last = stream.next().await.unwrap();
    assert_eq!((&last["id"], &last["result"]["resultType"]), (&json!(9), &json!("complete")), "{last}");
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn who_may_not_read_a_resource_may_not_watch_it() {
    let server = Server::start().await;
    let (turn, _) = server.logged("k", "a", "b").await;
    let turn = format!("ambient://turns/{turn}");
    let session = server.open_session("2025-11-25").await;
    let scopes = [scope::CONTEXT_READ];
    let answer = session.request(Some(caller(&scopes)), "resources/subscribe", json!({ "uri": turn })).await;
    assert_eq!(answer.message["error"]["data"]["scope"], scope::CONVERSATIONS_READ);
    let mut stream = listen(&server, caller(&scopes), None, &["ambient://context", &turn]).await;
    stream.next().await.unwrap();
    let refused = stream.next().await.unwrap();
    assert_eq!(refused["error"]["data"]["scope"], scope::CONVERSATIONS_READ, "{refused}");
    assert_eq!(stream.next().await, None);
    for uri in ["ambient://nothing", "ambient://turns/019a9d0c-5c00-7000-8000-0123456789ab"] {
        let uri = json!({ "uri": uri });
        let answer = session.request(Some(caller(DEFAULT_SCOPES)), "resources/subscribe", uri).await;
        assert_eq!(answer.code(), -32002);
    }
}

#[tokio::test]
async fn a_session_watches_no_more_than_its_limit() {
    let server = Server::start().await;
    let session = server.open_session("2025-11-25").await;
    let subscribe = async |uri: String| {
        session.request(Some(caller(DEFAULT_SCOPES)), "resources/subscribe", json!({ "uri": uri })).await
    };
    let mut turns = Vec::new();
    for number in 0..257 {
        turns.push(server.logged("k", &number.to_string(), "b").await.0);
    }
    let last = turns.pop().unwrap();
    for turn in turns {
        subscribe(format!("ambient://turns/{turn}")).await.result();
    }
    let refused = subscribe(format!("ambient://turns/{last}")).await;
    assert!(refused.error_text().contains("at most 256"), "{}", refused.error_text());
}

#[tokio::test]
async fn the_owners_edit_reaches_who_watches() {
    let server = Server::start().await;
    add_goal(&server, "Learn to sail").await;
    let mut stream = listen(&server, caller(DEFAULT_SCOPES), None, &["ambient://context"]).await;
    stream.next().await.unwrap();
    let goal = server.context.item_named(ItemKind::Goal, "learn to sail").await.unwrap().unwrap();
    let change = ItemChange { state: Some(ItemState::Archived), ..ItemChange::default() };
    server.context.update_item(goal.id, change, Author::Owner).await.unwrap();
    assert_eq!(stream.updated().await, "ambient://context");
}
