use std::time::Duration;

use clock::Clock as _;
use proptest::prelude::*;

use super::*;
use crate::fixture::{Fixture, client, open, turn};
use crate::{ImportFormat, ImportRequest, ItemChange, ItemKind, ItemQuery, LogOutcome, NewItem};

proptest! {
    #[test]
    fn a_pause_holds_until_its_time_and_one_without_a_time_for_ever(until in any::<i64>(), now in any::<i64>()) {
        let [until, now] = [until, now].map(Timestamp::from_micros);
        let pause = Pause { until: Some(until) };
        prop_assert_eq!(pause_at(Some(pause), now), (now < until).then_some(pause));
        let endless = Pause { until: None };
        prop_assert_eq!(pause_at(Some(endless), now), Some(endless));
        prop_assert_eq!(pause_at(None, now), None);
    }
}

fn goal(name: &str) -> NewItem {
    NewItem { kind: ItemKind::Goal, name: name.to_owned(), value: None }
}

#[tokio::test]
async fn while_paused_nothing_that_an_assistant_says_is_stored() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    let item = fixture.add(ItemKind::Goal, "run 5 km", client("claude")).await.item;
    assert_eq!(context.pause(None).await.unwrap(), Pause { until: None });
    assert_eq!(context.log_turn(turn("hello"), client("claude")).await.unwrap(), LogOutcome::Paused);
    let refused = Error::Paused { until: None };
    let rename = ItemChange { name: Some("run 6 km".to_owned()), ..ItemChange::default() };
    assert_eq!(context.add_item(goal("swim"), client("claude")).await.unwrap_err(), refused);
    assert_eq!(context.update_item(item.id, rename, client("claude")).await.unwrap_err(), refused);
    assert_eq!(context.remove_item(item.id, client("claude")).await.unwrap_err(), refused);
    assert!(refused.is_callers());
    assert_eq!(
        refused.to_string(),
        "remembering is paused by the owner until they resume it; nothing was stored"
    );
    assert_eq!(context.statistics().await.unwrap().turns, 0);
    // Reading goes on.
    assert_eq!(context.items(ItemQuery::default()).await.unwrap(), [item]);

    context.resume().await.unwrap();
    assert_eq!(context.paused(), None);
    fixture.log(turn("hello")).await;
}

#[tokio::test]
async fn while_paused_the_owner_and_an_import_go_on() {
    let fixture = Fixture::new();
    let context = &fixture.context;
    context.pause(None).await.unwrap();
    let item = fixture.add(ItemKind::Goal, "run 5 km", Author::Owner).await.item;
    let removal = context.remove_item(item.id, Author::Owner).await.unwrap();
    context.undo_removal(removal.undo, Author::Owner).await.unwrap();
    let input = fixture.directory.path().join("turns.jsonl");
    std::fs::write(&input, "{\"user_message\":\"I love hiking.\"}\n").unwrap();
    let request = ImportRequest { format: Some(ImportFormat::Turns), input, dry_run: false };
    assert_eq!(context.import(request).await.unwrap().imported, 1);
    assert!(fixture.find(ItemKind::Interest, "hiking").await.is_some(), "analysis goes on");
}

#[tokio::test]
async fn a_pause_runs_out_by_itself_and_the_last_word_holds() {
    let fixture = Fixture::new();
    let now = fixture.clock.now();
    let later = now.plus(Duration::from_mins(15));
    for past in [now, now.minus(Duration::from_secs(1))] {
        let error = fixture.context.pause(Some(past)).await.unwrap_err();
        assert_eq!(error, Error::Input(InputError::PauseNotAhead));
    }
    assert_eq!(fixture.context.paused(), None);
    fixture.context.pause(None).await.unwrap();
    let pause = fixture.context.pause(Some(later)).await.unwrap();
    assert_eq!(fixture.context.paused(), Some(pause));
    let error = fixture.context.add_item(goal("swim"), client("claude")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("remembering is paused by the owner until {later}; nothing was stored")
    );
    fixture.clock.advance(Duration::from_mins(15));
    assert_eq!(fixture.context.paused(), None);
    fixture.log(turn("hello")).await;
}

#[tokio::test]
async fn a_pause_outlives_a_restart() {
    let fixture = Fixture::new();
    let until = Some(fixture.clock.now().plus(Duration::from_hours(1)));
    for pause in [None, until] {
        fixture.context.pause(pause).await.unwrap();
        // As after `kill -9`: what was answered is on the disk, without anybody closing anything.
        let copy = tempfile::tempdir().unwrap();
        for name in ["context.db", "context.db-wal"] {
            std::fs::copy(fixture.directory.path().join(name), copy.path().join(name)).unwrap();
        }
        let again = open(copy.path(), &fixture.clock, 2);
        assert_eq!(again.paused(), Some(Pause { until: pause }));
        assert_eq!(again.log_turn(turn("hello"), client("claude")).await.unwrap(), LogOutcome::Paused);
        again.resume().await.unwrap();
        again.close().await;
        assert_eq!(open(copy.path(), &fixture.clock, 3).paused(), None);
    }
    fixture.context.clone().close().await;
    let closed = open(fixture.directory.path(), &fixture.clock, 4);
    assert_eq!(closed.paused(), Some(Pause { until }));
}

#[tokio::test]
async fn a_store_of_the_time_before_there_were_pauses_opens_without_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("context.db");
    let before =
        database::Schema { migrations: &crate::handle::SCHEMA.migrations[..1], ..crate::handle::SCHEMA };
    let old = database::Database::open(&path, &before).unwrap();
    let stored = old.write(|connection| {
        connection.execute("INSERT INTO store (only, key) VALUES (1, ?1)", [[7_u8; 32]])?;
        Ok::<_, Error>(())
    });
    stored.await.unwrap();
    old.close().await;
    let context = open(directory.path(), &clock::ManualClock::default(), 1);
    assert_eq!(context.paused(), None);
    context.pause(None).await.unwrap();
    assert_eq!(context.paused(), Some(Pause { until: None }));
}

#[tokio::test]
async fn what_comes_after_an_answered_pause_is_never_stored_however_much_comes_at_once() {
    let fixture = Fixture::new();
    let logging: Vec<_> = (0..20)
        .map(|n| {
            let context = fixture.context.clone();
            tokio::spawn(async move {
                for m in 0..20 {
                    context.log_turn(turn(&format!("{n}/{m}")), client("claude")).await.unwrap();
                }
            })
        })
        .collect();
    tokio::task::yield_now().await;
    fixture.context.pause(None).await.unwrap();
    let stored = fixture.context.statistics().await.unwrap().turns;
    for task in logging {
        task.await.unwrap();
    }
    assert_eq!(fixture.context.statistics().await.unwrap().turns, stored);
}
