//! How far a long command has come: one line that changes, on standard error of a terminal alone. Scripts and pipes
//! see nothing of it.

use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use control::Events;
use engine::operations::ShowStatus;
use engine::types::counted;
use engine::{Event, Operation, TransferProgress, TransferTask};
use tokio::sync::broadcast::{self, error::RecvError};

use super::error::CliError;
use super::session::Session;
use crate::place::Place;

/// How often analysis is asked how much is left.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What is shown while a command runs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shown {
    /// The events of an export or import.
    Transfer(TransferTask),
    /// How many turns analysis has still to see.
    Analysis,
}

impl Place {
    /// Runs one operation wherever it can be run, and shows how far it is.
    pub(super) async fn call_showing<O: Operation>(
        &self,
        operation: O,
        shown: Shown,
    ) -> Result<O::Output, CliError> {
        let session = self.open().await?;
        let outcome = if io::stderr().is_terminal() {
            showing(&session, operation, shown).await
        } else {
            session.call(operation).await
        };
        session.close().await;
        outcome
    }
}

async fn showing<O: Operation>(session: &Session, operation: O, shown: Shown) -> Result<O::Output, CliError> {
    let mut line = Line::new(io::stderr());
    let mut news = News::of(session, shown).await;
    let mut work = std::pin::pin!(session.call(operation));
    loop {
        tokio::select! {
            biased;
            outcome = &mut work => {
                line.clear();
                return outcome;
            }
            text = news.next(session) => line.show(&text),
        }
    }
}

/// Where the line's texts come from.
enum News {
    Attached(TransferTask, Events),
    Detached(TransferTask, broadcast::Receiver<Event>),
    Analysis,
    /// The stream has ended, or there is none.
    Nothing,
}

impl News {
    async fn of(session: &Session, shown: Shown) -> Self {
        match (shown, session) {
            (Shown::Analysis, _) => Self::Analysis,
            (Shown::Transfer(task), Session::Detached(engine)) => Self::Detached(task, engine.events()),
            (Shown::Transfer(task), Session::Attached(client)) => {
                client.watch().await.map_or(Self::Nothing, |events| Self::Attached(task, events))
            }
        }
    }

    async fn next(&mut self, session: &Session) -> String {
        loop {
            let text = match self {
                Self::Analysis => {
                    tokio::time::sleep(LOOK_EVERY).await;
                    let status = session.call(ShowStatus {}).await;
                    status.ok().map(|status| analysing(status.stored.turns_to_analyse))
                }
                Self::Attached(task, events) => {
                    let task = *task;
                    match events.next().await {
                        Ok(Some(event)) => transferring(task, &event),
                        Ok(None) | Err(_) => self.end(),
                    }
                }
                Self::Detached(task, events) => {
                    let task = *task;
                    match events.recv().await {
                        Ok(event) => transferring(task, &event),
                        Err(RecvError::Lagged(_)) => None,
                        Err(RecvError::Closed) => self.end(),
                    }
                }
                Self::Nothing => std::future::pending().await,
            };
            if let Some(text) = text {
                return text;
            }
        }
    }

    fn end(&mut self) -> Option<String> {
        *self = Self::Nothing;
        None
    }
}

fn transferring(task: TransferTask, event: &Event) -> Option<String> {
    let Event::Transfer(TransferProgress { task: of, done, total, per_mille }) = event else { return None };
    if *of != task {
        return None;
    }
    let doing = match task {
        TransferTask::Export => "exporting",
        TransferTask::Import => "importing",
    };
    let share = match (total, per_mille) {
        (Some(total), _) if *total > 0 => Some(done.saturating_mul(100) / total),
        (_, Some(per_mille)) => Some(u64::from(*per_mille) / 10),
        _ => None,
    };
    let share = share.map(|share| format!(", {} %", share.min(100))).unwrap_or_default();
    Some(format!("{doing}: {}{share}", counted(*done, "record")))
}

fn analysing(left: u64) -> String {
    match left {
        0 => "drawing conclusions".to_owned(),
        left => format!("reading again: {} left", counted(left, "turn")),
    }
}

/// One line of a terminal that changes. Blanks wipe out what is longer: no terminal takes that amiss.
struct Line<W> {
    out: W,
    width: usize,
}

impl<W: Write> Line<W> {
    fn new(out: W) -> Self {
        Self { out, width: 0 }
    }

    fn show(&mut self, text: &str) {
        let width = text.chars().count();
        let blanks = " ".repeat(self.width.saturating_sub(width));
        // A line that can not be shown is no reason to stop the work.
        let _ = write!(self.out, "\r{text}{blanks}").and_then(|()| self.out.flush());
        self.width = width;
    }

    fn clear(&mut self) {
        if self.width > 0 {
            self.show("");
            let _ = write!(self.out, "\r").and_then(|()| self.out.flush());
        }
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
