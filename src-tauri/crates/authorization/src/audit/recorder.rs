//! The thread that writes what may wait: tool calls, counts of rejections, times of last use; and that
//! clears away what is past its time.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use clock::{Clock, SystemClock, Timestamp};
use database::Database;
use parking_lot::Mutex;
use tokio::sync::{broadcast, oneshot};

use super::rejections::Counters;
use super::{AuditEntry, AuditKind, Decider, RejectionKind, ToolCallRecord};
use crate::Error;
use crate::arrival::Arrival;
use crate::event::AuthorizationEvent;
use crate::id::GrantId;
use crate::scope::ScopeSet;
use crate::settings::Settings;
use crate::store;

/// How long lines of tool calls are gathered before they are written together. With the write itself this
/// stays under the 100 ms that are promised.
const GATHER: Duration = Duration::from_millis(50);
/// How many lines may wait. At a thousand calls a second this is eight seconds of a disk that hangs.
const QUEUE: usize = 8192;
/// How many lines are written in one transaction.
const BATCH: usize = 1024;
/// How often counts and times of use are written.
const TICK: Duration = Duration::from_secs(5);
/// How often what is past its time is cleared away.
const HOUSEKEEPING: Duration = Duration::from_mins(1);

enum Message {
    ToolCall(Box<ToolCallRecord>, Timestamp),
    Flush(oneshot::Sender<()>),
    Stop,
}

/// What callers and the thread share.
#[derive(Debug, Default)]
struct Shared {
    rejections: Mutex<Counters>,
    last_used: Mutex<HashMap<GrantId, Timestamp>>,
    dropped: AtomicU64,
}

/// The callers' end.
#[derive(Debug)]
pub(crate) struct Recorder {
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Recorder {
    pub(crate) fn start(
        database: Database,
        settings: Settings,
        clock: Arc<dyn Clock>,
        events: broadcast::Sender<AuthorizationEvent>,
    ) -> Result<Self, Error> {
        let (sender, receiver) = sync_channel(QUEUE);
        let shared = Arc::new(Shared::default());
        let worker = Worker { database, settings, clock, events, shared: Arc::clone(&shared), receiver };
        let thread = std::thread::Builder::new()
            .name("authorization-audit".to_owned())
            .spawn(move || worker.run())
            .map_err(|error| Error::Thread { detail: error.to_string() })?;
        Ok(Self { sender, shared, thread: Mutex::new(Some(thread)) })
    }

    /// Hands a line over. Never waits: when the queue is full the line is counted, and the count becomes a
    /// line of its own.
    pub(crate) fn tool_call(&self, call: ToolCallRecord, at: Timestamp) {
        match self.sender.try_send(Message::ToolCall(Box::new(call), at)) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.shared.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn rejection(&self, now: Timestamp, kind: RejectionKind, arrival: &Arrival) {
        self.shared.rejections.lock().add(now, kind, arrival);
    }

    pub(crate) fn used(&self, grant: GrantId, at: Timestamp) {
        self.shared.last_used.lock().insert(grant, at);
    }

    /// Resolves when everything that was handed over before is on disk.
    pub(crate) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        let sender = self.sender.clone();
        // The queue may be full; waiting for room is done off the async threads.
        let sent = tokio::task::spawn_blocking(move || sender.send(Message::Flush(done)).is_ok()).await;
        if matches!(sent, Ok(true)) {
            let _ = wait.await;
        }
    }

    /// Writes what waits and ends the thread.
    pub(crate) async fn stop(&self) {
        let Some(thread) = self.thread.lock().take() else { return };
        let sender = self.sender.clone();
        let _ = tokio::task::spawn_blocking(move || {
            let _ = sender.send(Message::Stop);
            if thread.join().is_err() {
                tracing::error!("the audit trail's thread panicked");
            }
        })
        .await;
    }
}

struct Worker {
    database: Database,
    settings: Settings,
    clock: Arc<dyn Clock>,
    events: broadcast::Sender<AuthorizationEvent>,
    shared: Arc<Shared>,
    receiver: Receiver<Message>,
}

/// What one round of gathering brought.
#[derive(Default)]
struct Round {
    lines: Vec<AuditEntry>,
    flushes: Vec<oneshot::Sender<()>>,
    stop: bool,
}

impl Worker {
    fn run(self) {
        let mut last_tick = SystemClock.monotonic();
        // The first clearing happens at once: the program may have been off for a month.
        let mut last_housekeeping: Option<Duration> = None;
        loop {
            let round = self.gather();
            let now = SystemClock.monotonic();
            self.write_calls(&round.lines);
            if round.stop || !round.flushes.is_empty() || now.saturating_sub(last_tick) >= TICK {
                self.write_counts();
                last_tick = now;
            }
            for done in round.flushes {
                let _ = done.send(());
            }
            if round.stop {
                return;
            }
            if last_housekeeping.is_none_or(|last| now.saturating_sub(last) >= HOUSEKEEPING) {
                self.keep_house();
                last_housekeeping = Some(now);
            }
        }
    }

    /// Waits for the first message, then gathers for [`GATHER`]. The waiting is real waiting, so it is
    /// measured with the computer's own clock and not with the one that tests move.
    fn gather(&self) -> Round {
        let mut round = Round::default();
        match self.receiver.recv_timeout(TICK) {
            Ok(message) => Self::take(message, &mut round),
            Err(RecvTimeoutError::Timeout) => return round,
            Err(RecvTimeoutError::Disconnected) => round.stop = true,
        }
        // Asleep, not waiting for each message: under load a thread that wakes for every line costs more than
        // writing the lines. A flush or a stop waits this long at most.
        if !round.stop && round.flushes.is_empty() {
            std::thread::sleep(GATHER);
        }
        while !round.stop && round.flushes.is_empty() && round.lines.len() < BATCH {
            match self.receiver.try_recv() {
                Ok(message) => Self::take(message, &mut round),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => round.stop = true,
            }
        }
        round
    }

    fn take(message: Message, round: &mut Round) {
        match message {
            Message::ToolCall(call, at) => round.lines.push(line_of(*call, at)),
            Message::Flush(done) => round.flushes.push(done),
            Message::Stop => round.stop = true,
        }
    }

    fn write_calls(&self, lines: &[AuditEntry]) {
        let dropped = self.shared.dropped.swap(0, Ordering::Relaxed);
        if lines.is_empty() && dropped == 0 {
            return;
        }
        let mut lines = lines.to_vec();
        if dropped > 0 {
            tracing::warn!(dropped, "tool calls came faster than the audit trail could be written");
            let count = Some(i64::try_from(dropped).unwrap_or(i64::MAX));
            lines.push(AuditEntry { count, ..AuditEntry::new(self.clock.now(), AuditKind::Dropped) });
        }
        let kept = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        let written = self.database.write_blocking(move |connection| {
            lines.iter().try_for_each(|line| store::audit::append(connection, line)).map_err(Error::from)
        });
        if let Err(error) = written {
            // Counted as dropped, so that the trail says so once it can be written again.
            self.shared.dropped.fetch_add(kept, Ordering::Relaxed);
            tracing::error!(%error, "lines of the audit trail could not be written");
        }
    }

    fn write_counts(&self) {
        let counts = self.shared.rejections.lock().take();
        let uses: Vec<_> = self.shared.last_used.lock().drain().collect();
        if counts.is_empty() && uses.is_empty() {
            return;
        }
        let written = self.database.write_blocking(move |connection| -> Result<(), Error> {
            for (key, count) in &counts {
                store::audit::add_rejections(connection, key, *count)?;
            }
            for (grant, at) in &uses {
                store::grants::touch(connection, *grant, *at)?;
            }
            Ok(())
        });
        if let Err(error) = written {
            tracing::error!(%error, "counts of rejections and times of last use could not be written");
        }
    }

    fn keep_house(&self) {
        let now = self.clock.now();
        let settings = self.settings.clone();
        let cleared = self
            .database
            .write_blocking(move |connection| store::housekeeping::clear(connection, now, &settings));
        match cleared {
            Ok(expired) => {
                for id in expired {
                    // No listener is no error.
                    let _ = self.events.send(AuthorizationEvent::RequestDecided {
                        id,
                        approved: false,
                        by: Decider::Rule,
                    });
                }
            }
            Err(error) => tracing::error!(%error, "what is past its time could not be cleared away"),
        }
    }
}

fn line_of(call: ToolCallRecord, at: Timestamp) -> AuditEntry {
    AuditEntry {
        grant_id: call.grant_id,
        arrival: call.arrival.map(|arrival| arrival.to_string()),
        scopes: call.scope.map(|scope| [scope].into_iter().collect::<ScopeSet>()),
        // A tool's name is short; a caller that invents one must not make the trail long.
        tool: Some(call.tool.chars().take(128).collect()),
        outcome: Some(call.outcome.as_str().to_owned()),
        took_micros: call.took.map(|took| i64::try_from(took.as_micros()).unwrap_or(i64::MAX)),
        ..AuditEntry::new(at, AuditKind::ToolCalled).client(&call.client_id, &call.client_name)
    }
}
