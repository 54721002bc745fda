//! The indexer: a thread that brings the index up to what is stored, whenever something was committed.
//!
//! It waits for a moment of quiet, so that a burst of turns is written at once and nobody who logs one shares the
//! processor with it; whoever searches does not wait for that moment but for the index itself. Only this thread
//! writes the index.

use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use database::Database;
use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::index::{self, Progress};
use super::log;
use crate::Error;

/// The store counts as quiet when nobody waited for it this long.
const QUIET: Duration = Duration::from_millis(100);
/// After this many unquiet moments (ten seconds) a batch is taken in all the same.
const MOMENTS: u32 = 100;
/// With more turns than this behind it does not wait for quiet: about as many are taken in while a search waits.
const FAR_BEHIND: i64 = 20_000;
/// How long to wait after a failure before trying again.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Indexer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// There is something to do, or somebody waits.
    work: Condvar,
    /// Something was done, or failed.
    done: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stop: bool,
    /// Something was committed since the thread looked last.
    committed: bool,
    /// How many wait for the index.
    waiting: usize,
    /// How often somebody asked for a purge, and up to which asking it is done.
    purges_wanted: u64,
    purges_done: u64,
    /// The file turned out to be damaged: it is to be made anew.
    damaged: bool,
    /// The index, as soon as it is open.
    index: Option<Database>,
    progress: Progress,
    /// Why it could not go on the last time.
    failure: Option<Error>,
}

impl State {
    fn is_urgent(&self) -> bool {
        self.waiting > 0 || self.purges_wanted > self.purges_done || self.damaged
    }

    fn reached(&self, target: &Progress) -> bool {
        self.index.is_some()
            && !self.damaged
            && self.progress.turn_seq >= target.turn_seq
            && self.progress.log_number >= target.log_number
    }
}

impl Indexer {
    /// Starts the thread. It opens the index itself, so that nobody waits for that.
    pub(crate) fn start(store: Database) -> Result<Self, Error> {
        let folder = index::folder(store.path());
        let mark = store.read_blocking(mark)?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State { committed: true, ..State::default() }),
            work: Condvar::new(),
            done: Condvar::new(),
        });
        let told: Weak<Shared> = Arc::downgrade(&shared);
        store.after_commits(move || {
            if let Some(shared) = told.upgrade() {
                shared.state.lock().committed = true;
                shared.work.notify_one();
            }
        });
        let run = Run { store, folder, mark, shared: Arc::clone(&shared) };
        let thread = std::thread::Builder::new()
            .name("context-indexer".to_owned())
            .spawn(move || run.until_stopped())
            .map_err(database::Error::from)?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Waits until the index has come as far as `target`, but no longer than `patience`. Gives the index and
    /// whether it has come so far. Blocks.
    pub(super) fn reach(&self, target: &Progress, patience: Duration) -> Result<(Database, bool), Error> {
        let mut state = self.shared.state.lock();
        if !state.reached(target) {
            state.waiting += 1;
            self.shared.work.notify_one();
            self.shared.done.wait_while_for(
                &mut state,
                |state| !state.stop && state.failure.is_none() && !state.reached(target),
                patience,
            );
            state.waiting -= 1;
        }
        let reached = state.reached(target);
        match (&state.index, &state.failure) {
            (Some(index), _) => Ok((index.clone(), reached)),
            (None, Some(failure)) => Err(failure.clone()),
            (None, None) => Err(Error::IndexNotReady),
        }
    }

    /// Tells that the file is damaged: it will be made anew.
    pub(super) fn damaged(&self) {
        self.shared.state.lock().damaged = true;
        self.shared.work.notify_one();
    }

    /// Waits until the index's files hold no word of anything that is not stored any more. Blocks.
    pub(crate) fn purge(&self) -> Result<(), Error> {
        let mut state = self.shared.state.lock();
        state.purges_wanted += 1;
        state.failure = None;
        let mine = state.purges_wanted;
        self.shared.work.notify_one();
        self.shared.done.wait_while(&mut state, |state| {
            !state.stop && state.failure.is_none() && state.purges_done < mine
        });
        match &state.failure {
            _ if state.purges_done >= mine => Ok(()),
            Some(failure) => Err(failure.clone()),
            None => Err(Error::Database(database::Error::Closed)),
        }
    }

    /// Lets the step under way end, and the thread with it. Blocks.
    pub(crate) fn stop(&self) {
        self.shared.stop();
        if let Some(thread) = self.thread.lock().take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Shared {
    fn stop(&self) {
        self.state.lock().stop = true;
        self.work.notify_all();
        self.done.notify_all();
    }
}

struct Run {
    store: Database,
    folder: PathBuf,
    mark: [u8; 16],
    shared: Arc<Shared>,
}

/// By what an index knows its store: a hash of the store's key, which is in no other.
fn mark(connection: &Connection) -> Result<[u8; 16], Error> {
    let key: Vec<u8> = connection.query_row("SELECT key FROM store WHERE only = 1", [], |row| row.get(0))?;
    let hash = Sha256::new().chain_update(b"search index").chain_update(key).finalize();
    let mut mark = [0; 16];
    mark.copy_from_slice(&hash[..16]);
    Ok(mark)
}

/// What the thread is to do next.
struct Task {
    /// Up to which asking a purge is wanted; none: no purge.
    purge: Option<u64>,
    damaged: bool,
}

impl Run {
    fn until_stopped(self) {
        while let Some(task) = self.wait_for_work() {
            match self.work(&task) {
                Ok(()) => {}
                Err(Error::Database(database::Error::Closed)) => break,
                Err(error) => self.failed(error),
            }
        }
        let index = self.shared.state.lock().index.take();
        if let Some(index) = index {
            index.close_blocking();
        }
    }

    /// `None`: stop.
    fn wait_for_work(&self) -> Option<Task> {
        let mut state = self.shared.state.lock();
        loop {
            if state.stop {
                return None;
            }
            if state.is_urgent() {
                break;
            }
            if state.committed {
                drop(state);
                if !self.wait_for_quiet() {
                    return None;
                }
                state = self.shared.state.lock();
                break;
            }
            self.shared.work.wait(&mut state);
        }
        state.committed = false;
        let purge = (state.purges_wanted > state.purges_done).then_some(state.purges_wanted);
        Some(Task { purge, damaged: std::mem::take(&mut state.damaged) })
    }

    /// Waits until nobody waits for the store, unless somebody waits for the index or too much would be left for them.
    /// False: stop.
    fn wait_for_quiet(&self) -> bool {
        for _ in 0..MOMENTS {
            let awaited = self.store.awaited();
            let mut state = self.shared.state.lock();
            let nothing_else = |state: &mut State| !state.stop && !state.is_urgent();
            self.shared.work.wait_while_for(&mut state, nothing_else, QUIET);
            if state.stop {
                return false;
            }
            if state.is_urgent() || self.store.awaited() == awaited {
                return true;
            }
            let seen = state.progress.turn_seq;
            drop(state);
            // A store that can not be read is told where it is read for the index.
            if self
                .store
                .read_blocking(log::latest)
                .map_or(true, |latest| latest.turn_seq - seen > FAR_BEHIND)
            {
                return true;
            }
        }
        true
    }

    fn failed(&self, error: Error) {
        tracing::warn!(%error, "the search index could not be brought up to date; it tries again");
        let mut state = self.shared.state.lock();
        state.failure = Some(error);
        state.committed = true;
        self.shared.done.notify_all();
        if !state.stop {
            self.shared.work.wait_for(&mut state, AFTER_FAILURE);
        }
        state.failure = None;
    }

    fn work(&self, task: &Task) -> Result<(), Error> {
        let index = self.open(task.damaged)?;
        let mut awaited = self.store.awaited();
        while let Some(log) = self.step(&index)? {
            if log {
                continue;
            }
            if self.shared.state.lock().stop || (self.store.awaited() != awaited && !self.wait_for_quiet()) {
                return Ok(());
            }
            awaited = self.store.awaited();
        }
        self.sweep(&index, task.purge.is_some())?;
        if let Some(purge) = task.purge {
            // A page keeps copies of what was moved within it.
            index.scrub_blocking()?;
            self.shared.state.lock().purges_done = purge;
            self.shared.done.notify_all();
        }
        Ok(())
    }

    /// An error of the index: where its file may be at fault, the next attempt makes it anew.
    fn doubt(&self, error: Error) -> Error {
        self.shared.state.lock().damaged |= is_damage(&error);
        error
    }

    /// The index, opened or made anew if it has to be.
    fn open(&self, damaged: bool) -> Result<Database, Error> {
        if !damaged && let Some(index) = self.shared.state.lock().index.clone() {
            return Ok(index);
        }
        if damaged {
            let index = self.shared.state.lock().index.take();
            if let Some(index) = index {
                index.close_blocking();
            }
            index::remove(&self.folder)?;
        }
        let mut index = index::open(&self.folder, self.mark)?;
        let mut progress = index.read_blocking(index::progress)?;
        let known = progress.clone();
        if !self.store.read_blocking(move |connection| log::is_behind(connection, &known))? {
            tracing::info!("the search index is of another state of the store; it is made anew");
            index.close_blocking();
            index::remove(&self.folder)?;
            index = index::open(&self.folder, self.mark)?;
            progress = Progress::default();
        }
        if progress == Progress::default() {
            self.store.write_blocking(log::note_all)?;
        }
        let mut state = self.shared.state.lock();
        state.progress = progress;
        state.index = Some(index.clone());
        Ok(index)
    }

    /// Takes one batch in; none: there was nothing to take in. True: things that changed, not new turns.
    fn step(&self, index: &Database) -> Result<Option<bool>, Error> {
        let from = self.shared.state.lock().progress.clone();
        let before = from.log_number;
        let gathered = self.store.read_blocking(|connection| log::gather(connection, &from))?;
        let Some(gathered) = gathered else {
            self.shared.done.notify_all();
            return Ok(None);
        };
        let step = gathered.into_step();
        let progress = step.progress.clone();
        index
            .write_blocking(move |connection| index::apply(connection, &step))
            .map_err(|error| self.doubt(error))?;
        let through = progress.log_number;
        self.shared.state.lock().progress = progress;
        self.shared.done.notify_all();
        if through > before {
            self.store.write_blocking(move |connection| log::trim(connection, through))?;
        }
        Ok(Some(through > before))
    }

    /// Takes the words of removed documents out, unless somebody waits for something else.
    fn sweep(&self, index: &Database, must: bool) -> Result<(), Error> {
        while index.read_blocking(index::has_gone).map_err(|error| self.doubt(error))? {
            {
                let state = self.shared.state.lock();
                if state.stop || (!must && (state.waiting > 0 || state.purges_wanted > state.purges_done)) {
                    return Ok(());
                }
            }
            index.write_blocking(index::sweep_one).map_err(|error| self.doubt(error))?;
        }
        Ok(())
    }
}

/// Whether making the file anew may help: not where the disk is full or the program stops.
pub(super) fn is_damage(error: &Error) -> bool {
    use database::Error as E;
    matches!(
        error,
        Error::Database(
            E::Corrupt { .. } | E::Sqlite { .. } | E::Io { .. } | E::ForeignFile { .. } | E::JobPanicked
        )
    )
}
