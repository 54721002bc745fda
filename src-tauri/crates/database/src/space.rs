//! Giving deleted space back: to the disk in steps, or by writing the file anew so that no byte of it remains.
//!
//! `secure_delete` overwrites what is deleted, but not the copies that SQLite leaves in the gaps of a page when
//! rows move to another one. Only a file that is written anew surely holds nothing but what is stored.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::open::{BACKUP_NAME, UNFINISHED};
use crate::{Database, Error};

/// Up to this size the new file is put together in memory; beyond it in a temporary file of the system's.
const LARGEST_IN_MEMORY: i64 = 256 * 1024 * 1024;
/// How often emptying the write-ahead log is tried while readers still look at what it held, and the time between.
const TRIES: u32 = 300;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// What a step of giving space back came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freed {
    /// Pages that the file is smaller by.
    pub pages: u64,
    /// Pages that are still empty.
    pub left: u64,
}

impl Database {
    /// Gives at most `pages` empty pages back to the disk: a short write like any other. The file itself is
    /// smaller after the next [`Database::empty_log`] or checkpoint.
    ///
    /// # Errors
    /// Those of [`Database::write`].
    pub async fn free_pages(&self, pages: u32) -> Result<Freed, Error> {
        self.write_behind(move |connection| free_pages(connection, pages)).answer().await
    }

    /// Writes the file anew with nothing in it but what is stored now, and empties the write-ahead log. Reading
    /// goes on meanwhile; writing waits.
    ///
    /// # Errors
    /// [`Error::Full`] and the like, and then the file is as it was; [`Error::Busy`] where a reader kept the log
    /// from being emptied for half a minute.
    pub async fn rewrite(&self) -> Result<(), Error> {
        self.in_its_own_time(Self::rewrite_blocking).await
    }

    /// [`Database::rewrite`] for a thread outside the async runtime. Blocks.
    ///
    /// # Errors
    /// As [`Database::rewrite`].
    ///
    /// # Panics
    /// If it is called from within an async task.
    pub fn rewrite_blocking(&self) -> Result<(), Error> {
        let _tidying = self.inner.tidying.lock();
        self.alone_blocking(rewrite)?;
        self.empty_log_alone()
    }

    /// Folds the write-ahead log into the file and empties it. Never keeps a writer waiting for a reader.
    ///
    /// # Errors
    /// [`Error::Busy`] where a reader was in the way for half a minute.
    pub async fn empty_log(&self) -> Result<(), Error> {
        self.in_its_own_time(|database| {
            let _tidying = database.inner.tidying.lock();
            database.fold_log_back();
            database.empty_log_alone()
        })
        .await
    }

    /// Folds most of the log back beside the writer, so that emptying it keeps nobody waiting for long.
    pub(crate) fn fold_log_back(&self) {
        let folded = Connection::open(self.path()).and_then(|beside| {
            beside.busy_timeout(Duration::ZERO)?;
            // The same care for the disk as the writer's (`open.rs`).
            beside.pragma_update(None, "synchronous", "full")?;
            beside.pragma_update(None, "checkpoint_fullfsync", "on")?;
            beside.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
        });
        if let Err(error) = folded {
            tracing::debug!(%error, "the log was not folded back beside the writer; it does it itself");
        }
    }

    /// Empties the log with nobody else writing. The caller holds `tidying`.
    pub(crate) fn empty_log_alone(&self) -> Result<(), Error> {
        for _ in 0..TRIES {
            if self.alone_blocking(empty_log)? {
                return Ok(());
            }
            std::thread::sleep(BETWEEN_TRIES);
        }
        Err(Error::Busy)
    }

    async fn in_its_own_time<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let database = self.clone();
        tokio::task::spawn_blocking(move || work(&database)).await.unwrap_or(Err(Error::JobPanicked))
    }

    /// Removes the copies that were made before migrations. Gives their names.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Permission`].
    pub fn remove_backups(&self) -> Result<Vec<PathBuf>, Error> {
        let (Some(folder), Some(name)) = (self.path().parent(), self.path().file_name()) else {
            return Ok(Vec::new());
        };
        let (begins, ends) = BACKUP_NAME;
        let begins = format!("{}{begins}", name.to_string_lossy());
        let mut removed = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(&begins) && name.trim_end_matches(UNFINISHED).ends_with(ends) {
                std::fs::remove_file(entry.path())?;
                removed.push(entry.path());
            }
        }
        removed.sort();
        Ok(removed)
    }

    pub(crate) fn alone_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.submit_alone(job).blocking_recv().unwrap_or(Err(Error::Closed))
    }

    fn submit_alone<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, Error>> {
        let (answer, receiver) = oneshot::channel();
        self.inner.writer.submit_alone(job, move |outcome| {
            // The caller may have gone; what it asked for is done all the same.
            let _ = answer.send(outcome);
        });
        receiver
    }
}

pub(crate) fn free_pages(connection: &Connection, pages: u32) -> Result<Freed, Error> {
    let empty = |connection: &Connection| -> Result<u64, Error> {
        let count: i64 = connection.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
        Ok(count.unsigned_abs())
    };
    let before = empty(connection)?;
    // It gives one row for each page and does its work between them.
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    let left = empty(connection)?;
    Ok(Freed { pages: before.saturating_sub(left), left })
}

/// Writes the whole file anew. (`VACUUM` leaves the numbers of rows with an `INTEGER PRIMARY KEY` as they are.)
pub(crate) fn rewrite(connection: &Connection) -> Result<(), Error> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let size: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let in_memory = pages.saturating_mul(size) <= LARGEST_IN_MEMORY;
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
    if !in_memory {
        connection.pragma_update(None, "temp_store", "file")?;
    }
    let written = connection.execute_batch("VACUUM");
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(written?)
}

/// Whether the log is empty now.
fn empty_log(connection: &Connection) -> Result<bool, Error> {
    connection.busy_timeout(Duration::ZERO)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
    connection.busy_timeout(crate::open::BUSY_TIMEOUT)?;
    Ok(busy? == 0)
}

#[cfg(test)]
#[path = "space_tests.rs"]
mod tests;
