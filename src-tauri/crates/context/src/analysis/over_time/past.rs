//! What conclusions over time are drawn from: a bounded look back from the newest turn, read by index.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use clock::Timestamp;
use rusqlite::Connection;

use super::{Piece, topics};
use crate::Error;
use crate::analysis::{MentionKind, signals};
use crate::calendar::Day;
use crate::id::ItemId;
use crate::state::{InsightState, ItemKind, ItemState};

/// Microseconds of a day.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// The days that count as lately.
pub(super) const RECENT_DAYS: i64 = 14;
/// The days before them that they are compared with.
pub(super) const BEFORE_DAYS: i64 = 90;
/// No more rows than these are read, the newest: beyond what any person says in these days, and little enough to
/// be read in a moment.
const TURNS: i64 = 100_000;
const MENTIONS: i64 = 300_000;
const SIGNALS: i64 = 600;
const COUNTED: i64 = 20_000;
const GOALS: i64 = 50;
const CHANGES: i64 = 500;
const COMMITMENTS: i64 = 200;

/// The kinds and normal names of topics, by their rows.
pub(super) type Names = HashMap<i64, (MentionKind, String)>;

/// The look back.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// When the newest turn happened.
    pub(super) as_of: i64,
    /// The turns of these days, the newest first.
    pub(super) turns: Vec<SeenTurn>,
    /// What was spoken of in these days, the newest first.
    pub(super) mentions: Vec<Mentioned>,
    /// There is more than that: shares of all can not be told.
    pub(super) cut: bool,
    pub(super) questions: Vec<Signal>,
    /// Thanks and "it worked".
    pub(super) answered: Vec<Signal>,
    pub(super) still_broken: Vec<Signal>,
    pub(super) problems: Vec<Signal>,
    /// Steps, and what was done.
    pub(super) steps: Vec<Signal>,
    pub(super) done: Vec<Signal>,
    /// When something of a kind was noticed, for counting.
    pub(super) noticed: Vec<(String, i64)>,
    pub(super) goals: Vec<Goal>,
    pub(super) said: Vec<SaidOf>,
    pub(super) commitments: Vec<Promise>,
}

/// A turn that analysis has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SeenTurn {
    pub(super) at: i64,
    pub(super) turn: i64,
    pub(super) conversation: i64,
}

/// Something that was spoken of in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mentioned {
    pub(super) topic: i64,
    pub(super) kind: MentionKind,
    pub(super) at: i64,
    pub(super) turn: i64,
    pub(super) conversation: i64,
    /// The place of the topic's name in the alphabet: which of two goes first where all else is equal. Its row's number
    /// would not do, since a rebuild may give another one.
    pub(super) place: Reverse<u32>,
}

/// What a turn does in the course of things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signal {
    pub(super) conversation: i64,
    pub(super) words: Vec<String>,
    pub(super) said: String,
    pub(super) piece: Piece,
}

/// A goal that is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goal {
    pub(super) id: ItemId,
    pub(super) name: String,
    pub(super) created_at: i64,
    /// When it was last said or found.
    pub(super) last_seen_at: i64,
    pub(super) target: Option<Day>,
    /// Where it was last spoken of.
    pub(super) evidence: Vec<Piece>,
}

/// What a turn said of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SaidOf {
    pub(super) item: i64,
    pub(super) kind: ItemKind,
    pub(super) name: String,
    pub(super) value: Option<String>,
    pub(super) no_longer: bool,
    pub(super) replaced: Option<String>,
    pub(super) piece: Piece,
}

/// Something that the person promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    pub(super) insight: i64,
    pub(super) at: i64,
    pub(super) due: Option<Day>,
    pub(super) words: Vec<String>,
}

impl Past {
    /// The first moment of the days that count as lately: whole days in UTC, the newest turn's day included.
    pub(super) fn recent(&self) -> i64 {
        day_start(self.as_of) - (RECENT_DAYS - 1) * DAY
    }

    /// The first moment of the days they are compared with.
    pub(super) fn before(&self) -> i64 {
        self.recent() - BEFORE_DAYS * DAY
    }

    /// The first moment of the newest turn's week: what is told of a state, and not of an event, is told as of it.
    pub(super) fn week(&self) -> i64 {
        week_start(self.as_of)
    }

    /// The turns since then.
    pub(super) fn turns_since(&self, since: i64) -> impl Iterator<Item = &SeenTurn> {
        self.turns.iter().take_while(move |turn| turn.at >= since)
    }
}

/// The first moment of a day in UTC.
pub(super) fn day_start(at: i64) -> i64 {
    at.div_euclid(DAY) * DAY
}

/// The first moment of a week in UTC. (The epoch was a Thursday.)
pub(super) fn week_start(at: i64) -> i64 {
    (at.div_euclid(DAY) + 3).div_euclid(7) * 7 * DAY - 3 * DAY
}

pub(crate) const NEWEST: &str = "SELECT max(at) FROM turn_seen";
pub(crate) const TURNS_SINCE: &str = "SELECT at, turn, conversation FROM turn_seen INDEXED BY turn_seen_by_time \
     WHERE at >= ?1 ORDER BY at DESC, conversation DESC LIMIT ?2";
pub(crate) const MENTIONS_SINCE: &str = "SELECT m.at, m.topic, m.conversation, m.turn, t.kind, t.normal_name FROM mention m \
     INDEXED BY mention_by_time CROSS JOIN topic t ON t.seq = m.topic WHERE m.at >= ?1 \
     ORDER BY m.at DESC, m.topic DESC LIMIT ?2";
pub(crate) const SIGNALS_SINCE: &str = "SELECT at, turn, range_start, range_end, conversation, words, said FROM signal \
     WHERE kind = ?1 AND at >= ?2 ORDER BY at DESC LIMIT ?3";
pub(crate) const NOTICED_SINCE: &str =
    "SELECT at FROM signal WHERE kind = ?1 AND at >= ?2 ORDER BY at DESC LIMIT ?3";

/// Reads the look back; none: nothing was seen yet.
pub(super) fn read(connection: &Connection) -> Result<Option<Past>, Error> {
    let Some((mut past, names)) = read_spoken(connection)? else { return Ok(None) };
    let refused = topics::refused(connection, &names)?;
    past.mentions.retain(|mention| !refused.contains(&mention.topic));
    let since = past.before();
    let recent_only = day_start(past.as_of) - 30 * DAY;
    let signals_of = |kind: &str, since: i64| signals_since(connection, kind, since);
    past.questions = signals_of(signals::QUESTION, recent_only)?;
    past.answered = signals_of(signals::THANKS, recent_only)?;
    past.answered.extend(signals_of(signals::WORKED, recent_only)?);
    past.answered.sort_by_key(|signal| Reverse(signal.piece));
    past.still_broken = signals_of(signals::STILL_BROKEN, recent_only)?;
    past.problems = signals_of("problem_solving", since)?;
    past.done = signals_of(signals::DONE, since)?;
    past.steps = signals_of(signals::STEP, since)?;
    past.steps.extend(past.done.iter().cloned());
    past.steps.sort_by_key(|signal| Reverse(signal.piece));
    for kind in ["decision", "commitment", "learning_moment", "problem_solving", signals::QUESTION] {
        let mut statement = connection.prepare_cached(NOTICED_SINCE)?;
        for at in statement.query_map((kind, since, COUNTED), |row| row.get(0))? {
            past.noticed.push((kind.to_owned(), at?));
        }
    }
    past.goals = goals(connection)?;
    past.said = said(connection)?;
    past.commitments = commitments(connection, since)?;
    Ok(Some(past))
}

/// Reads of the look back what was spoken of, with the names; none: nothing was seen yet.
pub(super) fn read_spoken(connection: &Connection) -> Result<Option<(Past, Names)>, Error> {
    let as_of: Option<i64> = connection.prepare_cached(NEWEST)?.query_row([], |row| row.get(0))?;
    let Some(as_of) = as_of else { return Ok(None) };
    let mut past = Past { as_of, ..Past::default() };
    let since = past.before();
    past.turns = connection
        .prepare_cached(TURNS_SINCE)?
        .query_map((since, TURNS), |row| {
            Ok(SeenTurn { at: row.get(0)?, turn: row.get(1)?, conversation: row.get(2)? })
        })?
        .collect::<Result<_, _>>()?;
    let mut names = Names::new();
    past.mentions = connection
        .prepare_cached(MENTIONS_SINCE)?
        .query_map((since, MENTIONS), |row| {
            let (topic, kind) = (row.get(1)?, row.get(4)?);
            if let Entry::Vacant(unknown) = names.entry(topic) {
                unknown.insert((kind, row.get(5)?));
            }
            Ok(Mentioned {
                at: row.get(0)?,
                topic,
                conversation: row.get(2)?,
                turn: row.get(3)?,
                kind,
                place: Reverse(0),
            })
        })?
        .collect::<Result<_, _>>()?;
    put_in_place(&mut past.mentions, &names);
    let full = |rows: usize, most: i64| i64::try_from(rows).is_ok_and(|rows| rows >= most);
    past.cut = full(past.turns.len(), TURNS) || full(past.mentions.len(), MENTIONS);
    Ok(Some((past, names)))
}

fn signals_since(connection: &Connection, kind: &str, since: i64) -> Result<Vec<Signal>, Error> {
    let mut statement = connection.prepare_cached(SIGNALS_SINCE)?;
    let rows = statement.query_map((kind, since, SIGNALS), |row| {
        let words: String = row.get(5)?;
        Ok(Signal {
            piece: Piece { at: row.get(0)?, turn: row.get(1)?, start: row.get(2)?, end: row.get(3)? },
            conversation: row.get(4)?,
            words: words.split_whitespace().map(str::to_owned).collect(),
            said: row.get(6)?,
        })
    })?;
    let mut signals: Vec<Signal> = rows.collect::<Result<_, _>>()?;
    signals.sort_by_key(|signal| Reverse(signal.piece));
    Ok(signals)
}

fn goals(connection: &Connection) -> Result<Vec<Goal>, Error> {
    let stored = crate::item::of_state(
        connection,
        ItemKind::Goal,
        ItemState::Active,
        u32::try_from(GOALS).unwrap_or(u32::MAX),
    )?;
    let mut goals = Vec::new();
    for stored in stored {
        let mut statement = connection.prepare_cached(
            "SELECT occurred_at, turn, range_start, range_end FROM item_evidence WHERE item = ?1 AND side = 'user' \
             ORDER BY occurred_at DESC, turn DESC LIMIT 3",
        )?;
        let evidence = statement.query_map([stored.seq], |row| {
            Ok(Piece { at: row.get(0)?, turn: row.get(1)?, start: row.get(2)?, end: row.get(3)? })
        })?;
        goals.push(Goal {
            id: stored.item.id,
            created_at: stored.item.created_at.as_micros(),
            last_seen_at: stored.item.last_seen_at.as_micros(),
            target: stored.item.target,
            evidence: evidence.collect::<Result<_, _>>()?,
            name: stored.item.name,
        });
    }
    Ok(goals)
}

fn said(connection: &Connection) -> Result<Vec<SaidOf>, Error> {
    // Few things are said of items beyond their names: all of them are read by the items that have any.
    let mut statement = connection.prepare_cached(
        "SELECT s.item, i.kind, i.name, s.value, s.no_longer, s.replaced, s.at, s.turn, e.range_start, e.range_end \
         FROM (SELECT * FROM item_said ORDER BY at DESC, turn DESC, item LIMIT ?1) s JOIN item i ON i.seq = s.item \
         JOIN item_evidence e ON e.item = s.item AND e.turn = s.turn \
         WHERE i.state <> 'dismissed' AND e.side = 'user' ORDER BY s.at DESC, s.turn DESC, s.item",
    )?;
    let rows = statement.query_map([CHANGES], |row| {
        Ok(SaidOf {
            item: row.get(0)?,
            kind: row.get(1)?,
            name: row.get(2)?,
            value: row.get(3)?,
            no_longer: row.get(4)?,
            replaced: row.get(5)?,
            piece: Piece { at: row.get(6)?, turn: row.get(7)?, start: row.get(8)?, end: row.get(9)? },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn commitments(connection: &Connection, since: i64) -> Result<Vec<Promise>, Error> {
    let mut found = Vec::new();
    for state in [InsightState::Suggested, InsightState::Active, InsightState::Paused] {
        let mut statement = connection.prepare_cached(
            "SELECT i.seq, i.occurred_at, i.due_day, (SELECT s.words FROM insight_evidence e JOIN signal s \
             ON s.turn = e.turn AND s.kind = 'commitment' AND s.range_start = e.range_start \
             WHERE e.insight = i.seq ORDER BY s.turn LIMIT 1) FROM insight i \
             WHERE i.insight_type = 'commitment' AND i.state = ?1 AND i.occurred_at >= ?2 \
             ORDER BY i.occurred_at DESC LIMIT ?3",
        )?;
        let rows = statement.query_map((state, since, COMMITMENTS), |row| {
            let words: Option<String> = row.get(3)?;
            Ok(Promise {
                insight: row.get(0)?,
                at: row.get(1)?,
                due: row.get(2)?,
                words: words.unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            })
        })?;
        for row in rows {
            found.push(row?);
        }
    }
    Ok(found)
}

/// The newest turns as evidence.
pub(super) fn whole(turn: &SeenTurn) -> Piece {
    Piece { at: turn.at, turn: turn.turn, start: 0, end: 0 }
}

/// A mention as evidence; its words are looked up when it is told (`place`), by the topic's number.
pub(super) fn mentioned(mention: &Mentioned) -> Piece {
    Piece { at: mention.at, turn: mention.turn, start: u32::try_from(mention.topic).unwrap_or(0), end: 0 }
}

fn put_in_place(mentions: &mut [Mentioned], names: &Names) {
    let mut names: Vec<(&'static str, &str, i64)> =
        names.iter().map(|(topic, (kind, name))| (kind.as_str(), name.as_str(), *topic)).collect();
    names.sort_unstable();
    let places: HashMap<i64, u32> = names.into_iter().map(|(_, _, topic)| topic).zip(0..).collect();
    for mention in mentions {
        mention.place = Reverse(places.get(&mention.topic).copied().unwrap_or(u32::MAX));
    }
}

/// A moment of the look back.
pub(super) fn moment(at: i64) -> Timestamp {
    Timestamp::from_micros(at)
}
