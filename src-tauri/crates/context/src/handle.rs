//! The handle by which everybody else reaches what is remembered.

use std::path::Path;
use std::sync::Arc;

use clock::{Clock, Random, uuid_v7};
use database::{Database, Schema};
use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::analysis::derive;
use crate::analysis::worker::Worker;
use crate::analysis::{Analyzer, CueAnalyzer};
use crate::change::{Change, Changes};
use crate::client_rule::ClientRules;
use crate::conversation::{self, Conversation};
use crate::forgetting::{self, Privacy};
use crate::history::{self, Event};
use crate::input::InputError;
use crate::insight::{self, Insight, InsightQuery};
use crate::item::{self, Added, Item, ItemChange, ItemQuery, NewItem};
use crate::item_change::{self, Hand};
use crate::page::{Cursor, Page};
use crate::pause::PauseSwitch;
use crate::profile::{self, Profile};
use crate::recent::RecentTurns;
use crate::search::{self, Indexer};
use crate::state::ClientMode;
use crate::statistics::{self, Statistics};
use crate::turn::{self, Duplicates, LogOutcome, NewTurn, ReadyTurn, Turn, TurnQuery};
use crate::undo::Undos;
use crate::{Action, Author, ConversationId, Error, ItemId, Subject, TurnId};

/// The tables of this room. `AmCx` in ASCII marks the file as ours.
pub(crate) const SCHEMA: Schema = Schema {
    name: "context",
    application_id: 0x416D_4378,
    migrations: &[
        include_str!("../migrations/0001_memory.sql"),
        include_str!("../migrations/0002_pause.sql"),
        include_str!("../migrations/0003_search.sql"),
        include_str!("../migrations/0004_derived.sql"),
        include_str!("../migrations/0005_privacy.sql"),
    ],
};

/// What is remembered. Cloning is cheap; all clones are one.
#[derive(Clone, Debug)]
pub struct Context {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) analyzer: Arc<dyn Analyzer>,
    pub(crate) worker: Worker,
    pub(crate) indexer: Indexer,
    pub(crate) changes: Changes,
    /// Only the writer's thread uses it.
    pub(crate) recent: Arc<Mutex<RecentTurns>>,
    pub(crate) pause: PauseSwitch,
    pub(crate) rules: ClientRules,
    pub(crate) privacy: Privacy,
    pub(crate) undos: Mutex<Undos>,
}

impl Inner {
    pub(crate) fn new_id(&self) -> Uuid {
        uuid_v7(self.clock.now(), &*self.random)
    }
}

impl Context {
    /// Opens the store at `path` (made if it is not there) and starts its analysis, which goes on where it
    /// stopped. Blocks.
    ///
    /// # Errors
    /// Whatever keeps the database from being opened; see [`database::Error`].
    pub fn open(path: &Path, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self, Error> {
        Self::open_with(path, clock, random, Arc::new(CueAnalyzer))
    }

    /// [`Context::open`] with another analyzer. If its version is not the one that the store was analysed
    /// with, all that analysis found is found anew.
    ///
    /// # Errors
    /// As [`Context::open`].
    pub fn open_with(
        path: &Path,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        analyzer: Arc<dyn Analyzer>,
    ) -> Result<Self, Error> {
        let database = Database::open(path, &SCHEMA)?;
        let mut key = [0; 32];
        random.fill(&mut key);
        let changes = Changes::new();
        let now = clock.now();
        let start = || {
            let recent = database.write_blocking(move |connection| {
                connection.execute("INSERT OR IGNORE INTO store (only, key) VALUES (1, ?1)", [key])?;
                search::watch(connection)?;
                let switches = (PauseSwitch::load(connection)?, ClientRules::load(connection)?);
                Ok::<_, Error>((RecentTurns::load(connection, now)?, switches))
            })?;
            if forgetting::finish(&database, &analyzer, now)? {
                // Surer than to clean it: it is made anew of what is stored.
                search::remove_index(database.path())?;
                forgetting::end(&database)?;
            }
            let worker =
                Worker::start(database.clone(), Arc::clone(&analyzer), Arc::clone(&clock), changes.clone())?;
            Ok((worker, Indexer::start(database.clone())?, recent))
        };
        // A thread of its own: waiting for the writer is not allowed within an async task, and this may be one.
        let (worker, indexer, (recent, (pause, rules))) =
            std::thread::scope(|scope| scope.spawn(start).join())
                .unwrap_or(Err(Error::Database(database::Error::JobPanicked)))?;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                clock,
                random,
                analyzer,
                worker,
                indexer,
                changes,
                recent: Arc::new(Mutex::new(recent)),
                pause,
                rules,
                privacy: Privacy::default(),
                undos: Mutex::default(),
            }),
        })
    }

    /// Ends analysis and indexing after the batch under way, finishes what waits to be written and closes the file.
    pub async fn close(self) {
        let inner = Arc::clone(&self.inner);
        // An error can only be a panic of the closing thread: nothing is left to save by then.
        let _ = tokio::task::spawn_blocking(move || {
            inner.worker.stop();
            inner.indexer.stop();
        })
        .await;
        self.inner.database.clone().close().await;
    }

    /// Remembers a turn. When this answers `Stored`, the turn is on the disk. While the owner has paused
    /// remembering, a client's turn is not stored and this answers `Paused`; the other outcomes say in the same way
    /// why nothing was stored.
    ///
    /// # Errors
    /// [`Error::Input`] where both texts are empty, a text is over 1 MiB, or a key is no short plain text.
    pub async fn log_turn(&self, turn: NewTurn, author: Author) -> Result<LogOutcome, Error> {
        let inner = &self.inner;
        let now = inner.clock.now();
        let ready = match ReadyTurn::check(turn, now, inner.redaction(), || uuid_v7(now, &*inner.random)) {
            Err(InputError::Private) => return Ok(LogOutcome::Private),
            checked => checked?,
        };
        let listened = author.clone();
        let (recent, pause, rules) = (Arc::clone(&inner.recent), inner.pause.clone(), inner.rules.clone());
        let (outcome, seq) = inner
            .database
            .write(move |connection| {
                if pause.holds_back(&author, now).is_some() {
                    return Ok((LogOutcome::Paused, None));
                }
                match rules.keeps_from_writing(&author) {
                    Some(ClientMode::Incognito) => return Ok((LogOutcome::Incognito, None)),
                    Some(_) => return Ok((LogOutcome::ReadOnly, None)),
                    None => {}
                }
                turn::store(connection, &ready, &author, Duplicates::Retry(&recent))
            })
            .await?;
        if let (LogOutcome::Stored { turn_id, .. }, Some(seq)) = (outcome, seq) {
            inner.worker.logged(seq);
            self.tell(Subject::Turn, turn_id.as_uuid(), Action::Added, &listened);
        }
        Ok(outcome)
    }

    /// What is known of the person: at most [`crate::PROFILE_ITEMS`] of each kind, the last seen first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn profile(&self) -> Result<Profile, Error> {
        self.inner.database.read(profile::read).await
    }

    /// The newest insights. Costs the same at any size of the store.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn recent_insights(&self, query: InsightQuery) -> Result<Vec<Insight>, Error> {
        self.inner.database.read(move |connection| insight::recent(connection, &query)).await
    }

    /// Adds something that `author` said outright: it is part of the profile at once, unless the owner had
    /// dismissed it. What goes by this name already is not doubled.
    ///
    /// # Errors
    /// [`Error::Input`] for an empty, overlong or unprintable name, or a value that is missing or out of place;
    /// [`Error::Paused`] for a client.
    pub async fn add_item(&self, item: NewItem, author: Author) -> Result<Added, Error> {
        let item = item_change::check_new(item, self.inner.redaction())?;
        let new_id = self.inner.new_id();
        let by = author.clone();
        let added = self
            .remember(author, move |connection, hand| item_change::add(connection, item, hand, new_id))
            .await?;
        let action = if added.existed { Action::Stated } else { Action::Added };
        self.tell(Subject::Item, added.item.id.as_uuid(), action, &by);
        Ok(added)
    }

    /// Items, the last seen first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn items(&self, query: ItemQuery) -> Result<Vec<Item>, Error> {
        self.inner.database.read(move |connection| item::list(connection, &query)).await
    }

    /// One item.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn item(&self, id: ItemId) -> Result<Item, Error> {
        self.inner
            .database
            .read(move |connection| item::with_evidence(connection, item::by_id(connection, id)?))
            .await
    }

    /// Changes an item's name, value or state. What the owner changed, analysis leaves alone for ever.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NameTaken`]; [`Error::Input`]; [`Error::OwnersDecision`] where a client
    /// would bring back what the owner dismissed; [`Error::Paused`] for a client.
    pub async fn update_item(
        &self,
        id: ItemId,
        mut change: ItemChange,
        author: Author,
    ) -> Result<Item, Error> {
        let redaction = self.inner.redaction();
        item_change::check_change(&mut change, redaction)?;
        let action = match &change {
            ItemChange { name: Some(_), .. } => Action::Renamed,
            ItemChange { value: Some(_), .. } => Action::ValueChanged,
            ItemChange { .. } => Action::StateChanged,
        };
        let by = author.clone();
        let item = self
            .remember(author, move |connection, hand| {
                item_change::change(connection, id, change, hand, redaction)
            })
            .await?;
        self.tell(Subject::Item, id.as_uuid(), action, &by);
        Ok(item)
    }

    /// Conversations, the last active first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn conversations(
        &self,
        before: Option<Cursor>,
        limit: u32,
    ) -> Result<Page<Conversation>, Error> {
        self.inner.database.read(move |connection| conversation::list(connection, before, limit)).await
    }

    /// One conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn conversation(&self, id: ConversationId) -> Result<Conversation, Error> {
        self.inner.database.read(move |connection| conversation::get(connection, id)).await
    }

    /// Turns, by the time they happened.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a conversation that is not there.
    pub async fn turns(&self, query: TurnQuery) -> Result<Page<Turn>, Error> {
        self.inner.database.read(move |connection| turn::list(connection, &query)).await
    }

    /// One turn.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn turn(&self, id: TurnId) -> Result<Turn, Error> {
        self.inner.database.read(move |connection| turn::get(connection, id)).await
    }

    /// What happened to a thing, oldest first. Of a removed one only its removal is known.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn history(&self, subject: Uuid) -> Result<Vec<Event>, Error> {
        self.inner.database.read(move |connection| history::of(connection, subject)).await
    }

    /// Finds all that analysis finds anew, from the turns, the owner's edits and what clients said. Answers
    /// when that is done; logging goes on meanwhile, and what was found comes back step by step.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rebuild(&self) -> Result<Statistics, Error> {
        let version = self.inner.analyzer.version();
        self.inner.database.write(move |connection| derive::start_anew(connection, version)).await?;
        self.inner.worker.restarted();
        self.analysis_settled().await;
        self.inner.changes.tell(Subject::Item, None, Action::Stated, &Author::Analysis);
        self.statistics().await
    }

    /// How much is stored.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn statistics(&self) -> Result<Statistics, Error> {
        self.inner.database.read(statistics::read).await
    }

    /// What is wrong with the file; empty: it is sound. Reads all of it.
    ///
    /// # Errors
    /// A file that can not be read at all.
    pub async fn integrity(&self) -> Result<Vec<String>, Error> {
        Ok(self.inner.database.integrity().await?)
    }

    /// Answers when analysis has seen every turn that is committed now.
    pub async fn analysis_settled(&self) {
        self.inner.worker.settled().await;
    }

    /// News of every change from now on. A listener that is too slow is told that it missed some.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.listen()
    }

    /// [`Context::write`], refused to a client while the owner has paused remembering.
    pub(crate) async fn remember<T: Send + 'static>(
        &self,
        author: Author,
        job: impl FnOnce(&Connection, Hand<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let pause = self.inner.pause.clone();
        let job = move |connection: &Connection, hand: Hand<'_>| {
            pause.check(hand)?;
            job(connection, hand)
        };
        self.write(author, job).await
    }

    /// Changes what is stored, unless the owner keeps this client from it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        author: Author,
        job: impl FnOnce(&Connection, Hand<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let at = self.inner.clock.now();
        self.inner.undos.lock().expire(at);
        let rules = self.inner.rules.clone();
        let job = move |connection: &Connection| {
            rules.check_writing(&author)?;
            job(connection, Hand { author: &author, at })
        };
        let done = self.inner.database.write(job).await;
        self.inner.worker.changed();
        done
    }

    pub(crate) fn tell(&self, subject: Subject, id: Uuid, action: Action, by: &Author) {
        self.inner.changes.tell(subject, Some(id), action, by);
    }
}

#[cfg(test)]
#[path = "handle_tests.rs"]
mod tests;
