//! Searching: the part of [`Context`] that answers questions.

use std::time::Duration;

use clock::Timestamp;
use database::Database;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::filter::Filter;
use super::lists;
use super::query::Question;
use super::rank::{self, Ranked};
use super::{
    Hit, MAX_HITS, MAX_NEIGHBOURS, SearchAnswer, SearchOrder, SearchQuery, dates, hit, indexer, log,
};
use crate::Error;
use crate::author::keys_of_client;
use crate::handle::{Context, Inner};
use crate::input::InputError;
use crate::state::Subject;

/// How long a search waits for what was logged last. It takes milliseconds, except while the index is made anew.
const PATIENCE: Duration = Duration::from_secs(2);
/// What a phrase in quotes does to the score of what holds it: so much that it comes first.
const PHRASE: f32 = 10.0;
/// How many of the best are looked at for a phrase.
const PHRASE_CANDIDATES: usize = 200;

impl Context {
    /// Answers a question. What was logged before it is found. Words for times are those of this computer's zone.
    ///
    /// # Errors
    /// [`Error::Input`] for a time that means none; [`Error::NotFound`] for a conversation that is not there;
    /// [`Error::IndexNotReady`] in the first moments of a program that has much to index.
    pub async fn search(&self, query: SearchQuery) -> Result<SearchAnswer, Error> {
        self.search_in_zone(query, TimeZone::system()).await
    }

    /// [`Context::search`] for somebody in another zone.
    ///
    /// # Errors
    /// As [`Context::search`].
    pub async fn search_in_zone(&self, query: SearchQuery, zone: TimeZone) -> Result<SearchAnswer, Error> {
        let context = self.clone();
        self.blocking(move || context.inner.search(&query, &zone)).await
    }

    /// One turn, insight or item by its id or its address (`ambient://turns/…`), as search shows it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn found(&self, id: Uuid) -> Result<Hit, Error> {
        self.inner
            .database
            .read(move |connection| {
                hit::by_id(connection, id)?.ok_or(Error::NotFound { what: Subject::Turn, id })
            })
            .await
    }

    /// Answers when the index's files hold no word of anything that is not stored any more.
    ///
    /// # Errors
    /// Whatever keeps the index from being written; the words go then as soon as it can be.
    pub async fn purge_search_index(&self) -> Result<(), Error> {
        let context = self.clone();
        self.blocking(move || context.inner.indexer.purge()).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        tokio::task::spawn_blocking(job).await.unwrap_or(Err(Error::Database(database::Error::JobPanicked)))
    }
}

impl Inner {
    fn search(&self, query: &SearchQuery, zone: &TimeZone) -> Result<SearchAnswer, Error> {
        let now = self.clock.now();
        let (from, to) = times(query, now, zone)?;
        let (target, filter) = self.database.read_blocking(|connection| {
            Ok::<_, Error>((log::latest(connection)?, filter(connection, query, from, to)?))
        })?;
        let (index, complete) = self.indexer.reach(&target, PATIENCE)?;
        let answer = self.answer(&index, query, &filter);
        match answer {
            Ok(answer) => Ok(SearchAnswer { incomplete: !complete, ..answer }),
            Err(error) if indexer::is_damage(&error) => {
                tracing::warn!(%error, "the search index is damaged; it is made anew");
                self.indexer.damaged();
                let (index, complete) = self.indexer.reach(&target, PATIENCE)?;
                let answer = self.answer(&index, query, &filter)?;
                Ok(SearchAnswer { incomplete: !complete, ..answer })
            }
            Err(error) => Err(error),
        }
    }

    fn answer(&self, index: &Database, query: &SearchQuery, filter: &Filter) -> Result<SearchAnswer, Error> {
        let question = Question::read(&query.text);
        let limit = usize::try_from(query.limit.clamp(1, MAX_HITS)).unwrap_or(10);
        let skip = usize::try_from(query.after.unwrap_or(0)).unwrap_or(usize::MAX);
        let newest = query.order == SearchOrder::NewestFirst || question.words.is_empty();
        // Hidden ones and those just removed are left out later: some more than are shown.
        let most = skip.saturating_add(limit).saturating_add(200);
        index.read_blocking(|found| {
            let ranked = if newest {
                rank::newest(found, &question, filter, most)?
            } else {
                rank::best(found, &question, filter)?
            };
            self.database.read_blocking(|stored| {
                let ranked = prefer_phrases(stored, ranked, &question, newest)?;
                let mut answer = SearchAnswer::default();
                let mut shown = 0_usize;
                for ranked in &ranked {
                    let Some(mut hit) = hit::read(stored, ranked, &question, query)? else { continue };
                    shown += 1;
                    if shown <= skip {
                        continue;
                    }
                    if answer.results.len() == limit {
                        answer.next = u32::try_from(skip + limit).ok();
                        break;
                    }
                    if query.neighbours > 0 && hit.conversation_id.is_some() {
                        let reach = query.neighbours.min(MAX_NEIGHBOURS);
                        let around = lists::around(found, &ranked.row, reach.into())?;
                        hit.neighbours = hit::neighbours(stored, &around, &hit)?;
                    }
                    answer.results.push(hit);
                }
                Ok(answer)
            })
        })
    }
}

/// From which microsecond on, and before which.
fn times(
    query: &SearchQuery,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<(Option<Timestamp>, Option<Timestamp>), InputError> {
    let read = |name, words: &Option<String>| {
        let words = words.as_deref().filter(|words| !words.trim().is_empty());
        words.map(|words| dates::stretch(name, words, now, zone)).transpose()
    };
    let since = read("since", &query.since)?;
    let until = read("until", &query.until)?;
    // "until 10:30" holds that moment too.
    let end = until
        .map(|until| if until.from == until.to { until.to.plus(Duration::from_micros(1)) } else { until.to });
    Ok((since.map(|since| since.from), end))
}

fn filter(
    connection: &Connection,
    query: &SearchQuery,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Result<Filter, Error> {
    let authors = query.client.as_deref().map(|client| keys_of_client(connection, client)).transpose()?;
    let conversation = query
        .conversation
        .map(|id| {
            connection
                .prepare_cached("SELECT seq FROM conversation WHERE id = ?1")?
                .query_row([id], |row| row.get::<_, i64>(0))
                .optional()?
                .ok_or(Error::NotFound { what: Subject::Conversation, id: id.as_uuid() })
        })
        .transpose()?;
    Ok(Filter {
        kinds: query.kinds.clone(),
        authors,
        conversation,
        from: from.map(Timestamp::as_micros),
        to: to.map(Timestamp::as_micros),
    })
}

/// Raises what holds a phrase of the question as it was written.
fn prefer_phrases(
    stored: &Connection,
    mut ranked: Vec<Ranked>,
    question: &Question,
    newest: bool,
) -> Result<Vec<Ranked>, Error> {
    if newest || question.phrases.is_empty() {
        return Ok(ranked);
    }
    let every = SearchQuery { all_states: true, ..SearchQuery::default() };
    for ranked in ranked.iter_mut().take(PHRASE_CANDIDATES) {
        let found = hit::read(stored, ranked, question, &every)?;
        if found.is_some_and(|hit| hit.why.phrase) {
            ranked.score *= PHRASE;
        }
    }
    ranked.sort_by(|left, right| right.score.total_cmp(&left.score));
    Ok(ranked)
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
