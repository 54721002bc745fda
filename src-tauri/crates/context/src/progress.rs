//! How far an export or import has come, told now and then; and how it is stopped.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::Error;

/// It is told about as often as so many records are done: often enough for a bar, too seldom to cost anything.
const STEP: u64 = 500;

/// How far an export or import has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// How many records are done.
    pub done: u64,
    /// How many there are, where that is known beforehand.
    pub total: Option<u64>,
    /// How much of the file is read, in thousandths, where only that is known.
    pub per_mille: Option<u16>,
}

/// Stops an export or import from elsewhere. Cloning is cheap; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks for the stop: an export leaves nothing behind, an import leaves what it had brought in so far.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the stop was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`Error::Cancelled`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// Counts records and tells; stops where that was asked for.
pub(crate) struct Meter<'a> {
    tell: &'a dyn Fn(Progress),
    cancel: &'a Cancel,
    progress: Progress,
    told: u64,
    /// How many bytes there are to read, and were read.
    bytes: u64,
    read: Arc<AtomicU64>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(total: Option<u64>, cancel: &'a Cancel, tell: &'a dyn Fn(Progress)) -> Self {
        let progress = Progress { done: 0, total, per_mille: None };
        Self { tell, cancel, progress, told: 0, bytes: 0, read: Arc::default() }
    }

    /// So many more are done.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(crate) fn add(&mut self, records: u64) -> Result<(), Error> {
        self.progress.done += records;
        if self.progress.done - self.told >= STEP {
            self.told = self.progress.done;
            if self.bytes > 0 {
                let share = u128::from(self.read.load(Ordering::Relaxed)) * 1000 / u128::from(self.bytes);
                self.progress.per_mille = Some(u16::try_from(share.min(1000)).unwrap_or(1000));
            }
            (self.tell)(self.progress);
        }
        self.cancel.check()
    }

    /// So many bytes are to be read, all told.
    pub(crate) fn expect_bytes(&mut self, bytes: u64) {
        self.bytes = bytes;
    }

    /// Counts what is read through it.
    pub(crate) fn counted<R: Read>(&self, reader: R) -> Counted<R> {
        Counted { reader, read: Arc::clone(&self.read) }
    }

    /// All are done: tells once more, with what was counted as the total.
    pub(crate) fn finish(&self) {
        let done = self.progress.done;
        (self.tell)(Progress { done, total: Some(done), per_mille: Some(1000) });
    }
}

/// A reader whose bytes the meter counts.
#[derive(Debug)]
pub(crate) struct Counted<R> {
    reader: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.reader.read(buffer)?;
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}
