use serde_json::json;

use super::*;
use crate::fixture::Fixture;
use crate::import::tests::{import, import_bytes};
use crate::{ImportReport, InsightQuery};

const BOAT: &str = "0199aaaa-0000-7000-8000-000000000001";

fn memories() -> Value {
    json!([{
        "conversations_memory": "**Work context**\n\nMara repairs clocks\nin Graz.\n\n- She uses a lathe.\n* Rents a shop.\n\n\
            # Habits:\nShe asks for short answers.",
        "project_memories": {BOAT: "The hull is larch.", "gone": "Nobody knows the project.", "odd": 7},
        "account_uuid": "acc", "updated_at": "2026-01-01T00:00:00Z",
        "memory_files": [{"path": "x"}],
    }])
}

fn project(name: &str) -> Value {
    json!({"uuid": BOAT, "name": name, "description": "A boat for two.", "prompt_template": "Answer in metres.",
        "is_private": true, "is_starter_project": false, "created_at": "2026-01-02T03:04:05Z",
        "docs": [{"filename": "plan.md", "content": "long"}]})
}

async fn insights(fixture: &Fixture) -> Vec<[String; 4]> {
    let query = InsightQuery { limit: 50, ..InsightQuery::default() };
    let found = fixture.context.recent_insights(query).await.unwrap();
    let mut found: Vec<_> = found
        .into_iter()
        .map(|it| [it.content, it.context, it.insight_type, it.state.as_str().to_owned()])
        .collect();
    found.sort();
    found
}

fn counts(report: &ImportReport) -> [u64; 4] {
    [report.items, report.insights, report.duplicates, report.skipped]
}

#[tokio::test]
async fn what_claude_keeps_in_mind_is_suggested_piece_by_piece_with_its_source() {
    let fixture = Fixture::new();
    let folder = fixture.directory.path().join("export");
    std::fs::create_dir_all(folder.join("projects")).unwrap();
    let write = |name: &str, json: &Value| std::fs::write(folder.join(name), json.to_string()).unwrap();
    write("conversations.json", &json!([]));
    write("users.json", &json!([{"uuid": "acc"}]));
    write("design_chats.json", &json!([]));
    write("memories.json", &memories());
    write(&format!("projects/{BOAT}.json"), &project("Boat"));
    let mut starter = project("How to use Claude");
    starter["is_starter_project"] = json!(true);
    write("projects/0199aaaa-0000-7000-8000-000000000002.json", &starter);
    let report = import(&fixture, ImportFormat::Claude, &folder).await.unwrap();
    assert_eq!(counts(&report), [1, 8, 0, 0], "{report:?}");
    let of = "Claude's memory";
    let suggested = |content: &str, context: String, insight_type: &str| {
        [content.to_owned(), context, insight_type.to_owned(), "suggested".to_owned()]
    };
    assert_eq!(
        insights(&fixture).await,
        [
            suggested("A boat for two.", "description of the project Boat".to_owned(), "memory"),
            suggested("Answer in metres.", "instructions of the project Boat".to_owned(), "instruction"),
            suggested("Mara repairs clocks in Graz.", format!("{of}: Work context"), "memory"),
            suggested("Nobody knows the project.", format!("{of} of a project"), "memory"),
            suggested("Rents a shop.", format!("{of}: Work context"), "memory"),
            suggested("She asks for short answers.", format!("{of}: Habits"), "memory"),
            suggested("She uses a lathe.", format!("{of}: Work context"), "memory"),
            suggested("The hull is larch.", format!("{of} of the project Boat"), "memory"),
        ]
    );
    let left_out = report.left_out.join("\n");
    for part in ["memory_files", "project odd", "1 document of the project \"Boat\"", "design_chats.json"] {
        assert!(left_out.contains(part), "{part}: {left_out}");
    }
    assert!(!left_out.contains("users.json") && !left_out.contains("updated_at"), "{left_out}");
    let profile = fixture.context.profile().await.unwrap();
    assert_eq!(profile.current_projects, ["Boat"]);
    // The same again brings nothing, and a suggestion that was refused stays refused.
    let again = import(&fixture, ImportFormat::Claude, &folder).await.unwrap();
    assert_eq!(counts(&again), [0, 0, 9, 0], "{again:?}");
}

#[tokio::test]
async fn a_file_of_memories_or_projects_is_known_by_itself() {
    for (name, json, wanted) in [
        ("a.json", memories(), [0, 6]),
        ("b.json", memories()[0].clone(), [0, 6]),
        ("c.json", json!([project("Boat"), project("Shed")]), [2, 4]),
        ("d.json", project("Boat"), [1, 2]),
    ] {
        let fixture = Fixture::new();
        let report = import_bytes(&fixture, name, json.to_string().as_bytes()).await.unwrap();
        assert_eq!(report.format, Some(ImportFormat::Claude), "{name}");
        assert_eq!([report.items, report.insights], wanted, "{name}: {report:?}");
    }
}

#[tokio::test]
async fn what_can_not_be_read_skips_itself_and_is_told_with_its_place() {
    let fixture = Fixture::new();
    let json = json!([
        {"conversations_memory": 7}, {"conversations_memory": null}, "text",
        {"conversations_memory": "The key is sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOp."},
    ]);
    let report = import_bytes(&fixture, "memories.json", json.to_string().as_bytes()).await.unwrap();
    assert_eq!(counts(&report), [0, 1, 0, 2], "{report:?}");
    let places: Vec<_> = report.errors.iter().filter_map(|error| error.at.as_deref()).collect();
    assert_eq!(places, ["[0]", "[2]"]);
    let content = &insights(&fixture).await[0][0];
    assert!(content.contains("[redacted") && !content.contains("AbCdEf"), "{content}");
    let fixture = Fixture::new();
    let cut = "[{\"conversations_memory\": \"half";
    let report = import_bytes(&fixture, "memories.json", cut.as_bytes()).await.unwrap();
    assert_eq!(counts(&report), [0, 0, 0, 1], "{report:?}");
}

#[test]
fn the_files_of_an_account_are_known_by_their_names() {
    for (name, part) in [
        ("memories.json", Part::Memories),
        ("export/memories-000.json", Part::Memories),
        ("memories/acc.json", Part::Memories),
        ("projects.json", Part::Projects),
        ("a/projects/x.json", Part::Projects),
        ("conversations.json", Part::Conversations),
        ("my-projects.json", Part::Conversations),
    ] {
        assert_eq!(part_of(Some(name), b""), part, "{name}");
    }
    assert!(is_account_file("0199aaaa-0000-7000-8000-000000000001.json"));
    assert!(!is_account_file("users.json") && !is_account_file("conversations.json"));
}
