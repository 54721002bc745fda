use super::*;
use crate::Schema;

const SCHEMA: Schema = Schema {
    name: "test",
    application_id: 0x0041_4d55,
    migrations: &["CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL)"],
};

const NEWER: Schema =
    Schema { migrations: &[SCHEMA.migrations[0], "CREATE TABLE other (id INTEGER)"], ..SCHEMA };

async fn with_notes(directory: &tempfile::TempDir, count: u32) -> Database {
    let path = directory.path().join("test.db");
    let database =
        tokio::task::spawn_blocking(move || Database::open(&path, &SCHEMA)).await.unwrap().unwrap();
    database
        .write(move |connection| {
            let mut insert = connection.prepare("INSERT INTO note (text) VALUES (?1)")?;
            for number in 0..count {
                insert.execute([format!("walrus-{number} {}", "x".repeat(500))])?;
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    database
}

async fn alone<T: Send + 'static>(
    database: &Database,
    job: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let database = database.clone();
    tokio::task::spawn_blocking(move || database.alone_blocking(job)).await.unwrap()
}

async fn delete_all(database: &Database) {
    let delete = |connection: &Connection| Ok::<_, Error>(connection.execute("DELETE FROM note", [])?);
    assert!(database.write(delete).await.unwrap() > 0);
}

fn bytes_of(directory: &tempfile::TempDir) -> Vec<u8> {
    let files = std::fs::read_dir(directory.path()).unwrap();
    files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window == word.as_bytes())
}

#[tokio::test]
async fn empty_pages_are_given_back_in_steps_and_the_file_shrinks() {
    let directory = tempfile::tempdir().unwrap();
    let database = with_notes(&directory, 2000).await;
    database.empty_log().await.unwrap();
    let size = || std::fs::metadata(directory.path().join("test.db")).unwrap().len();
    let full = size();
    delete_all(&database).await;
    let first = database.free_pages(16).await.unwrap();
    assert_eq!(first.pages, 16);
    assert!(first.left > 100, "{first:?}");
    while database.free_pages(64).await.unwrap().left > 0 {}
    assert_eq!(database.free_pages(64).await.unwrap(), Freed { pages: 0, left: 0 });
    database.empty_log().await.unwrap();
    assert!(size() * 10 < full, "{} of {full}", size());
    assert_eq!(database.integrity().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_file_written_anew_holds_no_byte_of_what_was_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let database = with_notes(&directory, 300).await;
    assert!(holds(&bytes_of(&directory), "walrus-17 "));
    delete_all(&database).await;
    // Others write meanwhile.
    let kept = database.write(|connection| {
        connection.execute("INSERT INTO note (text) VALUES ('kept')", [])?;
        Ok::<_, Error>(())
    });
    let (rewritten, kept) = tokio::join!(database.rewrite(), kept);
    rewritten.unwrap();
    kept.unwrap();
    // What came last may stand in the log; what was there before stands nowhere.
    let bytes = bytes_of(&directory);
    assert!(!holds(&bytes, "walrus"));
    assert!(holds(&bytes, "kept"));
}

#[tokio::test]
async fn a_reader_keeps_the_log_from_being_emptied_and_no_writer_waits_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let database = with_notes(&directory, 10).await;
    let (is_reading, reads) = std::sync::mpsc::channel();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let reader = database.clone();
    let reading = tokio::task::spawn_blocking(move || {
        reader.read_blocking(|connection| {
            let count: i64 = connection.query_row("SELECT count(*) FROM note", [], |row| row.get(0))?;
            is_reading.send(()).unwrap();
            stopped.recv().unwrap();
            Ok::<_, Error>(count)
        })
    });
    reads.recv().unwrap();
    delete_all(&database).await;
    assert!(!alone(&database, empty_log).await.unwrap());
    stop.send(()).unwrap();
    assert_eq!(reading.await.unwrap().unwrap(), 10);
    database.empty_log().await.unwrap();
    assert!(!holds(&bytes_of(&directory), "walrus-9"));
}

#[tokio::test]
async fn work_between_commits_may_fail_or_panic_and_writing_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let database = with_notes(&directory, 1).await;
    assert_eq!(alone(&database, |_| Err::<(), _>(Error::Full)).await, Err(Error::Full));
    let panicked = alone(&database, |_| -> Result<(), Error> { panic!("on purpose") }).await;
    assert_eq!(panicked, Err(Error::JobPanicked));
    delete_all(&database).await;
    database.clone().close().await;
    assert_eq!(database.rewrite().await, Err(Error::Closed));
}

#[tokio::test]
async fn backups_of_this_database_are_removed_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let database = with_notes(&directory, 1).await;
    for name in
        ["test.db.v1.backup", "test.db.v12.backup.unfinished", "other.db.v1.backup", "test.db.v1.mine"]
    {
        std::fs::write(directory.path().join(name), "walrus").unwrap();
    }
    let removed = database.remove_backups().unwrap();
    let names: Vec<_> = removed.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["test.db.v1.backup", "test.db.v12.backup.unfinished"]);
    assert!(directory.path().join("other.db.v1.backup").exists());
    assert!(directory.path().join("test.db.v1.mine").exists());
    assert!(database.remove_backups().unwrap().is_empty());
}

#[test]
fn a_file_from_before_space_could_be_given_back_learns_it_when_it_is_migrated() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("test.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(&format!(
        "PRAGMA application_id = {}; PRAGMA user_version = 1; {}; INSERT INTO note (text) VALUES ('kept');",
        SCHEMA.application_id, SCHEMA.migrations[0]
    ))
    .unwrap();
    old.close().unwrap();
    let database = Database::open(&path, &NEWER).unwrap();
    let (mode, text): (i64, String) = database
        .read_blocking(|connection| {
            let mode = connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
            Ok::<_, Error>((mode, connection.query_row("SELECT text FROM note", [], |row| row.get(0))?))
        })
        .unwrap();
    assert_eq!((mode, text.as_str()), (2, "kept"));
}
