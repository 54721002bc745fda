//! The worker: a thread that reads what analysis has not seen yet and writes what it says.
//!
//! How far it has come stands in the database and moves in the same commit as the findings, so a crash loses
//! nothing and doubles nothing. It lets logging go first: it waits for a moment of quiet, though not for long.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use clock::Timestamp;
use database::Database;
use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::watch;

use super::derive::{AnalysedTurn, Touched, apply, start_anew};
use super::{Analyzer, TurnText};
use crate::Error;
use crate::author::Author;
use crate::change::Changes;
use crate::evidence::TurnPlace;

/// How many turns are read and written at once: few, so that a turn to be logged never waits long for them.
const BATCH: i64 = 64;
/// Logging counts as quiet when no turn came for this long.
const QUIET: Duration = Duration::from_millis(20);
/// After this many unquiet moments (one second) a batch is done all the same.
const MOMENTS: u32 = 50;
/// How long to wait after a failure of the database before trying again.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    /// Analysis has seen every turn up to this one. Closed when the thread is gone.
    analysed: watch::Receiver<Progress>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// There may be something to do.
    work: Condvar,
    /// There is something that ends a moment's waiting. (A mere turn does not.)
    urgent: Condvar,
}

impl Shared {
    fn wake_for_all(&self) {
        self.work.notify_all();
        self.urgent.notify_all();
    }
}

/// What analysis has seen, or is to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    /// How often analysis was set back to its beginning.
    epoch: u64,
    /// Every turn up to this one.
    seq: i64,
}

#[derive(Debug, Default)]
struct State {
    /// The newest turn that is known to be committed.
    logged: i64,
    /// Grows with every turn: shows whether logging is quiet.
    arrivals: u64,
    /// How many wait for analysis to come to its end: no politeness then.
    waiting: u32,
    /// How many keep it from working, for the time of an import.
    holds: u32,
    /// How often somebody started anew: what was seen before does not count.
    epoch: u64,
    stop: bool,
}

/// Keeps the worker from working until it is dropped.
#[derive(Debug)]
pub(crate) struct Hold(Arc<Shared>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.state.lock().holds -= 1;
        self.0.wake_for_all();
    }
}

struct Waiting(Arc<Shared>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.state.lock().waiting -= 1;
    }
}

impl Worker {
    /// Starts the thread; it goes on where the last one stopped.
    pub(crate) fn start(
        database: Database,
        analyzer: Arc<dyn Analyzer>,
        changes: Changes,
    ) -> Result<Self, Error> {
        let version = analyzer.version();
        let (analysed, logged) = database.write_blocking(move |connection| prepare(connection, version))?;
        let state = State { logged, ..State::default() };
        let shared =
            Arc::new(Shared { state: Mutex::new(state), work: Condvar::new(), urgent: Condvar::new() });
        let (progress, receiver) = watch::channel(Progress { epoch: 0, seq: analysed });
        let run = Run { database, analyzer, changes, shared: Arc::clone(&shared), progress };
        let thread = std::thread::Builder::new()
            .name("context-analysis".to_owned())
            .spawn(move || run.until_stopped())
            .map_err(database::Error::from)?;
        Ok(Self { shared, analysed: receiver, thread: Mutex::new(Some(thread)) })
    }

    /// Tells that a turn was committed.
    pub(crate) fn logged(&self, seq: i64) {
        let mut state = self.shared.state.lock();
        state.logged = state.logged.max(seq);
        state.arrivals += 1;
        drop(state);
        self.shared.work.notify_one();
    }

    /// Tells that analysis was set back to its beginning.
    pub(crate) fn restarted(&self) {
        self.shared.state.lock().epoch += 1;
        self.shared.work.notify_all();
    }

    /// Keeps the worker from beginning another batch.
    pub(crate) fn hold(&self) -> Hold {
        self.shared.state.lock().holds += 1;
        Hold(Arc::clone(&self.shared))
    }

    /// Waits until analysis has seen every turn that is committed now.
    pub(crate) async fn settled(&self) {
        let (epoch, logged) = {
            let mut state = self.shared.state.lock();
            state.waiting += 1;
            (state.epoch, state.logged)
        };
        let _waiting = Waiting(Arc::clone(&self.shared));
        self.shared.wake_for_all();
        let mut analysed = self.analysed.clone();
        // An error: the thread is gone, the program is stopping, nothing more will be analysed.
        let _ = analysed.wait_for(|seen| seen.epoch >= epoch && seen.seq >= logged).await;
    }

    /// Lets the batch under way end, and the thread with it. Blocks.
    pub(crate) fn stop(&self) {
        self.shared.state.lock().stop = true;
        self.shared.wake_for_all();
        if let Some(thread) = self.thread.lock().take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.state.lock().stop = true;
        self.shared.wake_for_all();
    }
}

/// How far analysis has come and the newest turn. Rules of another version start anew.
fn prepare(connection: &Connection, version: u32) -> Result<(i64, i64), Error> {
    let known: u32 =
        connection.query_row("SELECT analysis_version FROM store WHERE only = 1", [], |row| row.get(0))?;
    if known != version {
        start_anew(connection, version)?;
    }
    Ok(connection.query_row(
        "SELECT analysed_seq, ifnull((SELECT max(seq) FROM turn), 0) FROM store WHERE only = 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

struct Run {
    database: Database,
    analyzer: Arc<dyn Analyzer>,
    changes: Changes,
    shared: Arc<Shared>,
    progress: watch::Sender<Progress>,
}

impl Run {
    fn until_stopped(self) {
        while let Some(wanted) = self.wait_for_work() {
            match self.one_batch(wanted) {
                Ok(()) => {}
                Err(Error::Database(database::Error::Closed)) => return,
                Err(error) => {
                    tracing::warn!(%error, "analysis could not go on; it tries again");
                    let mut state = self.shared.state.lock();
                    if !state.stop {
                        self.shared.urgent.wait_for(&mut state, AFTER_FAILURE);
                    }
                }
            }
        }
    }

    /// Waits for unseen turns and a moment of quiet; gives what is to be seen. `None`: stop.
    fn wait_for_work(&self) -> Option<Progress> {
        let mut state = self.shared.state.lock();
        let mut moments = 0;
        loop {
            if state.stop {
                return None;
            }
            let seen = *self.progress.borrow();
            let wanted = Progress { epoch: state.epoch, seq: state.logged };
            if state.holds > 0 || (seen.epoch >= wanted.epoch && seen.seq >= wanted.seq) {
                self.shared.work.wait(&mut state);
                continue;
            }
            if state.waiting > 0 || moments >= MOMENTS {
                return Some(wanted);
            }
            let arrivals = state.arrivals;
            self.shared.urgent.wait_for(&mut state, QUIET);
            if state.arrivals == arrivals && state.holds == 0 && !state.stop {
                return Some(wanted);
            }
            moments += 1;
        }
    }

    fn one_batch(&self, wanted: Progress) -> Result<(), Error> {
        let (from, batch) =
            self.database.read_blocking(|connection| read_batch(connection, &*self.analyzer))?;
        let Some(through) = batch.last().map(|turn| turn.place.seq) else {
            // The newest turns were removed before they were seen.
            self.progress.send_replace(Progress { seq: wanted.seq.max(from), ..wanted });
            return Ok(());
        };
        let version = self.analyzer.version();
        let touched =
            self.database.write_blocking(move |connection| apply(connection, &batch, from, version))?;
        // None: somebody started anew; the next batch begins there.
        if let Some(touched) = touched {
            self.progress.send_replace(Progress { seq: through, ..wanted });
            self.tell(&touched);
        }
        Ok(())
    }

    fn tell(&self, touched: &[Touched]) {
        for (subject, id, action) in touched {
            self.changes.tell(*subject, Some(*id), *action, &Author::Analysis);
        }
    }
}

/// The next turns and what they say.
fn read_batch(connection: &Connection, analyzer: &dyn Analyzer) -> Result<(i64, Vec<AnalysedTurn>), Error> {
    let from: i64 = connection
        .prepare_cached("SELECT analysed_seq FROM store WHERE only = 1")?
        .query_row([], |row| row.get(0))?;
    let mut statement = connection.prepare_cached(
        "SELECT seq, conversation, occurred_at, logged_at, user_message, assistant_response \
         FROM turn WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let mut rows = statement.query((from, BATCH))?;
    let mut batch = Vec::new();
    while let Some(row) = rows.next()? {
        let (user_message, assistant_response): (String, String) = (row.get(4)?, row.get(5)?);
        let occurred_at: i64 = row.get(2)?;
        let text = TurnText {
            user_message: &user_message,
            assistant_response: &assistant_response,
            occurred_at: Timestamp::from_micros(occurred_at),
        };
        batch.push(AnalysedTurn {
            place: TurnPlace {
                seq: row.get(0)?,
                conversation: row.get(1)?,
                occurred_at,
                logged_at: row.get(3)?,
            },
            findings: analyzer.analyze(text),
        });
    }
    Ok((from, batch))
}
