//! Filters: which documents may be shown, and the newest of them.

use rusqlite::Connection;

use super::lists::{Row, document};
use super::{FoundKind, facts};
use crate::Error;

/// Which documents may be shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) kinds: Vec<FoundKind>,
    /// The rows of the authors in `context.db`; none: everybody's.
    pub(super) authors: Option<Vec<i64>>,
    /// The row of the conversation in `context.db`.
    pub(super) conversation: Option<i64>,
    /// From this microsecond on, and before that one.
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
}

/// A set of documents by their numbers.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    bits: Vec<u64>,
    /// The set names those that may not be shown.
    inverted: bool,
}

impl Allowed {
    /// No document; none has this number or a greater one.
    pub(super) fn none(end: usize) -> Self {
        Self { bits: vec![0; end / 64 + 1], inverted: false }
    }

    pub(super) fn add(&mut self, number: usize) {
        if let Some(bits) = self.bits.get_mut(number / 64) {
            *bits |= 1 << (number % 64);
        }
    }

    /// Whole words of 64 numbers.
    pub(super) fn add_words(&mut self, from: usize, count: usize) {
        self.bits.iter_mut().skip(from).take(count).for_each(|bits| *bits = u64::MAX);
    }

    /// The documents, unless they are more than `most`.
    fn few(&self, most: usize) -> Option<Vec<usize>> {
        let count: usize =
            self.bits.iter().map(|bits| usize::try_from(bits.count_ones()).unwrap_or(64)).sum();
        let few = !self.inverted && count <= most;
        few.then(|| (0..self.bits.len() * 64).filter(|number| self.has(*number)).collect())
    }

    pub(super) fn has(&self, number: usize) -> bool {
        let named = self.bits.get(number / 64).is_some_and(|bits| bits >> (number % 64) & 1 == 1);
        named != self.inverted
    }
}

impl Filter {
    fn is_of_kinds_alone(&self) -> bool {
        self.authors.is_none() && self.conversation.is_none() && self.from.is_none() && self.to.is_none()
    }

    /// The conditions on a document's row in SQL. Only numbers stand in it.
    fn conditions(&self) -> String {
        let list = |numbers: &mut dyn Iterator<Item = i64>| {
            numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(", ")
        };
        let mut conditions = vec!["1".to_owned()];
        if !self.kinds.is_empty() {
            conditions.push(format!("sort IN ({})", list(&mut self.kinds.iter().map(|kind| kind.number()))));
        }
        if let Some(authors) = &self.authors {
            conditions.push(format!("author IN ({})", list(&mut authors.iter().copied())));
        }
        conditions.extend(self.conversation.map(|conversation| format!("conversation = {conversation}")));
        conditions.extend(self.from.map(|from| format!("occurred_at >= {from}")));
        conditions.extend(self.to.map(|to| format!("occurred_at < {to}")));
        conditions.join(" AND ")
    }

    /// The set; none: everything may be shown.
    pub(super) fn allowed(&self, connection: &Connection, last: usize) -> Result<Option<Allowed>, Error> {
        let alone = self.is_of_kinds_alone();
        if alone && self.kinds.is_empty() {
            return Ok(None);
        }
        if !alone && self.conversation.is_none() {
            return facts::allowed(connection, self, last).map(Some);
        }
        // Nearly everything is a turn: with them, what may not be shown is the shorter list.
        let inverted = alone && self.kinds.contains(&FoundKind::Turn);
        let conditions = if inverted {
            let numbers: Vec<String> = self.kinds.iter().map(|kind| kind.number().to_string()).collect();
            format!("sort > 1 AND sort NOT IN ({})", numbers.join(", "))
        } else if alone {
            format!("sort > 1 AND {}", self.conditions())
        } else {
            self.conditions()
        };
        let mut allowed = Allowed { inverted, ..Allowed::none(last) };
        let mut statement = connection.prepare(&format!("SELECT number FROM document WHERE {conditions}"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            allowed.add(usize::try_from(row.get::<_, u32>(0)?).unwrap_or(0));
        }
        Ok(Some(allowed))
    }

    /// The newest documents that may be shown and that `wanted` takes, at most `most` of them. `allowed`: this
    /// filter's set.
    pub(super) fn newest(
        &self,
        connection: &Connection,
        allowed: Option<&Allowed>,
        most: usize,
        wanted: impl Fn(usize) -> bool,
    ) -> Result<Vec<Row>, Error> {
        if let Some(few) = allowed.and_then(|allowed| allowed.few(FEW)) {
            return newest_of(connection, few.into_iter().filter(|number| wanted(*number)), most);
        }
        let mut conditions = vec!["1".to_owned()];
        conditions.extend(self.conversation.map(|conversation| format!("conversation = {conversation}")));
        conditions.extend(self.from.map(|from| format!("occurred_at >= {from}")));
        conditions.extend(self.to.map(|to| format!("occurred_at < {to}")));
        if let Some(authors) = &self.authors {
            // What they brought may lie long back.
            let mut last =
                connection.prepare_cached("SELECT max(occurred_at) FROM document WHERE author = ?1")?;
            let mut newest: Option<i64> = None;
            for author in authors {
                newest = newest.max(last.query_row([author], |row| row.get(0))?);
            }
            conditions.extend(newest.map(|newest| format!("occurred_at <= {newest}")));
        }
        // Each way reads an index alone: by place in a conversation, by time otherwise.
        let mut statement = connection.prepare(&format!(
            "SELECT number FROM document WHERE {} ORDER BY occurred_at DESC, number DESC",
            conditions.join(" AND ")
        ))?;
        let mut found = Vec::new();
        let mut rows = statement.query([])?;
        while found.len() < most
            && let Some(next) = rows.next()?
        {
            let number = usize::try_from(next.get::<_, u32>(0)?).unwrap_or(0);
            if allowed.is_none_or(|allowed| allowed.has(number)) && wanted(number) {
                found.extend(document(connection, number)?);
            }
        }
        Ok(found)
    }
}

/// So few documents are looked up one by one; more than that are met soon on a walk through time. (In tests a few
/// are many.)
pub(super) const FEW: usize = if cfg!(test) { 64 } else { 4096 };

/// The newest of these documents, at most `most` of them.
pub(super) fn newest_of(
    connection: &Connection,
    numbers: impl Iterator<Item = usize>,
    most: usize,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for number in numbers {
        rows.extend(document(connection, number)?);
    }
    rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.occurred_at, row.number)));
    rows.truncate(most);
    Ok(rows)
}
