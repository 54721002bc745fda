//! Writes conclusions over time: one live insight a subject, changed in place, and only where it differs.

use std::collections::{HashMap, HashSet};

use clock::Timestamp;
use rusqlite::Connection;

use super::{Conclusion, Conclusions, Piece};
use crate::Error;
use crate::analysis::derive::Touched;
use crate::author::Author;
use crate::history::{self, NewEvent, StoreKey};
use crate::id::InsightId;
use crate::insight::{self, Insight, StoredInsight};
use crate::state::{Action, InsightState, Side, Subject};

/// Types whose subject may be told in other words the next time: what stands on a turn of a refused one of the same
/// type is refused with it.
const RETOLD: [&str; 2] = ["recurring_problem", "open_question"];

struct Known {
    stored: StoredInsight,
    evidence: Vec<Piece>,
}

impl Known {
    fn is_refused(&self) -> bool {
        self.stored.insight.state == InsightState::Dismissed
    }

    /// Whether the owner, or a client that dismissed it, said where it stands.
    fn is_decided(&self) -> bool {
        self.stored.insight.edited_by_owner || self.is_refused()
    }
}

/// Writes what differs; none: the store has changed since the conclusions were drawn, they are drawn again.
pub(crate) fn write(connection: &Connection, drawn: &Conclusions) -> Result<Option<Vec<Touched>>, Error> {
    let moved = connection
        .prepare_cached("UPDATE store SET concluded = ?1 WHERE grounds = ?1")?
        .execute([drawn.grounds])?;
    if moved == 0 {
        return Ok(None);
    }
    let version: u32 = connection.query_row("SELECT analysis_version FROM store", [], |row| row.get(0))?;
    let key = StoreKey::read(connection)?;
    let mut known = known(connection)?;
    let refused: HashSet<(String, i64)> = known
        .values()
        .filter(|known| known.is_refused())
        .flat_map(|known| {
            let kind = &known.stored.insight.insight_type;
            known.evidence.iter().map(move |piece| (kind.clone(), piece.turn))
        })
        .collect();
    let mut touched = Vec::new();
    for conclusion in &drawn.all {
        let parts = [conclusion.insight_type, conclusion.subject.as_str()];
        let dedup_key = key.hash("concluded insight", &parts);
        if let Some(known) = known.remove(&dedup_key) {
            update(connection, &known, conclusion, version, &mut touched)?;
            continue;
        }
        let is_retold = RETOLD.contains(&conclusion.insight_type)
            && conclusion
                .evidence
                .iter()
                .any(|piece| refused.contains(&(conclusion.insight_type.to_owned(), piece.turn)));
        // Imported without its turns: it is the file's word.
        if is_retold
            || history::is_forgotten(connection, dedup_key)?
            || insight::by_key(connection, dedup_key)?.is_some()
        {
            continue;
        }
        let id = key.derived_id("concluded insight", &parts);
        add(connection, InsightId::from(id), conclusion, dedup_key, version)?;
        touched.push((Subject::Insight, id, Action::Added));
    }
    for gone in known.into_values().filter(|known| !known.is_decided()) {
        let id = gone.stored.insight.id.as_uuid();
        connection.prepare_cached("DELETE FROM insight WHERE seq = ?1")?.execute([gone.stored.seq])?;
        history::erase(connection, id)?;
        touched.push((Subject::Insight, id, Action::Removed));
    }
    write_commitments(connection, drawn)?;
    Ok(Some(touched))
}

/// All conclusions that are here, by their keys.
fn known(connection: &Connection) -> Result<HashMap<[u8; 16], Known>, Error> {
    let rows: Vec<i64> = connection
        .prepare_cached("SELECT seq FROM insight WHERE over_time = 1")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut known = HashMap::new();
    for row in rows {
        let stored = insight::by_seq(connection, row)?;
        if stored.insight.author != Author::Analysis {
            continue;
        }
        let mut statement = connection.prepare_cached(
            "SELECT occurred_at, turn, range_start, range_end FROM insight_evidence WHERE insight = ?1 \
             ORDER BY turn",
        )?;
        let evidence = statement.query_map([row], |row| {
            Ok(Piece { at: row.get(0)?, turn: row.get(1)?, start: row.get(2)?, end: row.get(3)? })
        })?;
        let evidence = evidence.collect::<Result<_, _>>()?;
        known.insert(stored.dedup_key, Known { stored, evidence });
    }
    Ok(known)
}

fn insight_of(id: InsightId, conclusion: &Conclusion, version: u32) -> Insight {
    let at = Timestamp::from_micros(conclusion.at);
    Insight {
        id,
        timestamp: at,
        insight_type: conclusion.insight_type.to_owned(),
        content: conclusion.content.clone(),
        context: conclusion.context.clone(),
        confidence: conclusion.confidence,
        state: conclusion.state,
        author: Author::Analysis,
        created_at: at,
        analysis_version: Some(version),
        over_time: true,
        edited_by_owner: false,
        due: None,
        detail: conclusion.detail.clone(),
        evidence: Vec::new(),
        cursor: None,
    }
}

fn add(
    connection: &Connection,
    id: InsightId,
    conclusion: &Conclusion,
    dedup_key: [u8; 16],
    version: u32,
) -> Result<(), Error> {
    let insight = insight_of(id, conclusion, version);
    let seq = insight::insert(connection, &insight, dedup_key)?;
    write_evidence(connection, seq, &evidence_of(conclusion))?;
    let (subject, kind, action) = (id.as_uuid(), Subject::Insight, Action::Added);
    let (detail, author, at) = (None, &Author::Analysis, insight.created_at);
    history::record(connection, &NewEvent { subject, kind, action, detail, author, at })
}

/// Changes what is there. Its state is the owner's once they decided.
fn update(
    connection: &Connection,
    known: &Known,
    conclusion: &Conclusion,
    version: u32,
    touched: &mut Vec<Touched>,
) -> Result<(), Error> {
    let old = &known.stored.insight;
    let mut new = insight_of(old.id, conclusion, version);
    new.edited_by_owner = old.edited_by_owner;
    if known.is_decided() {
        new.state = old.state;
    }
    let evidence = evidence_of(conclusion);
    if evidence != known.evidence {
        connection
            .prepare_cached("DELETE FROM insight_evidence WHERE insight = ?1")?
            .execute([known.stored.seq])?;
        write_evidence(connection, known.stored.seq, &evidence)?;
    } else if *old == new {
        return Ok(());
    }
    connection
        .prepare_cached(
            "UPDATE insight SET content = ?2, context = ?3, confidence = ?4, state = ?5, occurred_at = ?6, \
             created_at = ?6, analysis_version = ?7, detail = ?8 WHERE seq = ?1",
        )?
        .execute((
            known.stored.seq,
            &new.content,
            &new.context,
            new.confidence,
            new.state,
            conclusion.at,
            version,
            &new.detail,
        ))?;
    // It came into the store when what it tells of came about: so a rebuild gives the same.
    connection
        .prepare_cached("UPDATE history SET at = ?2 WHERE subject = ?1 AND ordinal = 1 AND action = ?3")?
        .execute((old.id.as_uuid().as_bytes(), conclusion.at, Action::Added))?;
    touched.push((Subject::Insight, old.id.as_uuid(), Action::ValueChanged));
    Ok(())
}

/// One piece a turn, in the order of the turns.
fn evidence_of(conclusion: &Conclusion) -> Vec<Piece> {
    let mut evidence = conclusion.evidence.clone();
    evidence.sort_by_key(|piece| piece.turn);
    evidence.dedup_by_key(|piece| piece.turn);
    evidence
}

fn write_evidence(connection: &Connection, insight: i64, evidence: &[Piece]) -> Result<(), Error> {
    for piece in evidence {
        connection
            .prepare_cached(
                "INSERT INTO insight_evidence (insight, turn, side, range_start, range_end, occurred_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((insight, piece.turn, Side::User, piece.start, piece.end, piece.at))?;
    }
    Ok(())
}

/// Writes where commitments stand; of those too long ago nothing is told.
fn write_commitments(connection: &Connection, drawn: &Conclusions) -> Result<(), Error> {
    let told: HashSet<i64> = drawn.commitments.iter().map(|(insight, _)| *insight).collect();
    let mut statement = connection
        .prepare_cached("SELECT seq FROM insight WHERE insight_type = 'commitment' AND detail IS NOT NULL")?;
    let known: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for insight in known.into_iter().filter(|insight| !told.contains(insight)) {
        connection.prepare_cached("UPDATE insight SET detail = NULL WHERE seq = ?1")?.execute([insight])?;
    }
    for (insight, detail) in &drawn.commitments {
        connection
            .prepare_cached("UPDATE insight SET detail = ?2 WHERE seq = ?1 AND detail IS NOT ?2")?
            .execute((insight, detail))?;
    }
    Ok(())
}
