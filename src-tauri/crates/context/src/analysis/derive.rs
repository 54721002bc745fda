//! From findings to what is remembered: who outranks whom, when a suggestion becomes active.

use clock::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{Findings, InsightFinding, ItemFinding};
use crate::Error;
use crate::author::Author;
use crate::evidence::{self, TurnPlace};
use crate::history::{self, NewEvent, StoreKey};
use crate::id::{InsightId, ItemId};
use crate::input::normalise;
use crate::insight::{self, Insight};
use crate::item::{self, Item, StoredItem};
use crate::item_change::forgotten_mark;
use crate::state::{Action, InsightState, ItemState, Subject};

/// In how many conversations something must be found before analysis alone makes it part of the profile.
const CONVERSATIONS_TO_PROMOTE: u32 = 2;

/// What analysis alone makes of an item that was found in `support` conversations.
#[must_use]
pub fn state_by_support(support: u32) -> ItemState {
    if support >= CONVERSATIONS_TO_PROMOTE { ItemState::Active } else { ItemState::Suggested }
}

/// A turn with what it says.
#[derive(Debug)]
pub(crate) struct AnalysedTurn {
    pub(crate) place: TurnPlace,
    pub(crate) findings: Findings,
}

/// Something that analysis added or changed.
pub(crate) type Touched = (Subject, Uuid, Action);

/// Writes what a batch of turns says, and that analysis has seen them, in one.
///
/// `from` is how far analysis had come when the batch was read: if that is no longer so (somebody started
/// anew meanwhile), the batch is dropped and `None` comes back.
pub(crate) fn apply(
    connection: &Connection,
    batch: &[AnalysedTurn],
    from: i64,
    version: u32,
) -> Result<Option<Vec<Touched>>, Error> {
    let Some(through) = batch.last().map(|turn| turn.place.seq) else { return Ok(Some(Vec::new())) };
    let moved = connection
        .prepare_cached(
            "UPDATE store SET analysed_seq = ?2 WHERE analysed_seq = ?1 AND analysis_version = ?3",
        )?
        .execute((from, through, version))?;
    if moved == 0 {
        return Ok(None);
    }
    let key = StoreKey::read(connection)?;
    let mut touched = Vec::new();
    for turn in batch {
        if turn.findings.items.is_empty() && turn.findings.insights.is_empty() {
            continue;
        }
        // The turn may have been removed since it was read.
        if !connection.prepare_cached("SELECT 1 FROM turn WHERE seq = ?1")?.exists([turn.place.seq])? {
            continue;
        }
        for finding in &turn.findings.items {
            apply_item(connection, key, turn.place, finding, &mut touched)?;
        }
        for finding in &turn.findings.insights {
            apply_insight(connection, key, turn.place, finding, version, &mut touched)?;
        }
    }
    Ok(Some(touched))
}

fn apply_item(
    connection: &Connection,
    key: StoreKey,
    turn: TurnPlace,
    finding: &ItemFinding,
    touched: &mut Vec<Touched>,
) -> Result<(), Error> {
    let normal_name = normalise(&finding.name);
    let seq = match item::by_name(connection, finding.kind, &normal_name)? {
        Some(known) => known.seq,
        None if history::is_forgotten(connection, forgotten_mark(key, finding.kind, &normal_name))? => {
            return Ok(());
        }
        None => {
            let logged_at = Timestamp::from_micros(turn.logged_at);
            let item = Item {
                id: ItemId::from(key.derived_id("item", &[finding.kind.as_str(), &normal_name])),
                kind: finding.kind,
                name: finding.name.clone(),
                value: None,
                state: ItemState::Suggested,
                author: Author::Analysis,
                edited_by_owner: false,
                created_at: logged_at,
                updated_at: logged_at,
                stated_at: None,
                last_seen_at: Timestamp::from_micros(turn.occurred_at),
                support: 0,
                evidence: Vec::new(),
            };
            note(connection, Subject::Item, item.id.as_uuid(), Action::Added, logged_at)?;
            touched.push((Subject::Item, item.id.as_uuid(), Action::Added));
            item::insert(connection, &item, &normal_name)?
        }
    };
    if evidence::add_to_item(connection, seq, turn, finding.span)? {
        let stored = item::by_seq(connection, seq)?;
        promote(connection, stored, turn.logged_at, touched)?;
    }
    Ok(())
}

fn promote(
    connection: &Connection,
    mut stored: StoredItem,
    logged_at: i64,
    touched: &mut Vec<Touched>,
) -> Result<(), Error> {
    let state = state_by_support(stored.item.support);
    if !stored.is_analysis_own() || state == stored.item.state {
        return Ok(());
    }
    let at = Timestamp::from_micros(logged_at);
    let id = stored.item.id.as_uuid();
    let author = Author::Analysis;
    let detail = Some(json!({ "from": stored.item.state, "to": state }));
    let (kind, action) = (Subject::Item, Action::StateChanged);
    history::record(connection, &NewEvent { subject: id, kind, action, detail, author: &author, at })?;
    stored.item.state = state;
    stored.item.updated_at = at;
    item::update(connection, &stored, &normalise(&stored.item.name))?;
    touched.push((Subject::Item, id, Action::StateChanged));
    Ok(())
}

/// The key that makes two findings one insight.
pub(crate) fn insight_key(key: StoreKey, insight_type: &str, content: &str) -> [u8; 16] {
    key.hash("found insight", &[insight_type, &normalise(content)])
}

fn apply_insight(
    connection: &Connection,
    key: StoreKey,
    turn: TurnPlace,
    finding: &InsightFinding,
    version: u32,
    touched: &mut Vec<Touched>,
) -> Result<(), Error> {
    let dedup_key = insight_key(key, finding.insight_type, &finding.content);
    let seq = match insight::by_key(connection, dedup_key)? {
        Some(known) => known.seq,
        None if history::is_forgotten(connection, dedup_key)? => return Ok(()),
        None => {
            let logged_at = Timestamp::from_micros(turn.logged_at);
            let normal = normalise(&finding.content);
            let insight = Insight {
                id: InsightId::from(key.derived_id("insight", &[finding.insight_type, &normal])),
                timestamp: Timestamp::from_micros(turn.occurred_at),
                insight_type: finding.insight_type.to_owned(),
                content: finding.content.clone(),
                context: finding.context.clone(),
                confidence: finding.confidence,
                state: InsightState::Active,
                author: Author::Analysis,
                created_at: logged_at,
                analysis_version: Some(version),
                evidence: Vec::new(),
                cursor: None,
            };
            note(connection, Subject::Insight, insight.id.as_uuid(), Action::Added, logged_at)?;
            touched.push((Subject::Insight, insight.id.as_uuid(), Action::Added));
            insight::insert(connection, &insight, dedup_key)?
        }
    };
    evidence::add_to_insight(connection, seq, turn, finding.span)?;
    connection
        .prepare_cached("UPDATE insight SET occurred_at = max(occurred_at, ?2) WHERE seq = ?1")?
        .execute((seq, turn.occurred_at))?;
    Ok(())
}

fn note(
    connection: &Connection,
    kind: Subject,
    subject: Uuid,
    action: Action,
    at: Timestamp,
) -> Result<(), Error> {
    let author = Author::Analysis;
    history::record(connection, &NewEvent { subject, kind, action, detail: None, author: &author, at })
}

/// Takes back all that analysis alone answers for, so that it starts anew. What the owner, clients and
/// imports said stays, and so does what was dismissed; only their evidence is found again.
pub(crate) fn start_anew(connection: &Connection, version: u32) -> Result<(), Error> {
    let analysis = Author::Analysis.key(connection)?;
    connection.execute("DELETE FROM item_evidence", [])?;
    connection.execute("DELETE FROM item_support", [])?;
    connection.execute("DELETE FROM insight_evidence", [])?;
    connection.execute(
        "DELETE FROM history WHERE subject IN \
         (SELECT id FROM item WHERE author = ?1 AND edited_by_owner = 0)",
        [analysis],
    )?;
    connection.execute("DELETE FROM item WHERE author = ?1 AND edited_by_owner = 0", [analysis])?;
    connection.execute("UPDATE item SET support = 0, last_seen_at = ifnull(stated_at, created_at)", [])?;
    connection.execute(
        "DELETE FROM history WHERE subject IN (SELECT id FROM insight WHERE author = ?1 AND state = 'active')",
        [analysis],
    )?;
    connection.execute("DELETE FROM insight WHERE author = ?1 AND state = 'active'", [analysis])?;
    connection.execute("UPDATE store SET analysed_seq = 0, analysis_version = ?1", [version])?;
    Ok(())
}
