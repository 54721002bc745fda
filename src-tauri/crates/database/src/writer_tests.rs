use std::sync::mpsc::{Sender, channel};

use crate::{Database, Error, Pending, Schema};

const SCHEMA: Schema = Schema {
    name: "test",
    application_id: 0x0041_4d57,
    migrations: &["CREATE TABLE note (id INTEGER PRIMARY KEY)"],
};

fn open(directory: &tempfile::TempDir) -> Database {
    Database::open(&directory.path().join("test.db"), &SCHEMA).unwrap()
}

/// Keeps the writer busy until the sender is dropped, so that what comes next waits together.
fn occupy(database: &Database) -> (Sender<()>, Pending<(), Error>) {
    let (release, released) = channel::<()>();
    let (began, seen) = channel();
    let busy = database.write_later(move |_| {
        began.send(()).unwrap();
        let _ = released.recv();
        Ok::<_, Error>(())
    });
    seen.recv().unwrap();
    (release, busy)
}

/// A job that tells when its turn was.
fn telling(
    told: &Sender<&'static str>,
    name: &'static str,
) -> impl FnOnce(&rusqlite::Connection) -> Result<(), Error> + use<> {
    let told = told.clone();
    move |_| {
        told.send(name).unwrap();
        Ok(())
    }
}

#[test]
fn what_somebody_waits_for_goes_before_work_in_the_background() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(&directory);
    let (release, busy) = occupy(&database);
    let (told, order) = channel();
    let note = |name| telling(&told, name);
    let behind = [database.write_behind(note("background")), database.write_behind(note("background"))];
    let awaited = [database.write_later(note("awaited")), database.write_later(note("awaited"))];
    drop(release);
    busy.wait().unwrap();
    for pending in awaited.into_iter().chain(behind) {
        pending.wait().unwrap();
    }
    assert_eq!(order.try_iter().collect::<Vec<_>>(), ["awaited", "awaited", "background", "background"]);
}

#[test]
fn work_in_the_background_goes_on_while_others_come_and_come() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(&directory);
    let (release, busy) = occupy(&database);
    let (told, order) = channel();
    let note = |name| telling(&told, name);
    let behind = database.write_behind(note("background"));
    // More than share one commit.
    let awaited: Vec<_> = (0..600).map(|_| database.write_later(note("awaited"))).collect();
    drop(release);
    busy.wait().unwrap();
    for pending in awaited {
        pending.wait().unwrap();
    }
    behind.wait().unwrap();
    let order: Vec<_> = order.try_iter().collect();
    let place = order.iter().position(|name| *name == "background").unwrap();
    assert!(place < 600, "it was the last of all");
}

#[test]
fn work_in_the_background_that_still_waits_at_the_end_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(&directory);
    let (release, busy) = occupy(&database);
    let closing = std::thread::spawn({
        let database = database.clone();
        move || database.close_blocking()
    });
    drop(release);
    busy.wait().unwrap();
    closing.join().unwrap();
    let late = database.write_behind(|_| Ok::<_, Error>(()));
    assert!(matches!(late.wait(), Err(Error::Closed)));
}
