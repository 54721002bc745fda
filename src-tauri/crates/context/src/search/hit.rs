//! Hits: what is shown of a found turn, insight or item. The rows are read from the store, never from the index.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension};

use super::document::Kind;
use super::document::date_marks;
use super::query::Question;
use super::rank::Ranked;
use super::snippet::snippet;
use super::words::unstemmed;
use super::{FoundKind, Hit, Neighbour, SearchQuery, Why};
use crate::conversation::opening;
use crate::insight::{self, Insight};
use crate::item::{self, Item};
use crate::state::{InsightState, ItemState, Side};
use crate::turn::{self, Turn};
use crate::{Author, Error};

/// The hit for a ranked document; none: it is gone from the store, or in a state that was not asked for.
pub(super) fn read(
    connection: &Connection,
    ranked: &Ranked,
    question: &Question,
    query: &SearchQuery,
) -> Result<Option<Hit>, Error> {
    let hit = match ranked.row.kind {
        Kind::Turn => turn::by_seq(connection, ranked.row.seq)?.map(of_turn),
        Kind::Insight => insight::by_seq(connection, ranked.row.seq)
            .optional_row()?
            .filter(|found| query.all_states || shows_insight(found.insight.state))
            .map(|found| of_insight(found.insight)),
        Kind::Item => item::by_seq(connection, ranked.row.seq)
            .optional_row()?
            .filter(|found| query.all_states || shows_item(found.item.state))
            .map(|found| of_item(found.item)),
    };
    let Some((mut hit, texts)) = hit else { return Ok(None) };
    hit.score = f64::from(ranked.score);
    hit.why = why(ranked, question, &hit, &texts);
    let terms: HashSet<&str> =
        question.words.iter().flat_map(|asked| &asked.terms).map(String::as_str).collect();
    let shown: Vec<(Option<Side>, &str)> = texts.iter().map(|(side, text)| (*side, text.as_str())).collect();
    hit.snippet = snippet(&shown, &terms);
    Ok(Some(hit))
}

fn shows_insight(state: InsightState) -> bool {
    !matches!(state.as_str(), "dismissed" | "archived")
}

fn shows_item(state: ItemState) -> bool {
    !matches!(state, ItemState::Dismissed | ItemState::Archived)
}

/// A row that may be gone: the index is a moment behind.
trait OptionalRow<T> {
    fn optional_row(self) -> Result<Option<T>, Error>;
}

impl<T> OptionalRow<T> for Result<T, Error> {
    fn optional_row(self) -> Result<Option<T>, Error> {
        match self {
            Ok(row) => Ok(Some(row)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) if error == Error::from(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

type Texts = Vec<(Option<Side>, String)>;

pub(super) fn of_turn(turn: Turn) -> (Hit, Texts) {
    let texts = vec![
        (Some(Side::User), turn.user_message.clone()),
        (Some(Side::Assistant), turn.assistant_response.clone()),
    ];
    let both = [turn.user_message.as_str(), turn.assistant_response.as_str()];
    let text = both.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    let hit = Hit {
        id: turn.id.as_uuid(),
        external_id: turn.external_id,
        kind: FoundKind::Turn,
        title: opening(&text, false),
        url: format!("ambient://turns/{}", turn.id),
        text,
        conversation_id: Some(turn.conversation_id),
        occurred_at: turn.occurred_at,
        ..empty(turn.author)
    };
    (hit, texts)
}

pub(super) fn of_insight(insight: Insight) -> (Hit, Texts) {
    let parts = [insight.content.as_str(), insight.context.as_str()];
    let text = parts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    let hit = Hit {
        id: insight.id.as_uuid(),
        kind: FoundKind::Insight,
        title: opening(&format!("{}: {}", readable(&insight.insight_type), insight.content), false),
        url: format!("ambient://insights/{}", insight.id),
        text,
        occurred_at: insight.timestamp,
        state: Some(insight.state.as_str().to_owned()),
        ..empty(insight.author)
    };
    (hit, vec![(None, insight.content), (None, insight.context)])
}

pub(super) fn of_item(item: Item) -> (Hit, Texts) {
    let value = item.value.as_ref().map(|value| match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    let text = value.map_or_else(|| item.name.clone(), |value| format!("{}: {value}", item.name));
    let hit = Hit {
        id: item.id.as_uuid(),
        kind: found_kind(item.kind),
        title: opening(&format!("{}: {text}", readable(item.kind.as_str())), false),
        url: format!("ambient://items/{}", item.id),
        text: text.clone(),
        occurred_at: item.updated_at,
        state: Some(item.state.as_str().to_owned()),
        ..empty(item.author)
    };
    (hit, vec![(None, text)])
}

fn found_kind(kind: crate::ItemKind) -> FoundKind {
    use crate::ItemKind as K;
    match kind {
        K::Interest => FoundKind::Interest,
        K::Skill => FoundKind::Skill,
        K::Project => FoundKind::Project,
        K::Preference => FoundKind::Preference,
        K::Goal => FoundKind::Goal,
    }
}

/// `learning_moment` as "Learning moment".
fn readable(word: &str) -> String {
    let words = word.replace('_', " ");
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn empty(author: Author) -> Hit {
    Hit {
        id: uuid::Uuid::nil(),
        external_id: None,
        kind: FoundKind::Turn,
        title: String::new(),
        url: String::new(),
        text: String::new(),
        snippet: super::Snippet::default(),
        conversation_id: None,
        author,
        occurred_at: clock::Timestamp::from_micros(0),
        state: None,
        score: 0.0,
        why: Why::default(),
        neighbours: Vec::new(),
    }
}

fn why(ranked: &Ranked, question: &Question, hit: &Hit, texts: &Texts) -> Why {
    let named = |bits: u32| {
        let words = question.words.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
        words.map(|(_, asked)| asked.shown.clone()).collect()
    };
    let marks = (hit.kind == FoundKind::Turn).then(|| date_marks(hit.occurred_at));
    let date = marks.is_some_and(|marks| {
        question.words.iter().filter_map(|asked| asked.date.as_ref()).any(|date| marks.contains(date))
    });
    Why {
        words: named(ranked.words),
        nearby: named(ranked.nearby),
        conversation: ranked.conversation,
        speaker: ranked.speaker,
        date,
        phrase: has_phrase(question, texts.iter().map(|(_, text)| text.as_str())),
    }
}

/// Whether one of the question's phrases stands in one of the texts, word by word.
pub(super) fn has_phrase<'a>(question: &Question, texts: impl Iterator<Item = &'a str>) -> bool {
    if question.phrases.is_empty() {
        return false;
    }
    texts.map(unstemmed).any(|words| {
        question.phrases.iter().any(|phrase| {
            words.windows(phrase.len()).any(|run| run.iter().map(|word| &word.plain).eq(phrase))
        })
    })
}

/// The turns around a found one.
pub(super) fn neighbours(
    connection: &Connection,
    around: &[super::lists::Row],
    hit: &Hit,
) -> Result<Vec<Neighbour>, Error> {
    let mut found = Vec::new();
    for row in around {
        let Some(turn) = turn::by_seq(connection, row.seq)? else { continue };
        if turn.id.as_uuid() != hit.id {
            found.push(Neighbour {
                id: turn.id,
                occurred_at: turn.occurred_at,
                user_message: turn.user_message,
                assistant_response: turn.assistant_response,
            });
        }
    }
    Ok(found)
}

/// One thing by its id, whatever it is, with all of its text.
pub(super) fn by_id(connection: &Connection, id: uuid::Uuid) -> Result<Option<Hit>, Error> {
    let turn = connection
        .prepare_cached("SELECT seq FROM turn WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    if let Some(seq) = turn {
        return Ok(turn::by_seq(connection, seq)?.map(|turn| of_turn(turn).0));
    }
    if let Some(found) = insight::by_id(connection, id.into()).optional_row()? {
        return Ok(Some(of_insight(found.insight).0));
    }
    Ok(item::by_id(connection, id.into()).optional_row()?.map(|found| of_item(found.item).0))
}
