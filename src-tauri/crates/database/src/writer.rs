//! The one writer: a thread that takes jobs from a channel and commits those that wait together at once.
//!
//! A commit costs a sync of the disk, whatever it holds. While one is under way, the next jobs gather in the
//! channel and share the following one; so the cost a job falls as the load rises, and nobody is answered
//! before the sync that holds their work. Each job runs in a savepoint: its failure takes back it alone.
//!
//! What somebody waits for goes first. Work in the background (analysis, forgetting, expiring) stands in a line of
//! its own: a turn that is logged waits for one piece of it at most, and that is short.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;

use crate::Error;

/// How many jobs share one commit at most, so that the first of them does not wait for an endless stream.
const JOBS_PER_COMMIT: usize = 256;

/// How many pieces of background work share one commit at most, where nobody waits.
const BEHIND_PER_COMMIT: usize = 8;

/// Tells a job's caller how the commit went.
type Settle = Box<dyn FnOnce(Result<(), Error>) + Send>;

/// Runs a job; or, when there is no transaction to run it in, refuses it.
type Job = Box<dyn FnOnce(Result<&Connection, Error>) -> Ran + Send>;

struct Ran {
    /// Whether its work is to be kept.
    keep: bool,
    settle: Settle,
}

/// Work that a transaction would forbid: it runs between two commits, with nobody else writing.
type Alone = Box<dyn FnOnce(&Connection) + Send>;

enum Message {
    Job(Job),
    Alone(Alone),
    Stop,
}

/// What comes after a commit.
enum Next {
    Job,
    Alone(Alone),
    Stop,
}

/// Who may go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    /// Somebody waits for it.
    First,
    /// It goes when nobody waits, and now and then all the same.
    Behind,
}

/// What waits for the writer.
#[derive(Default)]
struct Line {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    /// How many came that somebody waits for.
    awaited: AtomicU64,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let waiting = self.waiting.lock();
        f.debug_struct("Line")
            .field("first", &waiting.first.len())
            .field("behind", &waiting.behind.len())
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Waiting {
    first: VecDeque<Message>,
    behind: VecDeque<Job>,
    /// The last commit passed over what stands behind: the next one begins with it, so that a stream of others
    /// does not keep it waiting for ever.
    owed: bool,
    /// Nobody takes anything any more.
    closed: bool,
}

impl Line {
    /// Gives the message back if nobody will take it.
    fn put(&self, rank: Rank, message: Message) -> Result<(), Message> {
        let mut waiting = self.waiting.lock();
        if waiting.closed {
            return Err(message);
        }
        match (rank, message) {
            (Rank::Behind, Message::Job(job)) => waiting.behind.push_back(job),
            (_, message) => {
                waiting.first.push_back(message);
                self.awaited.fetch_add(1, Ordering::Relaxed);
            }
        }
        drop(waiting);
        self.arrived.notify_one();
        Ok(())
    }

    /// What the next commit begins with. Waits for it.
    fn take(&self) -> (Rank, Message) {
        let mut waiting = self.waiting.lock();
        loop {
            if (waiting.owed || waiting.first.is_empty())
                && let Some(job) = waiting.behind.pop_front()
            {
                waiting.owed = false;
                return (Rank::Behind, Message::Job(job));
            }
            if let Some(message) = waiting.first.pop_front() {
                waiting.owed = !waiting.behind.is_empty();
                return (Rank::First, message);
            }
            self.arrived.wait(&mut waiting);
        }
    }

    /// What may join the commit under way.
    fn join(&self, behind_too: bool) -> Option<(Rank, Message)> {
        let mut waiting = self.waiting.lock();
        if let Some(message) = waiting.first.pop_front() {
            return Some((Rank::First, message));
        }
        let job = if behind_too { waiting.behind.pop_front() } else { None };
        job.map(|job| (Rank::Behind, Message::Job(job)))
    }
}

/// Refuses what still waits when the thread ends, in whatever way.
struct Closing(Arc<Line>);

impl Drop for Closing {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting.lock();
        waiting.closed = true;
        let first = std::mem::take(&mut waiting.first);
        let behind = std::mem::take(&mut waiting.behind);
        drop(waiting);
        let jobs = first.into_iter().filter_map(|message| match message {
            Message::Job(job) => Some(job),
            // Who handed it in hears that the sender is gone.
            Message::Alone(_) | Message::Stop => None,
        });
        for job in jobs.chain(behind) {
            (job(Err(Error::Closed)).settle)(Ok(()));
        }
    }
}

/// Who is told of every commit.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<Vec<Box<dyn Fn() + Send>>>);

impl std::fmt::Debug for Listeners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Listeners").field(&self.0.lock().len()).finish()
    }
}

impl Listeners {
    fn tell(&self) {
        for listener in self.0.lock().iter() {
            listener();
        }
    }
}

#[derive(Debug)]
pub(crate) struct Writer {
    line: Arc<Line>,
    thread: Mutex<Option<JoinHandle<()>>>,
    listeners: Arc<Listeners>,
}

impl Writer {
    pub(crate) fn start(connection: Connection, name: &str) -> Result<Self, Error> {
        let line = Arc::new(Line::default());
        let closing = Closing(Arc::clone(&line));
        let listeners = Arc::new(Listeners::default());
        let told = Arc::clone(&listeners);
        let thread = std::thread::Builder::new()
            .name(format!("{name}-writer"))
            .spawn(move || write_until_stopped(connection, &closing, &told))?;
        Ok(Self { line, thread: Mutex::new(Some(thread)), listeners })
    }

    pub(crate) fn awaited(&self) -> u64 {
        self.line.awaited.load(Ordering::Relaxed)
    }

    pub(crate) fn after_commits(&self, tell: Box<dyn Fn() + Send>) {
        self.listeners.0.lock().push(tell);
    }

    pub(crate) fn submit<T, E>(
        &self,
        rank: Rank,
        job: impl FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let job: Job = Box::new(move |connection| {
            let outcome = match connection {
                Ok(connection) => catch_unwind(AssertUnwindSafe(|| job(connection)))
                    .unwrap_or_else(|_| Err(Error::JobPanicked.into())),
                Err(refusal) => Err(refusal.into()),
            };
            Ran {
                keep: outcome.is_ok(),
                settle: Box::new(move |commit| {
                    answer(match commit {
                        Ok(()) => outcome,
                        Err(error) => outcome.and_then(|_| Err(error.into())),
                    });
                }),
            }
        });
        if let Err(Message::Job(job)) = self.line.put(rank, Message::Job(job)) {
            (job(Err(Error::Closed)).settle)(Ok(()));
        }
    }

    /// Runs `job` outside any transaction, between the commits of the others.
    pub(crate) fn submit_alone<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
        answer: impl FnOnce(Result<T, Error>) + Send + 'static,
    ) {
        // Shared, because a message that can not be sent must be answered too.
        let answer = Arc::new(Mutex::new(Some(answer)));
        let told = Arc::clone(&answer);
        let alone: Alone = Box::new(move |connection| {
            let outcome =
                catch_unwind(AssertUnwindSafe(|| job(connection))).unwrap_or(Err(Error::JobPanicked));
            if let Some(answer) = told.lock().take() {
                answer(outcome);
            }
        });
        if self.line.put(Rank::First, Message::Alone(alone)).is_err()
            && let Some(answer) = answer.lock().take()
        {
            answer(Err(Error::Closed));
        }
    }

    /// Waits until every job handed in so far is done and the file is closed.
    pub(crate) fn close(&self) {
        let _ = self.line.put(Rank::First, Message::Stop);
        if let Some(thread) = self.thread.lock().take() {
            let _ = thread.join();
        }
    }
}

fn write_until_stopped(connection: Connection, closing: &Closing, listeners: &Listeners) {
    let line = &*closing.0;
    let mut next = Next::Job;
    loop {
        match next {
            Next::Alone(job) => {
                job(&connection);
                next = Next::Job;
            }
            Next::Stop => break,
            Next::Job => {
                next = match line.take() {
                    (rank, Message::Job(first)) => commit_together(&connection, rank, first, line, listeners),
                    (_, Message::Alone(job)) => Next::Alone(job),
                    (_, Message::Stop) => Next::Stop,
                };
            }
        }
    }
    // Folding the log back is a courtesy to whoever copies the file; without it nothing is lost.
    if let Err(error) = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the write-ahead log was not folded into the database; the next start does it");
    }
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

/// Runs `first` and whatever else waits in one transaction. Says what was asked for meanwhile.
fn commit_together(
    connection: &Connection,
    mut rank: Rank,
    first: Job,
    line: &Line,
    listeners: &Listeners,
) -> Next {
    let mut ran = Vec::new();
    let (mut is_awaited, mut behind) = (false, 0);
    let mut broken = execute(connection, "BEGIN IMMEDIATE").err();
    let mut next = Some(first);
    let mut after = Next::Job;
    while let Some(job) = next.take() {
        ran.push(match &broken {
            Some(error) => job(Err(error.clone())),
            None => run_in_savepoint(connection, job, &mut broken),
        });
        match rank {
            Rank::First => is_awaited = true,
            Rank::Behind => behind += 1,
        }
        if ran.len() < JOBS_PER_COMMIT && broken.is_none() {
            // Who waits for this commit is not kept waiting by what nobody waits for.
            match line.join(!is_awaited && behind < BEHIND_PER_COMMIT) {
                Some((joined, Message::Job(job))) => {
                    rank = joined;
                    next = Some(job);
                }
                Some((_, Message::Alone(job))) => after = Next::Alone(job),
                Some((_, Message::Stop)) => after = Next::Stop,
                None => {}
            }
        }
    }
    let outcome = match broken {
        None => execute(connection, "COMMIT"),
        Some(error) => Err(error),
    };
    if let Err(error) = &outcome {
        tracing::error!(%error, jobs = ran.len(), "a commit failed; its jobs were taken back");
        if !connection.is_autocommit() {
            let _ = execute(connection, "ROLLBACK");
        }
    }
    for job in ran {
        (job.settle)(outcome.clone());
    }
    if outcome.is_ok() {
        listeners.tell();
    }
    after
}

fn run_in_savepoint(connection: &Connection, job: Job, broken: &mut Option<Error>) -> Ran {
    if let Err(error) = execute(connection, "SAVEPOINT job") {
        *broken = Some(error.clone());
        return job(Err(error));
    }
    let ran = job(Ok(connection));
    // A full disk or a failing one makes SQLite take back the whole transaction by itself, the work of the
    // jobs before this one included: none of them may be told that it was kept.
    if connection.is_autocommit() {
        *broken = Some(Error::Io { path: None, detail: "the transaction was taken back".to_owned() });
        return ran;
    }
    let end = if ran.keep {
        execute(connection, "RELEASE job")
    } else {
        execute(connection, "ROLLBACK TO job").and_then(|()| execute(connection, "RELEASE job"))
    };
    *broken = end.err();
    ran
}

fn execute(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
