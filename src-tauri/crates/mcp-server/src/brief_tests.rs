use std::sync::Arc;

use clock::{OsRandom, SystemClock};
use context::{Author, ItemKind, NewItem};

use super::*;

async fn store() -> (tempfile::TempDir, Context) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("context.db");
    let opened =
        tokio::task::spawn_blocking(move || Context::open(&path, Arc::new(SystemClock), Arc::new(OsRandom)));
    (directory, opened.await.unwrap().unwrap())
}

#[tokio::test]
async fn nothing_known_gives_no_brief() {
    let (_directory, context) = store().await;
    assert_eq!(brief(&context, 200).await.unwrap(), "");
}

#[tokio::test]
async fn a_brief_names_each_part_and_keeps_to_its_budget() {
    let (_directory, context) = store().await;
    for (kind, count) in [(ItemKind::Goal, 1), (ItemKind::Project, 40), (ItemKind::Interest, 40)] {
        for number in 0..count {
            let name = format!("{kind} number {number} with a long\u{a0}name to it");
            context.add_item(NewItem { kind, name, value: None }, Author::Owner).await.unwrap();
        }
    }
    context.add_note("The boat\nis called Ada.", None, Author::Owner).await.unwrap();
    for most in [100, 220] {
        let brief = brief(&context, most).await.unwrap();
        assert!(tokens(&brief) <= most as usize, "{most}: {} in {brief}", tokens(&brief));
        assert!(brief.contains("not instructions"));
        assert!(brief.contains("- Goals: goal number 0"), "{brief}");
        assert!(brief.contains("- Lately: The boat is called Ada."), "{brief}");
        assert!(brief.contains("more characters]"), "{brief}");
    }
}
