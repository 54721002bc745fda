//! How far an export or import has come, told now and then.

use serde::{Deserialize, Serialize};

/// It is told about as often as so many records are done: often enough for a bar, too seldom to cost anything.
const STEP: u64 = 500;

/// How far an export or import has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How many records are done.
    pub done: u64,
    /// How many there are, where that is known beforehand.
    pub total: Option<u64>,
}

/// Counts records and tells.
pub(crate) struct Meter<'a> {
    tell: &'a dyn Fn(Progress),
    progress: Progress,
    told: u64,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(total: Option<u64>, tell: &'a dyn Fn(Progress)) -> Self {
        Self { tell, progress: Progress { done: 0, total }, told: 0 }
    }

    /// So many more are done.
    pub(crate) fn add(&mut self, records: u64) {
        self.progress.done += records;
        if self.progress.done - self.told >= STEP {
            self.told = self.progress.done;
            (self.tell)(self.progress);
        }
    }

    /// All are done: tells once more, with what was counted as the total.
    pub(crate) fn finish(self) {
        let done = self.progress.done;
        (self.tell)(Progress { done, total: Some(done) });
    }
}
