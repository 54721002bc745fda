//! Where the records of every format go: stored in batches, counted, and in a dry run taken back.

use std::collections::{HashMap, HashSet};

use clock::Timestamp;
use database::Pending;
use rusqlite::Connection;

use super::derived_id::{Occurrences, short_hash};
use super::insights::{self, NewInsight};
use super::{BATCH, BATCH_BYTES, ERRORS_TOLD, FORGOTTEN, ImportReport, LineError};
use crate::client_rule::{self, Retention};
use crate::forgetting::marks;
use crate::handle::Inner;
use crate::history::{self, StoreKey};
use crate::input::normalise;
use crate::item_change::{self, Hand};
use crate::progress::Meter;
use crate::retention::oldest_kept_of;
use crate::turn::{self, Duplicates, ReadyTurn};
use crate::{Author, Error, LogOutcome, NewItem, NewTurn};

/// Where a record stands in what is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The file's name where there are several, with the place in a document of JSON.
    pub(super) at: Option<String>,
    pub(super) line: Option<u64>,
}

impl Place {
    pub(super) fn line(line: u64) -> Self {
        Self { at: None, line: Some(line) }
    }

    pub(super) fn at(at: impl Into<String>) -> Self {
        Self { at: Some(at.into()), line: None }
    }
}

/// A record that was checked.
enum Record {
    Turn(Box<ReadyTurn>, Author),
    Item(NewItem, Author, uuid::Uuid),
    Insight(Box<NewInsight>),
}

/// What storing a record came to.
enum Stored {
    Added,
    Known,
    /// A rule of the store keeps it out; the text tells which.
    Refused(&'static str),
}

/// What kind a record is, and for turns which turn and which conversation: to count after it was stored.
#[derive(Clone, Copy)]
enum Kind {
    Turn { id: u64, conversation: u64, is_old: bool },
    Item,
    Insight,
}

/// What is being written, to be counted when it is on the disk.
struct Writing {
    pending: Pending<Vec<Stored>, Undone<Vec<Stored>>>,
    kinds: Vec<(Kind, Place)>,
}

/// How a job ends: with an error, or in a dry run with its result, taken back.
#[derive(Debug)]
enum Undone<T> {
    Failed(Error),
    DryRun(T),
}

impl<T> From<database::Error> for Undone<T> {
    fn from(error: database::Error) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) struct Sink<'a, 'm> {
    pub(super) inner: &'a Inner,
    pub(super) meter: Meter<'m>,
    pub(super) report: ImportReport,
    batch: Vec<Record>,
    kinds: Vec<(Kind, Place)>,
    bytes: usize,
    writing: Option<Writing>,
    occurrences: Occurrences,
    conversations: HashSet<u64>,
    /// How long the owner wants what comes in to be kept; none: as the rules stand.
    keep: Option<Retention>,
    /// Before when turns are too old, for each source that has come.
    oldest_kept: HashMap<String, Option<Timestamp>>,
    /// The turns that a dry run has seen: they are not in the store to be found there.
    seen: HashSet<u64>,
}

impl<'a, 'm> Sink<'a, 'm> {
    pub(super) fn new(inner: &'a Inner, meter: Meter<'m>, dry_run: bool, keep: Option<Retention>) -> Self {
        Self {
            inner,
            meter,
            report: ImportReport { dry_run, ..ImportReport::default() },
            batch: Vec::new(),
            kinds: Vec::new(),
            bytes: 0,
            writing: None,
            occurrences: Occurrences::default(),
            conversations: HashSet::new(),
            keep,
            oldest_kept: HashMap::new(),
            seen: HashSet::new(),
        }
    }

    /// Leaves a record out.
    pub(super) fn skip(&mut self, place: Place, why: impl Into<String>) {
        self.report.skipped += 1;
        if self.report.errors.len() < ERRORS_TOLD {
            self.report.errors.push(LineError { line: place.line, at: place.at, why: why.into() });
        }
    }

    /// Tells of something that is passed over as a whole, once.
    pub(super) fn leave_out(&mut self, what: String) {
        if self.report.left_out.len() < ERRORS_TOLD && !self.report.left_out.contains(&what) {
            self.report.left_out.push(what);
        }
    }

    /// Takes a turn. One without an id gets one that is the same in every import of this file.
    pub(super) fn turn(&mut self, place: Place, mut turn: NewTurn, source: &str) -> Result<(), Error> {
        self.meter.add(1)?;
        let conversation = turn.conversation.clone().unwrap_or_default();
        if turn.external_id.as_deref().is_none_or(|id| id.trim().is_empty()) {
            let at = turn.occurred_at.map(|at| at.to_string()).unwrap_or_default();
            let parts = [source, &conversation, &turn.user_message, &turn.assistant_response, &at];
            turn.external_id = Some(self.occurrences.id(&parts));
        }
        let id = turn.external_id.clone().unwrap_or_default();
        let ready = match ReadyTurn::check(turn, self.inner.clock.now(), self.inner.redaction(), || {
            self.inner.new_id()
        }) {
            Ok(ready) => ready,
            Err(error) => {
                self.skip(place, error.to_string());
                return Ok(());
            }
        };
        self.bytes += ready.turn.user_message.len() + ready.turn.assistant_response.len();
        let is_old = self.oldest_kept(source)?.is_some_and(|oldest| ready.occurred_at < oldest);
        let kind = Kind::Turn {
            is_old,
            id: short_hash(&[source, &conversation, &id]),
            conversation: short_hash(&[source, &conversation]),
        };
        let author = Author::Import { source: source.to_owned() };
        self.push(Record::Turn(Box::new(ready), author), kind, place)
    }

    /// Before when turns of a source are too old. From its first one on they are kept as the owner wants it: nothing
    /// that comes in is removed again meanwhile.
    fn oldest_kept(&mut self, source: &str) -> Result<Option<Timestamp>, Error> {
        if let Some(oldest) = self.oldest_kept.get(source) {
            return Ok(*oldest);
        }
        if let Some(keep) = self.keep
            && !self.report.dry_run
        {
            client_rule::keep_import(self.inner, source, keep)?;
        }
        let oldest = oldest_kept_of(self.inner, source, self.keep);
        self.oldest_kept.insert(source.to_owned(), oldest);
        Ok(oldest)
    }

    /// Takes something that is said of the person.
    pub(super) fn item(&mut self, place: Place, item: NewItem, source: &str) -> Result<(), Error> {
        self.meter.add(1)?;
        match item_change::check_new(item, self.inner.redaction()) {
            Ok(item) => {
                let author = Author::Import { source: source.to_owned() };
                self.push(Record::Item(item, author, self.inner.new_id()), Kind::Item, place)
            }
            Err(error) => {
                self.skip(place, error.to_string());
                Ok(())
            }
        }
    }

    pub(super) fn insight(&mut self, place: Place, insight: NewInsight) -> Result<(), Error> {
        self.meter.add(1)?;
        match insight.check(self.inner.redaction()) {
            Ok(insight) => {
                self.bytes += insight.content.len() + insight.context.len();
                self.push(Record::Insight(Box::new(insight)), Kind::Insight, place)
            }
            Err(why) => {
                self.skip(place, why);
                Ok(())
            }
        }
    }

    fn push(&mut self, record: Record, kind: Kind, place: Place) -> Result<(), Error> {
        self.batch.push(record);
        self.kinds.push((kind, place));
        if self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Hands the batch to the writer, once the one before is on the disk: the next is read meanwhile.
    fn flush(&mut self) -> Result<(), Error> {
        self.settle()?;
        if self.batch.is_empty() {
            return Ok(());
        }
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        let (now, dry_run) = (self.inner.clock.now(), self.report.dry_run);
        let pending = self.inner.database.write_later(move |connection| {
            let stored = batch.into_iter().map(|record| store(connection, record, now)).collect();
            end(stored, dry_run)
        });
        self.writing = Some(Writing { pending, kinds: std::mem::take(&mut self.kinds) });
        Ok(())
    }

    /// Waits for what is being written, and counts it.
    fn settle(&mut self) -> Result<(), Error> {
        let Some(Writing { pending, kinds }) = self.writing.take() else { return Ok(()) };
        let stored = result(pending.wait())?;
        for (stored, (kind, place)) in stored.into_iter().zip(kinds) {
            match stored {
                Stored::Added => self.count(kind),
                Stored::Known => self.report.duplicates += 1,
                Stored::Refused(why) => self.skip(place, why),
            }
        }
        Ok(())
    }

    fn count(&mut self, kind: Kind) {
        match kind {
            Kind::Turn { id, .. } if self.report.dry_run && !self.seen.insert(id) => {
                self.report.duplicates += 1;
                return;
            }
            Kind::Turn { conversation, is_old, .. } => {
                self.report.turns += 1;
                self.report.expiring += u64::from(is_old);
                self.conversations.insert(conversation);
            }
            Kind::Item => self.report.items += 1,
            Kind::Insight => self.report.insights += 1,
        }
        self.report.imported += 1;
    }

    /// Runs `job` with the writer and waits for it; in a dry run all that it wrote is taken back.
    pub(super) fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let dry_run = self.report.dry_run;
        result(self.inner.database.write_blocking(move |connection| end(job(connection), dry_run)))
    }

    /// Stores what is left; whatever went wrong, the report tells what is stored.
    pub(super) fn finish(mut self) -> (Result<(), Error>, ImportReport) {
        // After a stop, the batch that is not with the writer yet is left to the next time.
        let stored = match self.meter.add(0) {
            Ok(()) => self.flush().and_then(|()| self.settle()),
            Err(cancelled) => self.settle().and(Err(cancelled)),
        };
        self.report.conversations += self.conversations.len() as u64;
        self.meter.finish();
        (stored, self.report)
    }
}

fn end<T>(stored: Result<T, Error>, dry_run: bool) -> Result<T, Undone<T>> {
    match stored {
        Ok(stored) if dry_run => Err(Undone::DryRun(stored)),
        Ok(stored) => Ok(stored),
        Err(error) => Err(Undone::Failed(error)),
    }
}

fn result<T>(ended: Result<T, Undone<T>>) -> Result<T, Error> {
    match ended {
        Ok(stored) | Err(Undone::DryRun(stored)) => Ok(stored),
        Err(Undone::Failed(error)) => Err(error),
    }
}

fn store(connection: &Connection, record: Record, now: Timestamp) -> Result<Stored, Error> {
    let is_added = match record {
        Record::Turn(ready, author) => {
            match turn::store(connection, &ready, &author, Duplicates::Import)?.0 {
                LogOutcome::Stored { .. } => true,
                LogOutcome::Duplicate { .. } => false,
                LogOutcome::Forgotten => return Ok(Stored::Refused(FORGOTTEN)),
                // These are for clients, and a private turn never came so far.
                LogOutcome::Paused | LogOutcome::Private | LogOutcome::Incognito | LogOutcome::ReadOnly => {
                    return Ok(Stored::Refused("remembering is paused"));
                }
            }
        }
        Record::Item(item, author, id) => {
            let forgotten = marks::of_item(StoreKey::read(connection)?, item.kind, &normalise(&item.name));
            if history::is_forgotten(connection, forgotten)? {
                return Ok(Stored::Refused(FORGOTTEN));
            }
            !item_change::add(connection, item, Hand { author: &author, at: now }, id)?.existed
        }
        Record::Insight(insight) => insights::store(connection, *insight, now)?,
    };
    Ok(if is_added { Stored::Added } else { Stored::Known })
}
