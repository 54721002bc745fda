//! SQLite, kept safe: open, lock, migrate, one writer with group commit, a pool of readers, integrity.
//!
//! This room knows how a database file is held so that nothing answered is lost. It never knows what a table
//! means: the rooms that own tables hand in a [`Schema`] and closures. Start reading at [`Database`]; how a
//! commit is shared stands in `writer.rs`.

mod error;
mod lock;
mod open;
mod page;
mod readers;
mod scrub;
mod space;
mod wal;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::oneshot;

pub use error::Error;
pub use lock::{DataDirectoryLock, LockError};
pub use open::Schema;

pub use space::Freed;

use readers::Readers;
use writer::{Rank, Writer};

/// One database file: a single writer thread and a pool of read-only connections. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Database {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    writer: Writer,
    readers: Readers,
    /// Held by whoever gives space back or empties the log: they would spoil one another's work.
    tidying: Mutex<()>,
}

impl Database {
    /// Opens the file at `path`, makes it if it is not there, and brings its schema up to date.
    ///
    /// The file is only for its owner (0600 on Unix). It is set to write-ahead logging with
    /// `synchronous=FULL`: a commit is on the disk before anybody is told of it. Before a migration a backup
    /// is written beside the file. Blocks.
    ///
    /// # Errors
    /// A file of another program, a newer schema, a damaged file, missing rights: each names its remedy.
    pub fn open(path: &Path, schema: &Schema) -> Result<Self, Error> {
        let connection = open::open_for_writing(path, schema)?;
        let inner = Inner {
            path: path.to_owned(),
            writer: Writer::start(connection, schema.name)?,
            readers: Readers::new(path),
            tidying: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Runs `job` on the writer thread and answers after the commit that holds its work.
    ///
    /// Jobs that wait together share one transaction, each in a savepoint of its own: an `Err` takes back
    /// that job alone, and so does a panic.
    ///
    /// # Errors
    /// The job's own error; [`Error::JobPanicked`]; whatever kept the commit from the disk.
    ///
    /// # Cancellation
    /// A dropped future does not stop the job: it runs and is committed, only nobody hears of it.
    pub async fn write<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit(Rank::First, job).await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// [`Database::write`] for a thread outside the async runtime. Blocks.
    ///
    /// # Errors
    /// As [`Database::write`].
    ///
    /// # Panics
    /// If it is called from within an async task.
    pub fn write_blocking<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.write_later(job).wait()
    }

    /// Hands `job` to the writer and goes on; [`Pending::wait`] tells what it came to. For a thread outside the
    /// async runtime that prepares the next job meanwhile.
    pub fn write_later<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Pending<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        Pending(self.submit(Rank::First, job))
    }

    /// [`Database::write_later`] for work in the background: whatever somebody waits for goes first, and
    /// then waits for one such job at most. So it must be short; a few milliseconds.
    pub fn write_behind<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Pending<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        Pending(self.submit(Rank::Behind, job))
    }

    fn submit<T, E>(
        &self,
        rank: Rank,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, E>>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        self.inner.writer.submit(rank, job, move |outcome| {
            // The caller may have gone; its work is committed all the same.
            let _ = answer.send(outcome);
        });
        receiver
    }

    /// Runs `job` on a read-only connection, in one read transaction: what it sees does not change under it.
    /// Never waits for the writer.
    ///
    /// # Errors
    /// The job's own error; [`Error::JobPanicked`]; a database that can not be read.
    pub async fn read<T, E>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        match tokio::task::spawn_blocking(move || inner.readers.run(job)).await {
            Ok(result) => result,
            Err(_) => Err(Error::JobPanicked.into()),
        }
    }

    /// [`Database::read`] for a thread outside the async runtime. Blocks.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub fn read_blocking<T, E>(&self, job: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        self.inner.readers.run(job)
    }

    /// How many jobs were handed in so far that somebody waits for. While it grows, work in the background that can
    /// wait does.
    #[must_use]
    pub fn awaited(&self) -> u64 {
        self.inner.writer.awaited()
    }

    /// Has `tell` called on the writer's thread after every commit from now on. It must not block, nor write here.
    pub fn after_commits(&self, tell: impl Fn() + Send + 'static) {
        self.inner.writer.after_commits(Box::new(tell));
    }

    /// What is wrong with the file: the findings of `integrity_check` and `foreign_key_check`. Empty: sound.
    /// Reads the whole file.
    ///
    /// # Errors
    /// A database that can not be read at all.
    pub async fn integrity(&self) -> Result<Vec<String>, Error> {
        self.read(open::integrity).await
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Finishes the writes that wait, folds the write-ahead log into the file and closes it. Whoever still
    /// holds a clone gets [`Error::Closed`] from then on.
    pub async fn close(self) {
        let inner = Arc::clone(&self.inner);
        // A panic here can only come from the closing thread; there is nothing left to save by then.
        let _ = tokio::task::spawn_blocking(move || Self { inner }.close_blocking()).await;
    }

    /// [`Database::close`] for a thread outside the async runtime. Blocks.
    pub fn close_blocking(self) {
        self.inner.readers.close();
        self.inner.writer.close();
    }
}

/// A job that the writer has not answered yet.
#[derive(Debug)]
pub struct Pending<T, E>(oneshot::Receiver<Result<T, E>>);

impl<T, E: From<Error>> Pending<T, E> {
    /// Waits for the commit that holds the job. Blocks.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub fn wait(self) -> Result<T, E> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// [`Pending::wait`] within the async runtime.
    ///
    /// # Errors
    /// As [`Database::write`].
    ///
    /// # Cancellation
    /// A dropped future does not stop the job.
    pub async fn answer(self) -> Result<T, E> {
        self.0.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }
}

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
