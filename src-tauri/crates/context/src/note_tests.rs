use super::*;
use crate::InsightQuery;
use crate::fixture::{Fixture, client};

async fn notes(store: &Fixture) -> Vec<Insight> {
    let query = InsightQuery { insight_type: Some(NOTE.to_owned()), ..InsightQuery::default() };
    store.context.recent_insights(query).await.unwrap()
}

#[tokio::test]
async fn a_note_is_kept_in_its_own_words_with_who_brought_it_and_when_it_came_to_be() {
    let store = Fixture::new();
    let since = Timestamp::from_micros(1_700_000_000_000_000);
    let text = " My sister's name is Ada.\nShe lives in Graz. ";
    let noted = store.context.add_note(text, Some(since), client("claude")).await.unwrap();
    assert!(!noted.existed);
    let kept = notes(&store).await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].content, "My sister's name is Ada.\nShe lives in Graz.");
    assert_eq!((kept[0].timestamp, &kept[0].author), (since, &client("claude")));
}

#[tokio::test]
async fn the_same_note_again_is_one_and_a_dismissed_one_stays_dismissed() {
    let store = Fixture::new();
    let first = store.context.add_note("The car is a Skoda", None, client("claude")).await.unwrap();
    let again = store.context.add_note("the car is a skoda.", None, client("cursor")).await.unwrap();
    assert!(again.existed);
    assert_eq!(again.note.id, first.note.id);
    store.context.dismiss_insight(first.note.id, Author::Owner).await.unwrap();
    let after = store.context.add_note("The car is a Skoda", None, client("claude")).await.unwrap();
    assert_eq!((after.existed, after.note.state), (true, InsightState::Dismissed));
    assert!(notes(&store).await.is_empty());
}

#[tokio::test]
async fn analysis_made_anew_leaves_notes_alone() {
    let store = Fixture::new();
    store.context.add_note("The car is a Skoda", None, client("claude")).await.unwrap();
    store.context.rebuild().await.unwrap();
    assert_eq!(notes(&store).await.len(), 1);
}

#[tokio::test]
async fn empty_and_overlong_notes_and_notes_in_a_pause_are_refused() {
    let store = Fixture::new();
    let empty = store.context.add_note(" \n", None, client("claude")).await.unwrap_err();
    assert_eq!(empty, InputError::EmptyNote.into());
    let long = "x".repeat(MAX_NOTE_CHARS + 1);
    let error = store.context.add_note(&long, None, client("claude")).await.unwrap_err();
    assert_eq!(error, InputError::NoteTooLong { chars: MAX_NOTE_CHARS + 1 }.into());
    store.context.pause(None).await.unwrap();
    let paused = store.context.add_note("The car is a Skoda", None, client("claude")).await.unwrap_err();
    assert!(matches!(paused, Error::Paused { .. }));
    store.context.add_note("The owner may", None, Author::Owner).await.unwrap();
    assert_eq!(notes(&store).await.len(), 1);
}
