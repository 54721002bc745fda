use std::io::Write;

use serde_json::json;

use crate::fixture::Fixture;
use crate::import::source::tests::zip;
use crate::import::tests::{import_bytes, insights_of};
use crate::{Author, ImportFormat};

fn lines() -> String {
    [
        json!({"id": "m1", "content": "Prefers green tea", "metadata": {"a": 1}, "state": "active", "app": "cursor",
            "created_at": "2025-05-01T10:00:00+00:00", "updated_at": null, "categories": ["drinks", "taste"]}),
        json!({"id": "m2", "content": "Gone", "state": "deleted", "app": null, "categories": []}),
        json!({"id": "m3", "content": "Has a cat", "state": "archived", "app": null, "categories": [], "created_at": null}),
        json!({"id": "m4", "state": "active", "categories": []}),
    ]
    .map(|line| line.to_string() + "\n")
    .concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[tokio::test]
async fn a_backups_memories_become_insights_once() {
    let fixture = Fixture::new();
    let lines = gzip(lines().as_bytes());
    let backup = zip(&[("memories.json", b"{}"), ("memories.jsonl.gz", &lines)]);
    for (insights, duplicates) in [(2, 0), (0, 2)] {
        let report = import_bytes(&fixture, "memories_export.zip", &backup).await.unwrap();
        assert_eq!(report.format, Some(ImportFormat::OpenMemory));
        assert_eq!(
            (report.insights, report.duplicates, report.skipped),
            (insights, duplicates, 1),
            "{report:?}"
        );
        assert_eq!(report.errors[0].line, Some(4));
        fixture.clock.advance(std::time::Duration::from_hours(30));
    }
    let memories = insights_of(&fixture, "memory").await;
    let tea = memories.iter().find(|memory| memory.content == "Prefers green tea").unwrap();
    assert_eq!(tea.context, "cursor: drinks, taste");
    assert_eq!(tea.timestamp.to_string(), "2025-05-01T10:00:00Z");
    assert_eq!(tea.author, Author::Import { source: "openmemory".to_owned() });
}

#[tokio::test]
async fn the_document_alone_is_enough_and_knows_the_same_memories() {
    let fixture = Fixture::new();
    let document = json!({"user": {"name": "Ada"}, "apps": [], "memories": [
        {"id": "m1", "content": "Prefers green tea", "state": "active", "category_ids": []}, 7],
        "memory_categories": []});
    let document = serde_json::to_string_pretty(&document).unwrap();
    let in_zip = zip(&[("backup/memories.json", document.as_bytes())]);
    let report = import_bytes(&fixture, "b.zip", &in_zip).await.unwrap();
    assert_eq!((report.insights, report.skipped), (1, 1), "{report:?}");
    assert_eq!(report.errors[0].at.as_deref(), Some("memories.json.memories[1]"));
    let alone = import_bytes(&fixture, "memories.json", document.as_bytes()).await.unwrap();
    assert_eq!((alone.format, alone.duplicates), (Some(ImportFormat::OpenMemory), 1));
    let unpacked = import_bytes(&fixture, "memories.jsonl", lines().as_bytes()).await.unwrap();
    assert_eq!((unpacked.insights, unpacked.duplicates), (1, 1), "{unpacked:?}");
}

#[tokio::test]
async fn a_damaged_backup_is_a_clear_error() {
    let fixture = Fixture::new();
    let mut packed = gzip(lines().repeat(500).as_bytes());
    packed.truncate(packed.len() / 2);
    let error = import_bytes(&fixture, "b.zip", &zip(&[("memories.jsonl.gz", &packed)])).await.unwrap_err();
    assert!(error.to_string().contains("b.zip can not be used"), "{error}");
}
