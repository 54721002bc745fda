//! `remember` and `update_user_context`, and the budgets and cursors of what is read.

use context::{Author, InsightQuery, ItemChange, ItemKind, ItemQuery, ItemState, NewItem};
use mcp_server::Outcome;
use serde_json::{Value, json};

use crate::calls::{assert_promised, turn};
use crate::client::Server;

#[tokio::test]
async fn each_kind_is_remembered_in_its_own_place() {
    let server = Server::start().await;
    for (kind, place) in
        [("interest", "interests"), ("skill", "skills"), ("project", "current_projects"), ("goal", "goals")]
    {
        let answer = server.call("remember", json!({ "kind": kind, "text": format!("A {kind}") })).await;
        assert_eq!(answer.structured()["added"], true, "{kind}");
        assert_promised(&server, "remember", answer.structured()).await;
        let profile = server.call("get_user_context", json!({})).await;
        assert_eq!(profile.structured()[place], json!([format!("A {kind}")]));
    }
    let preference = json!({ "kind": "preference", "text": "indentation", "value": "four spaces" });
    server.call("remember", preference).await.structured();
    let profile = server.call("get_user_context", json!({})).await;
    assert_eq!(profile.structured()["preferences"], json!({ "indentation": "four spaces" }));
}

#[tokio::test]
async fn a_goal_has_its_day_and_its_steps_and_what_is_no_goal_has_none() {
    let server = Server::start().await;
    let goal = json!({ "kind": "goal", "text": "Run a marathon", "target_date": "2027-05-31" });
    let id = server.call("remember", goal).await.structured()["id"].as_str().unwrap().to_owned();
    let moved = json!({ "id": id, "note": "Ran ten kilometres", "target_date": "2027-06-30" });
    server.call("update_user_context", moved).await.structured();
    let item = server.context.item(id.parse().unwrap()).await.unwrap();
    assert_eq!(item.target.map(|day| day.to_string()).as_deref(), Some("2027-06-30"));
    assert_eq!(item.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["Ran ten kilometres"]);

    let wrong = json!({ "kind": "skill", "text": "Rust", "target_date": "2027-05-31" });
    assert!(server.call("remember", wrong).await.tool_error().contains("belongs to a goal"));
    let wrong = json!({ "kind": "goal", "text": "Sail", "target_date": "next spring" });
    assert!(server.call("remember", wrong).await.tool_error().contains("target_date"));
    let wrong = json!({ "id": id, "target_date": "2027-02-30" });
    assert!(server.call("update_user_context", wrong).await.tool_error().contains("target_date"));
    let item = server.context.item(id.parse().unwrap()).await.unwrap();
    assert_eq!(item.target.map(|day| day.to_string()).as_deref(), Some("2027-06-30"));
    let items = server.context.items(ItemQuery::default()).await.unwrap();
    assert_eq!(items.len(), 1, "nothing was half added");
}

#[tokio::test]
async fn a_note_is_kept_once_and_comes_back_among_the_insights() {
    let server = Server::start().await;
    let note =
        json!({ "kind": "note", "text": "The boat is called Ada.", "occurred_at": "2026-01-02T00:00:00Z" });
    let answer = server.call("remember", note.clone()).await;
    assert_eq!(
        (&answer.structured()["added"], &answer.structured()["message"]),
        (&json!(true), &json!("Noted."))
    );
    let again = server.call("remember", note).await;
    assert_eq!(again.structured()["added"], false);
    assert_eq!(again.structured()["id"], answer.structured()["id"]);
    let found = server.call("get_recent_insights", json!({ "insight_type": "note" })).await;
    let insights = found.structured()["insights"].as_array().unwrap();
    assert_eq!(insights.len(), 1);
    assert_eq!(insights[0]["content"], "The boat is called Ada.");
    assert_eq!(insights[0]["timestamp"], "2026-01-02T00:00:00Z");
    assert_promised(&server, "get_recent_insights", found.structured()).await;
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused_with_the_way_to_say_it() {
    let server = Server::start().await;
    for (arguments, remedy) in [
        (json!({ "kind": "fact", "text": "x" }), "must be one of"),
        (json!({ "kind": "preference", "text": "tabs" }), "value"),
        (json!({ "kind": "note", "text": "x", "value": "y" }), "put the whole fact of a note into `text`"),
        (json!({ "kind": "goal", "text": "x", "value": "y" }), "value"),
        (json!({ "kind": "goal", "text": "x", "occurred_at": "2026-01-02T00:00:00Z" }), "belongs to a note"),
        (json!({ "kind": "note", "text": "x", "occurred_at": "in May" }), "RFC 3339"),
        (json!({ "kind": "note", "text": "x".repeat(4_001) }), "at most 4000"),
        (json!({ "kind": "note" }), "`text` is missing"),
    ] {
        let answer = server.call("remember", arguments.clone()).await;
        assert!(answer.tool_error().contains(remedy), "{arguments}: {}", answer.tool_error());
        assert_eq!(server.reported().pop().unwrap().3, Outcome::InputError);
    }
    assert!(server.context.items(ItemQuery::default()).await.unwrap().is_empty());
    assert!(server.context.recent_insights(InsightQuery::default()).await.unwrap().is_empty());
}

async fn add(server: &Server, kind: ItemKind, name: &str) -> context::ItemId {
    let value = (kind == ItemKind::Preference).then(|| json!("as before"));
    let item = NewItem { kind, name: name.to_owned(), value };
    server.context.add_item(item, Author::Owner).await.unwrap().item.id
}

#[tokio::test]
async fn a_goal_is_moved_on_by_its_name_or_its_id() {
    let server = Server::start().await;
    let id = add(&server, ItemKind::Goal, "Learn to sail").await;
    let arguments = json!({ "kind": "goal", "name": "learn to SAIL.", "state": "archived" });
    let answer = server.call("update_user_context", arguments).await;
    assert_eq!(answer.structured()["id"], id.to_string());
    assert_eq!(answer.structured()["message"], "The goal \"Learn to sail\" is archived now.");
    assert_promised(&server, "update_user_context", answer.structured()).await;
    let profile = server.call("get_user_context", json!({})).await;
    assert_eq!(profile.structured()["goals"], json!([]));
    let by_id = json!({ "id": id.to_string(), "state": "active" });
    assert_eq!(server.call("update_user_context", by_id).await.structured()["state"], "active");
    let history = server.context.history(id.as_uuid()).await.unwrap();
    assert!(history.iter().any(|event| matches!(event.author, Author::Client { .. })), "{history:?}");
}

#[tokio::test]
async fn a_preference_gets_a_new_value_and_keeps_the_old_one_in_its_history() {
    let server = Server::start().await;
    let id = add(&server, ItemKind::Preference, "indentation").await;
    let arguments = json!({ "kind": "preference", "name": "indentation", "value": "tabs" });
    server.call("update_user_context", arguments).await.structured();
    let item = server.context.item(id).await.unwrap();
    assert_eq!((item.value, item.state), (Some(json!("tabs")), ItemState::Active));
    let history = serde_json::to_string(&server.context.history(id.as_uuid()).await.unwrap()).unwrap();
    assert!(history.contains("as before"), "{history}");
}

#[tokio::test]
async fn the_owners_decision_stands_against_any_assistant() {
    let server = Server::start().await;
    for (state, word) in [(ItemState::Paused, "paused"), (ItemState::Dismissed, "decided")] {
        let id = add(&server, ItemKind::Project, word).await;
        let change = ItemChange { state: Some(state), ..ItemChange::default() };
        server.context.update_item(id, change, Author::Owner).await.unwrap();
        let arguments = json!({ "id": id.to_string(), "state": "active" });
        let text = server.call("update_user_context", arguments).await.tool_error().to_owned();
        assert!(text.contains("the owner") && text.contains(word), "{text}");
        assert_eq!(server.context.item(id).await.unwrap().state, state);
    }
}

#[tokio::test]
async fn an_update_that_names_nothing_known_changes_nothing_and_says_what_to_do() {
    let server = Server::start().await;
    let id = add(&server, ItemKind::Goal, "Learn to sail").await;
    for (arguments, remedy) in [
        (json!({ "state": "active" }), "`kind` and `name`"),
        (json!({ "kind": "goal", "state": "active" }), "`kind` and `name`"),
        (json!({ "kind": "goal", "name": "Learn to sail" }), "Nothing is to be changed"),
        (
            json!({ "kind": "goal", "name": "Learn sailing", "state": "archived" }),
            "did you mean \"Learn to sail\"?",
        ),
        (json!({ "kind": "skill", "name": "Learn to sail", "state": "archived" }), "remember adds a new one"),
        (
            json!({ "kind": "goal", "name": "Learn to sail", "state": "dismissed" }),
            "must be one of active, paused",
        ),
        (json!({ "kind": "goal", "name": "Learn to sail", "value": "7" }), "value"),
        (json!({ "id": "7", "state": "archived" }), "`id`"),
        (json!({ "id": "019a9d0c-5c00-7000-8000-0123456789ab", "state": "archived" }), "there is no item"),
    ] {
        let answer = server.call("update_user_context", arguments.clone()).await;
        assert!(answer.tool_error().contains(remedy), "{arguments}: {}", answer.tool_error());
    }
    assert_eq!(server.context.item(id).await.unwrap().state, ItemState::Active);
}

async fn with_long_notes(count: usize) -> Server {
    let server = Server::start().await;
    for number in 0..count {
        let text = format!("Note {number}. {}", "It goes on and on with more words. ".repeat(60));
        server.call("remember", json!({ "kind": "note", "text": text })).await.structured();
    }
    server
}

#[tokio::test]
async fn a_budget_shortens_texts_and_never_the_number_of_insights() {
    let server = with_long_notes(8).await;
    let size = |arguments: Value| {
        let server = &server;
        async move {
            let answer = server.call("get_recent_insights", arguments).await;
            assert_promised(server, "get_recent_insights", answer.structured()).await;
            let insights = answer.structured()["insights"].as_array().unwrap().clone();
            assert_eq!(insights.len(), 8);
            for insight in &insights {
                assert!(insight["content"].as_str().unwrap().starts_with("Note "));
            }
            answer.structured().to_string().len() / 4
        }
    };
    let small = size(json!({ "limit": 8, "max_tokens": 1_000 })).await;
    let usual = size(json!({ "limit": 8 })).await;
    let large = size(json!({ "limit": 8, "max_tokens": 20_000 })).await;
    assert!(small <= 1_000 && usual <= 2_000, "{small} {usual}");
    assert!(small < usual && usual < large && large > 4_000, "{small} {usual} {large}");
}

#[tokio::test]
async fn a_cursor_leads_through_all_insights_once_and_only_with_the_same_arguments() {
    let server = with_long_notes(7).await;
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    let mut pages = 0;
    loop {
        let answer = server.call("get_recent_insights", json!({ "limit": 3, "cursor": cursor })).await;
        let page = answer.structured().clone();
        assert_promised(&server, "get_recent_insights", &page).await;
        seen.extend(page["insights"].as_array().unwrap().iter().map(|found| found["id"].clone()));
        pages += 1;
        match page.get("next_cursor") {
            Some(next) => cursor = next.clone(),
            None => break,
        }
        let other = json!({ "insight_type": "note", "cursor": cursor });
        let refused = server.call("get_recent_insights", other).await;
        assert!(refused.tool_error().contains("belongs to another call"), "{}", refused.tool_error());
    }
    assert_eq!(pages, 3);
    let all = server.call("get_recent_insights", json!({ "limit": 50 })).await;
    let all = all.structured()["insights"].as_array().unwrap().iter().map(|found| found["id"].clone());
    assert_eq!(seen, all.collect::<Vec<_>>());
    let nonsense = server.call("get_recent_insights", json!({ "cursor": "MTA" })).await;
    assert!(nonsense.tool_error().contains("did not come from get_recent_insights"));
}

#[tokio::test]
async fn a_small_budget_names_the_last_seen_of_the_profile_and_says_that_there_is_more() {
    let server = Server::start().await;
    for number in 0..40 {
        let text = format!("Interest number {number} with a rather long name to it");
        server.call("remember", json!({ "kind": "interest", "text": text })).await.structured();
    }
    let whole = server.call("get_user_context", json!({})).await;
    assert_eq!(whole.structured()["interests"].as_array().unwrap().len(), 40);
    assert_eq!(whole.structured()["more"], false);
    let small = server.call("get_user_context", json!({ "max_tokens": 200 })).await;
    assert_promised(&server, "get_user_context", small.structured()).await;
    assert_eq!(small.structured()["more"], true);
    let named = small.structured()["interests"].as_array().unwrap();
    assert!((1..40).contains(&named.len()));
    assert_eq!(named[..], whole.structured()["interests"].as_array().unwrap()[..named.len()]);
    let logged = server.call("log_conversation_turn", turn("a", "b")).await;
    assert_eq!(logged.structured()["stored"], true);
}
