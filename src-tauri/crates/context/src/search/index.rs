//! The index file: documents, segments of postings, and how far it has come.
//!
//! It is a database of its own beside `context.db` and never the truth: whatever is wrong with it, it is made anew.
//! A commit holds words and progress together, so a crash leaves neither a gap nor a double. New documents become a
//! segment; segments of like size are put together, so that a word is looked up in few of them. A removed document
//! leaves the results with its row; its words leave the file when its segment is swept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use database::{Database, Schema};
use rusqlite::{Connection, OptionalExtension, Rows};

use super::document::{Kind, NewDocument};
use super::facts;
use super::postings::{self, Damaged, List, Posting, Weight};
use super::words;
use crate::Error;

/// The tables of the index. `AmSx` in ASCII marks the file as ours.
const SCHEMA: Schema =
    Schema { name: "search", application_id: 0x416D_5378, migrations: &[include_str!("index.sql")] };

/// How many segments of like size are put together.
const FAN: usize = 8;
/// A segment of this many documents stays as it is: putting more together would take too long at once.
const LARGEST: i64 = 1 << 16;
/// ... and one of this many words, where the texts are long. (In tests a few are many.)
const LONGEST: i64 = if cfg!(test) { 1 << 9 } else { 1 << 22 };
/// About how many postings are in memory at once while segments are worked on: some megabytes. Those of a segment of
/// long texts are tens of millions. (In tests a few are many.)
const HELD: usize = if cfg!(test) { 32 } else { 1 << 19 };

/// How far the index has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) turn_seq: i64,
    pub(super) turn_id: Option<[u8; 16]>,
    pub(super) log_number: i64,
}

/// What one step of indexing changes.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// Things that changed or went: what the index knew of them is taken out.
    pub(super) stale: Vec<(Kind, i64)>,
    /// Things as they are now.
    pub(super) documents: Vec<NewDocument>,
    pub(super) progress: Progress,
}

/// Where the index of the store at `path` lies.
pub(super) fn folder(path: &Path) -> PathBuf {
    path.with_extension("search")
}

/// Opens the index of the store with this mark; what is not there, damaged, or of another version or store is made
/// anew. Blocks.
pub(super) fn open(folder: &Path, store: [u8; 16]) -> Result<Database, Error> {
    match try_open(folder, store) {
        Ok(Some(database)) => return Ok(database),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the search index can not be used; it is made anew"),
    }
    remove(folder)?;
    match try_open(folder, store)? {
        Some(database) => Ok(database),
        None => Err(Error::from(database::Error::Closed)),
    }
}

/// Takes the files of the index away.
pub(super) fn remove(folder: &Path) -> Result<(), Error> {
    let removed = match std::fs::symlink_metadata(folder) {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(folder),
        Ok(_) => std::fs::remove_file(folder),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    removed.map_err(|error| Error::file(folder, &error))
}

fn try_open(folder: &Path, store: [u8; 16]) -> Result<Option<Database>, Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Error::file(folder, &error))?;
    let database = Database::open(&folder.join("index.db"), &SCHEMA)?;
    let ours = database.write_blocking(move |connection| {
        connection.execute(
            "INSERT OR IGNORE INTO progress (only, version, store) VALUES (1, ?1, ?2)",
            (words::VERSION, store),
        )?;
        Ok::<_, Error>(connection.query_row(
            "SELECT version = ?1 AND store = ?2 FROM progress",
            (words::VERSION, store),
            |row| row.get::<_, bool>(0),
        )?)
    });
    match ours {
        Ok(true) => Ok(Some(database)),
        Ok(false) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn progress(connection: &Connection) -> Result<Progress, Error> {
    Ok(connection
        .prepare_cached("SELECT turn_seq, turn_id, log_number FROM progress")?
        .query_row([], |row| {
            Ok(Progress { turn_seq: row.get(0)?, turn_id: row.get(1)?, log_number: row.get(2)? })
        })?)
}

/// Takes one step in: one transaction of the caller's.
pub(super) fn apply(connection: &Connection, step: &Step) -> Result<(), Error> {
    for (kind, seq) in &step.stale {
        take_out(connection, *kind, *seq)?;
    }
    add(connection, &step.documents)?;
    connection
        .prepare_cached("UPDATE progress SET turn_seq = ?1, turn_id = ?2, log_number = ?3")?
        .execute((step.progress.turn_seq, step.progress.turn_id, step.progress.log_number))?;
    put_together(connection)
}

fn take_out(connection: &Connection, kind: Kind, seq: i64) -> Result<(), Error> {
    let number: Option<i64> = connection
        .prepare_cached("DELETE FROM document WHERE kind = ?1 AND seq = ?2 RETURNING number")?
        .query_row((kind, seq), |row| row.get(0))
        .optional()?;
    if let Some(number) = number {
        connection.prepare_cached("INSERT OR IGNORE INTO gone (number) VALUES (?1)")?.execute([number])?;
    }
    Ok(())
}

fn add(connection: &Connection, documents: &[NewDocument]) -> Result<(), Error> {
    let mut lists: BTreeMap<&str, Vec<Posting>> = BTreeMap::new();
    let (mut numbers, mut length) = (Vec::with_capacity(documents.len()), 0_usize);
    for document in documents {
        // A turn that a crash brought here twice must not be found twice.
        take_out(connection, document.kind, document.seq)?;
        connection
            .prepare_cached(
                "INSERT INTO document (kind, seq, sort, conversation, author, occurred_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((
                document.kind,
                document.seq,
                document.sort.number(),
                document.conversation,
                document.author,
                document.occurred_at,
            ))?;
        let number = u32::try_from(connection.last_insert_rowid()).map_err(|_| full())?;
        numbers.push(number);
        length += document.length;
        for (term, count) in &document.terms {
            let weight = Weight::new(*count, document.length);
            lists.entry(term).or_default().push(Posting { document: number, weight });
        }
    }
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return Ok(()) };
    facts::add(connection, numbers.iter().copied().zip(documents))?;
    connection
        .prepare_cached("INSERT INTO segment (first, last, documents, length) VALUES (?1, ?2, ?3, ?4)")?
        .execute((first, last, whole(documents.len()), whole(length)))?;
    let segment = connection.last_insert_rowid();
    for (term, postings) in &lists {
        write_list(connection, segment, term, postings)?;
    }
    Ok(())
}

/// A count as SQLite takes it.
fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Four billion documents: an index that says so is damaged.
fn full() -> Error {
    damaged(Damaged)
}

fn write_list(connection: &Connection, segment: i64, term: &str, postings: &[Posting]) -> Result<(), Error> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO posting (segment, term, first, count, bound, list) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    // In parts, so that a removal writes a part anew and not the whole list.
    for part in postings.chunks(postings::LONGEST) {
        let bound = part.iter().map(|posting| posting.weight).reduce(Weight::bound);
        let bound = bound.map_or(0, |bound| bound.0);
        insert.execute((segment, term, part[0].document, whole(part.len()), bound, postings::write(part)))?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    id: i64,
    first: i64,
    last: i64,
    documents: i64,
    length: i64,
}

fn segments(connection: &Connection) -> Result<Vec<Segment>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT id, first, last, documents, length FROM segment ORDER BY first")?;
    let rows = statement.query_map([], |row| {
        Ok(Segment {
            id: row.get(0)?,
            first: row.get(1)?,
            last: row.get(2)?,
            documents: row.get(3)?,
            length: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts the newest segments together where enough of like size stand side by side. A document's words are so
/// written once for each power of [`FAN`], and no word is looked up in more than a few dozen segments.
fn put_together(connection: &Connection) -> Result<(), Error> {
    let mut level = i64::try_from(FAN).unwrap_or(8);
    while level <= LARGEST {
        let all = segments(connection)?;
        // One of half the words is left alone: so two that are not always go together.
        let is_small = |segment: &&Segment| segment.documents < level && segment.length < LONGEST / 2;
        let run = all.iter().rev().take_while(is_small).count();
        let tail = &all[all.len() - run..];
        if run >= FAN && tail.iter().map(|segment| segment.documents).sum::<i64>() <= LARGEST {
            let mut words = 0;
            let fitting = tail.iter().take_while(|segment| {
                words += segment.length;
                words <= LONGEST
            });
            merge(connection, &tail[..fitting.count()])?;
        }
        level *= i64::try_from(FAN).unwrap_or(8);
    }
    Ok(())
}

/// One segment's lists, one after the other.
struct Reading<'s> {
    rows: Rows<'s>,
    is_over: bool,
    term: String,
    first: u32,
    list: Vec<u8>,
}

impl<'s> Reading<'s> {
    fn begin(rows: Rows<'s>) -> Result<Self, Error> {
        let mut reading = Self { rows, is_over: false, term: String::new(), first: 0, list: Vec::new() };
        reading.go_on()?;
        Ok(reading)
    }

    fn go_on(&mut self) -> Result<(), Error> {
        let Some(row) = self.rows.next()? else {
            self.is_over = true;
            return Ok(());
        };
        self.term.clear();
        self.term.push_str(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?);
        self.first = row.get(1)?;
        self.list.clear();
        self.list.extend_from_slice(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?);
        Ok(())
    }
}

/// The lists of neighbouring segments by word, of the words behind `after`: whole lists, until about [`HELD`]
/// postings are held.
fn next_lists(
    connection: &Connection,
    segments: &[Segment],
    after: &str,
) -> Result<Vec<(String, Vec<Posting>)>, Error> {
    let mut statements = Vec::with_capacity(segments.len());
    for _ in segments {
        statements.push(connection.prepare_cached(
            "SELECT term, first, list FROM posting WHERE segment = ?1 AND term > ?2 ORDER BY term, first",
        )?);
    }
    let mut readings = Vec::with_capacity(segments.len());
    for (statement, segment) in statements.iter_mut().zip(segments) {
        readings.push(Reading::begin(statement.query((segment.id, after))?)?);
    }
    let (mut lists, mut held) = (Vec::new(), 0);
    while held < HELD {
        let terms = readings.iter().filter(|reading| !reading.is_over).map(|reading| &reading.term);
        let Some(term) = terms.min().cloned() else { break };
        let mut list = Vec::new();
        for reading in &mut readings {
            while !reading.is_over && reading.term == term {
                List::read(reading.first, &reading.list)
                    .and_then(|read| read.each(|posting| list.push(posting)))
                    .map_err(damaged)?;
                reading.go_on()?;
            }
        }
        held += list.len();
        lists.push((term, list));
    }
    Ok(lists)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
pub(super) fn damaged(error: Damaged) -> Error {
    Error::from(database::Error::Corrupt { path: None, detail: error.to_string() })
}

fn merge(connection: &Connection, parts: &[Segment]) -> Result<(), Error> {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(()) };
    let total = |of: fn(&Segment) -> i64| parts.iter().map(of).sum::<i64>();
    connection
        .prepare_cached("INSERT INTO segment (first, last, documents, length) VALUES (?1, ?2, ?3, ?4)")?
        .execute((first.first, last.last, total(|part| part.documents), total(|part| part.length)))?;
    let segment = connection.last_insert_rowid();
    let mut after = String::new();
    loop {
        let lists = next_lists(connection, parts, &after)?;
        let Some((last, _)) = lists.last() else { break };
        // At once, so that the file needs no place for all of them twice.
        for part in parts {
            connection
                .prepare_cached("DELETE FROM posting WHERE segment = ?1 AND term > ?2 AND term <= ?3")?
                .execute((part.id, &after, last))?;
        }
        for (term, postings) in &lists {
            write_list(connection, segment, term, postings)?;
        }
        after.clone_from(last);
    }
    for part in parts {
        drop_segment(connection, *part)?;
    }
    Ok(())
}

fn drop_segment(connection: &Connection, segment: Segment) -> Result<(), Error> {
    connection.prepare_cached("DELETE FROM posting WHERE segment = ?1")?.execute([segment.id])?;
    connection.prepare_cached("DELETE FROM segment WHERE id = ?1")?.execute([segment.id])?;
    Ok(())
}

/// Whether words of removed documents still stand in the file.
pub(super) fn has_gone(connection: &Connection) -> Result<bool, Error> {
    Ok(connection.prepare_cached("SELECT 1 FROM gone LIMIT 1")?.exists([])?)
}

/// Takes the words of removed documents out of one segment; false: there is nothing left to take out.
pub(super) fn sweep_one(connection: &Connection) -> Result<bool, Error> {
    let oldest: Option<i64> =
        connection.prepare_cached("SELECT min(number) FROM gone")?.query_row([], |row| row.get(0))?;
    let Some(oldest) = oldest else { return Ok(false) };
    let segment =
        segments(connection)?.into_iter().find(|segment| (segment.first..=segment.last).contains(&oldest));
    let Some(segment) = segment else {
        connection.prepare_cached("DELETE FROM gone WHERE number = ?1")?.execute([oldest])?;
        return Ok(true);
    };
    let gone: std::collections::HashSet<u32> = connection
        .prepare_cached("SELECT number FROM gone WHERE number BETWEEN ?1 AND ?2")?
        .query_map((segment.first, segment.last), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let left = segment.documents - i64::try_from(gone.len()).unwrap_or(i64::MAX);
    if left <= 0 {
        drop_segment(connection, segment)?;
    } else {
        sweep(connection, segment, &gone)?;
        // What the removed ones had of the length is not known any more: the average stays.
        connection
            .prepare_cached("UPDATE segment SET documents = ?2, length = ?3 WHERE id = ?1")?
            .execute((segment.id, left, segment.length * left / segment.documents.max(1)))?;
    }
    facts::blank(connection, gone.iter().copied())?;
    connection
        .prepare_cached("DELETE FROM gone WHERE number BETWEEN ?1 AND ?2")?
        .execute((segment.first, segment.last))?;
    Ok(true)
}

fn sweep(
    connection: &Connection,
    segment: Segment,
    gone: &std::collections::HashSet<u32>,
) -> Result<(), Error> {
    let (mut after, mut is_over) = ((String::new(), 0), false);
    while !is_over {
        let (mut changed, mut held) = (Vec::new(), 0);
        let mut read = connection.prepare_cached(
            "SELECT term, first, list FROM posting WHERE segment = ?1 AND (term, first) > (?2, ?3) \
             ORDER BY term, first",
        )?;
        let mut rows = read.query((segment.id, &after.0, after.1))?;
        while held < HELD {
            let Some(row) = rows.next()? else {
                is_over = true;
                break;
            };
            let first: u32 = row.get(1)?;
            let bytes = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
            let (mut kept, mut hit) = (Vec::new(), false);
            let take = |posting: Posting| {
                if gone.contains(&posting.document) {
                    hit = true;
                } else {
                    kept.push(posting);
                }
            };
            List::read(first, bytes).and_then(|list| list.each(take)).map_err(damaged)?;
            if hit {
                after = (row.get(0)?, first);
                held += kept.len() + 1;
                changed.push((after.clone(), kept));
            }
        }
        drop(rows);
        for ((term, first), kept) in &changed {
            connection
                .prepare_cached("DELETE FROM posting WHERE segment = ?1 AND term = ?2 AND first = ?3")?
                .execute((segment.id, term, first))?;
            write_list(connection, segment.id, term, kept)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
