//! Reading the index for a question: which documents have its words, and the rows of documents.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension};

use super::document::Kind;
use super::index::damaged;
use super::postings::{List, Weight};
use crate::Error;

/// How much the index holds.
#[derive(Clone, Debug)]
pub(super) struct Corpus {
    /// In the order of their documents.
    pub(super) segments: Vec<Stretch>,
    pub(super) documents: f32,
    pub(super) average_length: f32,
    /// No document has a greater number.
    pub(super) last: usize,
}

/// A segment and the numbers that its documents have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) id: i64,
    pub(super) first: u32,
    pub(super) last: u32,
}

pub(super) fn corpus(connection: &Connection) -> Result<Corpus, Error> {
    let mut statement =
        connection.prepare_cached("SELECT id, documents, length, first, last FROM segment ORDER BY first")?;
    let mut rows = statement.query([])?;
    let (mut segments, mut documents, mut length, mut last) = (Vec::new(), 0_i64, 0_i64, 0_usize);
    while let Some(row) = rows.next()? {
        let stretch = Stretch { id: row.get(0)?, first: row.get(3)?, last: row.get(4)? };
        segments.push(stretch);
        documents += row.get::<_, i64>(1)?;
        length += row.get::<_, i64>(2)?;
        last = last.max(usize::try_from(stretch.last).unwrap_or(0));
    }
    let (documents, length) = (rough(documents), rough(length));
    Ok(Corpus { segments, documents, average_length: (length / documents.max(1.0)).max(1.0), last })
}

/// A count as the formulas take it; its last digits do not matter there.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of documents: a ranking needs no more than 24 bits of them"
)]
pub(super) fn rough(count: i64) -> f32 {
    count as f32
}

/// All the postings of one term, as they lie in the file.
#[derive(Debug)]
pub(super) struct TermLists {
    bytes: Vec<u8>,
    parts: Vec<Part>,
    /// How many documents have it.
    pub(super) count: i64,
}

/// A list among a term's bytes.
#[derive(Clone, Copy, Debug)]
struct Part {
    first: u32,
    /// None of its documents has a greater number; this one may be in none.
    last: u32,
    count: usize,
    bound: Weight,
    from: usize,
    to: usize,
}

impl TermLists {
    pub(super) fn read(connection: &Connection, corpus: &Corpus, term: &str) -> Result<Self, Error> {
        let mut statement = connection.prepare_cached(
            "SELECT first, count, bound, list FROM posting WHERE segment = ?1 AND term = ?2 ORDER BY first",
        )?;
        let mut lists = Self { bytes: Vec::new(), parts: Vec::new(), count: 0 };
        for segment in &corpus.segments {
            let mut rows = statement.query((segment.id, term))?;
            let start = lists.parts.len();
            while let Some(row) = rows.next()? {
                let (first, count): (u32, i64) = (row.get(0)?, row.get(1)?);
                if let Some(before) = lists.parts[start..].last_mut() {
                    before.last = first.saturating_sub(1);
                }
                let from = lists.bytes.len();
                lists.bytes.extend(row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?);
                lists.count += count;
                lists.parts.push(Part {
                    first,
                    last: segment.last,
                    count: usize::try_from(count).unwrap_or(0),
                    bound: Weight(row.get(2)?),
                    from,
                    to: lists.bytes.len(),
                });
            }
        }
        Ok(lists)
    }

    fn list(&self, part: &Part) -> Result<List<'_>, Error> {
        List::read(part.first, &self.bytes[part.from..part.to]).map_err(damaged)
    }

    /// What this document's posting says; none: it has not the word.
    pub(super) fn weight(&self, document: u32) -> Result<Option<Weight>, Error> {
        let after = self.parts.partition_point(|part| part.first <= document);
        let part = after.checked_sub(1).and_then(|index| self.parts.get(index));
        match part.filter(|part| document <= part.last) {
            Some(part) => self.list(part)?.weight(document).map_err(damaged),
            None => Ok(None),
        }
    }

    /// The parts that may have documents with these numbers.
    fn within(&self, numbers: Range<u32>) -> &[Part] {
        let from = self.parts.partition_point(|part| part.last < numbers.start);
        let to = self.parts.partition_point(|part| part.first < numbers.end);
        self.parts.get(from..to).unwrap_or_default()
    }

    /// About how many of these documents have it (never fewer than do), and the weight that none of them exceeds.
    pub(super) fn bound(&self, numbers: Range<u32>) -> Option<(usize, Weight)> {
        let parts = self.within(numbers).iter().map(|part| (part.count, part.bound));
        parts.reduce(|(count, bound), (more, other)| (count + more, bound.bound(other)))
    }

    /// Hands over which of these documents have it, in their order.
    pub(super) fn each(&self, numbers: Range<u32>, mut take: impl FnMut(u32, Weight)) -> Result<(), Error> {
        for part in self.within(numbers.clone()) {
            let list = self.list(part)?;
            let whole = numbers.start <= part.first && part.last < numbers.end;
            let read = if whole {
                list.each(|posting| take(posting.document, posting.weight))
            } else {
                list.each(|posting| {
                    if numbers.contains(&posting.document) {
                        take(posting.document, posting.weight);
                    }
                })
            };
            read.map_err(damaged)?;
        }
        Ok(())
    }
}

/// A document's row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) number: usize,
    pub(super) kind: Kind,
    pub(super) seq: i64,
    pub(super) conversation: Option<i64>,
    pub(super) occurred_at: i64,
}

pub(super) fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row {
        number: usize::try_from(row.get::<_, u32>(0)?).unwrap_or(0),
        kind: row.get(1)?,
        seq: row.get(2)?,
        conversation: row.get(3)?,
        occurred_at: row.get(4)?,
    })
}

/// The row of a document; none: it was removed.
pub(super) fn document(connection: &Connection, number: usize) -> Result<Option<Row>, Error> {
    Ok(connection
        .prepare_cached(
            "SELECT number, kind, seq, conversation, occurred_at FROM document WHERE number = ?1",
        )?
        .query_row([i64::try_from(number).unwrap_or(i64::MAX)], row)
        .optional()?)
}

/// Up to `reach` turns on each side of a turn in its conversation, and itself, in the order they happened.
pub(super) fn around(connection: &Connection, turn: &Row, reach: i64) -> Result<Vec<Row>, Error> {
    let Some(conversation) = turn.conversation else { return Ok(vec![*turn]) };
    let place = (conversation, turn.occurred_at, i64::try_from(turn.number).unwrap_or(i64::MAX), reach);
    let beside = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            number: usize::try_from(row.get::<_, u32>(0)?).unwrap_or(0),
            seq: row.get(1)?,
            occurred_at: row.get(2)?,
            ..*turn
        })
    };
    // Both read the index `document_by_place` alone.
    let mut found: Vec<Row> = connection
        .prepare_cached(
            "SELECT number, seq, occurred_at FROM document \
             WHERE conversation = ?1 AND (occurred_at, number) < (?2, ?3) \
             ORDER BY occurred_at DESC, number DESC LIMIT ?4",
        )?
        .query_map(place, beside)?
        .collect::<Result<_, _>>()?;
    found.reverse();
    found.push(*turn);
    let mut statement = connection.prepare_cached(
        "SELECT number, seq, occurred_at FROM document \
         WHERE conversation = ?1 AND (occurred_at, number) > (?2, ?3) \
         ORDER BY occurred_at, number LIMIT ?4",
    )?;
    for behind in statement.query_map(place, beside)? {
        found.push(behind?);
    }
    Ok(found)
}
