//! The forms for reading and for other programs, the choice of records, and stopping.

use std::path::PathBuf;

use proptest::prelude::*;

use crate::fixture::{Fixture, client, in_conversation, turn};
use crate::{
    Author, Cancel, Error, ExportFilter, ExportFormat, ExportParts, ExportReport, ExportRequest,
    ImportRequest, ItemKind, NewItem, NewTurn,
};

fn request(fixture: &Fixture, format: ExportFormat, filter: ExportFilter) -> ExportRequest {
    let output = fixture.directory.path().join(format!("out{}", format.ending()));
    ExportRequest { format, output, overwrite: true, parts: ExportParts::ALL, filter }
}

async fn export(fixture: &Fixture, format: ExportFormat) -> (PathBuf, ExportReport) {
    let request = request(fixture, format, ExportFilter::default());
    (request.output.clone(), fixture.context.export(request).await.unwrap())
}

/// A reader of RFC 4180 that knows nothing of the writer.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.strip_prefix('\u{feff}').unwrap().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty());
    rows
}

#[tokio::test]
async fn tables_keep_every_text_and_no_spreadsheet_runs_one() {
    let fixture = Fixture::new();
    let texts =
        ["=HYPERLINK(\"http://x\")", "+1", "-2", "@SUM(A1)", "\tx", "plain, \"quoted\"\r\nand \u{1F375}"];
    for text in texts {
        fixture.log(turn(text)).await;
    }
    let value = Some(serde_json::json!("=1+1"));
    let item = NewItem { kind: ItemKind::Preference, name: "-theme".to_owned(), value };
    fixture.context.add_item(item, client("=evil")).await.unwrap();
    let (folder, report) = export(&fixture, ExportFormat::Csv).await;
    assert_eq!((report.turns, report.items, report.conversations), (6, 1, 1));
    let rows = read_csv(&std::fs::read_to_string(folder.join("turns.csv")).unwrap());
    let column = rows[0].iter().position(|name| name == "user_message").unwrap();
    let said: Vec<&str> = rows[1..].iter().map(|row| row[column].as_str()).collect();
    assert_eq!(said[5], texts[5]);
    for (said, text) in said.iter().zip(&texts[..5]) {
        assert_eq!(*said, format!("'{text}"));
    }
    let items = read_csv(&std::fs::read_to_string(folder.join("items.csv")).unwrap());
    assert_eq!(items[1][2..4], ["'-theme", "'=1+1"]);
    assert_eq!(items[1][6], "'=evil");
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    assert_eq!(read_csv(&std::fs::read_to_string(folder.join("insights.csv")).unwrap()).len(), 1);
}

#[tokio::test]
async fn the_report_stands_alone_and_runs_nothing_that_somebody_wrote() {
    let fixture = Fixture::new();
    let evil = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"'";
    fixture.log(in_conversation("a", &format!("{evil} I had no idea."))).await;
    fixture
        .context
        .add_item(NewItem { kind: ItemKind::Goal, name: evil.to_owned(), value: None }, client(evil))
        .await
        .unwrap();
    for n in 0..3 {
        fixture.log(in_conversation(&format!("c{n}"), "I love hiking.")).await;
    }
    fixture.context.analysis_settled().await;
    let (file, report) = export(&fixture, ExportFormat::Html).await;
    assert_eq!((report.turns, report.conversations, report.insights), (4, 4, 1));
    let html = std::fs::read_to_string(file).unwrap();
    let lower = html.to_lowercase();
    for forbidden in
        ["<script", "<img", "<link", "<iframe", "url(", "http://", "https://", "@import", "onerror=alert(2)>"]
    {
        assert!(!lower.contains(forbidden), "{forbidden}");
    }
    assert!(html.contains("default-src 'none'") && html.contains("prefers-color-scheme: dark"));
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(html.contains("<h2>Activity</h2>") && html.contains("<h2>Rhythm</h2>"));
    assert!(html.contains("hiking") && html.contains("What you talk about"));
    // Every element that is opened is closed.
    for tag in ["section", "svg", "ul", "li", "div", "table", "details", "rect", "title", "span", "dl"] {
        let opened = html.matches(&format!("<{tag} ")).count() + html.matches(&format!("<{tag}>")).count();
        let closed = html.matches(&format!("</{tag}>")).count();
        let alone = html
            .split(&format!("<{tag} "))
            .skip(1)
            .filter(|rest| rest.split('>').next().is_some_and(|open| open.ends_with('/')))
            .count();
        assert_eq!(opened, closed + alone, "{tag}");
    }
}

#[tokio::test]
async fn an_empty_store_has_a_report_too() {
    let fixture = Fixture::new();
    for format in [ExportFormat::Html, ExportFormat::Csv, ExportFormat::McpData, ExportFormat::Markdown] {
        let (output, report) = export(&fixture, format).await;
        assert_eq!((report.turns, report.items), (0, 0));
        assert!(output.exists());
    }
}

#[tokio::test]
async fn what_goes_back_to_the_original_comes_in_again_as_it_was() {
    let fixture = Fixture::new();
    for (kind, name, value) in [
        (ItemKind::Interest, "Rust", None),
        (ItemKind::Project, "Boat", None),
        (ItemKind::Preference, "theme", Some(serde_json::json!("dark"))),
    ] {
        fixture
            .context
            .add_item(NewItem { kind, name: name.to_owned(), value }, Author::Owner)
            .await
            .unwrap();
    }
    fixture.log(turn("I had no idea.")).await;
    fixture.context.analysis_settled().await;
    let (folder, report) = export(&fixture, ExportFormat::McpData).await;
    assert_eq!((report.items, report.insights, report.turns), (3, 1, 0));
    let other = Fixture::seeded(2);
    let import = ImportRequest { format: None, input: folder, dry_run: false };
    let report = other.context.import(import.clone()).await.unwrap();
    assert_eq!((report.items, report.insights, report.skipped), (3, 1, 0), "{report:?}");
    let profile =
        async |fixture: &Fixture| serde_json::to_value(fixture.context.profile().await.unwrap()).unwrap();
    let (here, there) = (profile(&fixture).await, profile(&other).await);
    for part in ["interests", "current_projects", "preferences"] {
        assert_eq!(here[part], there[part]);
    }
    let query = crate::InsightQuery::default;
    let here = fixture.context.recent_insights(query()).await.unwrap();
    let there = other.context.recent_insights(query()).await.unwrap();
    assert_eq!((&here[0].content, here[0].timestamp), (&there[0].content, there[0].timestamp));
    assert_eq!(other.context.import(import).await.unwrap().duplicates, 4);
}

/// Two clients and an import, a day apart.
async fn two_days() -> Fixture {
    let fixture = Fixture::new();
    let monday = |text: &str| NewTurn {
        occurred_at: Some("2026-03-02T10:00:00Z".parse().unwrap()),
        ..in_conversation("monday", text)
    };
    let tuesday = |text: &str| NewTurn {
        occurred_at: Some("2026-03-03T10:00:00Z".parse().unwrap()),
        ..in_conversation("tuesday", text)
    };
    fixture.context.log_turn(monday("I love hiking. I had no idea."), client("claude")).await.unwrap();
    fixture.context.log_turn(tuesday("I love opera. I had no idea."), client("cursor")).await.unwrap();
    fixture.context.analysis_settled().await;
    fixture
}

#[tokio::test]
async fn only_what_is_chosen_is_written_and_of_the_rest_no_word() {
    let fixture = two_days().await;
    let at = |text: &str| Some(text.parse().unwrap());
    for filter in [
        ExportFilter { since: at("2026-03-03T00:00:00Z"), ..ExportFilter::default() },
        ExportFilter { client: Some("cursor".to_owned()), ..ExportFilter::default() },
    ] {
        for format in [ExportFormat::Json, ExportFormat::Html] {
            let request = request(&fixture, format, filter.clone());
            let report = fixture.context.export(request.clone()).await.unwrap();
            assert_eq!(
                (report.conversations, report.turns, report.items, report.insights),
                // The page is for reading: it leaves out what is only suggested.
                (1, 1, u64::from(format == ExportFormat::Json), 1),
                "{filter:?}"
            );
            let text = std::fs::read_to_string(request.output).unwrap();
            assert!(text.contains("opera") && !text.contains("hiking"), "{filter:?}: {text}");
        }
        for (format, file) in [(ExportFormat::Markdown, "profile.md"), (ExportFormat::Csv, "turns.csv")] {
            let request = request(&fixture, format, filter.clone());
            fixture.context.export(request.clone()).await.unwrap();
            let text = std::fs::read_to_string(request.output.join(file)).unwrap();
            assert!(text.contains("opera") && !text.contains("hiking"), "{filter:?}: {text}");
            std::fs::remove_dir_all(request.output).unwrap();
        }
    }
    let until = ExportFilter { until: at("2026-03-03T00:00:00Z"), ..ExportFilter::default() };
    let request = request(&fixture, ExportFormat::Json, until);
    assert_eq!(fixture.context.export(request.clone()).await.unwrap().turns, 1);
    let other = Fixture::seeded(2);
    let import = ImportRequest { format: None, input: request.output, dry_run: false };
    let report = other.context.import(import).await.unwrap();
    assert_eq!((report.turns, report.skipped), (1, 0), "{report:?}");
    other.context.analysis_settled().await;
    assert!(other.find(ItemKind::Interest, "hiking").await.is_some());
    assert_eq!(other.context.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_client_that_nobody_knows_gives_an_empty_export() {
    let fixture = two_days().await;
    let filter = ExportFilter { client: Some("x' OR 1=1 --".to_owned()), ..ExportFilter::default() };
    let report = fixture.context.export(request(&fixture, ExportFormat::Json, filter)).await.unwrap();
    assert_eq!((report.turns, report.items, report.insights, report.conversations), (0, 0, 0, 0));
}

#[tokio::test]
async fn a_stopped_export_leaves_nothing_behind_and_what_was_there_as_it_was() {
    let fixture = two_days().await;
    for format in [
        ExportFormat::Json,
        ExportFormat::Html,
        ExportFormat::Markdown,
        ExportFormat::Csv,
        ExportFormat::McpData,
    ] {
        let cancel = Cancel::default();
        cancel.cancel();
        let fresh = request(&fixture, format, ExportFilter::default());
        let error = fixture.context.export_with(fresh, None, cancel, |_| {}).await.unwrap_err();
        assert_eq!(error, Error::Cancelled, "{format:?}");
        let left: Vec<_> = std::fs::read_dir(fixture.directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with("context."))
            .collect();
        assert_eq!(left, Vec::<String>::new(), "{format:?}");
    }
    let before = fixture.exported("kept.json").await;
    let cancel = Cancel::default();
    cancel.cancel();
    let again = ExportRequest {
        output: fixture.directory.path().join("kept.json"),
        ..request(&fixture, ExportFormat::Json, ExportFilter::default())
    };
    fixture.context.export_with(again, None, cancel, |_| {}).await.unwrap_err();
    assert_eq!(std::fs::read_to_string(fixture.directory.path().join("kept.json")).unwrap(), before);
}

#[tokio::test]
async fn an_appendix_that_fails_fails_the_export() {
    let fixture = two_days().await;
    let (sender, json) = tokio::sync::mpsc::channel(2);
    sender.send(Ok(b"[".to_vec())).await.unwrap();
    sender.send(Err("the trail is gone".to_owned())).await.unwrap();
    let appendix = crate::Appendix { name: "audit", json };
    let request = request(&fixture, ExportFormat::Json, ExportFilter::default());
    let output = request.output.clone();
    let error =
        fixture.context.export_with(request, Some(appendix), Cancel::default(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("the trail is gone"), "{error}");
    assert!(!output.exists());
}

#[tokio::test]
async fn notes_link_to_what_was_found_and_back() {
    let fixture = Fixture::new();
    let (id, conversation) = fixture.log(in_conversation("a", "I love hiking. I had no idea.")).await;
    fixture.context.analysis_settled().await;
    let hiking = fixture.find(ItemKind::Interest, "hiking").await.unwrap();
    let (folder, _) = export(&fixture, ExportFormat::Markdown).await;
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let note = std::fs::read_dir(folder.join("conversations")).unwrap().next().unwrap().unwrap().path();
    let note_name = note.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(note_name.contains(&conversation.to_string()));
    let note = std::fs::read_to_string(note).unwrap();
    assert!(note.starts_with("---\ndate: 2026-") && note.contains("source: \"CLAUDE\"\n"), "{note}");
    assert!(note.contains(&format!("- [hiking](../profile.md#{})", hiking.id)), "{note}");
    assert!(note.contains("(../insights.md#"), "{note}");
    let profile = read("profile.md");
    assert!(profile.contains(&format!("<a id=\"{}\"></a>hiking", hiking.id)), "{profile}");
    assert!(profile.contains(&format!("(conversations/{note_name}#{id})")), "{profile}");
}

proptest! {
    // Every case opens a store of its own.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_text_breaks_out_of_its_cell(text in "\\PC{0,12}[=+@\",\r\n\t-]{0,4}\\PC{0,6}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        prop_assume!(!text.trim().is_empty());
        let rows = runtime.block_on(async {
            let fixture = Fixture::new();
            fixture.log(turn(&text)).await;
            let (folder, _) = export(&fixture, ExportFormat::Csv).await;
            read_csv(&std::fs::read_to_string(folder.join("turns.csv")).unwrap())
        });
        prop_assert_eq!(rows.len(), 2);
        let cell = &rows[1][7];
        let marked = format!("'{text}");
        prop_assert!(cell == &text || *cell == marked);
        prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
    }
}
