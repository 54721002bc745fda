//! Facts: when each document happened, who brought it and of what kind it is, side by side for all documents, so
//! that a filter of any width costs a question a few milliseconds and not a row for each document.
//!
//! They stand in blocks of [`BLOCK`] documents. What all of a block share is written once; a block that a filter
//! takes in or leaves out as a whole is not looked into.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use super::document::NewDocument;
use super::filter::{Allowed, Filter};
use super::index::damaged;
use super::postings::Damaged;
use crate::Error;

/// How many documents' numbers a block has.
const BLOCK: u32 = 512;
/// When a number happened that is no document (any more).
const NEVER: i64 = i64::MIN;

/// The facts of a block, by the place of the document in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Block {
    times: Vec<i64>,
    authors: Vec<u32>,
    sorts: Vec<u8>,
}

impl Block {
    fn read(connection: &Connection, block: u32) -> Result<Option<Self>, Error> {
        let read = connection
            .prepare_cached("SELECT author, sort, times, authors, sorts FROM fact WHERE block = ?1")?
            .query_row([block], |row| {
                let (author, sort): (Option<u32>, Option<u8>) = (row.get(0)?, row.get(1)?);
                let bytes = |column| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_blob()?);
                let times = bytes(2)?.as_chunks().0.iter().map(|time| i64::from_le_bytes(*time));
                let times: Vec<i64> = times.collect();
                let authors = match author {
                    Some(author) => vec![author; times.len()],
                    None => bytes(3)?.as_chunks().0.iter().map(|key| u32::from_le_bytes(*key)).collect(),
                };
                let sorts = match sort {
                    Some(sort) => vec![sort; times.len()],
                    None => bytes(4)?.to_vec(),
                };
                Ok(Self { times, authors, sorts })
            })
            .optional()?;
        match read {
            Some(block)
                if block.authors.len() != block.times.len() || block.sorts.len() != block.times.len() =>
            {
                Err(damaged(Damaged))
            }
            read => Ok(read),
        }
    }

    fn write(&self, connection: &Connection, block: u32) -> Result<(), Error> {
        let known = || self.times.iter().copied().filter(|time| *time != NEVER);
        let (author, sort) = (shared(&self.authors), shared(&self.sorts));
        let authors: Vec<u8> = if author.is_some() {
            Vec::new()
        } else {
            self.authors.iter().flat_map(|author| author.to_le_bytes()).collect()
        };
        let sorts: &[u8] = if sort.is_some() { &[] } else { &self.sorts };
        let times: Vec<u8> = self.times.iter().flat_map(|time| time.to_le_bytes()).collect();
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO fact (block, oldest, newest, author, sort, times, authors, sorts) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute((block, known().min(), known().max(), author, sort, times, authors, sorts))?;
        Ok(())
    }

    /// Sets the facts of one place. Numbers that were left out before it happened never; they are given its author
    /// and kind, so that what the others share stays shared.
    fn set(&mut self, place: usize, time: i64, author: u32, sort: u8) {
        if self.times.len() <= place {
            self.times.resize(place + 1, NEVER);
            self.authors.resize(place + 1, author);
            self.sorts.resize(place + 1, sort);
        }
        (self.times[place], self.authors[place], self.sorts[place]) = (time, author, sort);
    }
}

/// The one value that all have.
fn shared<T: Copy + PartialEq>(values: &[T]) -> Option<T> {
    let first = *values.first()?;
    values.iter().all(|value| *value == first).then_some(first)
}

fn place(number: u32) -> usize {
    usize::try_from(number % BLOCK).unwrap_or(0)
}

/// Writes down the facts of new documents.
pub(super) fn add<'a>(
    connection: &Connection,
    documents: impl Iterator<Item = (u32, &'a NewDocument)>,
) -> Result<(), Error> {
    let mut blocks: BTreeMap<u32, Block> = BTreeMap::new();
    for (number, document) in documents {
        let block = number / BLOCK;
        if !blocks.contains_key(&block) {
            blocks.insert(block, Block::read(connection, block)?.unwrap_or_default());
        }
        let Some(block) = blocks.get_mut(&block) else { continue };
        let author = u32::try_from(document.author).unwrap_or(u32::MAX);
        let sort = u8::try_from(document.sort.number()).unwrap_or(u8::MAX);
        block.set(place(number), document.occurred_at, author, sort);
    }
    blocks.iter().try_for_each(|(number, block)| block.write(connection, *number))
}

/// Forgets when removed documents happened.
pub(super) fn blank(connection: &Connection, numbers: impl Iterator<Item = u32>) -> Result<(), Error> {
    let mut blocks: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for number in numbers {
        blocks.entry(number / BLOCK).or_default().push(place(number));
    }
    for (number, places) in blocks {
        let Some(mut block) = Block::read(connection, number)? else { continue };
        for place in places {
            if let Some(time) = block.times.get_mut(place) {
                *time = NEVER;
            }
        }
        if block.times.iter().all(|time| *time == NEVER) {
            connection.prepare_cached("DELETE FROM fact WHERE block = ?1")?.execute([number])?;
        } else {
            block.write(connection, number)?;
        }
    }
    Ok(())
}

/// Which documents a filter takes in, by their kind, their author and the time; its conversation is not looked at.
/// No document has a number above `last`.
pub(super) fn allowed(connection: &Connection, filter: &Filter, last: usize) -> Result<Allowed, Error> {
    let mut allowed = Allowed::none(last);
    let kinds: Vec<u8> = filter.kinds.iter().filter_map(|kind| u8::try_from(kind.number()).ok()).collect();
    let is_of_kinds = |sort: u8| kinds.is_empty() || kinds.contains(&sort);
    let is_by = |author: u32| filter.authors.as_ref().is_none_or(|authors| authors.contains(&author.into()));
    let is_in_time = |time: i64| {
        time != NEVER && filter.from.is_none_or(|from| time >= from) && filter.to.is_none_or(|to| time < to)
    };
    let mut statement =
        connection.prepare_cached("SELECT block, oldest, newest, author, sort FROM fact ORDER BY block")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number: u32 = row.get(0)?;
        let (oldest, newest): (i64, i64) = (row.get(1)?, row.get(2)?);
        let (author, sort): (Option<u32>, Option<u8>) = (row.get(3)?, row.get(4)?);
        let overlaps =
            filter.from.is_none_or(|from| newest >= from) && filter.to.is_none_or(|to| oldest < to);
        if !overlaps || !author.is_none_or(is_by) || !sort.is_none_or(is_of_kinds) {
            continue;
        }
        let start = usize::try_from(number.saturating_mul(BLOCK)).unwrap_or(usize::MAX);
        let is_whole = is_in_time(oldest)
            && is_in_time(newest)
            && (author.is_some() || filter.authors.is_none())
            && (sort.is_some() || kinds.is_empty());
        if is_whole {
            allowed.add_words(start / 64, usize::try_from(BLOCK / 64).unwrap_or(8));
            continue;
        }
        let block = Block::read(connection, number)?.ok_or_else(|| damaged(Damaged))?;
        for (number, ((time, author), sort)) in
            (start..).zip(block.times.iter().zip(&block.authors).zip(&block.sorts))
        {
            if is_in_time(*time) && is_by(*author) && is_of_kinds(*sort) {
                allowed.add(number);
            }
        }
    }
    Ok(allowed)
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
