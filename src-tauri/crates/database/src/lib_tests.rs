use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

const SCHEMA: Schema = Schema {
    name: "test",
    application_id: 0x0041_4d54,
    migrations: &["CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"],
};

const SECOND: Schema =
    Schema { migrations: &[SCHEMA.migrations[0], "ALTER TABLE note ADD COLUMN mood TEXT"], ..SCHEMA };

struct Fixture {
    directory: tempfile::TempDir,
    database: Database,
}

impl Fixture {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::open(&directory.path().join("test.db"), &SCHEMA).unwrap();
        Self { directory, database }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("test.db")
    }
}

async fn add(database: &Database, text: &str) -> Result<(), Error> {
    let text = text.to_owned();
    database
        .write(move |connection| {
            connection.execute("INSERT INTO note (text) VALUES (?1)", [text])?;
            Ok(())
        })
        .await
}

async fn texts(database: &Database) -> Vec<String> {
    database
        .read(|connection| {
            let mut statement = connection.prepare("SELECT text FROM note ORDER BY id")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok::<_, Error>(rows.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn what_was_written_is_there_after_closing_and_opening_again() {
    let fixture = Fixture::new();
    add(&fixture.database, "kept").await.unwrap();
    fixture.database.clone().close().await;
    let again = Database::open(&fixture.path(), &SCHEMA).unwrap();
    assert_eq!(texts(&again).await, ["kept"]);
}

#[tokio::test]
async fn a_failing_job_takes_back_only_its_own_work() {
    let fixture = Fixture::new();
    let (first, second, third) = tokio::join!(
        add(&fixture.database, "a"),
        fixture.database.write(|connection| {
            connection.execute("INSERT INTO note (text) VALUES ('half done')", [])?;
            connection.execute("INSERT INTO note (text) VALUES ('half done')", [])?;
            Ok::<_, Error>(())
        }),
        add(&fixture.database, "b"),
    );
    first.unwrap();
    third.unwrap();
    assert!(second.unwrap_err().is_unique_violation());
    assert_eq!(texts(&fixture.database).await, ["a", "b"]);
}

#[tokio::test]
async fn a_panicking_job_is_taken_back_and_the_writer_goes_on() {
    let fixture = Fixture::new();
    let outcome = fixture
        .database
        .write(|connection| -> Result<(), Error> {
            connection.execute("INSERT INTO note (text) VALUES ('lost')", [])?;
            panic!("a bug in a job");
        })
        .await;
    assert_eq!(outcome, Err(Error::JobPanicked));
    add(&fixture.database, "after").await.unwrap();
    assert_eq!(texts(&fixture.database).await, ["after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_wait_together_share_a_commit() {
    let fixture = Fixture::new();
    let commits = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&commits);
    fixture
        .database
        .write(move |connection| {
            connection.commit_hook(Some(move || {
                counter.fetch_add(1, Ordering::SeqCst);
                false
            }))?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    // The writer is held until all hundred wait; so they need no more than a handful of commits.
    let (release, held) = std::sync::mpsc::channel::<()>();
    let holding = fixture.database.submit(Rank::First, move |_| {
        let _ = held.recv_timeout(Duration::from_secs(30));
        Ok::<_, Error>(())
    });
    let waiting: Vec<_> = (0..100)
        .map(|n| {
            fixture.database.submit(Rank::First, move |connection| {
                connection.execute("INSERT INTO note (text) VALUES (?1)", [format!("note {n}")])?;
                Ok::<_, Error>(())
            })
        })
        .collect();
    release.send(()).unwrap();
    holding.await.unwrap().unwrap();
    for job in waiting {
        job.await.unwrap().unwrap();
    }
    assert_eq!(texts(&fixture.database).await.len(), 100);
    assert!(commits.load(Ordering::SeqCst) <= 3, "{} commits", commits.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_reader_can_not_write_and_sees_one_snapshot() {
    let fixture = Fixture::new();
    let refused = fixture
        .database
        .read(|connection| {
            connection.execute("INSERT INTO note (text) VALUES ('x')", [])?;
            Ok::<_, Error>(())
        })
        .await;
    assert!(refused.is_err());
    let database = fixture.database.clone();
    let count = "SELECT count(*) FROM note";
    let (before, after) = tokio::task::spawn_blocking(move || {
        let writer = database.clone();
        database.read_blocking(|connection| {
            let before: u32 = connection.query_row(count, [], |row| row.get(0))?;
            writer.write_blocking(|connection| {
                connection.execute("INSERT INTO note (text) VALUES ('meanwhile')", [])?;
                Ok::<_, Error>(())
            })?;
            let after: u32 = connection.query_row(count, [], |row| row.get(0))?;
            Ok::<_, Error>((before, after))
        })
    })
    .await
    .unwrap()
    .unwrap();
    assert_eq!((before, after), (0, 0));
    assert_eq!(texts(&fixture.database).await, ["meanwhile"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_readers_at_once_all_get_their_turn() {
    let fixture = Fixture::new();
    add(&fixture.database, "one").await.unwrap();
    let readers: Vec<_> = (0..64)
        .map(|_| {
            let database = fixture.database.clone();
            tokio::spawn(async move { texts(&database).await.len() })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap(), 1);
    }
}

#[tokio::test]
async fn after_closing_every_job_hears_that_the_database_is_closed() {
    let fixture = Fixture::new();
    fixture.database.clone().close().await;
    assert_eq!(add(&fixture.database, "late").await, Err(Error::Closed));
    let read = fixture.database.read(|_| Ok::<_, Error>(())).await;
    assert_eq!(read, Err(Error::Closed));
}

#[tokio::test]
async fn the_file_is_synced_fully_and_for_its_owner_alone() {
    let fixture = Fixture::new();
    let (journal, synchronous): (String, i32) = fixture
        .database
        .write(|connection| {
            Ok::<_, Error>((
                connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?,
                connection.pragma_query_value(None, "synchronous", |row| row.get(0))?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((journal.as_str(), synchronous), ("wal", 2));
    #[cfg(unix)]
    for file in ["test.db", "test.db-wal"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(fixture.directory.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[tokio::test]
async fn a_migration_keeps_the_rows_and_leaves_a_backup_of_the_old_schema() {
    let fixture = Fixture::new();
    add(&fixture.database, "old").await.unwrap();
    fixture.database.clone().close().await;
    let migrated = Database::open(&fixture.path(), &SECOND).unwrap();
    assert_eq!(texts(&migrated).await, ["old"]);
    let backup = Database::open(&fixture.directory.path().join("test.db.v1.backup"), &SCHEMA).unwrap();
    assert_eq!(texts(&backup).await, ["old"]);
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_as_it_is() {
    let fixture = Fixture::new();
    fixture.database.clone().close().await;
    Database::open(&fixture.path(), &SECOND).unwrap().close().await;
    let before = std::fs::read(fixture.path()).unwrap();
    let error = Database::open(&fixture.path(), &SCHEMA).unwrap_err();
    assert!(matches!(error, Error::Newer { found: 2, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("install the newer version"), "{error}");
    assert_eq!(std::fs::read(fixture.path()).unwrap(), before);
}

#[test]
fn a_file_of_another_room_is_refused() {
    let fixture = Fixture::new();
    let other = Schema { name: "other", application_id: 7, ..SCHEMA };
    let error = Database::open(&fixture.path(), &other).unwrap_err();
    assert!(matches!(error, Error::ForeignFile { expected: "other", .. }), "{error}");
}

#[test]
fn a_damaged_file_is_named_with_its_remedy_and_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("broken.db");
    let garbage = vec![0x5a; 8192];
    std::fs::write(&path, &garbage).unwrap();
    let error = Database::open(&path, &SCHEMA).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("broken.db") && error.to_string().contains("backup"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), garbage);
}

#[tokio::test]
async fn a_full_disk_is_said_and_what_was_there_stays() {
    let fixture = Fixture::new();
    add(&fixture.database, "before").await.unwrap();
    // SQLite's own limit stands in for the disk's: the same error code on the same way.
    fixture
        .database
        .write(|connection| {
            let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            connection.pragma_update(None, "max_page_count", pages)?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let error = add(&fixture.database, &"x".repeat(100_000)).await.unwrap_err();
    assert_eq!(error, Error::Full);
    assert!(error.to_string().contains("free some space"), "{error}");
    assert_eq!(texts(&fixture.database).await, ["before"]);
}

#[tokio::test]
async fn integrity_finds_nothing_in_a_sound_file_and_something_in_a_damaged_one() {
    let fixture = Fixture::new();
    for n in 0..200 {
        add(&fixture.database, &format!("{n} {}", "x".repeat(200))).await.unwrap();
    }
    assert_eq!(fixture.database.integrity().await.unwrap(), Vec::<String>::new());
    fixture.database.clone().close().await;
    let mut bytes = std::fs::read(fixture.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 2048].fill(0xff);
    std::fs::write(fixture.path(), bytes).unwrap();
    let database = Database::open(&fixture.path(), &SCHEMA).unwrap();
    let found = database.integrity().await;
    assert!(found.is_err() || !found.unwrap().is_empty());
}

#[tokio::test]
async fn a_lock_held_by_another_program_is_said_to_be_that() {
    let fixture = Fixture::new();
    fixture
        .database
        .write(|connection| Ok::<_, Error>(connection.busy_timeout(Duration::from_millis(1))?))
        .await
        .unwrap();
    let other = Connection::open(fixture.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(add(&fixture.database, "x").await, Err(Error::Busy));
    other.execute_batch("ROLLBACK").unwrap();
    add(&fixture.database, "x").await.unwrap();
}
