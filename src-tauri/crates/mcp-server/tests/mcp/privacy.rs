//! What the owner keeps from one client, and what a client can have forgotten.

use context::{Author, ClientMode, ClientRuleChange, NewTurn};
use mcp_server::{DEFAULT_SCOPES, Outcome};
use serde_json::{Value, json};

use crate::client::{Server, caller};

async fn set(server: &Server, mode: ClientMode) {
    let change = ClientRuleChange {
        client: "client-1".to_owned(),
        name: "Test client".to_owned(),
        by_name: false,
        mode: Some(mode),
        retention: None,
    };
    server.context.change_client_rule(change).await.unwrap();
}

fn turn(user_message: &str) -> Value {
    json!({ "user_message": user_message, "assistant_response": "Certainly." })
}

#[tokio::test]
async fn an_incognito_client_is_told_to_go_on_without_the_memory() {
    let server = Server::start().await;
    server.call("add_user_interest", json!({ "interest": "walruses" })).await;
    set(&server, ClientMode::Incognito).await;
    for (tool, arguments) in [
        ("get_user_context", json!({})),
        ("get_recent_insights", json!({})),
        ("add_user_interest", json!({ "interest": "otters" })),
        ("set_user_goal", json!({ "goal": "see an otter" })),
        ("forget", json!({ "phrase": "walruses" })),
        ("search", json!({ "query": "walruses" })),
        ("fetch", json!({ "id": "019a9d0c-5c00-7000-8000-0123456789ab" })),
        ("get_reflection_task", json!({})),
        ("remember", json!({ "kind": "note", "text": "Otters hold hands." })),
        ("remember", json!({ "kind": "goal", "text": "see an otter", "target_date": "2027-01-31" })),
        ("update_user_context", json!({ "kind": "interest", "name": "walruses", "note": "read a book" })),
    ] {
        let answer = server.call(tool, arguments).await;
        let text = answer.tool_error();
        assert!(text.contains("incognito") && text.contains("go on without it"), "{tool}: {text}");
        assert!(!text.contains("walrus"), "{tool}: {text}");
        assert_eq!(server.reported().pop().unwrap().3, Outcome::Refused, "{tool}");
    }
    for (method, params) in [
        ("resources/list", json!({})),
        ("resources/read", json!({ "uri": "ambient://context" })),
        ("prompts/get", json!({ "name": "brief_me" })),
        (
            "completion/complete",
            json!({
                "ref": { "type": "ref/prompt", "name": "plan_next_steps" },
                "argument": { "name": "goal", "value": "" },
            }),
        ),
    ] {
        let answer = server.modern(Some(caller(DEFAULT_SCOPES)), method, params).await;
        let text = answer.error_text();
        assert!(text.contains("incognito") && !text.contains("walrus"), "{method}: {text}");
    }
    let answer = server.call("log_conversation_turn", turn("hello")).await;
    assert_eq!(*answer.structured(), json!({ "stored": false, "reason": "incognito" }));
    assert_eq!(server.context.statistics().await.unwrap().turns, 0);
    set(&server, ClientMode::Normal).await;
    let profile = server.call("get_user_context", json!({})).await;
    assert_eq!(profile.structured()["interests"], json!(["walruses"]));
}

#[tokio::test]
async fn a_client_that_only_reads_is_told_that_nothing_was_stored() {
    let server = Server::start().await;
    set(&server, ClientMode::ReadOnly).await;
    server.call("get_user_context", json!({})).await.structured();
    server.call("get_recent_insights", json!({})).await.structured();
    for (tool, arguments) in [
        ("add_user_interest", json!({ "interest": "otters" })),
        ("set_user_goal", json!({ "goal": "see an otter" })),
    ] {
        let answer = server.call(tool, arguments).await;
        assert!(answer.tool_error().contains("only read"), "{tool}: {}", answer.tool_error());
    }
    let answer = server.call("log_conversation_turn", turn("hello")).await;
    assert_eq!(*answer.structured(), json!({ "stored": false, "reason": "read_only" }));
}

#[tokio::test]
async fn a_private_turn_is_not_stored_and_says_so() {
    let server = Server::start().await;
    let answer = server.call("log_conversation_turn", turn("<private>my salary</private>")).await;
    assert_eq!(*answer.structured(), json!({ "stored": false, "reason": "private" }));
    let answer = server.call("log_conversation_turn", turn("my job <PRIVATE>and my salary")).await;
    assert_eq!(answer.structured()["stored"], true);
    let page = server.context.turns(context::TurnQuery::default()).await.unwrap();
    assert_eq!(page.entries.len(), 1);
    assert_eq!(page.entries[0].user_message, "my job [private]");
}

#[tokio::test]
async fn secrets_are_taken_out_of_whatever_an_assistant_brings() {
    let server = Server::start().await;
    // Put together here, so that no scanner takes this file for a leak.
    let secret = ["gh", "p_", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6"].concat();
    let logged = server.call("log_conversation_turn", turn(&format!("my token is {secret}"))).await;
    let turn_id = logged.structured()["turn_id"].clone();
    for (tool, arguments) in [
        ("remember", json!({ "kind": "note", "text": format!("The token is {secret}") })),
        ("remember", json!({ "kind": "goal", "text": "change the token" })),
        (
            "update_user_context",
            json!({ "kind": "goal", "name": "change the token", "note": format!("It was {secret}") }),
        ),
        (
            "save_insight",
            json!({ "text": format!("Uses {secret}"), "type": "pattern", "evidence_turn_ids": [turn_id] }),
        ),
    ] {
        server.call(tool, arguments).await.structured();
    }
    let turns = server.context.turns(context::TurnQuery::default()).await.unwrap();
    let items = server.context.items(context::ItemQuery::default()).await.unwrap();
    let insights = server.context.recent_insights(context::InsightQuery::default()).await.unwrap();
    let stored = format!("{turns:?} {items:?} {insights:?}");
    assert!(!stored.contains(&secret), "{stored}");
    assert_eq!(stored.matches("[redacted: GitHub token]").count(), 4, "{stored}");
}

#[tokio::test]
async fn forgetting_takes_two_steps_and_only_what_this_client_stored() {
    let server = Server::start().await;
    let stored = server.call("log_conversation_turn", turn("the walrus project")).await;
    let id = stored.structured()["turn_id"].clone();
    let by_owner = NewTurn { user_message: "the owner's walrus".to_owned(), ..NewTurn::default() };
    let other = Author::Client { client_id: "client-2".to_owned(), client_name: "Other".to_owned() };
    server.context.log_turn(by_owner, other).await.unwrap();

    let preview = server.call("forget", json!({ "phrase": "Walrus" })).await;
    let preview = preview.structured().clone();
    assert_eq!(preview["forgotten"], false);
    assert_eq!(preview["counts"]["turns"], 1);
    assert_eq!(preview["examples"], json!(["the walrus project"]));
    assert_eq!(server.context.statistics().await.unwrap().turns, 2);

    let handle = &preview["handle"];
    let unconfirmed = server.call("forget", json!({ "handle": handle })).await;
    assert!(unconfirmed.tool_error().contains("`confirm`"), "{}", unconfirmed.tool_error());
    let done = server.call("forget", json!({ "handle": handle, "confirm": true })).await;
    assert_eq!(done.structured()["forgotten"], true);
    assert_eq!(server.context.statistics().await.unwrap().turns, 1);
    let again = server.call("forget", json!({ "handle": handle, "confirm": true })).await;
    assert!(again.tool_error().contains("preview"), "{}", again.tool_error());

    let nothing = server.call("forget", json!({ "phrase": "walrus" })).await;
    assert!(nothing.structured().get("handle").is_none());
    let gone = server.call("forget", json!({ "id": id })).await;
    assert!(gone.tool_error().contains("there is no"), "{}", gone.tool_error());
}

#[tokio::test]
async fn forgetting_asked_wrongly_teaches_and_takes_nothing() {
    let server = Server::start().await;
    server.call("log_conversation_turn", turn("the walrus project")).await;
    for arguments in [
        json!({}),
        json!({ "confirm": true }),
        json!({ "phrase": "walrus", "id": "019a9d0c-5c00-7000-8000-0123456789ab" }),
        json!({ "phrase": "walrus", "handle": "x", "confirm": true }),
        json!({ "id": "walrus" }),
        json!({ "id": "019a9d0c-5c00-7000-8000-0123456789ab" }),
        json!({ "phrase": "…" }),
        json!({ "handle": "x", "confirm": true }),
        json!({ "everything": true }),
    ] {
        let answer = server.call("forget", arguments.clone()).await;
        assert!(answer.tool_error().len() > 20, "{arguments}");
    }
    assert_eq!(server.context.statistics().await.unwrap().turns, 1);
}
