use std::path::Path;

use clock::{ManualClock, SeededRandom};
use proptest::prelude::*;

use super::*;
use crate::fixture::{Fixture, client, files_with, in_conversation, open, turn};
use crate::{
    ClientMode, ClientRuleChange, ImportFormat, ImportRequest, ItemChange, ItemKind, ItemState, LogOutcome,
    NewTurn, TurnQuery,
};

impl Fixture {
    fn files_with(&self, word: &str) -> Vec<String> {
        files_with(self.directory.path(), word)
    }

    async fn preview(&self, what: Forget) -> ForgetPreview {
        self.context.preview_forgetting(what, Author::Owner).await.unwrap()
    }

    async fn forget(&self, what: Forget) -> Forgotten {
        let preview = self.preview(what).await;
        self.context.forget(&preview.handle.unwrap(), Author::Owner).await.unwrap()
    }

    async fn count(&self) -> u64 {
        self.context.statistics().await.unwrap().turns
    }
}

fn phrase(words: &str) -> Forget {
    Forget::Phrase { phrase: words.to_owned() }
}

#[tokio::test]
async fn a_forgotten_phrase_is_in_no_file_any_more_and_the_rest_is_all_there() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "I work on the walrus project with Anna")).await;
    fixture.log(in_conversation("a", "and on the otter project")).await;
    fixture.log(in_conversation("walrus-chat", "nothing to see here")).await;
    fixture.log(in_conversation("b", "Walruses are something else")).await;
    fixture.add(ItemKind::Goal, "Finish the WALRUS", Author::Owner).await;
    let renamed = fixture.add(ItemKind::Project, "walrus", client("claude")).await.item;
    let rename = ItemChange { name: Some("tusks".to_owned()), ..ItemChange::default() };
    fixture.context.update_item(renamed.id, rename, Author::Owner).await.unwrap();
    let kept = fixture.add(ItemKind::Interest, "otters", Author::Owner).await.item;
    fixture.context.analysis_settled().await;
    let preview = fixture.preview(phrase("walrus")).await;
    assert_eq!((preview.counts.turns, preview.counts.conversations), (2, 1), "{preview:?}");
    assert!(preview.counts.items >= 2, "{preview:?}");
    assert!(preview.examples.iter().any(|example| example.text.contains("walrus project")), "{preview:?}");
    assert!(!fixture.files_with("walrus").is_empty());

    let forgotten = fixture.context.forget(&preview.handle.unwrap(), Author::Owner).await.unwrap();
    assert_eq!(forgotten.counts, preview.counts);
    assert_eq!(fixture.files_with("walrus-chat"), Vec::<String>::new());
    assert_eq!(fixture.files_with("walrus project"), Vec::<String>::new());
    // "Walruses" is another word.
    assert_eq!(fixture.count().await, 2);
    let remaining = fixture.exported("remaining.json").await.to_lowercase();
    assert_eq!(remaining.matches("walrus").count(), 1, "{remaining}");
    assert!(remaining.contains("walruses are something else"));
    assert_eq!(fixture.context.item(kept.id).await.unwrap(), kept);
    assert_eq!(fixture.context.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_preview_changes_nothing_and_never_more_goes_than_it_said() {
    let fixture = Fixture::new();
    fixture.log(turn("the walrus")).await;
    let before = fixture.exported("before.json").await;
    let preview = fixture.preview(phrase("walrus")).await;
    assert_eq!(fixture.exported("after.json").await, before);
    fixture.log(turn("the walrus again")).await;
    fixture.context.forget(&preview.handle.unwrap(), Author::Owner).await.unwrap();
    assert_eq!(fixture.count().await, 1);
    assert_eq!(fixture.preview(phrase("walrus")).await.counts.turns, 1);
}

#[tokio::test]
async fn a_handle_is_good_once_for_ten_minutes_and_for_who_asked() {
    let fixture = Fixture::new();
    fixture.log(turn("the walrus")).await;
    let context = &fixture.context;
    for stranger in ["", "no handle", "019a9d0c-5c00-7000-8000-0123456789ab"] {
        assert_eq!(context.forget(stranger, Author::Owner).await, Err(Error::PreviewGone));
    }
    let handle = fixture.preview(phrase("walrus")).await.handle.unwrap();
    assert_eq!(context.forget(&handle, client("claude")).await, Err(Error::PreviewGone));
    fixture.clock.advance(PREVIEW_TIME);
    assert_eq!(context.forget(&handle, Author::Owner).await, Err(Error::PreviewGone));
    assert_eq!(fixture.count().await, 1);
    let handle = fixture.preview(phrase("walrus")).await.handle.unwrap();
    context.forget(&handle, Author::Owner).await.unwrap();
    assert_eq!(context.forget(&handle, Author::Owner).await, Err(Error::PreviewGone));
    assert!(format!("{:?}", context.inner.privacy).contains("kept: 0"));
}

#[tokio::test]
async fn what_is_not_there_has_nothing_to_confirm() {
    let fixture = Fixture::new();
    fixture.log(turn("the walrus")).await;
    fixture.add(ItemKind::Goal, "run 5 km", client("claude")).await;
    fixture.log(in_conversation("a", "I'm interested in zymurgy.")).await;
    fixture.context.analysis_settled().await;
    // The program's own words for things are no words of the person.
    for what in [
        phrase("otter"),
        phrase("goal"),
        phrase("active"),
        phrase("user"),
        Forget::Client { client: "nobody".to_owned() },
    ] {
        let preview = fixture.preview(what).await;
        assert_eq!((preview.handle, preview.counts), (None, ForgetCounts::default()));
    }
    let id = Uuid::from_u128(7);
    for what in [
        Forget::Turn { id: id.into() },
        Forget::Conversation { id: id.into() },
        Forget::Thing { id },
        phrase("…"),
    ] {
        let refused = fixture.context.preview_forgetting(what, Author::Owner).await.unwrap_err();
        assert!(matches!(refused, Error::NotFound { .. } | Error::Input(_)), "{refused}");
    }
    assert_eq!(fixture.count().await, 2);
}

#[tokio::test]
async fn a_turn_takes_with_it_what_only_it_spoke_for_and_nothing_else() {
    let fixture = Fixture::new();
    let (first, _) = fixture.log(in_conversation("a", "I'm interested in zymurgy.")).await;
    fixture.log(in_conversation("b", "I'm interested in falconry.")).await;
    fixture.log(in_conversation("c", "I'm interested in falconry.")).await;
    let found = fixture.find(ItemKind::Interest, "falconry").await;
    let counts = fixture.forget(Forget::Turn { id: first }).await.counts;
    assert_eq!((counts.turns, counts.conversations), (1, 1));
    assert_eq!(fixture.files_with("zymurgy"), Vec::<String>::new());
    assert_eq!(fixture.find(ItemKind::Interest, "falconry").await, found);
    assert_eq!(fixture.context.history(first.as_uuid()).await.unwrap(), []);
}

#[tokio::test]
async fn a_client_takes_all_that_it_brought_and_the_owners_own_stays() {
    let fixture = Fixture::new();
    fixture.log(turn("from claude: walrus")).await;
    fixture.context.log_turn(turn("from cursor: otter"), client("cursor")).await.unwrap();
    let edited = fixture.add(ItemKind::Goal, "learn Danish", client("claude")).await.item;
    fixture.state(edited.id, ItemState::Paused, Author::Owner).await.unwrap();
    fixture.add(ItemKind::Goal, "see a walrus", client("claude")).await;
    fixture.forget(Forget::Client { client: "claude".to_owned() }).await;
    assert_eq!(fixture.files_with("walrus"), Vec::<String>::new());
    assert_eq!(fixture.count().await, 1);
    assert_eq!(fixture.context.item(edited.id).await.unwrap().name, "learn Danish");
}

#[tokio::test]
async fn a_client_can_forget_only_what_it_brought_itself() {
    let fixture = Fixture::new();
    let (own, conversation) = fixture.log(turn("from claude: walrus")).await;
    fixture.context.log_turn(turn("from cursor: walrus"), client("cursor")).await.unwrap();
    let item = fixture.add(ItemKind::Goal, "see a walrus", Author::Owner).await.item;
    let context = &fixture.context;
    for what in [
        Forget::Turn { id: own },
        Forget::Conversation { id: conversation },
        Forget::Thing { id: item.id.as_uuid() },
        Forget::Client { client: "claude".to_owned() },
        Forget::Everything,
    ] {
        assert_eq!(context.preview_forgetting(what, client("cursor")).await, Err(Error::NotYours));
    }
    let preview = context.preview_forgetting(phrase("walrus"), client("claude")).await.unwrap();
    assert_eq!((preview.counts.turns, preview.counts.items), (1, 0));
    context.forget(&preview.handle.unwrap(), client("claude")).await.unwrap();
    assert_eq!(fixture.count().await, 1);
    assert_eq!(
        fixture.preview(phrase("walrus")).await.counts,
        ForgetCounts { turns: 1, conversations: 1, items: 1, insights: 0 }
    );
    let mode = Some(ClientMode::ReadOnly);
    let rule = ClientRuleChange {
        client: "cursor".to_owned(),
        name: "CURSOR".to_owned(),
        by_name: false,
        mode,
        retention: None,
    };
    let preview = context.preview_forgetting(phrase("walrus"), client("cursor")).await.unwrap();
    context.change_client_rule(rule).await.unwrap();
    assert_eq!(context.forget(&preview.handle.unwrap(), client("cursor")).await, Err(Error::ReadOnly));
    assert_eq!(fixture.count().await, 1);
}

#[tokio::test]
async fn everything_goes_and_the_store_takes_in_anything_again() {
    let fixture = Fixture::new();
    fixture.log(turn("I'm interested in walruses.")).await;
    fixture.add(ItemKind::Goal, "see a walrus", Author::Owner).await;
    fixture.context.analysis_settled().await;
    let export = fixture.exported("../walrus.json").await;
    let outside = fixture.directory.path().parent().unwrap().join("walrus.json");
    assert!(export.contains("walrus"));

    let stale = fixture.preview(Forget::Everything).await;
    fixture.log(turn("a walrus comes in")).await;
    let refused = fixture.context.forget(&stale.handle.unwrap(), Author::Owner).await;
    assert_eq!(refused, Err(Error::ChangedSince));
    assert_eq!(fixture.count().await, 2);

    fixture.context.analysis_settled().await;
    fixture.forget(Forget::Everything).await;
    assert_eq!(fixture.files_with("walrus"), Vec::<String>::new());
    assert_eq!(fixture.files_with("claude"), Vec::<String>::new());
    let statistics = fixture.context.statistics().await.unwrap();
    assert_eq!((statistics.turns, statistics.items, statistics.insights), (0, 0, 0));
    let (again, _) = fixture.log(turn("I'm interested in otters.")).await;
    assert!(fixture.find(ItemKind::Interest, "otters").await.is_some());
    fixture.forget(Forget::Turn { id: again }).await;
    let request = ImportRequest { format: Some(ImportFormat::Json), input: outside.clone(), dry_run: false };
    assert!(fixture.context.import(request).await.unwrap().imported >= 2);
    std::fs::remove_file(outside).unwrap();
}

#[tokio::test]
async fn importing_the_same_files_again_does_not_bring_it_back() {
    let fixture = Fixture::new();
    let lines = [
        r#"{"id":"1","conversation":"c","user_message":"I'm interested in zymurgy","occurred_at":"2026-01-01T10:00:00Z"}"#,
        r#"{"conversation":"c","user_message":"zymurgy, no id","occurred_at":"2026-01-01T10:01:00Z"}"#,
        r#"{"id":"3","conversation":"d","user_message":"I'm interested in falconry","occurred_at":"2026-01-02T10:00:00Z"}"#,
    ];
    // Outside the folder that is searched.
    let files = tempfile::tempdir().unwrap();
    let jsonl = files.path().join("turns.jsonl");
    std::fs::write(&jsonl, lines.join("\n")).unwrap();
    let turns = ImportRequest { format: Some(ImportFormat::Turns), input: jsonl, dry_run: false };
    assert_eq!(fixture.context.import(turns.clone()).await.unwrap().imported, 3);
    fixture.context.analysis_settled().await;
    let export = fixture.exported("export.json").await;
    let ours = ImportRequest {
        format: Some(ImportFormat::Json),
        input: files.path().join("export.json"),
        dry_run: false,
    };
    std::fs::rename(fixture.directory.path().join("export.json"), &ours.input).unwrap();
    assert!(export.contains("zymurgy"));

    fixture.forget(phrase("zymurgy")).await;
    assert_eq!(fixture.count().await, 1);
    for request in [turns, ours] {
        let report = fixture.context.import(request).await.unwrap();
        assert!(report.skipped >= 2 && report.imported == 0, "{report:?}");
        assert!(report.errors[0].why.contains("forgotten"), "{report:?}");
        fixture.context.analysis_settled().await;
        assert_eq!(fixture.count().await, 1);
        assert_eq!(fixture.files_with("zymurgy"), Vec::<String>::new());
    }
    // Who says it anew means it.
    fixture.log(turn("I'm interested in zymurgy")).await;
    assert!(fixture.find(ItemKind::Interest, "zymurgy").await.is_some());
}

#[tokio::test]
async fn a_client_that_sends_a_forgotten_turn_again_is_told_so() {
    let fixture = Fixture::new();
    let sent = NewTurn { external_id: Some("m-1".to_owned()), ..in_conversation("c", "walrus") };
    let (id, _) = fixture.log(sent.clone()).await;
    fixture.forget(Forget::Turn { id }).await;
    let again = fixture.context.log_turn(sent, client("claude")).await.unwrap();
    assert_eq!(again, LogOutcome::Forgotten);
    assert_eq!(fixture.count().await, 0);
    // Another client's message of that number is another one.
    let other = NewTurn { external_id: Some("m-1".to_owned()), ..in_conversation("c", "otter") };
    assert!(matches!(
        fixture.context.log_turn(other, client("cursor")).await.unwrap(),
        LogOutcome::Stored { .. }
    ));
}

#[tokio::test]
async fn what_was_dismissed_stays_dismissed_after_it_was_forgotten() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "I'm interested in zymurgy.")).await;
    let item = fixture.find(ItemKind::Interest, "zymurgy").await.unwrap();
    fixture.state(item.id, ItemState::Dismissed, Author::Owner).await.unwrap();
    fixture.forget(phrase("zymurgy")).await;
    assert_eq!(fixture.files_with("zymurgy"), Vec::<String>::new());
    fixture.log(in_conversation("b", "I'm interested in zymurgy.")).await;
    assert_eq!(fixture.find(ItemKind::Interest, "zymurgy").await, None);
}

#[tokio::test]
async fn copies_from_before_migrations_go_too_and_are_named() {
    let fixture = Fixture::new();
    let (id, _) = fixture.log(turn("the walrus")).await;
    let backup = fixture.directory.path().join("context.db.v1.backup");
    std::fs::write(&backup, "the walrus").unwrap();
    assert_eq!(fixture.forget(Forget::Turn { id }).await.backups_removed, [backup]);
    assert_eq!(fixture.files_with("walrus"), Vec::<String>::new());
}

#[tokio::test]
async fn a_removed_item_can_not_be_put_back_once_something_was_forgotten() {
    let fixture = Fixture::new();
    let item = fixture.add(ItemKind::Goal, "see a walrus", Author::Owner).await.item;
    let undo = fixture.context.remove_item(item.id, Author::Owner).await.unwrap().undo;
    fixture.log(turn("the walrus")).await;
    fixture.forget(phrase("walrus")).await;
    assert_eq!(fixture.context.undo_removal(undo, Author::Owner).await, Err(Error::UndoGone));
    assert_eq!(fixture.files_with("walrus"), Vec::<String>::new());
}

#[tokio::test]
async fn a_forgetting_that_was_interrupted_is_finished_when_the_store_opens() {
    let fixture = Fixture::new();
    for number in 0..150 {
        fixture.log(in_conversation(&format!("c{}", number / 10), &format!("walrus {number}"))).await;
    }
    fixture.log(in_conversation("other", "otter")).await;
    // As far as the commitment and one step: there the power fails.
    let chosen = fixture
        .context
        .inner
        .database
        .read(|connection| selection::choose(connection, &phrase("walrus"), &Author::Owner))
        .await
        .unwrap();
    let analyzer = Arc::clone(&fixture.context.inner.analyzer);
    let at = fixture.context.inner.clock.now();
    fixture
        .context
        .inner
        .database
        .write(move |connection| {
            for (number, piece) in steps::pieces(&chosen.selection).iter().enumerate() {
                steps::note(connection, piece, number == 0)?;
            }
            steps::begin(connection)?;
            steps::step(connection, &*analyzer, at, None)
        })
        .await
        .unwrap();
    assert_eq!(fixture.count().await, 151 - 64);
    fixture.context.clone().close().await;
    let (path, clock) = (fixture.directory.path().to_owned(), fixture.clock.clone());
    let again = tokio::task::spawn_blocking(move || open(&path, &clock, 2)).await.unwrap();
    assert_eq!(again.statistics().await.unwrap().turns, 1);
    assert_eq!(fixture.files_with("walrus"), Vec::<String>::new());
    assert_eq!(again.integrity().await.unwrap(), Vec::<String>::new());
    again.close().await;
}

#[tokio::test]
async fn what_was_noted_before_a_forgetting_was_decided_is_not_forgotten() {
    let fixture = Fixture::new();
    fixture.log(in_conversation("a", "walrus")).await;
    fixture.log(in_conversation("b", "otter")).await;
    // The power fails between the notes and the word that they count.
    let database = &fixture.context.inner.database;
    let chosen = database
        .read(|connection| selection::choose(connection, &phrase("walrus"), &Author::Owner))
        .await
        .unwrap();
    let note =
        move |connection: &Connection| steps::note(connection, &steps::pieces(&chosen.selection)[0], true);
    database.write(note).await.unwrap();
    fixture.context.clone().close().await;
    let (path, clock) = (fixture.directory.path().to_owned(), fixture.clock.clone());
    let again = tokio::task::spawn_blocking(move || open(&path, &clock, 2)).await.unwrap();
    again.forget_at_once(phrase("otter"), Author::Owner).await.unwrap();
    assert_eq!(again.statistics().await.unwrap().turns, 1);
    let left = again.turns(TurnQuery::default()).await.unwrap();
    assert_eq!(left.entries[0].user_message, "walrus");
    again.close().await;
}

fn open_at(path: &Path, clock: &ManualClock) -> Context {
    Context::open(&path.join("context.db"), Arc::new(clock.clone()), Arc::new(SeededRandom::new(3))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Rows of all sizes, so that SQLite moves them between pages: what `secure_delete` alone leaves behind.
    #[test]
    fn whatever_is_forgotten_no_byte_of_it_stays(
        turns in prop::collection::vec((0_usize..5, 0_usize..3000, any::<bool>()), 1..60),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let context = open_at(directory.path(), &clock);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for (number, (conversation, length, is_walrus)) in turns.iter().enumerate() {
                let animal = if *is_walrus { "walrus" } else { "otter" };
                let text = format!("{animal} {number} {}", format!("{animal} ").repeat(length / 7));
                let turn = in_conversation(&format!("c{conversation}"), &text);
                context.log_turn(turn, client("claude")).await.unwrap();
            }
            context.analysis_settled().await;
            let before = context.statistics().await.unwrap().turns;
            let preview = context.preview_forgetting(phrase("walrus"), Author::Owner).await.unwrap();
            if let Some(handle) = preview.handle {
                context.forget(&handle, Author::Owner).await.unwrap();
            }
            let kept = turns.iter().filter(|(_, _, is_walrus)| !is_walrus).count() as u64;
            prop_assert_eq!(before, turns.len() as u64);
            prop_assert_eq!(context.statistics().await.unwrap().turns, kept);
            prop_assert_eq!(files_with(directory.path(), "walrus"), Vec::<String>::new());
            prop_assert_eq!(context.integrity().await.unwrap(), Vec::<String>::new());
            let page = context.turns(TurnQuery { limit: 100, ..TurnQuery::default() }).await.unwrap();
            prop_assert!(page.entries.iter().all(|turn| turn.user_message.starts_with("otter")));
            Ok(())
        })?;
        runtime.block_on(context.close());
    }
}
