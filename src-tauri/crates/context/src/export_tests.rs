use std::sync::Arc;

use parking_lot::Mutex;
use proptest::prelude::*;

use super::*;
use crate::fixture::{Fixture, client, turn};
use crate::{
    Author, ImportFormat, ImportReport, ImportRequest, InsightQuery, ItemKind, ItemState, NewItem, NewTurn,
};

fn request(fixture: &Fixture, format: ExportFormat, overwrite: bool) -> ExportRequest {
    ExportRequest {
        format,
        output: fixture.directory.path().join("out"),
        overwrite,
        parts: ExportParts::ALL,
        filter: ExportFilter::default(),
    }
}

fn leftovers(fixture: &Fixture) -> Vec<String> {
    std::fs::read_dir(fixture.directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".ambient"))
        .collect()
}

#[tokio::test]
async fn an_export_is_complete_json_for_its_owner_alone() {
    let fixture = Fixture::new();
    fixture.log(turn("I love hiking. I had no idea.")).await;
    fixture.context.analysis_settled().await;
    let report = fixture.context.export(request(&fixture, ExportFormat::Json, false)).await.unwrap();
    assert_eq!((report.conversations, report.turns, report.items, report.insights), (1, 1, 1, 1));
    let bytes = std::fs::read(&report.output).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(json["format"], "ambient-insights");
    assert_eq!(json["version"], 1);
    assert_eq!(json["turns"][0]["user_message"], "I love hiking. I had no idea.");
    assert_eq!(json["items"][0]["evidence"][0]["turn_id"], json["turns"][0]["id"]);
    assert_eq!(json["insights"][0]["evidence"][0]["start"], 15);
    assert_eq!(json["history"].as_array().unwrap().len(), 2);
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&report.output).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(leftovers(&fixture), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_there_is_replaced_only_when_told() {
    let fixture = Fixture::new();
    let path = fixture.directory.path().join("out");
    std::fs::write(&path, "mine").unwrap();
    for format in [ExportFormat::Json, ExportFormat::Markdown] {
        let error = fixture.context.export(request(&fixture, format, false)).await.unwrap_err();
        assert_eq!(error, Error::AlreadyThere { path: path.clone() });
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    fixture.context.export(request(&fixture, ExportFormat::Json, true)).await.unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("{\"format\""));
    let missing = ExportRequest { output: path.join("x/y"), ..request(&fixture, ExportFormat::Json, false) };
    assert!(matches!(fixture.context.export(missing).await, Err(Error::File { .. })));
    assert_eq!(leftovers(&fixture), Vec::<String>::new());
}

#[tokio::test]
async fn markdown_is_a_folder_of_linked_notes_and_replaces_only_its_like() {
    let fixture = Fixture::new();
    let (id, conversation) = fixture
        .log(NewTurn {
            conversation: Some("../../evil".to_owned()),
            ..turn("I had no idea.\n# Not a heading")
        })
        .await;
    let item = NewItem { kind: ItemKind::Goal, name: "[run](http://x) <b>".to_owned(), value: None };
    fixture.context.add_item(item, client("*bold*")).await.unwrap();
    fixture.context.analysis_settled().await;
    let path = fixture.directory.path().join("out");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("diary.txt"), "mine").unwrap();
    let error = fixture.context.export(request(&fixture, ExportFormat::Markdown, true)).await.unwrap_err();
    assert_eq!(error, Error::NotAnExport { path: path.clone() });
    assert!(path.join("diary.txt").is_file());
    std::fs::remove_dir_all(&path).unwrap();
    for overwrite in [false, true] {
        let report =
            fixture.context.export(request(&fixture, ExportFormat::Markdown, overwrite)).await.unwrap();
        assert_eq!((report.conversations, report.turns, report.items, report.insights), (1, 1, 1, 1));
    }
    let note = format!("2026-11-21-{conversation}.md");
    let text = std::fs::read_to_string(path.join("conversations").join(&note)).unwrap();
    assert!(text.contains("> I had no idea.\n> # Not a heading\n"), "{text}");
    let insights = std::fs::read_to_string(path.join("insights.md")).unwrap();
    assert!(insights.contains(&format!("(conversations/{note}#{id})")), "{insights}");
    let profile = std::fs::read_to_string(path.join("profile.md")).unwrap();
    assert!(profile.contains("\\[run\\](http://x) \\<b\\>"), "{profile}");
    assert!(
        std::fs::read_to_string(path.join("index.md")).unwrap().contains(&format!("(conversations/{note})"))
    );
    fixture
        .context
        .export(ExportRequest {
            output: path.join("sub"),
            ..request(&fixture, ExportFormat::Markdown, false)
        })
        .await
        .unwrap();
    assert_eq!(leftovers(&fixture), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_removed_leaves_no_text_in_the_export() {
    let fixture = Fixture::new();
    let (id, _) = fixture.log(turn("I love zymurgy.")).await;
    fixture.context.analysis_settled().await;
    let items = fixture.context.items(crate::ItemQuery::default()).await.unwrap();
    let change = crate::ItemChange { name: Some("Zymurgy!".to_owned()), ..crate::ItemChange::default() };
    fixture.context.update_item(items[0].id, change, Author::Owner).await.unwrap();
    fixture.context.remove_turn(id, Author::Owner).await.unwrap();
    assert!(fixture.exported("out").await.contains("Zymurgy"));
    fixture.context.remove_item(items[0].id, Author::Owner).await.unwrap();
    let exported = fixture.exported("out").await;
    assert!(!exported.to_lowercase().contains("zymurgy"), "{exported}");
}

proptest! {
    #[test]
    fn no_text_ends_its_quotation_or_loads_anything(text in "[\\n\\r#>`~!\\[<a \\-]{0,40}") {
        let quoted = markdown::quote(&text);
        prop_assert!(quoted.split(['\n', '\r']).filter(|line| !line.is_empty()).all(|line| line.starts_with('>')));
        prop_assert!(quoted.ends_with('\n'));
        prop_assert!(!quoted.contains("!["));
    }

    #[test]
    fn no_name_leaves_its_line_or_has_mark_up(name in any::<String>()) {
        let line = markdown::inline(&name);
        prop_assert!(!line.chars().any(char::is_control));
        let mut escaped = false;
        for c in line.chars() {
            prop_assert!(escaped || !matches!(c, '[' | '<' | '*' | '`' | '#'));
            escaped = c == '\\' && !escaped;
        }
    }
}

#[tokio::test]
async fn only_a_file_is_replaced_by_a_json_export() {
    let fixture = Fixture::new();
    let path = fixture.directory.path().join("out");
    std::fs::create_dir(&path).unwrap();
    let error = fixture.context.export(request(&fixture, ExportFormat::Json, true)).await.unwrap_err();
    assert_eq!(error, Error::NotAFile { path: path.clone() });
    assert!(path.is_dir());
    assert_eq!(leftovers(&fixture), Vec::<String>::new());
}

#[cfg(unix)]
#[tokio::test]
async fn a_device_is_never_replaced_and_a_link_stays_a_link() {
    let fixture = Fixture::new();
    let path = fixture.directory.path().join("out");
    // As /dev/stdout is one: a link to something that is no file.
    std::os::unix::fs::symlink("/dev/null", &path).unwrap();
    let error = fixture.context.export(request(&fixture, ExportFormat::Json, true)).await.unwrap_err();
    assert_eq!(error, Error::NotAFile { path: path.clone() });
    assert_eq!(std::fs::read_link(&path).unwrap(), Path::new("/dev/null"));
    std::fs::remove_file(&path).unwrap();

    let kept = fixture.directory.path().join("kept.json");
    std::fs::write(&kept, "old").unwrap();
    std::os::unix::fs::symlink(&kept, &path).unwrap();
    fixture.context.export(request(&fixture, ExportFormat::Json, true)).await.unwrap();
    assert!(path.symlink_metadata().unwrap().is_symlink());
    assert!(std::fs::read_to_string(&kept).unwrap().starts_with("{\"format\""));
}

#[tokio::test]
async fn a_place_that_can_not_be_written_is_named_with_what_to_do() {
    let fixture = Fixture::new();
    let missing = fixture.directory.path().join("missing");
    let nowhere = ExportRequest { output: missing.join("x"), ..request(&fixture, ExportFormat::Json, false) };
    let error = fixture.context.export(nowhere).await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("{} can not be used", missing.display())), "{error}");
    assert!(error.contains("check that it is there") && !error.contains(".ambient-insights"), "{error}");
    let full = Error::file(&missing, &std::io::ErrorKind::StorageFull.into()).to_string();
    assert!(full.contains("free some space"), "{full}");
}

const PARTS: [ExportParts; 3] = [
    ExportParts { conversations: true, context: false, insights: false },
    ExportParts { conversations: false, context: true, insights: false },
    ExportParts { conversations: false, context: false, insights: true },
];

#[tokio::test]
async fn a_json_export_of_parts_holds_their_sections_and_their_history_alone() {
    let fixture = Fixture::new();
    fixture.log(turn("I love hiking. I had no idea.")).await;
    fixture.context.analysis_settled().await;
    let gone = fixture.add(ItemKind::Goal, "swim", Author::Owner).await.item;
    fixture.context.remove_item(gone.id, Author::Owner).await.unwrap();
    let path = fixture.directory.path().join("out");
    for (parts, sections, kinds, counts) in [
        (PARTS[0], &["conversations", "turns", "history"][..], &[][..], (1, 1, 0, 0)),
        (PARTS[1], &["store_key", "items", "history", "forgotten"], &["item"], (0, 0, 1, 0)),
        (PARTS[2], &["store_key", "insights", "history", "forgotten"], &["insight"], (0, 0, 0, 1)),
    ] {
        let request = ExportRequest { parts, ..request(&fixture, ExportFormat::Json, true) };
        let report = fixture.context.export(request).await.unwrap();
        assert_eq!((report.conversations, report.turns, report.items, report.insights), counts);
        let json: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let names: Vec<_> =
            json.keys().filter(|name| !["format", "version"].contains(&name.as_str())).collect();
        let mut sections: Vec<_> = sections.to_vec();
        sections.sort_unstable();
        assert_eq!(names, sections);
        let told = json["history"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap());
        assert!(told.clone().all(|kind| kinds.contains(&kind)), "{json:?}");
        assert_eq!(told.count() == 0, kinds.is_empty());
    }
    let none = ExportParts { conversations: false, context: false, insights: false };
    for format in [ExportFormat::Json, ExportFormat::Markdown] {
        let request = ExportRequest { parts: none, ..request(&fixture, format, true) };
        let error = fixture.context.export(request).await.unwrap_err();
        assert_eq!(error, Error::Input(InputError::NothingToExport));
    }
    // Somebody who knows nothing of parts gets everything.
    let asked: ExportRequest = serde_json::from_str(r#"{"format":"json","output":"/x"}"#).unwrap();
    assert_eq!(asked.parts, ExportParts::ALL);
    assert!(serde_json::from_str::<ExportParts>(r#"{"insights":false}"#).unwrap().context);
}

#[tokio::test]
async fn a_markdown_export_of_parts_has_no_note_and_no_link_of_the_others() {
    let fixture = Fixture::new();
    fixture.log(turn("I love hiking. I had no idea.")).await;
    fixture.context.analysis_settled().await;
    let path = fixture.directory.path().join("out");
    for (parts, note) in PARTS.into_iter().zip(["conversations", "profile.md", "insights.md"]) {
        let request = ExportRequest { parts, ..request(&fixture, ExportFormat::Markdown, true) };
        fixture.context.export(request).await.unwrap();
        let mut names: Vec<_> = std::fs::read_dir(&path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with('.') && name != "index.md")
            .collect();
        names.sort_unstable();
        assert_eq!(names, [note]);
        for text in [path.join("index.md"), path.join(note)].iter().filter(|file| file.is_file()) {
            let text = std::fs::read_to_string(text).unwrap();
            for other in ["(conversations/", "(profile.md", "(insights.md"] {
                assert!(other.contains(note) || !text.contains(other), "{note}: {text}");
            }
        }
    }
    assert_eq!(leftovers(&fixture), Vec::<String>::new());
}

#[tokio::test]
async fn an_export_tells_how_far_it_is_and_last_that_it_is_done() {
    let fixture = Fixture::new();
    let input = fixture.directory.path().join("turns.jsonl");
    let lines: Vec<_> = (0..1200).map(|n| format!("{{\"id\":\"{n}\",\"user_message\":\"{n}\"}}")).collect();
    std::fs::write(&input, lines.join("\n")).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = |told: &Arc<Mutex<Vec<Progress>>>| {
        let told = Arc::clone(told);
        move |progress| told.lock().push(progress)
    };
    let import = ImportRequest { format: Some(ImportFormat::Turns), input: input.clone(), dry_run: false };
    fixture.context.import_with(import, Cancel::default(), listener(&told)).await.unwrap();
    let steps = |told: &Mutex<Vec<Progress>>| -> Vec<_> {
        told.lock().drain(..).map(|progress| (progress.done, progress.total)).collect()
    };
    assert_eq!(steps(&told), [(500, None), (1000, None), (1200, Some(1200))]);
    for format in [ExportFormat::Json, ExportFormat::Markdown] {
        let output = fixture.directory.path().join(format!("{format:?}"));
        let request = ExportRequest { output: output.clone(), ..request(&fixture, format, false) };
        fixture.context.export_with(request, None, Cancel::default(), listener(&told)).await.unwrap();
        // 1200 turns and their conversation.
        let total = Some(1201);
        assert_eq!(steps(&told), [(500, total), (1000, total), (1201, total)], "{format:?}");
    }
    let own = ImportRequest {
        format: Some(ImportFormat::Json),
        input: fixture.directory.path().join("Json"),
        dry_run: false,
    };
    fixture.context.import_with(own, Cancel::default(), listener(&told)).await.unwrap();
    assert_eq!(steps(&told), [(500, None), (1000, None), (1201, Some(1201))]);
    // One that fails says nothing of an end.
    let full = request(&fixture, ExportFormat::Json, false);
    let full = ExportRequest { output: fixture.directory.path().join("missing/x"), ..full };
    fixture.context.export_with(full, None, Cancel::default(), listener(&told)).await.unwrap_err();
    assert_eq!(steps(&told), []);
}

async fn import(fixture: &Fixture, input: &Path) -> Result<ImportReport, Error> {
    fixture
        .context
        .import(ImportRequest { format: Some(ImportFormat::Json), input: input.to_owned(), dry_run: false })
        .await
}

#[tokio::test]
async fn an_export_of_parts_comes_in_without_a_complaint_and_stays_what_it_was() {
    let fixture = Fixture::new();
    for n in 0..2 {
        let said = NewTurn { conversation: Some(format!("c{n}")), ..turn("I love hiking. I had no idea.") };
        fixture.log(said).await;
    }
    fixture.log(turn("I love opera.")).await;
    fixture.context.analysis_settled().await;
    fixture.add(ItemKind::Goal, "run 5 km", client("claude")).await;
    let input = fixture.directory.path().join("parts.json");
    let export = async |conversations, context, insights| {
        let parts = ExportParts { conversations, context, insights };
        let request = ExportRequest {
            format: ExportFormat::Json,
            output: input.clone(),
            overwrite: true,
            parts,
            filter: ExportFilter::default(),
        };
        fixture.context.export(request).await.unwrap()
    };

    // What is known and found, without the turns: no evidence, no error, and a new start of analysis keeps it.
    export(false, true, true).await;
    let other = Fixture::seeded(2);
    let report = import(&other, &input).await.unwrap();
    assert_eq!((report.imported, report.skipped, report.errors), (4, 0, Vec::new()));
    let again = import(&other, &input).await.unwrap();
    assert_eq!((again.imported, again.duplicates, again.skipped), (0, 4, 0));
    let profile = serde_json::to_value(other.context.profile().await.unwrap()).unwrap();
    other.context.rebuild().await.unwrap();
    let hiking = other.find(ItemKind::Interest, "hiking").await.unwrap();
    assert_eq!((hiking.state, hiking.support, hiking.evidence), (ItemState::Active, 0, Vec::new()));
    assert_eq!(hiking.author, Author::Import { source: "json".to_owned() });
    let rebuilt = serde_json::to_value(other.context.profile().await.unwrap()).unwrap();
    assert_eq!(rebuilt["interests"], profile["interests"]);
    assert_eq!(rebuilt["goals"], serde_json::json!(["run 5 km"]));
    let insights = other.context.recent_insights(InsightQuery::default()).await.unwrap();
    assert_eq!(insights.len(), 1);
    // A suggestion was nobody's word: it is made again when it is found again.
    assert_eq!(other.find(ItemKind::Interest, "opera").await, None);

    // The turns follow later: what was known is not doubled.
    export(true, false, false).await;
    let report = import(&other, &input).await.unwrap();
    assert_eq!((report.imported, report.skipped), (3, 0));
    let hiking = other.find(ItemKind::Interest, "hiking").await.unwrap();
    assert_eq!((hiking.state, hiking.support, hiking.evidence.len()), (ItemState::Active, 2, 2));
    let insights = other.context.recent_insights(InsightQuery::default()).await.unwrap();
    assert_eq!((insights.len(), insights[0].evidence.len()), (1, 2));
    assert!(other.find(ItemKind::Interest, "opera").await.is_some());

    // The turns alone: analysis finds in them what it found at first.
    let third = Fixture::seeded(3);
    import(&third, &input).await.unwrap();
    third.context.analysis_settled().await;
    assert_eq!(third.find(ItemKind::Interest, "hiking").await.unwrap().support, 2);
    assert_eq!(third.context.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_another_room_adds_stands_at_the_end_and_an_import_passes_over_it() {
    let fixture = Fixture::new();
    fixture.log(turn("I like astronomy")).await;
    let request = request(&fixture, ExportFormat::Json, false);
    let output = request.output.clone();
    let (sender, json) = tokio::sync::mpsc::channel(2);
    for piece in ["[{\"kind\":", "\"tool_called\"}]"] {
        sender.send(Ok(piece.as_bytes().to_vec())).await.unwrap();
    }
    drop(sender);
    let appendix = Appendix { name: "audit", json };
    fixture.context.export_with(request, Some(appendix), Cancel::default(), |_| {}).await.unwrap();
    let exported: serde_json::Value = serde_json::from_slice(&std::fs::read(&output).unwrap()).unwrap();
    assert_eq!(exported["audit"][0]["kind"], "tool_called");
    let other = Fixture::new();
    let request = ImportRequest { format: Some(ImportFormat::Json), input: output, dry_run: false };
    let report = other.context.import(request).await.unwrap();
    assert_eq!((report.imported, report.skipped, report.errors.len()), (1, 0, 0));
}
