//! What holds for every format: once is once, a dry run stores nothing, a stop keeps what came in; and the formats
//! that are too small for a file of tests of their own.

use serde_json::json;

use super::tests::{import, import_bytes, insights_of, texts_of};
use super::*;
use crate::fixture::{Fixture, turn};
use crate::{ItemKind, ItemState};

#[tokio::test]
async fn records_without_an_id_come_in_once_and_a_second_genuine_ok_is_kept() {
    let fixture = Fixture::new();
    let line = r#"{"conversation":"a","user_message":"ok","occurred_at":"2025-01-01T00:00:00Z"}"#;
    let other = r#"{"conversation":"b","user_message":"ok","occurred_at":"2025-01-01T00:00:00Z"}"#;
    let file = [line, line, other, r#"{"user_message":"ok"}"#].join("\n");
    let report = import_bytes(&fixture, "turns.jsonl", file.as_bytes()).await.unwrap();
    assert_eq!((report.turns, report.conversations, report.duplicates), (4, 3, 0), "{report:?}");
    fixture.clock.advance(std::time::Duration::from_hours(30));
    // The same again, in another order and with one more.
    let file = [other, line, r#"{"user_message":"ok"}"#, line, line].join("\n");
    let report = import_bytes(&fixture, "turns.jsonl", file.as_bytes()).await.unwrap();
    assert_eq!((report.turns, report.duplicates), (1, 4), "{report:?}");
}

#[tokio::test]
async fn a_dry_run_says_what_the_import_will_do_and_stores_nothing() {
    let fixture = Fixture::new();
    let line = |id: u32| {
        let id = id % 2500;
        format!("{{\"id\":\"{id}\",\"conversation\":\"c{}\",\"user_message\":\"I love tea.\"}}", id % 7)
    };
    let mut file: Vec<String> = (0..2700).map(line).collect();
    file.push("oops".to_owned());
    let input = fixture.directory.path().join("turns.jsonl");
    std::fs::write(&input, file[..100].join("\n")).unwrap();
    import(&fixture, ImportFormat::Turns, &input).await.unwrap();
    fixture.context.analysis_settled().await;
    let before = fixture.exported("before.json").await;
    std::fs::write(&input, file.join("\n")).unwrap();
    let request = ImportRequest { format: None, input: input.clone(), dry_run: true };
    let dry = fixture.context.import(request).await.unwrap();
    assert_eq!(fixture.exported("after.json").await, before);
    let real = import(&fixture, ImportFormat::Turns, &input).await.unwrap();
    assert_eq!(dry, ImportReport { dry_run: true, ..real.clone() });
    assert!(real.turns > 2000 && real.duplicates > 100 && real.skipped == 1, "{real:?}");
}

#[tokio::test]
async fn a_dry_run_of_our_own_export_counts_as_the_import_does() {
    let source = Fixture::new();
    for text in ["I love hiking.", "I love hiking. I had no idea.", "I love opera."] {
        source.log(turn(text)).await;
    }
    source.add(ItemKind::Goal, "run", Author::Owner).await;
    source.context.analysis_settled().await;
    let file = source.exported("export.json").await;
    let fixture = Fixture::seeded(2);
    fixture.log(turn("I love tea.")).await;
    fixture.context.analysis_settled().await;
    let input = fixture.directory.path().join("in.json");
    std::fs::write(&input, file).unwrap();
    let before = fixture.exported("before.json").await;
    let request = ImportRequest { format: None, input: input.clone(), dry_run: true };
    let dry = fixture.context.import(request).await.unwrap();
    assert_eq!(fixture.exported("after.json").await, before);
    let real = import(&fixture, ImportFormat::Json, &input).await.unwrap();
    assert_eq!(dry, ImportReport { dry_run: true, ..real.clone() });
    assert_eq!((real.turns, real.insights, real.format), (3, 1, Some(ImportFormat::Json)), "{real:?}");
    assert!(real.items >= 3);
}

#[tokio::test]
async fn a_stopped_import_keeps_what_came_in_and_goes_on_when_done_again() {
    let fixture = Fixture::new();
    let lines: Vec<String> = (0..5000)
        .map(|id| format!("{{\"id\":\"{id}\",\"conversation\":\"c\",\"user_message\":\"tea {id}\"}}"))
        .collect();
    let input = fixture.directory.path().join("turns.jsonl");
    std::fs::write(&input, lines.join("\n")).unwrap();
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let request = ImportRequest { format: None, input: input.clone(), dry_run: false };
    let stopped = fixture
        .context
        .import_with(request, cancel, move |progress| {
            if progress.done >= 3000 {
                stop.cancel();
            }
        })
        .await
        .unwrap();
    assert!(stopped.cancelled && stopped.turns < 5000, "{stopped:?}");
    assert_eq!(fixture.context.statistics().await.unwrap().turns, stopped.turns);
    let rest = import(&fixture, ImportFormat::Turns, &input).await.unwrap();
    assert_eq!((rest.turns, rest.duplicates, rest.cancelled), (5000 - stopped.turns, stopped.turns, false));
    fixture.context.analysis_settled().await;
    assert_eq!(fixture.context.statistics().await.unwrap().turns_to_analyse, 0);
    assert_eq!(fixture.context.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_line_longer_than_any_record_is_told_with_its_number_and_the_rest_comes_in() {
    let fixture = Fixture::new();
    let mut file = b"\xEF\xBB\xBF{\"id\":\"1\",\"user_message\":\"a\"}\r\n{\"user_message\":\"".to_vec();
    file.resize(file.len() + 17 * 1024 * 1024, b'x');
    file.extend_from_slice(b"\"}\r\n{\"id\":\"3\",\"user_message\":\"c\"}");
    let report = import_bytes(&fixture, "turns.jsonl", &file).await.unwrap();
    assert_eq!((report.turns, report.skipped), (2, 1), "{report:?}");
    assert_eq!(report.errors[0].line, Some(2));
    assert!(report.errors[0].why.contains("longer than 16 MiB"), "{report:?}");
}

#[tokio::test]
async fn a_memory_servers_graph_becomes_insights_and_what_is_the_persons() {
    let fixture = Fixture::new();
    let lines = [
        r#"{"type":"_aim","source":"mcp-knowledge-graph"}"#,
        r#"{"type":"entity","name":"Ada","entityType":"person","observations":["Likes <b>tea</b>","Lives in Graz"]}"#,
        r#"{"type":"entity","name":"Boat","entityType":"Project","observations":[]}"#,
        r#"{"type":"relation","from":"Ada","to":"Boat","relationType":"builds"}"#,
        r#"{"type":"entity","entityType":"person"}"#,
        r#"{"type":"entity","name":"Eve","entityType":"person","observations":"none"}"#,
    ]
    .join("\n");
    for (imported, duplicates) in [(4, 0), (0, 4)] {
        let report = import_bytes(&fixture, "memory.jsonl", lines.as_bytes()).await.unwrap();
        assert_eq!(report.format, Some(ImportFormat::MemoryGraph));
        assert_eq!(
            (report.imported, report.duplicates, report.skipped),
            (imported, duplicates, 2),
            "{report:?}"
        );
        assert_eq!(report.errors.iter().filter_map(|error| error.line).collect::<Vec<_>>(), [5, 6]);
        fixture.clock.advance(std::time::Duration::from_hours(30));
    }
    let known: Vec<String> =
        insights_of(&fixture, "observation").await.into_iter().map(|insight| insight.content).collect();
    assert_eq!(known.len(), 2);
    assert!(known.contains(&"Ada: Lives in Graz".to_owned()), "{known:?}");
    assert_eq!(insights_of(&fixture, "relation").await[0].content, "Ada builds Boat");
    assert_eq!(fixture.find(ItemKind::Project, "Boat").await.unwrap().state, ItemState::Active);
}

#[tokio::test]
async fn transcripts_of_a_folder_come_in_session_by_session_and_grow_with_it() {
    let fixture = Fixture::new();
    let folder = fixture.directory.path().join("projects");
    let project = folder.join("-home-ada-garden");
    std::fs::create_dir_all(&project).unwrap();
    let entry = |kind: &str, uuid: &str, content: &str| {
        json!({"type": kind, "uuid": uuid, "timestamp": "2026-01-02T03:04:05Z",
            "message": {"role": kind, "content": content}})
        .to_string()
    };
    let first = [entry("user", "u1", "Plant peas?"), entry("assistant", "a1", "In March.")].join("\n");
    std::fs::write(project.join("s-1.jsonl"), format!("{first}\nbroken")).unwrap();
    std::fs::write(
        project.join("agent-7.jsonl"),
        entry("user", "x", "Search").replace('}', ",\"isSidechain\":true}").replacen(
            ",\"isSidechain\":true",
            "",
            1,
        ),
    )
    .unwrap();
    std::fs::write(project.join("notes.txt"), "no transcript").unwrap();
    let request =
        |path: &std::path::Path| ImportRequest { format: None, input: path.to_owned(), dry_run: false };
    let report = fixture.context.import(request(&folder)).await;
    // The folder's files say nothing of a session, so nobody can know: it has to be told.
    assert!(matches!(report, Err(Error::UnknownFormat { .. })), "{report:?}");
    let report = import(&fixture, ImportFormat::ClaudeCode, &folder).await.unwrap();
    assert_eq!((report.turns, report.skipped), (1, 1), "{report:?}");
    assert_eq!(report.errors[0].line, Some(3));
    assert_eq!(report.errors[0].at.as_deref(), Some("-home-ada-garden/s-1.jsonl"));
    let more = entry("user", "u2", "And beans?").replace("\"type\"", "\"sessionId\":\"s-1\",\"type\"");
    std::fs::write(project.join("s-1.jsonl"), format!("{first}\n{more}")).unwrap();
    let report = fixture.context.import(request(&project.join("s-1.jsonl"))).await.unwrap();
    assert_eq!((report.format, report.turns, report.duplicates), (Some(ImportFormat::ClaudeCode), 1, 1));
    let texts = texts_of(&fixture, "claude-code").await;
    assert_eq!(texts[0], ["Plant peas?", "In March.", "s-1", "u1"]);
    assert_eq!(texts[1], ["And beans?", "", "s-1", "u2"]);
}
