//! An import that is cut off by `kill -9` is simply done again: nothing is lost and nothing comes twice.

use std::collections::BTreeSet;

use rusqlite::{Connection, OpenFlags};
use serde_json::json;

use crate::durability::expect_sound;
use crate::support::program::{Home, Serve};

const TURNS: usize = 8_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_is_killed_in_the_middle_goes_on_when_it_is_done_again() {
    let home = Home::new();
    let file = home.file("turns.jsonl");
    // Every other record has no id of its own, and some say the same.
    let line = |number: usize| {
        let mut turn = json!({"conversation": format!("c{}", number % 40), "user_message": format!("ok {}", number % 500)});
        if number.is_multiple_of(2) {
            turn["id"] = json!(number.to_string());
        }
        turn.to_string() + "\n"
    };
    std::fs::write(&file, (0..TURNS).map(line).collect::<String>()).expect("the file can be written");
    let server = home.serve_with(&Serve::unlimited()).await;
    let database = home.data().join("context.db");
    let import = [std::ffi::OsString::from("import"), file.clone().into_os_string(), "--json".into()];
    let running = tokio::spawn({
        let mut command = home.command(&import);
        async move { command.output().await }
    });
    let reader = Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
    let stored = |reader: &Connection| -> usize {
        let count = reader.query_row("SELECT count(*) FROM turn", [], |row| row.get(0));
        usize::try_from(count.unwrap_or(0_i64)).expect("a count")
    };
    // Killed as soon as some of it is on the disk: the moment is counted in turns, not in time.
    let before = loop {
        let now = stored(&reader);
        if now > 0 {
            break now;
        }
        assert!(!running.is_finished(), "the import is over before it could be killed");
        tokio::task::yield_now().await;
    };
    server.kill().await;
    let cut_off = running.await.expect("no panic").expect("the command runs");
    assert!(!cut_off.status.success(), "the import says that it is done");
    assert!(before < TURNS, "all of it was there before the kill");
    let before = stored(&reader);
    drop(reader);

    let report = home.json(&import).await;
    assert_eq!(report["turns"], TURNS - before, "{report}");
    assert_eq!(report["duplicates"], before, "{report}");
    let again = home.json(&import).await;
    assert_eq!((&again["imported"], &again["duplicates"]), (&json!(0), &json!(TURNS)), "{again}");
    expect_sound(&database);
    let reader = Connection::open(&database).expect("it opens");
    let ids: BTreeSet<String> = reader
        .prepare("SELECT external_id || ' ' || conversation FROM turn")
        .and_then(|mut all| all.query_map([], |row| row.get(0))?.collect())
        .expect("the turns can be read");
    assert_eq!((ids.len(), stored(&reader)), (TURNS, TURNS));
}
