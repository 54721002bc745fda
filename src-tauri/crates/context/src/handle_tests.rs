use std::time::Duration;

use clock::Timestamp;

use super::*;
use crate::fixture::{Fixture, client, in_conversation, open, turn};
use crate::{InputError, ItemKind, MAX_TEXT_BYTES};

#[tokio::test]
async fn a_logged_turn_is_there_with_all_it_came_with_also_after_opening_again() {
    let fixture = Fixture::new();
    let occurred_at = "2026-01-02T03:04:05.000006Z".parse().unwrap();
    let new = NewTurn {
        occurred_at: Some(occurred_at),
        external_id: Some("m-1".to_owned()),
        ..in_conversation("chat-1", "Grüße 👋\0")
    };
    let (id, conversation) = fixture.log(new).await;
    fixture.context.clone().close().await;
    let context = open(fixture.directory.path(), &fixture.clock, 2);
    let stored = context.turn(id).await.unwrap();
    assert_eq!(stored.user_message, "Grüße 👋\0");
    assert_eq!(stored.conversation_id, conversation);
    assert_eq!(stored.occurred_at, occurred_at);
    assert_eq!(stored.logged_at, fixture.clock.now());
    assert_eq!(stored.external_id.as_deref(), Some("m-1"));
    assert_eq!(stored.author, client("claude"));
    let conversation = context.conversation(conversation).await.unwrap();
    assert_eq!(conversation.external_key.as_deref(), Some("chat-1"));
    assert_eq!((conversation.turn_count, conversation.started_at), (1, occurred_at));
    assert_eq!(context.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn bad_turns_are_refused_and_nothing_is_stored() {
    let fixture = Fixture::new();
    let long = "x".repeat(MAX_TEXT_BYTES + 1);
    for (bad, expected) in [
        (NewTurn::default(), InputError::EmptyTurn),
        (turn(&long), InputError::TextTooLong { field: "user_message", bytes: MAX_TEXT_BYTES + 1 }),
        (in_conversation("a\u{7}", "x"), InputError::ControlCharacter { field: "conversation" }),
    ] {
        let error = fixture.context.log_turn(bad, client("claude")).await.unwrap_err();
        assert_eq!(error, Error::Input(expected));
        assert!(error.is_callers());
    }
    assert_eq!(fixture.context.statistics().await.unwrap(), Statistics::default());
}

#[tokio::test]
async fn the_same_texts_within_ten_seconds_are_a_retry_and_later_a_second_turn() {
    let fixture = Fixture::new();
    let (first, _) = fixture.log(turn("ok")).await;
    fixture.clock.advance(Duration::from_secs(10));
    let again = fixture.context.log_turn(turn("ok"), client("claude")).await.unwrap();
    assert_eq!(again, LogOutcome::Duplicate { turn_id: first });
    let other = fixture.context.log_turn(turn("ok"), client("cursor")).await.unwrap();
    assert!(matches!(other, LogOutcome::Stored { .. }));
    fixture.clock.advance(Duration::from_micros(1));
    fixture.log(turn("ok")).await;
    assert_eq!(fixture.context.statistics().await.unwrap().turns, 3);
}

#[tokio::test]
async fn a_retry_right_after_a_restart_is_known_and_a_removed_turn_can_be_logged_again() {
    let fixture = Fixture::new();
    let (first, _) = fixture.log(turn("ok")).await;
    fixture.context.clone().close().await;
    let context = Context::open(
        &fixture.directory.path().join("context.db"),
        Arc::new(fixture.clock.clone()),
        Arc::new(clock::SeededRandom::new(9)),
    )
    .unwrap();
    let again = context.log_turn(turn("ok"), client("claude")).await.unwrap();
    assert_eq!(again, LogOutcome::Duplicate { turn_id: first });
    context.remove_turn(first, Author::Owner).await.unwrap();
    let anew = context.log_turn(turn("ok"), client("claude")).await.unwrap();
    assert!(matches!(anew, LogOutcome::Stored { .. }), "{anew:?}");
}

#[tokio::test]
async fn a_request_key_of_the_same_client_is_known_for_ever() {
    let fixture = Fixture::new();
    let keyed = |text: &str| NewTurn { request_key: Some("r1".to_owned()), ..turn(text) };
    let (first, _) = fixture.log(keyed("one")).await;
    fixture.clock.advance(Duration::from_hours(24));
    let again = fixture.context.log_turn(keyed("two"), client("claude")).await.unwrap();
    assert_eq!(again, LogOutcome::Duplicate { turn_id: first });
    let other = fixture.context.log_turn(keyed("one"), client("cursor")).await.unwrap();
    assert!(matches!(other, LogOutcome::Stored { .. }));
}

#[tokio::test]
async fn an_external_id_is_known_within_its_conversation_alone() {
    let fixture = Fixture::new();
    let external = |key: &str| NewTurn { external_id: Some("m1".to_owned()), ..in_conversation(key, "hi") };
    let (first, _) = fixture.log(external("a")).await;
    fixture.clock.advance(Duration::from_mins(1));
    let again = fixture.context.log_turn(external("a"), client("claude")).await.unwrap();
    assert_eq!(again, LogOutcome::Duplicate { turn_id: first });
    fixture.log(external("b")).await;
}

#[tokio::test]
async fn turns_without_a_key_belong_together_until_half_an_hour_of_silence() {
    let fixture = Fixture::new();
    let (_, first) = fixture.log(turn("one")).await;
    fixture.clock.advance(Duration::from_mins(30));
    let (_, second) = fixture.log(turn("two")).await;
    fixture.clock.advance(Duration::from_secs(30 * 60 + 1));
    let (_, third) = fixture.log(turn("three")).await;
    let (_, keyed) = fixture.log(in_conversation("k", "four")).await;
    assert_eq!(first, second);
    assert_ne!(second, third);
    assert_ne!(third, keyed);
    let late =
        NewTurn { occurred_at: Some(fixture.clock.now().minus(Duration::from_hours(1))), ..turn("late") };
    assert_eq!(fixture.log(late).await.1, first);
}

#[tokio::test]
async fn pages_of_turns_give_every_turn_once_newest_first() {
    let fixture = Fixture::new();
    for n in 0..7 {
        fixture.log(in_conversation(if n % 2 == 0 { "a" } else { "b" }, &format!("turn {n}"))).await;
        if n % 3 == 0 {
            fixture.clock.advance(Duration::from_secs(1));
        }
    }
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let query = TurnQuery { before, limit: 3, client: Some("claude".to_owned()), ..TurnQuery::default() };
        let page = fixture.context.turns(query).await.unwrap();
        seen.extend(page.entries.into_iter().map(|turn| turn.user_message));
        before = page.next;
        // A cursor goes through text unharmed.
        before = before.map(|cursor| cursor.to_string().parse().unwrap());
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..7).rev().map(|n| format!("turn {n}")).collect::<Vec<_>>());
    let conversations = fixture.context.conversations(None, 1).await.unwrap();
    assert_eq!(conversations.entries.len(), 1);
    let rest = fixture.context.conversations(conversations.next, 5).await.unwrap();
    assert_eq!((rest.entries.len(), rest.next), (1, None));
    let query = TurnQuery { conversation: Some(rest.entries[0].id), ..TurnQuery::default() };
    let of_one = fixture.context.turns(query).await.unwrap().entries;
    assert_eq!(of_one.len() as u64, rest.entries[0].turn_count);
    assert!("nonsense".parse::<Cursor>().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_clients_at_once_lose_nothing_and_analysis_sees_every_turn() {
    let fixture = Fixture::new();
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let context = fixture.context.clone();
            tokio::spawn(async move {
                for m in 0..20 {
                    let said = turn(&format!("{n}/{m}: well, I love hiking."));
                    context.log_turn(said, client(&format!("client-{n}"))).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    fixture.context.analysis_settled().await;
    let statistics = fixture.context.statistics().await.unwrap();
    assert_eq!((statistics.turns, statistics.conversations, statistics.turns_to_analyse), (1000, 50, 0));
    assert_eq!(fixture.find(ItemKind::Interest, "hiking").await.unwrap().support, 50);
}

#[tokio::test]
async fn listeners_hear_what_changed_and_by_whom_and_never_a_text() {
    let fixture = Fixture::new();
    let mut changes = fixture.context.changes();
    let (id, _) = fixture.log(turn("my secret: I love hiking.")).await;
    let change = changes.recv().await.unwrap();
    assert_eq!(
        (change.subject, change.id, change.by.clone()),
        (Subject::Turn, Some(id.as_uuid()), client("claude"))
    );
    let found = changes.recv().await.unwrap();
    assert_eq!(
        (found.subject, found.action, found.by.clone()),
        (Subject::Item, Action::Added, Author::Analysis)
    );
    let told = serde_json::to_string(&[change, found]).unwrap();
    assert!(!told.contains("hiking") && !told.contains("secret"), "{told}");
}

#[tokio::test]
async fn a_time_before_the_epoch_or_far_ahead_does_no_harm() {
    let fixture = Fixture::new();
    for micros in [i64::MIN, -1, i64::MAX] {
        let at = Some(Timestamp::from_micros(micros));
        fixture.log(NewTurn { occurred_at: at, ..turn(&format!("I love hiking. {micros}")) }).await;
    }
    fixture.context.analysis_settled().await;
    assert_eq!(fixture.context.turns(TurnQuery::default()).await.unwrap().entries.len(), 3);
}
