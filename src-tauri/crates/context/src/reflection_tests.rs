use super::*;
use crate::InsightQuery;
use crate::fixture::{Fixture, client, in_conversation};

fn new(text: &str, evidence: &[TurnId]) -> NewInsight {
    NewInsight {
        text: text.to_owned(),
        insight_type: "Pattern".to_owned(),
        evidence: evidence.iter().map(ToString::to_string).collect(),
    }
}

async fn task(fixture: &Fixture, name: &str, query: ReflectionQuery) -> ReflectionTask {
    fixture.context.reflection_task(query, client(name)).await.unwrap()
}

fn said(task: &ReflectionTask) -> Vec<&str> {
    task.turns.iter().map(|turn| turn.user_message.as_str()).collect()
}

#[tokio::test]
async fn each_assistant_is_handed_the_newest_turns_first_and_then_those_that_are_new_to_it() {
    let fixture = Fixture::new();
    for n in 0..5 {
        fixture.log(in_conversation("a", &format!("turn {n}"))).await;
    }
    let query = ReflectionQuery { limit: 2, ..ReflectionQuery::default() };
    assert_eq!(said(&task(&fixture, "claude", query).await), ["turn 3", "turn 4"]);
    let nothing = task(&fixture, "claude", query).await;
    assert_eq!((nothing.turns.len(), nothing.more), (0, false));
    assert_eq!(nothing.request, "There is nothing new to reflect on.");
    for n in 5..8 {
        fixture.log(in_conversation("a", &format!("turn {n}"))).await;
    }
    let next = task(&fixture, "claude", query).await;
    assert_eq!((said(&next), next.more), (vec!["turn 5", "turn 6"], true));
    assert_eq!(said(&task(&fixture, "claude", query).await), ["turn 7"]);
    // Another assistant has a way of its own; a time goes back.
    assert_eq!(said(&task(&fixture, "cursor", query).await), ["turn 6", "turn 7"]);
    let back = ReflectionQuery { since: Some(Timestamp::from_micros(0)), limit: 50, ..query };
    assert_eq!(task(&fixture, "claude", back).await.turns.len(), 8);
    assert_eq!(task(&fixture, "claude", query).await.turns.len(), 0);
}

#[tokio::test]
async fn texts_are_shortened_to_the_budget_and_none_is_left_out() {
    let fixture = Fixture::new();
    for n in 0..4 {
        fixture.log(in_conversation("a", &format!("{n}{}", "ä".repeat(5_000)))).await;
    }
    let query = ReflectionQuery { chars: 4_000, ..ReflectionQuery::default() };
    let task = task(&fixture, "claude", query).await;
    assert_eq!(task.turns.len(), 4);
    assert!(task.turns.iter().all(|turn| turn.user_message.chars().count() == 501), "{task:?}");
    assert!(task.turns.iter().all(|turn| turn.user_message.ends_with('…')));
    assert_eq!(task.turns[0].assistant_response, "Certainly.");
}

#[tokio::test]
async fn what_an_assistant_concludes_is_suggested_under_its_name_and_survives_a_rebuild() {
    let fixture = Fixture::new();
    let (turn, _) = fixture.log(in_conversation("a", "Grüße 👋")).await;
    let saved =
        fixture.context.save_insight(new("Greets in German", &[turn]), client("claude")).await.unwrap();
    assert!(!saved.merged);
    assert_eq!(saved.insight.state, InsightState::Suggested);
    assert_eq!(
        (saved.insight.author.clone(), saved.insight.insight_type.as_str()),
        (client("claude"), "pattern")
    );
    let evidence = saved.insight.evidence[0];
    assert_eq!((evidence.turn_id, evidence.start, evidence.end), (turn, 0, 7));
    fixture.context.rebuild().await.unwrap();
    let listed = fixture.context.recent_insights(InsightQuery::default()).await.unwrap();
    assert_eq!(listed.iter().map(|insight| insight.id).collect::<Vec<_>>(), [saved.insight.id]);
    assert_eq!(listed[0].evidence, saved.insight.evidence);
    let events = fixture.context.history(saved.insight.id.as_uuid()).await.unwrap();
    assert_eq!(events.iter().map(|event| event.author.clone()).collect::<Vec<_>>(), [client("claude")]);
    // The turns it stands on are gone, and with them what was concluded from them.
    fixture.context.remove_turn(turn, Author::Owner).await.unwrap();
    assert_eq!(fixture.context.recent_insights(InsightQuery::default()).await.unwrap(), []);
}

#[tokio::test]
async fn the_same_again_joins_the_evidence_and_what_analysis_found_is_taken_over() {
    let fixture = Fixture::new();
    let (first, _) = fixture.log(in_conversation("a", "I had no idea.")).await;
    let (second, _) = fixture.log(in_conversation("b", "something else")).await;
    fixture.context.analysis_settled().await;
    let one = fixture.context.save_insight(new("Asks twice", &[first]), client("claude")).await.unwrap();
    let two = fixture
        .context
        .save_insight(new(" asks  TWICE. ", &[second, first]), client("cursor"))
        .await
        .unwrap();
    assert_eq!((two.merged, two.insight.id), (true, one.insight.id));
    assert_eq!((two.insight.author, two.insight.evidence.len()), (client("claude"), 2));
    let found = NewInsight { insight_type: "learning_moment".to_owned(), ..new("I had no idea.", &[second]) };
    let taken = fixture.context.save_insight(found, client("claude")).await.unwrap();
    assert_eq!((taken.merged, taken.insight.evidence.len()), (true, 2));
    fixture.context.remove_turn(first, Author::Owner).await.unwrap();
    fixture.context.rebuild().await.unwrap();
    let listed = fixture.context.recent_insights(InsightQuery::default()).await.unwrap();
    assert_eq!(listed.len(), 2, "{listed:?}");
}

#[tokio::test]
async fn unknown_or_missing_evidence_and_bad_words_are_refused_and_nothing_is_kept() {
    let fixture = Fixture::new();
    let (turn, _) = fixture.log(in_conversation("a", "hello")).await;
    let gone: TurnId = "01a1fdfa-4600-753c-b6d7-6cec99e07585".parse().unwrap();
    let with = |evidence: &[&str]| NewInsight {
        evidence: evidence.iter().map(|id| (*id).to_owned()).collect(),
        ..new("Something", &[])
    };
    let id = turn.to_string();
    for (bad, why) in [
        (new("Something", &[turn, gone]), "there is no turn 01a1fdfa-4600-753c-b6d7-6cec99e07585"),
        (with(&[&id, "turn 7"]), "there is no turn turn 7"),
        (with(&[]), "names no turns"),
        (with(&vec![id.as_str(); 21]), "1 to 20 turns"),
        (new(" . ", &[turn]), "the insight is empty"),
        (new("two\nlines", &[turn]), "line breaks"),
        (new(&"x".repeat(501), &[turn]), "501 characters"),
        (NewInsight { insight_type: String::new(), ..new("x", &[turn]) }, "the type is empty"),
    ] {
        let error = fixture.context.save_insight(bad.clone(), client("claude")).await.unwrap_err();
        assert!(error.is_callers() && error.to_string().contains(why), "{bad:?}: {error}");
    }
    assert_eq!(fixture.context.statistics().await.unwrap().insights, 0);
}

#[tokio::test]
async fn what_the_owner_refused_an_assistant_does_not_bring_back() {
    let fixture = Fixture::new();
    let (turn, _) = fixture.log(in_conversation("a", "hello")).await;
    let save = || fixture.context.save_insight(new("Is shy", &[turn]), client("claude"));
    let saved = save().await.unwrap();
    fixture.context.dismiss_insight(saved.insight.id, Author::Owner).await.unwrap();
    assert_eq!(save().await.unwrap_err(), Error::InsightRefused);
    fixture.context.remove_insight(saved.insight.id, Author::Owner).await.unwrap();
    assert_eq!(save().await.unwrap_err(), Error::InsightRefused);
    fixture.context.pause(None).await.unwrap();
    let other = new("Is bold", &[turn]);
    let error = fixture.context.save_insight(other, client("claude")).await.unwrap_err();
    assert!(matches!(error, Error::Paused { .. }), "{error}");
}
