//! From findings to what is remembered: who outranks whom, when a suggestion becomes active.

use clock::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Findings, InsightFinding, ItemFinding, Polarity, signals};
use crate::Error;
use crate::author::Author;
use crate::evidence::{self, TurnPlace};
use crate::history::{self, NewEvent, StoreKey};
use crate::id::{InsightId, ItemId};
use crate::input::normalise;
use crate::insight::{self, Insight, StoredInsight};
use crate::item::{self, Item, StoredItem};
use crate::item_change::forgotten_mark;
use crate::item_past::{self, Said};
use crate::state::{Action, InsightState, ItemKind, ItemState, Subject};

/// In how many conversations something must be found before analysis alone makes it part of the profile.
const CONVERSATIONS_TO_PROMOTE: u32 = 2;

/// What analysis alone makes of an item that was found in `support` conversations.
#[must_use]
pub fn state_by_support(support: u32) -> ItemState {
    if support >= CONVERSATIONS_TO_PROMOTE { ItemState::Active } else { ItemState::Suggested }
}

/// Where a single finding enters: what is noticed in the talk itself is shown at once, what is said of the person's
/// own doings waits for a second conversation or the owner.
#[must_use]
pub(crate) fn entry_state(insight_type: &str) -> InsightState {
    match insight_type {
        "learning_moment" | "problem_solving" => InsightState::Active,
        _ => InsightState::Suggested,
    }
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
    connection.execute("UPDATE store SET grounds = grounds + 1", [])?;
    let found: i64 = connection.query_row("SELECT found_seq FROM store", [], |row| row.get(0))?;
    let key = StoreKey::read(connection)?;
    let mut touched = Vec::new();
    for turn in batch {
        // The turn may have been removed since it was read.
        if !connection.prepare_cached("SELECT 1 FROM turn WHERE seq = ?1")?.exists([turn.place.seq])? {
            continue;
        }
        signals::keep(connection, turn.place, &turn.findings)?;
        if turn.place.seq <= found {
            for finding in &turn.findings.items {
                keep_said(connection, turn.place, finding)?;
            }
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
    if let Some(replaced) = &finding.replaced {
        for kind in kinds_that_end(finding.kind) {
            end(connection, kind, &normalise(replaced), turn, finding, touched)?;
        }
    }
    let normal_name = normalise(&finding.name);
    // What somebody dislikes is no interest; that they do no longer is told of what is known alone.
    match (finding.kind, finding.polarity) {
        (_, Polarity::NoLonger) => {
            for kind in kinds_that_end(finding.kind) {
                end(connection, kind, &normal_name, turn, finding, touched)?;
            }
            return Ok(());
        }
        (ItemKind::Preference, _) => {}
        (_, Polarity::Dislikes) => return Ok(()),
        _ => {}
    }
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
                value: Said::of(finding, turn).and_then(|said| said.value).map(Value::String),
                state: ItemState::Suggested,
                author: Author::Analysis,
                edited_by_owner: false,
                created_at: logged_at,
                updated_at: logged_at,
                stated_at: None,
                last_seen_at: Timestamp::from_micros(turn.occurred_at),
                support: 0,
                target: None,
                notes: Vec::new(),
                earlier: Vec::new(),
                evidence: Vec::new(),
            };
            note(connection, Subject::Item, item.id.as_uuid(), Action::Added, logged_at)?;
            touched.push((Subject::Item, item.id.as_uuid(), Action::Added));
            item::insert(connection, &item, &normal_name)?
        }
    };
    let more = evidence::add_to_item(connection, seq, turn, finding.span)?;
    let said = match Said::of(finding, turn) {
        Some(said) => item_past::add_said(connection, seq, &said)?,
        None => false,
    };
    if !(more || said) {
        return Ok(());
    }
    let stored = item::by_seq(connection, seq)?;
    // Only named once more: that can change nothing but whether it is suggested or active. (What has ended may have
    // come back.)
    if !said && stored.item.state == state_by_support(stored.item.support) {
        return Ok(());
    }
    settle(connection, stored, turn.logged_at, touched)
}

/// As what something may be known that is told to be no longer so: who does not use a thing any more may have been
/// interested in it. (A skill stays: nobody forgets what they set aside.)
fn kinds_that_end(kind: ItemKind) -> [ItemKind; 3] {
    [kind, ItemKind::Interest, ItemKind::Preference]
}

/// Notes that a turn tells of the end of something that is known; of what is not known it says nothing.
fn end(
    connection: &Connection,
    kind: ItemKind,
    normal_name: &str,
    turn: TurnPlace,
    finding: &ItemFinding,
    touched: &mut Vec<Touched>,
) -> Result<(), Error> {
    let Some(known) = item::by_name(connection, kind, normal_name)? else { return Ok(()) };
    evidence::add_to_item(connection, known.seq, turn, finding.span)?;
    if item_past::add_said(connection, known.seq, &Said::end(turn))? {
        settle(connection, item::by_seq(connection, known.seq)?, turn.logged_at, touched)?;
    }
    Ok(())
}

/// Keeps what a turn says beyond the names of items that came with it.
fn keep_said(connection: &Connection, turn: TurnPlace, finding: &ItemFinding) -> Result<(), Error> {
    let mut names = vec![(finding.kind, normalise(&finding.name), Said::of(finding, turn))];
    if finding.polarity == Polarity::NoLonger {
        let own = normalise(&finding.name);
        names.extend(kinds_that_end(finding.kind).map(|kind| (kind, own.clone(), Some(Said::end(turn)))));
    }
    if let Some(replaced) = &finding.replaced {
        for kind in kinds_that_end(finding.kind) {
            names.push((kind, normalise(replaced), Some(Said::end(turn))));
        }
    }
    for (kind, normal_name, said) in names {
        let (Some(said), Some(known)) = (said, item::by_name(connection, kind, &normal_name)?) else {
            continue;
        };
        let said = if finding.polarity == Polarity::NoLonger { Said::end(turn) } else { said };
        item_past::add_said(connection, known.seq, &said)?;
    }
    Ok(())
}

/// Draws from all evidence what analysis alone may say of an item, and notes what changed.
fn settle(
    connection: &Connection,
    mut stored: StoredItem,
    logged_at: i64,
    touched: &mut Vec<Touched>,
) -> Result<(), Error> {
    if !stored.is_analysis_own() {
        return Ok(());
    }
    let before = stored.item.clone();
    item_past::settle(connection, &mut stored, state_by_support(before.support))?;
    let item = &stored.item;
    let mut changes = Vec::new();
    if item.value != before.value {
        changes.push((Action::ValueChanged, json!({ "from": before.value, "to": item.value })));
    }
    if item.target != before.target {
        changes.push((Action::TargetChanged, json!({ "from": before.target, "to": item.target })));
    }
    if item.state != before.state {
        changes.push((Action::StateChanged, json!({ "from": before.state, "to": item.state })));
    }
    if changes.is_empty() {
        return Ok(());
    }
    let (at, subject, author) = (Timestamp::from_micros(logged_at), item.id.as_uuid(), Author::Analysis);
    for (action, detail) in changes {
        let (kind, detail) = (Subject::Item, Some(detail));
        history::record(connection, &NewEvent { subject, kind, action, detail, author: &author, at })?;
        touched.push((Subject::Item, subject, action));
    }
    stored.item.updated_at = at;
    item::update(connection, &stored, &normalise(&stored.item.name))
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
        Some(known) => {
            evidence::add_to_insight(connection, known.seq, turn, finding.span)?;
            if turn.occurred_at > known.insight.timestamp.as_micros() {
                connection
                    .prepare_cached("UPDATE insight SET occurred_at = ?2 WHERE seq = ?1")?
                    .execute((known.seq, turn.occurred_at))?;
            }
            return promote_insight(connection, &known, turn.logged_at, touched);
        }
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
                state: entry_state(finding.insight_type),
                author: Author::Analysis,
                created_at: logged_at,
                analysis_version: Some(version),
                over_time: false,
                edited_by_owner: false,
                due: finding.due,
                detail: None,
                evidence: Vec::new(),
                cursor: None,
            };
            note(connection, Subject::Insight, insight.id.as_uuid(), Action::Added, logged_at)?;
            touched.push((Subject::Insight, insight.id.as_uuid(), Action::Added));
            insight::insert(connection, &insight, dedup_key)?
        }
    };
    evidence::add_to_insight(connection, seq, turn, finding.span)?;
    Ok(())
}

/// What analysis suggested and a second conversation confirms is active.
fn promote_insight(
    connection: &Connection,
    stored: &StoredInsight,
    logged_at: i64,
    touched: &mut Vec<Touched>,
) -> Result<(), Error> {
    let (from, seq) = (stored.insight.state, stored.seq);
    if from != InsightState::Suggested || !stored.is_analysis_own() || !is_repeated(connection, seq)? {
        return Ok(());
    }
    let to = InsightState::Active;
    connection.prepare_cached("UPDATE insight SET state = ?2 WHERE seq = ?1")?.execute((seq, to))?;
    let (subject, at) = (stored.insight.id.as_uuid(), Timestamp::from_micros(logged_at));
    let (kind, action, author) = (Subject::Insight, Action::StateChanged, &Author::Analysis);
    let detail = Some(json!({ "from": from, "to": to }));
    history::record(connection, &NewEvent { subject, kind, action, detail, author, at })?;
    touched.push((Subject::Insight, subject, Action::StateChanged));
    Ok(())
}

/// Whether two conversations speak for an insight.
pub(crate) fn is_repeated(connection: &Connection, seq: i64) -> Result<bool, Error> {
    let conversations: u32 = connection
        .prepare_cached(
            "SELECT count(*) FROM (SELECT DISTINCT t.conversation FROM insight_evidence e \
             CROSS JOIN turn t ON t.seq = e.turn WHERE e.insight = ?1 LIMIT 2)",
        )?
        .query_row([seq], |row| row.get(0))?;
    Ok(conversations >= CONVERSATIONS_TO_PROMOTE)
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
    signals::clear(connection)?;
    // What a client or a file said keeps the turns it named; what the owner decided about many turns together keeps
    // those it stood on then.
    connection.execute(
        "DELETE FROM insight_evidence WHERE insight IN \
         (SELECT seq FROM insight WHERE author = ?1 AND (over_time = 0 OR edited_by_owner = 0))",
        [analysis],
    )?;
    connection.execute(
        "DELETE FROM history WHERE subject IN \
         (SELECT id FROM item WHERE author = ?1 AND edited_by_owner = 0)",
        [analysis],
    )?;
    connection.execute("DELETE FROM item WHERE author = ?1 AND edited_by_owner = 0", [analysis])?;
    connection.execute("UPDATE item SET support = 0, last_seen_at = ifnull(stated_at, created_at)", [])?;
    let own = "author = ?1 AND edited_by_owner = 0 AND state IN ('suggested', 'active')";
    connection.execute(
        &format!("DELETE FROM history WHERE subject IN (SELECT id FROM insight WHERE {own})"),
        [analysis],
    )?;
    connection.execute(&format!("DELETE FROM insight WHERE {own}"), [analysis])?;
    connection.execute(
        "UPDATE store SET analysed_seq = 0, found_seq = 0, analysis_version = ?1, grounds = grounds + 1",
        [version],
    )?;
    Ok(())
}
