use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::Schema;

const SCHEMA: Schema = Schema {
    name: "test",
    application_id: 0x0041_4d56,
    migrations: &["CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL); \
         CREATE INDEX note_by_text ON note (text); CREATE INDEX note_by_end ON note (substr(text, 9))"],
};

/// Numbers that look like chance.
fn scattered(number: u32) -> u32 {
    number.wrapping_mul(2_654_435_761)
}

/// Notes in an order that makes pages split again and again, every tenth of them about a walrus.
fn with_notes(directory: &tempfile::TempDir) -> Database {
    let database = Database::open(&directory.path().join("test.db"), &SCHEMA).unwrap();
    for hundred in 0..25 {
        let write = move |connection: &Connection| {
            let mut insert = connection.prepare("INSERT INTO note (id, text) VALUES (?1, ?2)")?;
            for number in hundred * 100..hundred * 100 + 100 {
                let id = scattered(number);
                let about = if number % 10 == 0 { "walrus" } else { "harbour" };
                insert.execute((id, format!("{id:08x} {about} {}", "x".repeat(number as usize % 700))))?;
            }
            Ok::<_, Error>(())
        };
        database.write_blocking(write).unwrap();
    }
    database
}

fn delete_walruses(database: &Database) {
    let delete = |connection: &Connection| {
        Ok::<_, Error>(connection.execute("DELETE FROM note WHERE text LIKE '%walrus%'", [])?)
    };
    assert_eq!(database.write_blocking(delete).unwrap(), 250);
}

fn count(database: &Database) -> u32 {
    database
        .read_blocking(|connection| {
            Ok::<_, Error>(connection.query_row("SELECT count(*) FROM note", [], |row| row.get(0))?)
        })
        .unwrap()
}

fn is_held(directory: &tempfile::TempDir, word: &str) -> bool {
    let files = std::fs::read_dir(directory.path()).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
}

fn sound(database: &Database) {
    assert_eq!(database.read_blocking(crate::open::integrity).unwrap(), Vec::<String>::new());
}

#[test]
fn what_was_deleted_is_in_no_file_after_a_scrub_and_all_else_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let database = with_notes(&directory);
    delete_walruses(&database);
    database.empty_log_alone().unwrap();
    assert!(is_held(&directory, "walrus"), "otherwise this shows nothing");
    assert!(database.read_blocking(layout).unwrap().is_some(), "this SQLite can clean pages");
    database.scrub_blocking().unwrap();
    assert!(!is_held(&directory, "walrus"));
    assert_eq!(count(&database), 2250);
    sound(&database);
    database.close_blocking();
    let again = Database::open(&directory.path().join("test.db"), &SCHEMA).unwrap();
    assert_eq!(count(&again), 2250);
}

#[test]
fn a_scrub_keeps_what_others_write_meanwhile_and_still_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let database = with_notes(&directory);
    delete_walruses(&database);
    let (stop, other) = (Arc::new(AtomicBool::new(false)), database.clone());
    let told = Arc::clone(&stop);
    let writing = std::thread::spawn(move || {
        let mut written = 0_u32;
        // A few at least, however fast the scrub is.
        while written < 20 || !told.load(Ordering::Relaxed) {
            let id = scattered(1_000_000 + written);
            let text = format!("{id:08x} otter {}", "y".repeat(written as usize % 600));
            let insert = move |connection: &Connection| {
                connection.execute("INSERT INTO note (id, text) VALUES (?1, ?2)", (id, text))?;
                Ok::<_, Error>(())
            };
            other.write_blocking(insert).unwrap();
            written += 1;
        }
        written
    });
    database.scrub_blocking().unwrap();
    assert!(!is_held(&directory, "walrus"));
    stop.store(true, Ordering::Relaxed);
    let written = writing.join().unwrap();
    assert_eq!(count(&database), 2250 + written);
    sound(&database);
}

#[test]
fn a_log_tells_what_was_committed_and_when_it_was_begun_anew() {
    let directory = tempfile::tempdir().unwrap();
    let database = with_notes(&directory);
    database.empty_log_alone().unwrap();
    let mut log = WalReader::new(database.path(), 4096);
    assert_eq!(log.changed().unwrap(), Some(BTreeSet::new()));
    delete_walruses(&database);
    let changed = log.changed().unwrap().unwrap();
    assert!(changed.len() > 50, "{}", changed.len());
    assert_eq!(log.changed().unwrap(), Some(BTreeSet::new()), "each is told once");
    database.empty_log_alone().unwrap();
    assert_eq!(log.changed().unwrap(), None);
}
