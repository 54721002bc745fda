use std::time::Duration;

use clock::{ManualClock, SeededRandom, Timestamp};
use serde_json::json;

use super::*;
use crate::state::{InsightState, ItemKind, ItemState, Side};
use crate::{InputError, MAX_TEXT_BYTES};

pub(crate) struct Fixture {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) clock: ManualClock,
    pub(crate) context: Context,
}

pub(crate) fn client(name: &str) -> Author {
    Author::Client { client_id: name.to_owned(), client_name: name.to_uppercase() }
}

pub(crate) fn turn(user_message: &str) -> NewTurn {
    NewTurn {
        user_message: user_message.to_owned(),
        assistant_response: "Certainly.".to_owned(),
        ..NewTurn::default()
    }
}

fn in_conversation(key: &str, user_message: &str) -> NewTurn {
    NewTurn { conversation: Some(key.to_owned()), ..turn(user_message) }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let context = open(directory.path(), &clock, seed);
        Self { directory, clock, context }
    }

    pub(crate) async fn log(&self, turn: NewTurn) -> (TurnId, ConversationId) {
        match self.context.log_turn(turn, client("claude")).await.unwrap() {
            LogOutcome::Stored { turn_id, conversation_id } => (turn_id, conversation_id),
            LogOutcome::Duplicate { turn_id } => panic!("a duplicate of {turn_id}"),
        }
    }

    async fn find(&self, kind: ItemKind, name: &str) -> Option<Item> {
        self.context.analysis_settled().await;
        let mut found = Vec::new();
        for state in ItemState::ALL {
            let query = ItemQuery { kind: Some(kind), state: Some(*state), limit: 1000 };
            found.extend(self.context.items(query).await.unwrap());
        }
        found.into_iter().find(|item| item.name == name)
    }

    async fn add(&self, kind: ItemKind, name: &str, author: Author) -> Added {
        self.context.add_item(NewItem { kind, name: name.to_owned(), value: None }, author).await.unwrap()
    }

    async fn state(&self, id: ItemId, state: ItemState, author: Author) -> Result<Item, Error> {
        let change = ItemChange { state: Some(state), ..ItemChange::default() };
        self.context.update_item(id, change, author).await
    }

    pub(crate) async fn exported(&self, name: &str) -> String {
        let output = self.directory.path().join(name);
        let format = crate::ExportFormat::Json;
        let request = ExportRequest { format, output: output.clone(), overwrite: true };
        self.context.export(request).await.unwrap();
        std::fs::read_to_string(output).unwrap()
    }
}

pub(crate) fn open(directory: &Path, clock: &ManualClock, seed: u64) -> Context {
    let random = Arc::new(SeededRandom::new(seed));
    Context::open(&directory.join("context.db"), Arc::new(clock.clone()), random).unwrap()
}

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
async fn a_request_key_of_the_same_client_is_known_for_ever() {
    let fixture = Fixture::new();
    let keyed = |text: &str| NewTurn { request_key: Some("r1".to_owned()), ..turn(text) };
    let (first, _) = fixture.log(keyed("one")).await;
    fixture.clock.advance(Duration::from_secs(86_400));
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
    fixture.clock.advance(Duration::from_secs(60));
    let again = fixture.context.log_turn(external("a"), client("claude")).await.unwrap();
    assert_eq!(again, LogOutcome::Duplicate { turn_id: first });
    fixture.log(external("b")).await;
}

#[tokio::test]
async fn turns_without_a_key_belong_together_until_half_an_hour_of_silence() {
    let fixture = Fixture::new();
    let (_, first) = fixture.log(turn("one")).await;
    fixture.clock.advance(Duration::from_secs(30 * 60));
    let (_, second) = fixture.log(turn("two")).await;
    fixture.clock.advance(Duration::from_secs(30 * 60 + 1));
    let (_, third) = fixture.log(turn("three")).await;
    let (_, keyed) = fixture.log(in_conversation("k", "four")).await;
    assert_eq!(first, second);
    assert_ne!(second, third);
    assert_ne!(third, keyed);
    let late =
        NewTurn { occurred_at: Some(fixture.clock.now().minus(Duration::from_secs(3600))), ..turn("late") };
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
    fixture.clock.advance(Duration::from_secs(60));
    let (second, _) = fixture.log(in_conversation("a", "How do I grow moss?")).await;
    fixture.clock.advance(Duration::from_secs(60));
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
    assert_eq!(refused, Error::OwnersDecision { id: hiking.id.as_uuid() });
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
        let query = InsightQuery { state, ..InsightQuery::default() };
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
async fn what_a_client_states_is_active_at_once_and_two_spellings_are_one() {
    let fixture = Fixture::new();
    fixture.log(turn("I love rust, a language.")).await;
    let suggested = fixture.find(ItemKind::Interest, "rust").await.unwrap();
    let added = fixture.add(ItemKind::Interest, "  RUST ", client("claude")).await;
    assert!(added.existed);
    assert_eq!((added.item.id, added.item.state), (suggested.id, ItemState::Active));
    assert_eq!(added.item.author, client("claude"));
    let preference = |value: &str| NewItem {
        kind: ItemKind::Preference,
        name: "Theme".to_owned(),
        value: Some(value.into()),
    };
    fixture.context.add_item(preference("dark"), client("claude")).await.unwrap();
    let changed = fixture.context.add_item(preference("light"), client("cursor")).await.unwrap();
    assert_eq!(changed.item.value, Some(json!("light")));
    let events = fixture.context.history(changed.item.id.as_uuid()).await.unwrap();
    assert_eq!(events[1].detail, Some(json!({ "from": "dark", "to": "light" })));
    assert_eq!(events[1].author, client("cursor"));
    let profile = serde_json::to_value(fixture.context.profile().await.unwrap()).unwrap();
    assert_eq!(profile["preferences"], json!({ "Theme": "light" }));
    assert_eq!(profile["interests"], json!(["rust"]));
    assert_eq!(profile["last_updated"], json!("2026-11-21T12:00:00Z"));
}

#[tokio::test]
async fn bad_items_and_empty_changes_are_refused() {
    let fixture = Fixture::new();
    let bad = NewItem { kind: ItemKind::Goal, name: "\u{1b}[31mred".to_owned(), value: None };
    let error = fixture.context.add_item(bad, Author::Owner).await.unwrap_err();
    assert_eq!(error, Error::Input(InputError::ControlCharacter { field: "goal" }));
    let item = fixture.add(ItemKind::Goal, "run 5 km", Author::Owner).await.item;
    let error = fixture.context.update_item(item.id, ItemChange::default(), Author::Owner).await.unwrap_err();
    assert_eq!(error, Error::Input(InputError::EmptyChange));
    let valued = ItemChange { value: Some(json!(1)), ..ItemChange::default() };
    let error = fixture.context.update_item(item.id, valued, Author::Owner).await.unwrap_err();
    assert_eq!(error, Error::Input(InputError::UnexpectedValue { kind: ItemKind::Goal }));
    fixture.context.remove_item(item.id, Author::Owner).await.unwrap();
    let error = fixture.context.remove_item(item.id, Author::Owner).await.unwrap_err();
    assert_eq!(error, Error::NotFound { what: Subject::Item, id: item.id.as_uuid() });
    let events = fixture.context.history(item.id.as_uuid()).await.unwrap();
    assert_eq!(events.iter().map(|event| event.action).collect::<Vec<_>>(), [Action::Removed]);
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
        fn analyze(&self, _: crate::TurnText<'_>) -> crate::Findings {
            crate::Findings::default()
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
async fn the_profile_is_bounded_and_says_that_there_is_more() {
    let fixture = Fixture::new();
    for n in 0..60 {
        fixture.add(ItemKind::Interest, &format!("topic {n}"), client("claude")).await;
        fixture.clock.advance(Duration::from_secs(1));
    }
    let profile = fixture.context.profile().await.unwrap();
    assert_eq!((profile.interests.len(), profile.more), (50, true));
    assert_eq!(profile.interests[0], "topic 59");
}

/// How SQLite would run a statement.
fn plan(connection: &Connection, sql: &str) -> String {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let count = statement.parameter_count();
    let nothing = vec![rusqlite::types::Null; count];
    let rows =
        statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
    rows.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn the_frequent_questions_walk_an_index_and_sort_nothing() {
    let fixture = Fixture::new();
    let questions = [
        insight::RECENT.to_owned(),
        insight::RECENT_OF_TYPE.to_owned(),
        item::BY_STATE.to_owned(),
        profile::LAST_UPDATE.to_owned(),
        conversation::LIST.to_owned(),
        conversation::OPEN.to_owned(),
        turn::list_sql("?4 IS NULL"),
        turn::list_sql("t.conversation = ?4"),
        turn::list_sql("t.author = ?4"),
        crate::evidence::OF_ITEM.to_owned(),
        crate::evidence::OF_INSIGHT.to_owned(),
        history::OF_SUBJECT.to_owned(),
        "SELECT max(occurred_at) FROM item_evidence WHERE item = ?1".to_owned(),
        "SELECT max(occurred_at) FROM insight_evidence WHERE insight = ?1".to_owned(),
        "DELETE FROM item_evidence WHERE turn = ?1".to_owned(),
        "DELETE FROM insight_evidence WHERE turn = ?1".to_owned(),
    ];
    fixture
        .context
        .inner
        .database
        .read(move |connection| {
            for sql in &questions {
                let plan = plan(connection, sql);
                // A scan that follows an index and stops at the limit is a walk, not a reading of the table.
                for line in plan.lines() {
                    let reads_table = line.starts_with("SCAN") && !line.contains("USING");
                    assert!(!reads_table && !line.contains("TEMP B-TREE"), "{sql}\n{plan}");
                }
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
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
