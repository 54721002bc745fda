use jiff::tz::{TimeZone, offset};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fixture::{Fixture, client, open, turn};
use crate::{
    ExportFilter, ExportFormat, ExportParts, ExportRequest, InsightQuery, ItemChange, ItemKind, ItemQuery,
    ItemState, NewItem, NewTurn, TurnQuery,
};

pub(super) async fn import(
    fixture: &Fixture,
    format: ImportFormat,
    input: &std::path::Path,
) -> Result<ImportReport, Error> {
    fixture
        .context
        .import(ImportRequest { format: Some(format), input: input.to_owned(), dry_run: false })
        .await
}

/// Writes a file and imports it, as whatever it looks like.
pub(super) async fn import_bytes(fixture: &Fixture, name: &str, bytes: &[u8]) -> Result<ImportReport, Error> {
    let input = fixture.directory.path().join(name);
    std::fs::write(&input, bytes).unwrap();
    fixture.context.import(ImportRequest { format: None, input, dry_run: false }).await
}

/// What is stored of a source, the oldest first: texts, conversation's key and id.
pub(super) async fn texts_of(fixture: &Fixture, source: &str) -> Vec<[String; 4]> {
    let order = crate::TurnOrder::OldestFirst;
    let query = TurnQuery { client: Some(source.to_owned()), order, limit: 1000, ..TurnQuery::default() };
    let mut texts = Vec::new();
    for turn in fixture.context.turns(query).await.unwrap().entries {
        let conversation = fixture.context.conversation(turn.conversation_id).await.unwrap();
        texts.push([
            turn.user_message,
            turn.assistant_response,
            conversation.external_key.unwrap_or_default(),
            turn.external_id.unwrap_or_default(),
        ]);
    }
    texts
}

pub(super) async fn insights_of(fixture: &Fixture, insight_type: &str) -> Vec<crate::Insight> {
    let query =
        InsightQuery { insight_type: Some(insight_type.to_owned()), limit: 100, ..InsightQuery::default() };
    fixture.context.recent_insights(query).await.unwrap()
}

fn mcp_data(fixture: &Fixture) -> PathBuf {
    let folder = fixture.directory.path().join("mcp_data");
    std::fs::create_dir(&folder).unwrap();
    let context = json!({
        "interests": ["Rust", " rust ", {"name": "hiking"}, 7],
        "skills": ["Python"],
        "current_projects": [{"title": "Boat"}],
        "goals": ["run 5 km", "bad\nname"],
        "preferences": {"theme": "dark", "verbosity": 3, "nothing": null},
        "last_updated": "2025-06-01T12:00:00.123456",
    });
    std::fs::write(folder.join("user_context.json"), context.to_string()).unwrap();
    let insights = "{\"timestamp\":\"2025-06-01T12:00:00\",\"insight_type\":\"learning_moment\",\
        \"content\":\"c\",\"context\":\"x\",\"confidence\":0.7}\n\nnot json\n\
        {\"timestamp\":\"yesterday\",\"insight_type\":\"a\",\"content\":\"c\"}\n\
        {\"timestamp\":\"2025-06-02T12:00:00Z\",\"insight_type\":\"a\",\"content\":\"c\",\"confidence\":7}\n\
        {\"timestamp\":\"2025-06-02T12:00:00Z\",\"insight_type\":\"problem_solving\",\"content\":\"d\"}";
    let mut bytes = insights.as_bytes().to_vec();
    bytes.extend_from_slice(b"\n\xff\xfe\n");
    std::fs::write(folder.join("insights.jsonl"), bytes).unwrap();
    folder
}

#[tokio::test]
async fn the_originals_folder_comes_in_once_and_its_bad_records_are_told_with_their_lines() {
    let fixture = Fixture::new();
    let folder = mcp_data(&fixture);
    let report = import(&fixture, ImportFormat::McpData, &folder).await.unwrap();
    assert_eq!((report.imported, report.duplicates, report.skipped), (9, 1, 6), "{report:?}");
    let lines: Vec<_> = report.errors.iter().filter_map(|error| error.line).collect();
    assert_eq!(lines, [3, 4, 5, 7]);
    let profile = serde_json::to_value(fixture.context.profile().await.unwrap()).unwrap();
    assert_eq!(profile["preferences"], json!({"theme": "dark", "verbosity": 3}));
    assert_eq!(profile["current_projects"], json!(["Boat"]));
    assert_eq!(profile["interests"], json!(["hiking", "Rust"]));
    let before = fixture.exported("before.json").await;
    fixture.clock.advance(std::time::Duration::from_mins(1));
    let again = import(&fixture, ImportFormat::McpData, &folder).await.unwrap();
    assert_eq!((again.imported, again.duplicates, again.skipped), (0, 10, 6));
    assert_eq!(fixture.exported("after.json").await, before);
}

#[tokio::test]
async fn one_of_the_originals_two_files_is_enough_and_none_is_an_error() {
    let fixture = Fixture::new();
    let folder = mcp_data(&fixture);
    std::fs::remove_file(folder.join("insights.jsonl")).unwrap();
    assert_eq!(import(&fixture, ImportFormat::McpData, &folder).await.unwrap().imported, 7);
    std::fs::write(folder.join("user_context.json"), "{").unwrap();
    let report = import(&fixture, ImportFormat::McpData, &folder).await.unwrap();
    assert_eq!(report.errors[0].at.as_deref(), Some("user_context.json"), "{report:?}");
    std::fs::remove_file(folder.join("user_context.json")).unwrap();
    let error = import(&fixture, ImportFormat::McpData, &folder).await.unwrap_err();
    assert!(error.to_string().contains("neither user_context.json nor insights.jsonl"), "{error}");
}

#[test]
fn a_time_without_a_zone_is_this_computers_local_time() {
    let zone = TimeZone::fixed(offset(2));
    let time = |text| mcp_data::local_time(text, &zone).map(|time| time.to_string());
    assert_eq!(time("2025-06-01T12:00:00.5").as_deref(), Some("2025-06-01T10:00:00.5Z"));
    assert_eq!(time("2025-06-01T12:00:00Z").as_deref(), Some("2025-06-01T12:00:00Z"));
    assert_eq!(time("soon"), None);
}

#[tokio::test]
async fn turns_merge_by_source_conversation_and_id_alone() {
    let fixture = Fixture::new();
    let path = fixture.directory.path().join("turns.jsonl");
    let lines = [
        r#"{"id":"1","conversation":"a","user_message":"ok","occurred_at":"2025-01-01T00:00:00Z","client":"chat"}"#,
        r#"{"id":"2","conversation":"a","user_message":"ok","occurred_at":"2025-01-01T00:00:01Z","client":"chat"}"#,
        r#"{"id":"1","conversation":"b","user_message":"ok","assistant_response":"well","client":"chat"}"#,
        r#"{"id":"1","conversation":"a","user_message":"ok","client":"other"}"#,
        r#"{"id":"9","user_message":"I love hiking."}"#,
        r#"{"id":"3","user_message":""}"#,
        r#"{"conversation":"a"}"#,
        r#"{"id":"4","user_message":"x","occurred_at":"noon"}"#,
    ];
    std::fs::write(&path, lines.join("\r\n")).unwrap();
    let report = import(&fixture, ImportFormat::Turns, &path).await.unwrap();
    assert_eq!((report.imported, report.duplicates, report.skipped), (5, 0, 3), "{report:?}");
    assert_eq!(report.errors.iter().filter_map(|error| error.line).collect::<Vec<_>>(), [6, 7, 8]);
    fixture.clock.advance(std::time::Duration::from_hours(24));
    let again = import(&fixture, ImportFormat::Turns, &path).await.unwrap();
    assert_eq!((again.imported, again.duplicates), (0, 5));
    let query = TurnQuery { client: Some("chat".to_owned()), ..TurnQuery::default() };
    let page = fixture.context.turns(query).await.unwrap();
    assert_eq!(page.entries.len(), 3);
    assert_eq!(page.entries[2].external_id.as_deref(), Some("1"));
    fixture.context.analysis_settled().await;
    assert_eq!(fixture.context.statistics().await.unwrap().turns_to_analyse, 0);
    assert_eq!(fixture.context.items(ItemQuery::default()).await.unwrap()[0].name, "hiking");
}

#[tokio::test]
async fn a_file_that_is_not_there_or_of_another_kind_is_a_clear_error() {
    let fixture = Fixture::new();
    let missing = fixture.directory.path().join("missing");
    let error = import(&fixture, ImportFormat::Turns, &missing).await.unwrap_err();
    assert!(matches!(&error, Error::File { path, .. } if *path == missing), "{error}");
    let path = fixture.directory.path().join("other.json");
    for (content, why) in [
        ("[]", "an export of Ambient Insights"),
        (r#"{"turns":[]}"#, "does not begin with"),
        (r#"{"format":"ambient-insights","version":2,"turns":[]}"#, "install the newer program"),
        (r#"{"format":"ambient-insights","version":1,"turns":["#, "EOF"),
        ("{}", "is missing"),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = import(&fixture, ImportFormat::Json, &path).await.unwrap_err();
        assert!(error.to_string().contains(why), "{content}: {error}");
    }
}

#[tokio::test]
async fn a_bad_record_of_an_export_skips_itself_alone() {
    let fixture = Fixture::new();
    fixture.log(turn("I love hiking.")).await;
    fixture.log(turn("I love opera.")).await;
    let exported =
        fixture.exported("export.json").await.replace("\"user_message\":\"I love opera.\"", "\"x\":1");
    let other = Fixture::new();
    let path = other.directory.path().join("export.json");
    std::fs::write(&path, exported).unwrap();
    let report = import(&other, ImportFormat::Json, &path).await.unwrap();
    assert_eq!(other.context.statistics().await.unwrap().turns, 1);
    assert!(
        report.errors[0].why.starts_with("record 2 of turns: missing field `user_message`"),
        "{report:?}"
    );
}

/// What a person and their assistants may do to a store.
#[derive(Clone, Debug)]
enum Step {
    Log { client: u8, conversation: Option<u8>, text: String },
    Add { kind: usize, name: String, owner: bool },
    State { index: usize, state: usize, owner: bool },
    Rename { index: usize, name: String },
    RemoveItem { index: usize, undo: bool },
    RemoveTurn { index: usize },
    Insight { remove: bool },
    Wait,
}

fn text() -> impl Strategy<Value = String> {
    let phrases = prop::sample::select(vec![
        "I love hiking. ",
        "I like Rust and opera.\n",
        "I had no idea. ",
        "How do I use Docker? ",
        "Grüße 👋 ",
        "I'm working on a boat. ",
        "\"quoted\" \\ </script> ",
        "\u{0}\u{7f} ",
        "I enjoy HIKING. ",
    ]);
    prop::collection::vec(phrases, 1..4).prop_map(|phrases| phrases.concat())
}

fn step() -> impl Strategy<Value = Step> {
    let name =
        || prop::sample::select(vec!["hiking", "Rust", "opera", "boat", "new one"]).prop_map(str::to_owned);
    prop_oneof![
        5 => (0..2_u8, prop::option::of(0..3_u8), text())
            .prop_map(|(client, conversation, text)| Step::Log { client, conversation, text }),
        2 => (0..5_usize, name(), any::<bool>()).prop_map(|(kind, name, owner)| Step::Add { kind, name, owner }),
        2 => (0..9_usize, 0..5_usize, any::<bool>())
            .prop_map(|(index, state, owner)| Step::State { index, state, owner }),
        1 => (0..9_usize, name()).prop_map(|(index, name)| Step::Rename { index, name }),
        2 => (0..9_usize, any::<bool>()).prop_map(|(index, undo)| Step::RemoveItem { index, undo }),
        1 => (0..9_usize).prop_map(|index| Step::RemoveTurn { index }),
        1 => any::<bool>().prop_map(|remove| Step::Insight { remove }),
        2 => Just(Step::Wait),
    ]
}

/// Does a step; whatever is refused is refused.
async fn take(fixture: &Fixture, step: Step) {
    let context = &fixture.context;
    let items = context.items(ItemQuery::default()).await.unwrap();
    let by = |owner| if owner { Author::Owner } else { client("cursor") };
    match step {
        Step::Log { client: number, conversation, text } => {
            let conversation = conversation.map(|number| format!("c{number}"));
            let new = NewTurn { conversation, ..turn(&text) };
            context.log_turn(new, client(&format!("client-{number}"))).await.unwrap();
        }
        Step::Add { kind, name, owner } => {
            let kind = ItemKind::ALL[kind];
            let value = (kind == ItemKind::Preference).then(|| json!({"a": [1, "b"]}));
            context.add_item(NewItem { kind, name, value }, by(owner)).await.unwrap();
        }
        Step::State { index, state, owner } => {
            if let Some(item) = items.get(index) {
                let change = ItemChange { state: Some(ItemState::ALL[state]), ..ItemChange::default() };
                let _ = context.update_item(item.id, change, by(owner)).await;
            }
        }
        Step::Rename { index, name } => {
            if let Some(item) = items.get(index) {
                let change = ItemChange { name: Some(name), ..ItemChange::default() };
                let _ = context.update_item(item.id, change, Author::Owner).await;
            }
        }
        Step::RemoveItem { index, undo } => {
            if let Some(item) = items.get(index) {
                let removal = context.remove_item(item.id, Author::Owner).await.unwrap();
                if undo {
                    assert_eq!(context.undo_removal(removal.undo, Author::Owner).await.unwrap(), *item);
                }
            }
        }
        Step::RemoveTurn { index } => {
            let turns = context.turns(TurnQuery::default()).await.unwrap().entries;
            if let Some(turn) = turns.get(index) {
                context.remove_turn(turn.id, Author::Owner).await.unwrap();
            }
        }
        Step::Insight { remove } => {
            let insights = context.recent_insights(InsightQuery::default()).await.unwrap();
            match insights.first() {
                Some(insight) if remove => drop(context.remove_insight(insight.id, Author::Owner).await),
                Some(insight) => drop(context.dismiss_insight(insight.id, Author::Owner).await),
                None => {}
            }
        }
        Step::Wait => fixture.clock.advance(std::time::Duration::from_mins(20)),
    }
    context.analysis_settled().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_store_is_the_same_after_export_and_import_and_after_a_second_rebuild(
        steps in prop::collection::vec(step(), 1..25),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new();
            for step in steps {
                take(&fixture, step).await;
            }
            let exported = fixture.exported("export.json").await;
            let there = tempfile::tempdir().unwrap();
            let context = open(there.path(), &fixture.clock, 77);
            let other = Fixture { directory: there, clock: fixture.clock.clone(), context };
            let input = fixture.directory.path().join("export.json");
            let report = import(&other, ImportFormat::Json, &input).await.unwrap();
            prop_assert_eq!((report.skipped, report.duplicates), (0, 0));
            other.context.analysis_settled().await;
            prop_assert_eq!(&other.exported("export.json").await, &exported);
            // A second time nothing changes.
            let again = import(&other, ImportFormat::Json, &input).await.unwrap();
            prop_assert_eq!(again.imported, 0);
            prop_assert_eq!(&other.exported("export.json").await, &exported);
            // The same turns and edits give the same memory, here and there.
            fixture.context.rebuild().await.unwrap();
            other.context.rebuild().await.unwrap();
            let rebuilt = fixture.exported("rebuilt.json").await;
            prop_assert_eq!(&other.exported("rebuilt.json").await, &rebuilt);
            fixture.context.rebuild().await.unwrap();
            prop_assert_eq!(&fixture.exported("rebuilt.json").await, &rebuilt);
            prop_assert_eq!(fixture.context.integrity().await.unwrap(), Vec::<String>::new());
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn an_import_stopped_half_way_is_finished_by_doing_it_again() {
    let fixture = Fixture::new();
    for n in 0..5 {
        fixture
            .log(NewTurn { conversation: Some(format!("c{n}")), ..turn(&format!("I love hiking. {n}")) })
            .await;
    }
    fixture.context.analysis_settled().await;
    let item = fixture.context.items(ItemQuery::default()).await.unwrap().remove(0);
    let change = ItemChange { state: Some(ItemState::Dismissed), ..ItemChange::default() };
    fixture.context.update_item(item.id, change, Author::Owner).await.unwrap();
    let exported = fixture.exported("export.json").await;
    // The file ends behind the turns, as a full disk leaves it; analysis finds in them what was dismissed.
    let other = Fixture::seeded(2);
    let path = other.directory.path().join("export.json");
    std::fs::write(&path, exported.split("\"items\":").next().unwrap()).unwrap();
    import(&other, ImportFormat::Json, &path).await.unwrap_err();
    other.log(turn("wake up")).await;
    other.context.analysis_settled().await;
    assert_eq!(other.context.items(ItemQuery::default()).await.unwrap().len(), 1);
    std::fs::write(&path, &exported).unwrap();
    import(&other, ImportFormat::Json, &path).await.unwrap();
    assert_eq!(other.context.items(ItemQuery::default()).await.unwrap(), []);
    assert_eq!(other.context.item(item.id).await.unwrap().state, ItemState::Dismissed);
}

#[tokio::test]
async fn a_markdown_export_is_no_json_to_import() {
    let fixture = Fixture::new();
    let output = fixture.directory.path().join("notes");
    let request = ExportRequest {
        format: ExportFormat::Markdown,
        output: output.clone(),
        overwrite: false,
        parts: ExportParts::ALL,
        filter: ExportFilter::default(),
    };
    fixture.context.export(request).await.unwrap();
    assert!(import(&fixture, ImportFormat::Json, &output).await.is_err());
}

#[tokio::test]
async fn an_empty_store_takes_an_export_over_as_it_is_without_analysing_it_again() {
    let fixture = Fixture::new();
    take(&fixture, Step::Log { client: 0, conversation: None, text: "I enjoy HIKING.".to_owned() }).await;
    take(&fixture, Step::RemoveItem { index: 0, undo: false }).await;
    // Said again after its removal: the old turn does not speak for it, unless everything is found anew.
    take(&fixture, Step::Add { kind: 0, name: "hiking".to_owned(), owner: false }).await;
    let exported = fixture.exported("export.json").await;
    let other = Fixture::seeded(2);
    let input = fixture.directory.path().join("export.json");
    import(&other, ImportFormat::Json, &input).await.unwrap();
    other.context.analysis_settled().await;
    assert_eq!(other.exported("export.json").await, exported);
    // What other rules had found is found anew.
    let third = Fixture::seeded(3);
    let version = format!("\"analysis\":{{\"version\":{}", crate::Analyzer::version(&crate::CueAnalyzer));
    assert!(exported.contains(&version));
    std::fs::write(&input, exported.replace(&version, "\"analysis\":{\"version\":0")).unwrap();
    import(&third, ImportFormat::Json, &input).await.unwrap();
    third.context.analysis_settled().await;
    assert_eq!(third.context.items(ItemQuery::default()).await.unwrap()[0].support, 1);
}

#[tokio::test]
async fn a_bad_line_is_told_in_words_and_with_its_own_number_alone() {
    let fixture = Fixture::new();
    let path = fixture.directory.path().join("turns.jsonl");
    std::fs::write(&path, "{\"user_message\":7}\nnot json\n{\"user_message\":\"x\"}\n").unwrap();
    let report = import(&fixture, ImportFormat::Turns, &path).await.unwrap();
    let told: Vec<_> = report.errors.iter().map(|error| (error.line, error.why.as_str())).collect();
    assert_eq!(
        told,
        [
            (Some(1), "invalid type: integer `7`, expected a string"),
            (Some(2), "it is not valid JSON: expected ident in column 2"),
        ]
    );
}
