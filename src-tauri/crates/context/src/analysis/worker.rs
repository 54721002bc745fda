//! The worker: a thread that reads what analysis has not seen yet and writes what it says.
//!
//! How far it has come stands in the database and moves in the same commit as the findings, so a crash loses
//! nothing and doubles nothing. It lets logging go first: it writes in short pieces that stand behind what somebody
//! waits for. While one piece is written, the next turns are read. When it has seen every turn, it draws the
//! conclusions over time, unless nothing they rest on has changed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use clock::{Clock, Timestamp};
use database::{Database, Pending};
use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::watch;

use super::derive::{AnalysedTurn, Touched, apply, start_anew};
use super::{Analyzer, TurnText, over_time};
use crate::Error;
use crate::author::Author;
use crate::change::Changes;
use crate::evidence::TurnPlace;

/// How many turns are written in one piece at first; then as many as take about ...
const FIRST_PIECE: u32 = 32;
/// ... this long, so that a turn to be logged never waits long for them.
const PIECE_TIME: Duration = Duration::from_millis(4);
/// The fewest and the most turns in a piece.
const PIECES: (u32, u32) = (4, 256);
/// How many pieces wait for the writer at most; they share a commit if nobody else wants one.
const AHEAD: usize = 8;
/// With more turns behind than this it does not wait for a moment of quiet: they come from a file or from before.
const BACKLOG: i64 = 20_000;
/// Logging counts as quiet when no turn came for this long.
const QUIET: Duration = Duration::from_millis(20);
/// Conclusions over time wait for this long a quiet.
const QUIET_TO_CONCLUDE: Duration = Duration::from_millis(200);
/// After this many unquiet moments (ten seconds) a batch is done all the same.
const MOMENTS: u32 = 500;
/// How long to wait after a failure of the database before trying again.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    /// How far analysis has come. Closed when the thread is gone.
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
    /// What the conclusions over time were last drawn from.
    drawn: Drawn,
}

/// What conclusions rest on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Drawn {
    epoch: u64,
    seq: i64,
    changes: u64,
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
    /// Grows with everything that conclusions may rest on.
    changes: u64,
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
        clock: Arc<dyn Clock>,
        changes: Changes,
    ) -> Result<Self, Error> {
        let version = analyzer.version();
        let (analysed, logged) = database.write_blocking(move |connection| prepare(connection, version))?;
        let state = State { logged, changes: 1, ..State::default() };
        let shared =
            Arc::new(Shared { state: Mutex::new(state), work: Condvar::new(), urgent: Condvar::new() });
        let seen = Progress { epoch: 0, seq: analysed, drawn: Drawn::default() };
        let (progress, receiver) = watch::channel(seen);
        let shared_too = Arc::clone(&shared);
        let run =
            Run { database, analyzer, clock, changes, shared: shared_too, progress, piece: FIRST_PIECE };
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
        state.changes += 1;
        drop(state);
        self.shared.work.notify_one();
    }

    /// Tells that analysis was set back to its beginning.
    pub(crate) fn restarted(&self) {
        let mut state = self.shared.state.lock();
        state.epoch += 1;
        state.changes += 1;
        drop(state);
        self.shared.work.notify_all();
    }

    /// Tells that something changed that conclusions over time may rest on.
    pub(crate) fn changed(&self) {
        self.shared.state.lock().changes += 1;
        self.shared.work.notify_one();
    }

    /// Keeps the worker from beginning another batch.
    pub(crate) fn hold(&self) -> Hold {
        self.shared.state.lock().holds += 1;
        Hold(Arc::clone(&self.shared))
    }

    /// Waits until analysis has seen every turn that is committed now, and drawn its conclusions from them. What
    /// comes in meanwhile is not waited for.
    pub(crate) async fn settled(&self) {
        let wanted = {
            let mut state = self.shared.state.lock();
            state.waiting += 1;
            Drawn { epoch: state.epoch, seq: state.logged, changes: state.changes }
        };
        let _waiting = Waiting(Arc::clone(&self.shared));
        self.shared.wake_for_all();
        let mut analysed = self.analysed.clone();
        // An error: the thread is gone, the program is stopping, nothing more will be analysed.
        let _ = analysed.wait_for(|seen| seen.drawn.covers(&wanted)).await;
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

impl Drawn {
    /// Whether what `wanted` names was there when the conclusions were drawn.
    fn covers(&self, wanted: &Self) -> bool {
        self.epoch >= wanted.epoch && self.seq >= wanted.seq && self.changes >= wanted.changes
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

/// What is to be done next.
enum Work {
    /// Unseen turns, up to there.
    Unseen(Drawn),
    /// Every turn is seen: what follows from many together.
    Conclusions(Drawn),
}

struct Run {
    database: Database,
    analyzer: Arc<dyn Analyzer>,
    clock: Arc<dyn Clock>,
    changes: Changes,
    shared: Arc<Shared>,
    progress: watch::Sender<Progress>,
    /// How many turns are written in one piece.
    piece: u32,
}

/// What writing a piece came to; none: somebody started anew since the turns were read.
struct Written {
    touched: Option<Vec<Touched>>,
    took: Duration,
}

/// A piece that the writer has.
struct Piece {
    through: i64,
    written: Pending<Written, Error>,
}

impl Run {
    fn until_stopped(mut self) {
        while let Some(work) = self.wait_for_work() {
            let done = match work {
                Work::Unseen(wanted) => self.catch_up(wanted),
                Work::Conclusions(from) => self.conclude(from),
            };
            match done {
                Ok(()) => {}
                Err(Error::Database(database::Error::Closed)) => return,
                Err(error) => {
                    tracing::warn!(%error, "analysis could not go on; it tries again");
                    let mut state = self.shared.state.lock();
                    state.changes += 1;
                    if !state.stop {
                        self.shared.urgent.wait_for(&mut state, AFTER_FAILURE);
                    }
                }
            }
        }
    }

    /// Waits for something to do and a moment of quiet. `None`: stop.
    fn wait_for_work(&self) -> Option<Work> {
        let mut state = self.shared.state.lock();
        let mut moments = 0;
        loop {
            if state.stop {
                return None;
            }
            let seen = *self.progress.borrow();
            let wanted = Drawn { epoch: state.epoch, seq: state.logged, changes: state.changes };
            let is_behind = seen.epoch < wanted.epoch || seen.seq < wanted.seq;
            let is_done = !is_behind && seen.drawn.covers(&wanted);
            if state.holds > 0 || is_done {
                self.shared.work.wait(&mut state);
                continue;
            }
            let work = if is_behind { Work::Unseen(wanted) } else { Work::Conclusions(wanted) };
            // A batch is soon due; conclusions look far back, and the next turn would change them: they wait longer.
            let quiet = if is_behind { QUIET } else { QUIET_TO_CONCLUDE };
            let has_backlog = is_behind && (seen.epoch < wanted.epoch || wanted.seq - seen.seq > BACKLOG);
            if state.waiting > 0 || has_backlog || moments >= MOMENTS {
                return Some(work);
            }
            let arrivals = state.arrivals;
            self.shared.urgent.wait_for(&mut state, quiet);
            if state.arrivals == arrivals && state.holds == 0 && !state.stop {
                return Some(work);
            }
            moments += 1;
        }
    }

    /// Draws conclusions over time, reading beside everybody else, and writes what differs.
    fn conclude(&self, from: Drawn) -> Result<(), Error> {
        if let Some(drawn) = self.database.read_blocking(over_time::draw)? {
            let written =
                self.database.write_behind(move |connection| over_time::write(connection, &drawn)).wait()?;
            let Some(touched) = written else {
                // What they rest on has changed meanwhile: they are drawn again.
                self.shared.state.lock().changes += 1;
                return Ok(());
            };
            self.tell(&touched);
        }
        self.progress.send_modify(|seen| seen.drawn = from);
        Ok(())
    }

    /// Reads turns and has what they say written, until it has come to `wanted` or is to do something else.
    fn catch_up(&mut self, wanted: Drawn) -> Result<(), Error> {
        let mut from: i64 = self.database.read_blocking(|connection| {
            Ok::<_, Error>(connection.query_row("SELECT analysed_seq FROM store", [], |row| row.get(0))?)
        })?;
        let mut pieces = VecDeque::new();
        let mut arrivals = self.shared.state.lock().arrivals;
        while from < wanted.seq && self.goes_on(wanted.epoch) {
            self.let_logging_go_first(&mut arrivals, wanted.seq - from);
            let batch = self
                .database
                .read_blocking(|connection| read_batch(connection, &*self.analyzer, from, self.piece))?;
            // The newest turns were removed before they were seen.
            let Some(through) = batch.last().map(|turn| turn.place.seq) else { break };
            let (version, clock) = (self.analyzer.version(), Arc::clone(&self.clock));
            let written = self.database.write_behind(move |connection| {
                let start = clock.monotonic();
                let touched = apply(connection, &batch, from, version)?;
                Ok::<_, Error>(Written { touched, took: clock.monotonic().saturating_sub(start) })
            });
            pieces.push_back(Piece { through, written });
            from = through;
            while pieces.len() > AHEAD {
                if !self.settle(pieces.pop_front(), wanted.epoch)? {
                    return Ok(());
                }
            }
        }
        let is_through = self.goes_on(wanted.epoch);
        while !pieces.is_empty() {
            if !self.settle(pieces.pop_front(), wanted.epoch)? {
                return Ok(());
            }
        }
        if is_through {
            self.progress.send_modify(|seen| {
                seen.epoch = wanted.epoch;
                seen.seq = wanted.seq.max(from);
            });
        }
        Ok(())
    }

    /// Waits for a moment of quiet if turns came since the last one, as [`Run::wait_for_work`] does.
    fn let_logging_go_first(&self, arrivals: &mut u64, behind: i64) {
        let mut state = self.shared.state.lock();
        for _ in 0..MOMENTS {
            if state.arrivals == *arrivals || state.stop || state.waiting > 0 || behind > BACKLOG {
                break;
            }
            *arrivals = state.arrivals;
            self.shared.urgent.wait_for(&mut state, QUIET);
        }
    }

    /// Whether nothing else is to be done first.
    fn goes_on(&self, epoch: u64) -> bool {
        let state = self.shared.state.lock();
        !state.stop && state.holds == 0 && state.epoch == epoch
    }

    /// Waits for a piece. False: somebody started anew, and what was read since is of no use.
    fn settle(&mut self, piece: Option<Piece>, epoch: u64) -> Result<bool, Error> {
        let Some(piece) = piece else { return Ok(true) };
        let written = piece.written.wait()?;
        self.shared.state.lock().changes += 1;
        let Some(touched) = written.touched else { return Ok(false) };
        if written.took > PIECE_TIME {
            self.piece = (self.piece * 3 / 4).max(PIECES.0);
        } else if written.took < PIECE_TIME / 2 {
            self.piece = (self.piece * 5 / 4 + 1).min(PIECES.1);
        }
        self.progress.send_modify(|seen| {
            seen.epoch = epoch;
            seen.seq = piece.through;
        });
        self.tell(&touched);
        Ok(true)
    }

    fn tell(&self, touched: &[Touched]) {
        for (subject, id, action) in touched {
            self.changes.tell(*subject, Some(*id), *action, &Author::Analysis);
        }
    }
}

/// The next turns behind `from` and what they say.
fn read_batch(
    connection: &Connection,
    analyzer: &dyn Analyzer,
    from: i64,
    most: u32,
) -> Result<Vec<AnalysedTurn>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, conversation, occurred_at, logged_at, user_message, assistant_response \
         FROM turn WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let mut rows = statement.query((from, most))?;
    let mut batch = Vec::new();
    while let Some(row) = rows.next()? {
        let occurred_at: i64 = row.get(2)?;
        let text = TurnText {
            user_message: row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?,
            assistant_response: row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?,
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
    Ok(batch)
}
