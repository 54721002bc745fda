//! Read-only connections, opened when they are needed and kept for the next one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, OpenFlags};

use crate::Error;
use crate::open::keep_plans;

/// More readers than this wait for one another: each holds a page cache of its own.
const CONNECTIONS: usize = 4;

#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Pool {
    idle: Vec<Connection>,
    open: usize,
    closed: bool,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), pool: Mutex::default(), returned: Condvar::new() }
    }

    pub(crate) fn run<T, E: From<Error>>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.take()?;
        let outcome = catch_unwind(AssertUnwindSafe(|| read_in_one_snapshot(&connection, job)));
        self.give_back(connection);
        outcome.unwrap_or_else(|_| Err(Error::JobPanicked.into()))
    }

    pub(crate) fn close(&self) {
        let mut pool = self.pool.lock();
        pool.closed = true;
        pool.open -= pool.idle.len();
        pool.idle.clear();
        self.returned.notify_all();
    }

    fn take(&self) -> Result<Connection, Error> {
        let mut pool = self.pool.lock();
        loop {
            if pool.closed {
                return Err(Error::Closed);
            }
            if let Some(connection) = pool.idle.pop() {
                return Ok(connection);
            }
            if pool.open < CONNECTIONS {
                pool.open += 1;
                break;
            }
            self.returned.wait(&mut pool);
        }
        drop(pool);
        open_for_reading(&self.path).inspect_err(|_| {
            self.pool.lock().open -= 1;
            self.returned.notify_one();
        })
    }

    fn give_back(&self, connection: Connection) {
        let mut pool = self.pool.lock();
        if pool.closed || !connection.is_autocommit() {
            pool.open -= 1;
        } else {
            pool.idle.push(connection);
        }
        self.returned.notify_one();
    }
}

fn open_for_reading(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| Error::from(error).at(path))?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "query_only", "on")?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(64);
    keep_plans(&connection)?;
    Ok(connection)
}

fn read_in_one_snapshot<T, E: From<Error>>(
    connection: &Connection,
    job: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    let execute = |sql| connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    execute("BEGIN").map_err(Error::from)?;
    let outcome = job(connection);
    if let Err(error) = execute("COMMIT") {
        // The connection is dropped by the caller when a transaction is still open.
        tracing::warn!(%error, "a read transaction did not end cleanly");
    }
    outcome
}
