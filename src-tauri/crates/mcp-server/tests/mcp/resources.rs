//! Resources: what is listed and read by whom, long conversations in pages, and completions of ids.

use context::{Author, LogOutcome, NewTurn};
use mcp_server::{DEFAULT_SCOPES, Outcome, scope};
use serde_json::{Value, json};

use crate::client::{Server, caller};

impl Server {
    /// Logs a turn straight into the store.
    pub(crate) async fn logged(&self, conversation: &str, user: &str, assistant: &str) -> (String, String) {
        let turn = NewTurn {
            user_message: user.to_owned(),
            assistant_response: assistant.to_owned(),
            conversation: Some(conversation.to_owned()),
            ..NewTurn::default()
        };
        match self
            .context
            .log_turn(
                turn,
                Author::Client { client_id: "client-1".to_owned(), client_name: "Test client".to_owned() },
            )
            .await
            .unwrap()
        {
            LogOutcome::Stored { turn_id, conversation_id } => {
                (turn_id.to_string(), conversation_id.to_string())
            }
            other => panic!("not stored: {other:?}"),
        }
    }

    async fn ask(&self, scopes: &[&str], method: &str, params: Value) -> crate::client::Answer {
        self.modern(Some(caller(scopes)), method, params).await
    }

    async fn text_of(&self, uri: &str) -> (String, String) {
        let answer = self.ask(DEFAULT_SCOPES, "resources/read", json!({ "uri": uri })).await;
        let contents = answer.result()["contents"].as_array().unwrap();
        assert_eq!(contents.len(), 1);
        assert_eq!(contents[0]["uri"], uri);
        assert_eq!(answer.result()["cacheScope"], "private");
        assert_eq!(answer.result()["ttlMs"], 0);
        let text = |key: &str| contents[0][key].as_str().unwrap().to_owned();
        (text("mimeType"), text("text"))
    }
}

fn uris(answer: &crate::client::Answer) -> Vec<&str> {
    let listed = answer.result()["resources"].as_array().unwrap();
    listed.iter().map(|resource| resource["uri"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_list_names_what_the_scopes_allow_and_the_newest_conversations_in_pages() {
    let server = Server::start().await;
    for number in 0..25 {
        server.logged(&format!("key-{number}"), &format!("Question {number}"), "Answer").await;
    }
    let first = server.ask(DEFAULT_SCOPES, "resources/list", json!({})).await;
    assert_eq!(uris(&first)[..2], ["ambient://context", "ambient://insights/recent"]);
    assert_eq!(uris(&first).len(), 22);
    let titles = first.result()["resources"][2]["title"].as_str().unwrap();
    assert!(titles.starts_with("Question "), "{titles}");
    let cursor = first.result()["nextCursor"].clone();
    let second = server.ask(DEFAULT_SCOPES, "resources/list", json!({ "cursor": cursor })).await;
    assert_eq!(uris(&second).len(), 5);
    assert!(uris(&second).iter().all(|uri| !uris(&first).contains(uri)));
    assert!(second.result().get("nextCursor").is_none());
    assert_eq!(second.result()["cacheScope"], "private");

    for (scopes, seen) in [
        (vec![scope::CONTEXT_READ], vec!["ambient://context"]),
        (vec![scope::INSIGHTS_READ], vec!["ambient://insights/recent"]),
        (vec![scope::CONTEXT_WRITE, scope::CONVERSATIONS_WRITE], vec![]),
    ] {
        assert_eq!(uris(&server.ask(&scopes, "resources/list", json!({})).await), seen, "{scopes:?}");
        let templates = server.ask(&scopes, "resources/templates/list", json!({})).await;
        assert_eq!(templates.result()["resourceTemplates"], json!([]));
    }
    let nonsense = server.ask(DEFAULT_SCOPES, "resources/list", json!({ "cursor": "MTA" })).await;
    assert_eq!(nonsense.code(), -32602);
    assert!(nonsense.error_text().contains("did not come from resources/list"), "{}", nonsense.error_text());
}

#[tokio::test]
async fn the_profile_and_the_insights_read_as_their_tools_answer() {
    let server = Server::start().await;
    server.call("remember", json!({ "kind": "goal", "text": "Learn to sail" })).await.structured();
    server.call("remember", json!({ "kind": "note", "text": "The boat is called Ada." })).await.structured();
    let (mime, text) = server.text_of("ambient://context").await;
    assert_eq!(mime, "application/json");
    let profile: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(profile["goals"], json!(["Learn to sail"]));
    let (_, text) = server.text_of("ambient://insights/recent").await;
    let insights: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(insights["insights"][0]["content"], "The boat is called Ada.");
    let reported = server.reported();
    assert!(
        reported
            .iter()
            .any(|(_, what, _, outcome)| *what == "resource:context" && *outcome == Outcome::Answered)
    );
}

#[tokio::test]
async fn a_turn_and_its_conversation_read_as_text() {
    let server = Server::start().await;
    let (turn, conversation) = server.logged("k", "Where is the *boat*?", "In the harbour.").await;
    let (mime, text) = server.text_of(&format!("ambient://turns/{turn}")).await;
    assert_eq!(mime, "text/markdown");
    assert!(text.contains("Where is the *boat*?") && text.contains("In the harbour."), "{text}");
    let (_, text) = server.text_of(&format!("ambient://conversations/{conversation}")).await;
    assert!(text.contains(&turn) && text.contains("(1 turn)"), "{text}");
    assert!(!text.contains("More turns"), "{text}");
}

#[tokio::test]
async fn a_long_conversation_comes_in_pages_that_lose_no_turn() {
    let server = Server::start().await;
    let mut turns = Vec::new();
    let mut conversation = String::new();
    for number in 0..70 {
        let long = format!("Turn {number}. {}", "More and more words are said. ".repeat(1 + number % 40));
        let (turn, of) = server.logged("k", &long, "Yes.").await;
        turns.push(turn);
        conversation = of;
    }
    let mut uri = format!("ambient://conversations/{conversation}");
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        let (_, text) = server.text_of(&uri).await;
        assert!(text.len() / 4 < 4_600, "a page has {} characters", text.len());
        let ids = text
            .lines()
            .filter_map(|line| line.strip_prefix("## ")?.split_once("(turn ")?.1.strip_suffix(')'));
        seen.extend(ids.map(str::to_owned));
        pages += 1;
        match text.lines().find_map(|line| line.strip_prefix("More turns: ")) {
            Some(next) => uri = next.to_owned(),
            None => break,
        }
    }
    assert!(pages > 2, "{pages}");
    assert_eq!(seen, turns);
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_is_refused_in_both_eras() {
    let server = Server::start().await;
    let (turn, conversation) = server.logged("k", "a", "b").await;
    let session = server.open_session("2025-11-25").await;
    let gone = "019a9d0c-5c00-7000-8000-0123456789ab";
    for uri in [
        "ambient://nothing".to_owned(),
        "file:///etc/passwd".to_owned(),
        "ambient://turns/../context".to_owned(),
        format!("ambient://turns/{gone}"),
        format!("ambient://conversations/{gone}"),
    ] {
        let modern = server.ask(DEFAULT_SCOPES, "resources/read", json!({ "uri": uri })).await;
        assert_eq!(modern.code(), -32602, "{uri}");
        let legacy =
            session.request(Some(caller(DEFAULT_SCOPES)), "resources/read", json!({ "uri": uri })).await;
        assert_eq!(legacy.code(), -32002, "{uri}");
    }
    let cursor = format!("ambient://conversations/{conversation}?cursor=MTA");
    let answer = server.ask(DEFAULT_SCOPES, "resources/read", json!({ "uri": cursor })).await;
    assert!(answer.error_text().contains("did not come from this conversation"), "{}", answer.error_text());
    for (uri, needed) in [
        ("ambient://context".to_owned(), scope::CONTEXT_READ),
        ("ambient://insights/recent".to_owned(), scope::INSIGHTS_READ),
        (format!("ambient://turns/{turn}"), scope::CONVERSATIONS_READ),
        (format!("ambient://conversations/{conversation}"), scope::CONVERSATIONS_READ),
    ] {
        assert_eq!(mcp_server::required_scopes("resources/read", Some(&uri)).scopes(), [needed]);
        let others: Vec<&str> = DEFAULT_SCOPES.iter().copied().filter(|scope| *scope != needed).collect();
        let answer = server.ask(&others, "resources/read", json!({ "uri": uri })).await;
        assert_eq!(answer.message["error"]["data"]["scope"], needed, "{answer:?}");
        assert_eq!(server.reported().pop().unwrap().3, Outcome::Refused);
    }
}

#[tokio::test]
async fn ids_are_completed_for_those_who_may_read_them() {
    let server = Server::start().await;
    let (turn, conversation) = server.logged("k", "a", "b").await;
    for (template, id) in [("ambient://turns/{id}", &turn), ("ambient://conversations/{id}", &conversation)] {
        let params = |begun: &str| json!({ "ref": { "type": "ref/resource", "uri": template }, "argument": { "name": "id", "value": begun } });
        let answer = server.ask(DEFAULT_SCOPES, "completion/complete", params(&id[..8])).await;
        assert_eq!(answer.result()["completion"]["values"], json!([id]));
        let answer = server.ask(DEFAULT_SCOPES, "completion/complete", params("zz")).await;
        assert_eq!(answer.result()["completion"]["values"], json!([]));
        let answer = server.ask(&[scope::CONTEXT_READ], "completion/complete", params("")).await;
        assert_eq!(answer.result()["completion"]["values"], json!([]), "nothing is told to others");
    }
    let unknown = json!({ "ref": { "type": "ref/resource", "uri": "ambient://x/{id}" }, "argument": { "name": "id", "value": "" } });
    assert_eq!(server.ask(DEFAULT_SCOPES, "completion/complete", unknown).await.code(), -32602);
}
