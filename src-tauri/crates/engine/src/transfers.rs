//! The exports and imports that are under way, so that somebody else can stop them.

use std::sync::{Arc, Mutex, PoisonError};

use context::Cancel;

use crate::event::TransferTask;

/// Those that are under way. Cloning is cheap; all clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transfers(Arc<Mutex<Vec<(TransferTask, Cancel)>>>);

impl Transfers {
    /// One more begins; it ends when what is given back is dropped.
    pub(crate) fn begin(&self, task: TransferTask) -> Running {
        let cancel = Cancel::default();
        self.with(|running| running.push((task, cancel.clone())));
        Running { transfers: self.clone(), cancel }
    }

    /// Asks all of this kind to stop; gives how many there were.
    pub(crate) fn cancel(&self, task: TransferTask) -> u32 {
        self.with(|running| {
            let mut asked = 0;
            for (_, cancel) in running.iter().filter(|(of, cancel)| *of == task && !cancel.is_cancelled()) {
                cancel.cancel();
                asked += 1;
            }
            asked
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Vec<(TransferTask, Cancel)>) -> T) -> T {
        // A list of flags is whole after every step: a panic elsewhere does not spoil it.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An export or import that is under way. Dropped, it is over: where its caller has gone, it is stopped.
#[derive(Debug)]
pub(crate) struct Running {
    transfers: Transfers,
    pub(crate) cancel: Cancel,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.transfers.with(|running| running.retain(|(_, cancel)| !cancel.is_cancelled()));
    }
}

#[cfg(test)]
#[path = "transfers_tests.rs"]
mod tests;
