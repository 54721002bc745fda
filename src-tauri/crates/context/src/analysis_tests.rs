use std::sync::Arc;
use std::time::Duration;

use clock::{Clock, SeededRandom};

use super::*;
use crate::fixture::{Fixture, client, in_conversation, open, turn};
use crate::state::{Action, InsightState, ItemState, Subject};
use crate::{Author, Context, Error, InsightQuery, Item, ItemChange, ItemQuery, LogOutcome, Removed, Side};

#[tokio::test]
async fn a_finding_is_suggested_and_becomes_active_in_a_second_conversation() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "I love hiking.")).await;
    fixture.log(in_conversation("a", "Well, I love hiking a lot.")).await;
    let item = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
    assert_eq!((item.state, item.support, item.evidence.len()), (ItemState::Suggested, 1, 2));
    let profile = fixture.context.profile().await.unwrap();
    assert_eq!(profile.interests, Vec::<String>::new());
    assert_eq!(profile.suggestions.interests[0].name, "hiking");
    let (second, _) = fixture.log(in_conversation("b", "Übrigens: I love hiking.")).await;
    let item = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
    assert_eq!((item.state, item.support), (ItemState::Active, 2));
    let evidence = item.evidence.iter().find(|evidence| evidence.turn_id == second).unwrap();
    assert_eq!((evidence.side, evidence.start, evidence.end), (Side::User, 17, 23));
    assert_eq!(fixture.context.profile().await.unwrap().interests, ["hiking"]);
    let events = fixture.context.history(item.id.as_uuid()).await.unwrap();
    let actions: Vec<_> = events.iter().map(|event| (event.action, event.author.clone())).collect();
    assert_eq!(actions, [(Action::Added, Author::Analysis), (Action::StateChanged, Author::Analysis)]);
}

#[tokio::test]
async fn insights_come_newest_first_with_their_evidence_and_repeated_ones_are_one() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "I had no idea that moss drinks fog.")).await;
    fixture.clock.advance(Duration::from_mins(1));
    let (second, _) = fixture.log(in_conversation("a", "How do I grow moss?")).await;
    fixture.clock.advance(Duration::from_mins(1));
    fixture.log(in_conversation("b", "i had no idea that moss drinks fog")).await;
    fixture.context.analysis_settled().await;
    let insights = fixture.context.recent_insights(InsightQuery::default()).await.unwrap();
    let types: Vec<_> = insights.iter().map(|insight| insight.insight_type.as_str()).collect();
    assert_eq!(types, ["learning_moment", "problem_solving"]);
    assert_eq!(insights[0].evidence.len(), 2);
    assert_eq!(insights[0].timestamp, fixture.clock.now());
    assert_eq!(insights[1].evidence[0].turn_id, second);
    assert_eq!(insights[1].content, "How do I grow moss?");
    let query = InsightQuery {
        insight_type: Some("problem_solving".to_owned()),
        before: insights[0].cursor,
        ..InsightQuery::default()
    };
    assert_eq!(fixture.context.recent_insights(query).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_the_owner_dismissed_or_removed_stays_away_also_after_a_rebuild() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "I love hiking. I love opera. I had no idea.")).await;
    let hiking = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
    let opera = fixture.find(ItemKind::Interest, "opera").await.unwrap();
    let insight = fixture.context.recent_insights(InsightQuery::default()).await.unwrap().remove(0);
    fixture.state(hiking.id, ItemState::Dismissed, Author::Owner).await.unwrap();
    fixture.context.remove_item(opera.id, Author::Owner).await.unwrap();
    fixture.context.dismiss_insight(insight.id, Author::Owner).await.unwrap();
    fixture.log(in_conversation("b", "I love hiking. I love opera. I had no idea.")).await;
    for _ in 0..2 {
        let hiking = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
        assert_eq!((hiking.state, hiking.support), (ItemState::Dismissed, 2));
        assert_eq!(fixture.find(ItemKind::Interest, "opera").await, None);
        assert_eq!(fixture.context.recent_insights(InsightQuery::default()).await.unwrap(), []);
        fixture.context.rebuild().await.unwrap();
    }
    let refused = fixture.state(hiking.id, ItemState::Active, client("claude")).await.unwrap_err();
    assert_eq!(refused, Error::OwnersDecision { what: Subject::Item, id: hiking.id.as_uuid() });
    let added = fixture.add(ItemKind::Interest, "Hiking", client("claude")).await;
    assert_eq!((added.existed, added.item.state), (true, ItemState::Dismissed));
    // The owner's own word brings it back, and an outright statement what was removed.
    let added = fixture.add(ItemKind::Interest, "Hiking", Author::Owner).await;
    assert_eq!((added.existed, added.item.state), (true, ItemState::Active));
    assert!(!fixture.add(ItemKind::Interest, "opera", client("claude")).await.existed);
}

#[tokio::test]
async fn a_dismissed_insight_stays_away_after_its_turn_was_removed_and_said_again() {
    let fixture = Fixture::new();
    let (turn_id, _) = fixture.log(in_conversation("a", "I had no idea.")).await;
    fixture.context.analysis_settled().await;
    let insight = fixture.context.recent_insights(InsightQuery::default()).await.unwrap().remove(0);
    fixture.context.dismiss_insight(insight.id, client("claude")).await.unwrap();
    fixture.context.remove_turn(turn_id, Author::Owner).await.unwrap();
    fixture.log(in_conversation("b", "I had no idea.")).await;
    fixture.context.rebuild().await.unwrap();
    for state in [InsightState::Active, InsightState::Dismissed] {
        let query = InsightQuery { state: Some(state), ..InsightQuery::default() };
        assert_eq!(fixture.context.recent_insights(query).await.unwrap(), []);
    }
}

#[tokio::test]
async fn what_was_renamed_is_found_under_its_old_name() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "I love hikng.")).await;
    let item = fixture.find(ItemKind::Interest, "hikng").await.unwrap();
    let change = ItemChange { name: Some(" Hiking ".to_owned()), ..ItemChange::default() };
    let renamed = fixture.context.update_item(item.id, change, Author::Owner).await.unwrap();
    assert_eq!((renamed.name.as_str(), renamed.edited_by_owner), ("Hiking", true));
    fixture.log(in_conversation("b", "I love hikng.")).await;
    fixture.context.rebuild().await.unwrap();
    assert_eq!(fixture.find(ItemKind::Interest, "hikng").await, None);
    let found = fixture.find(ItemKind::Interest, "Hiking").await.unwrap();
    // Edited by hand: two conversations do not promote it.
    assert_eq!((found.id, found.support, found.state), (item.id, 2, ItemState::Suggested));
    fixture.add(ItemKind::Interest, "opera", Author::Owner).await;
    let taken = ItemChange { name: Some("OPERA".to_owned()), ..ItemChange::default() };
    let error = fixture.context.update_item(item.id, taken, Author::Owner).await.unwrap_err();
    assert!(matches!(error, Error::NameTaken { .. }), "{error}");
    assert_eq!(fixture.find(ItemKind::Interest, "Hiking").await.unwrap(), found);
}

#[tokio::test]
async fn removing_a_turn_removes_what_only_it_supported_and_nothing_the_owner_touched() {
    let fixture = Fixture::new();
    let (first, _) = fixture.log(in_conversation("a", "I love HIKING. I love opera. I love chess.")).await;
    let (second, _) = fixture.log(in_conversation("b", "I love hiking.")).await;
    let chess = fixture.find(ItemKind::Interest, "chess").await.unwrap();
    fixture.state(chess.id, ItemState::Paused, Author::Owner).await.unwrap();
    let removed = fixture.context.remove_turn(first, Author::Owner).await.unwrap();
    assert_eq!(removed, Removed { turns: 1, conversations: 1, items: 1, insights: 0 });
    assert_eq!(fixture.find(ItemKind::Interest, "opera").await, None);
    assert_eq!(fixture.find(ItemKind::Interest, "chess").await.unwrap().state, ItemState::Paused);
    // Not even the spelling of the removed turn stays.
    let hiking = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
    assert_eq!((hiking.state, hiking.support), (ItemState::Suggested, 1));
    assert_eq!(hiking.evidence[0].turn_id, second);
    let error = fixture.context.turn(first).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { what: Subject::Turn, .. }));
    assert_eq!(fixture.context.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn removing_a_conversation_removes_its_turns_and_what_they_alone_supported() {
    let fixture = Fixture::new();
    let (_, conversation) = fixture.log(in_conversation("a", "I love hiking.")).await;
    fixture.log(in_conversation("a", "I had no idea. I'm working on a boat.")).await;
    fixture.context.analysis_settled().await;
    let removed = fixture.context.remove_conversation(conversation, client("claude")).await.unwrap();
    assert_eq!(removed, Removed { turns: 2, conversations: 1, items: 2, insights: 1 });
    let statistics = fixture.context.statistics().await.unwrap();
    assert_eq!((statistics.turns, statistics.items, statistics.insights), (0, 0, 0));
    // The number of a removed turn is not given again, so the next turn is analysed.
    fixture.log(in_conversation("a", "I love hiking.")).await;
    assert!(fixture.find(ItemKind::Interest, "hiking").await.is_some());
}

#[tokio::test]
async fn analysis_that_was_cut_off_goes_on_at_the_next_start_and_finds_everything_once() {
    let fixture = Fixture::new();
    // Held: the turns are logged, nothing is analysed, and then the program is gone.
    let hold = fixture.context.inner.worker.hold();
    for n in 0..150 {
        fixture.log(in_conversation(&format!("c{}", n % 3), &format!("{n}: well, I love hiking."))).await;
    }
    assert_eq!(fixture.context.statistics().await.unwrap().turns_to_analyse, 150);
    fixture.context.clone().close().await;
    drop(hold);
    let context = open(fixture.directory.path(), &fixture.clock, 2);
    context.analysis_settled().await;
    let statistics = context.statistics().await.unwrap();
    assert_eq!((statistics.turns_to_analyse, statistics.items), (0, 1));
    let item = context.items(ItemQuery::default()).await.unwrap().remove(0);
    assert_eq!((item.support, item.state), (3, ItemState::Active));
    let evidence: i64 = context
        .inner
        .database
        .read(|connection| {
            Ok::<_, Error>(connection.query_row("SELECT count(*) FROM item_evidence", [], |row| row.get(0))?)
        })
        .await
        .unwrap();
    assert_eq!(evidence, 150);
}

#[tokio::test]
async fn a_rebuild_gives_what_was_there_and_gives_it_twice() {
    let fixture = Fixture::new();
    for n in 0..90_u64 {
        let text = match n % 5 {
            0 => format!("I love hiking and topic {}.", n % 7),
            1 => format!("I'm working on a boat number {}", n % 4),
            2 => "I had no idea that it rains.".to_owned(),
            3 => "how do I use Python with Docker?".to_owned(),
            _ => format!("nothing to say {n}"),
        };
        fixture.log(in_conversation(&format!("c{}", n % 6), &text)).await;
        fixture.clock.advance(Duration::from_secs(11));
    }
    let boat = fixture.find(ItemKind::Project, "boat number 1").await.unwrap();
    fixture.state(boat.id, ItemState::Archived, Author::Owner).await.unwrap();
    fixture.add(ItemKind::Interest, "python", client("claude")).await;
    fixture.add(ItemKind::Skill, "sailing", Author::Owner).await;
    let before = fixture.exported("before.json").await;
    fixture.context.rebuild().await.unwrap();
    let once = fixture.exported("once.json").await;
    fixture.context.rebuild().await.unwrap();
    let twice = fixture.exported("twice.json").await;
    assert_eq!(before, once);
    assert_eq!(once, twice);
    assert!(before.contains("boat number 3"));
}

#[tokio::test]
async fn rules_of_another_version_find_everything_anew() {
    #[derive(Debug)]
    struct Nothing;
    impl Analyzer for Nothing {
        fn version(&self) -> u32 {
            99
        }
        fn analyze(&self, _: TurnText<'_>) -> Findings {
            Findings::default()
        }
    }
    let fixture = Fixture::new();
    fixture.log(turn("I love hiking.")).await;
    fixture.add(ItemKind::Interest, "opera", client("claude")).await;
    fixture.context.analysis_settled().await;
    fixture.context.clone().close().await;
    let path = fixture.directory.path().join("context.db");
    let random = Arc::new(SeededRandom::new(3));
    let context =
        Context::open_with(&path, Arc::new(fixture.clock.clone()), random, Arc::new(Nothing)).unwrap();
    context.analysis_settled().await;
    let names: Vec<_> =
        context.items(ItemQuery::default()).await.unwrap().into_iter().map(|item| item.name).collect();
    assert_eq!(names, ["opera"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_and_removals_while_clients_log_leave_what_a_quiet_rebuild_gives() {
    let fixture = Fixture::new();
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let context = fixture.context.clone();
            tokio::spawn(async move {
                for m in 0..25 {
                    let said =
                        in_conversation(&format!("c{}", m % 3), &format!("I love topic {}. {n}/{m}", m % 5));
                    let outcome = context.log_turn(said, client(&format!("client-{n}"))).await.unwrap();
                    if let (LogOutcome::Stored { turn_id, .. }, 0) = (outcome, m % 4) {
                        context.remove_turn(turn_id, Author::Owner).await.unwrap();
                    }
                }
            })
        })
        .collect();
    for _ in 0..3 {
        fixture.context.rebuild().await.unwrap();
    }
    for task in tasks {
        task.await.unwrap();
    }
    fixture.context.analysis_settled().await;
    let found = |items: Vec<Item>| {
        let mut found: Vec<_> = items.into_iter().map(|item| (item.name, item.state, item.support)).collect();
        found.sort();
        found
    };
    let loud = found(fixture.context.items(ItemQuery::default()).await.unwrap());
    fixture.context.rebuild().await.unwrap();
    assert_eq!(found(fixture.context.items(ItemQuery::default()).await.unwrap()), loud);
    assert_eq!(loud.len(), 5);
    assert_eq!(fixture.context.integrity().await.unwrap(), Vec::<String>::new());
}
