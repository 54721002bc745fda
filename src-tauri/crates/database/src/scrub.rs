//! Cleaning the file of what was deleted, page by page and between what others write, so that nobody waits.
//!
//! Every page of a table or an index is looked at; what holds nothing is filled with zeros. While that goes on,
//! others write, and a page that was not looked at yet may change places with one that was: so the pages that were
//! written meanwhile are looked at again, and the last few of them with nobody else writing.

use std::collections::{BTreeSet, VecDeque};

use rusqlite::{Connection, OptionalExtension as _};

use crate::open::checkpoint_at_times;
use crate::page::{Layout, Use, use_of};
use crate::space::free_pages;
use crate::wal::WalReader;
use crate::{Database, Error};

/// How many pages are looked at in one reading.
const LOOKED_AT: u32 = 512;
/// How many pages are written in one piece: few, so that a turn to be logged never waits long for them.
const PIECE: usize = 48;
/// How many pieces wait for the writer at most.
const AHEAD: usize = 8;
/// So few pages are looked at with nobody else writing.
const LAST: usize = 64;
/// How often the pages that were written meanwhile are looked at again before the rest is done, however many they are.
const ROUNDS: u32 = 20;
/// How often it begins anew when somebody else began the log anew.
const ATTEMPTS: u32 = 3;

impl Database {
    /// Leaves no byte in the file of what was deleted before, as [`Database::rewrite`] does, but in short pieces
    /// between what others write. A file that can not be cleaned so is written anew.
    ///
    /// # Errors
    /// Those of [`Database::rewrite`].
    pub async fn scrub(&self) -> Result<(), Error> {
        let database = self.clone();
        tokio::task::spawn_blocking(move || database.scrub_blocking())
            .await
            .unwrap_or(Err(Error::JobPanicked))
    }

    /// [`Database::scrub`] for a thread outside the async runtime. Blocks.
    ///
    /// # Errors
    /// As [`Database::scrub`].
    pub fn scrub_blocking(&self) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let Some(layout) = self.read_blocking(layout)? else { break };
            let tidying = self.inner.tidying.lock();
            while self.write_behind(|connection| free_pages(connection, 64)).wait()?.left > 0 {}
            self.empty_log_alone()?;
            self.alone_blocking(|connection| Ok(connection.pragma_update(None, "wal_autocheckpoint", 0)?))?;
            let cleaned = self.clean_all(layout);
            // Before the writer folds it back at times again: the log may be long by now.
            self.fold_log_back();
            let emptied = self.empty_log_alone();
            self.alone_blocking(checkpoint_at_times)?;
            match cleaned? {
                Cleaned::Wholly => return emptied,
                Cleaned::LogBegunAnew => drop(tidying),
                Cleaned::UnknownPage => break,
            }
        }
        tracing::info!("the file can not be cleaned page by page; it is written anew");
        self.rewrite_blocking()
    }

    fn clean_all(&self, layout: Layout) -> Result<Cleaned, Error> {
        let mut log = WalReader::new(self.path(), layout.size);
        let last = self.read_blocking(page_count)?;
        let mut from = 1;
        while from <= last {
            let pages: Vec<u32> = (from..=last.min(from + LOOKED_AT - 1)).collect();
            if !self.clean(layout, &pages)? {
                return Ok(Cleaned::UnknownPage);
            }
            from += LOOKED_AT;
        }
        for _ in 0..ROUNDS {
            let Some(changed) = log.changed()? else { return Ok(Cleaned::LogBegunAnew) };
            let few = changed.len() <= LAST;
            for pages in changed.into_iter().collect::<Vec<_>>().chunks(LOOKED_AT as usize) {
                if !self.clean(layout, pages)? {
                    return Ok(Cleaned::UnknownPage);
                }
            }
            if few {
                break;
            }
        }
        self.alone_blocking(move |connection| {
            let Some(changed) = log.changed()? else { return Ok(Cleaned::LogBegunAnew) };
            connection.execute_batch("BEGIN IMMEDIATE")?;
            let cleaned = write_clean(connection, layout, &changed);
            connection.execute_batch(if cleaned.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
            Ok(if cleaned? { Cleaned::Wholly } else { Cleaned::UnknownPage })
        })
    }

    /// Cleans those of `pages` that hold something where nothing is. False: one of them is not as it should be.
    fn clean(&self, layout: Layout, pages: &[u32]) -> Result<bool, Error> {
        let Some(unclean) = self.read_blocking(|connection| unclean(connection, layout, pages))? else {
            return Ok(false);
        };
        let mut pieces = VecDeque::new();
        let mut good = true;
        for piece in unclean.chunks(PIECE) {
            let piece: BTreeSet<u32> = piece.iter().copied().collect();
            pieces.push_back(self.write_behind(move |connection| write_clean(connection, layout, &piece)));
            if pieces.len() >= AHEAD
                && let Some(first) = pieces.pop_front()
            {
                good &= first.wait()?;
            }
        }
        for piece in pieces {
            good &= piece.wait()?;
        }
        Ok(good)
    }
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cleaned {
    Wholly,
    /// Somebody began the log anew: what was written meanwhile is not known.
    LogBegunAnew,
    /// A page is not as the file format has it.
    UnknownPage,
}

/// How the file is laid out; none: it has no pointer map, or its pages can not be reached.
fn layout(connection: &Connection) -> Result<Option<Layout>, Error> {
    let vacuums: i64 = connection.pragma_query_value(None, "auto_vacuum", |row| row.get(0))?;
    let reaches = connection
        .prepare_cached("SELECT 1 FROM pragma_module_list WHERE name = 'sqlite_dbpage'")?
        .exists([])?;
    if vacuums == 0 || !reaches {
        return Ok(None);
    }
    let size: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let size = size as usize;
    let Some(first) = page(connection, 1)? else { return Ok(None) };
    // The byte at 20: how many bytes at the end of each page are reserved.
    let reserved = first.get(20).copied().map_or(0, usize::from);
    Ok(Some(Layout { size, usable: size - reserved }))
}

fn page_count(connection: &Connection) -> Result<u32, Error> {
    Ok(connection.pragma_query_value(None, "page_count", |row| row.get(0))?)
}

fn page(connection: &Connection, number: u32) -> Result<Option<Vec<u8>>, Error> {
    Ok(connection
        .prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")?
        .query_row([number], |row| row.get(0))
        .optional()?)
}

/// Hands those of the pages that had to be cleaned to `then`. False: one of them is not as it should be.
fn each_cleaned(
    connection: &Connection,
    layout: Layout,
    of: impl Iterator<Item = u32>,
    mut then: impl FnMut(u32, Vec<u8>) -> Result<(), Error>,
) -> Result<bool, Error> {
    let mut known: Option<(u32, Vec<u8>)> = None;
    for number in of {
        if number > 1 {
            let Some(map) = layout.map_of(number) else { continue };
            if known.as_ref().is_none_or(|(of, _)| *of != map) {
                // Behind the end: it was there when the pages were counted.
                let Some(bytes) = page(connection, map)? else { continue };
                known = Some((map, bytes));
            }
            let Some((_, bytes)) = &known else { continue };
            if use_of(number, map, bytes) == Use::Other {
                continue;
            }
        }
        let Some(mut bytes) = page(connection, number)? else { continue };
        match layout.clean(number, &mut bytes) {
            Some(true) => then(number, bytes)?,
            Some(false) => {}
            None => return Ok(false),
        }
    }
    Ok(true)
}

/// Which of these pages hold something where nothing is.
fn unclean(connection: &Connection, layout: Layout, pages: &[u32]) -> Result<Option<Vec<u32>>, Error> {
    let mut unclean = Vec::new();
    let good = each_cleaned(connection, layout, pages.iter().copied(), |number, _| {
        unclean.push(number);
        Ok(())
    })?;
    Ok(good.then_some(unclean))
}

/// Cleans these pages as they are now. False: one of them is not as it should be.
fn write_clean(connection: &Connection, layout: Layout, pages: &BTreeSet<u32>) -> Result<bool, Error> {
    each_cleaned(connection, layout, pages.iter().copied(), |number, bytes| {
        connection
            .prepare_cached("UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1")?
            .execute((number, bytes))?;
        Ok(())
    })
}

#[cfg(test)]
#[path = "scrub_tests.rs"]
mod tests;
