//! Forgetting: a preview of exactly what would go, a confirmation, and no byte of it left in the files.
//!
//! What goes: rows, evidence, what only the forgotten turns spoke for, history, what could be undone, and the
//! copies made before migrations. What stays is a keyed hash for each turn, item and insight (`marks.rs`), so
//! that importing the same file again does not bring it back.

pub(crate) mod marks;
mod phrase;
mod selection;
mod steps;

use std::collections::VecDeque;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clock::Timestamp;
use database::Database;
use parking_lot::Mutex;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::selection::{Chosen, Selection};
pub(crate) use self::steps::{Until, take_out};
use crate::analysis::Analyzer;
use crate::handle::{Context, Inner};
use crate::redaction::Redaction;
use crate::retention::RetentionSetting;
use crate::state::{Action, Subject};
use crate::{Author, ConversationId, Error, TurnId};

/// How long a preview can be confirmed.
pub const PREVIEW_TIME: Duration = Duration::from_mins(10);
/// How many previews wait; the oldest are given up first.
const PREVIEWS_KEPT: usize = 16;

/// What to forget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Forget {
    /// One turn.
    Turn {
        /// The turn.
        id: TurnId,
    },
    /// A conversation with all its turns.
    Conversation {
        /// The conversation.
        id: ConversationId,
    },
    /// Whatever has this id: a turn, a conversation, an item, an insight.
    Thing {
        /// Its id.
        #[cfg_attr(feature = "typescript", ts(type = "string"))]
        id: Uuid,
    },
    /// All that came from one client, or from one import.
    Client {
        /// The client's id, or the import's source.
        client: String,
    },
    /// Everything that holds these words, in this order and whole, whatever their case and accents.
    Phrase {
        /// The words.
        phrase: String,
    },
    /// All that is remembered.
    Everything,
}

/// How much goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ForgetCounts {
    /// Turns.
    pub turns: u64,
    /// Conversations of which no turn is left then.
    pub conversations: u64,
    /// Interests and so on: chosen themselves, or known from the chosen turns alone.
    pub items: u64,
    /// Insights, likewise.
    pub insights: u64,
}

/// One of the things that would go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Example {
    /// What it is.
    pub kind: Subject,
    /// Its id.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub id: Uuid,
    /// Its beginning, or the words around the phrase, as one line.
    pub text: String,
    /// When it happened or was last seen.
    pub at: Timestamp,
}

/// Exactly what would go. Nothing has gone yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ForgetPreview {
    /// What confirms it, once; none: there is nothing to forget.
    pub handle: Option<String>,
    /// Until when.
    pub expires_at: Timestamp,
    /// How much goes.
    pub counts: ForgetCounts,
    /// The newest few.
    pub examples: Vec<Example>,
}

/// What has gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Forgotten {
    /// How much.
    pub counts: ForgetCounts,
    /// Copies of the store beside it that were removed because they held it too.
    #[cfg_attr(feature = "typescript", ts(type = "string[]"))]
    pub backups_removed: Vec<PathBuf>,
}

/// What keeps a person's secrets and forgets what they want forgotten, in memory.
#[derive(Debug, Default)]
pub(crate) struct Privacy {
    keeps_secrets: AtomicBool,
    previews: Mutex<Previews>,
    pub(crate) retention: Mutex<RetentionSetting>,
    /// One forgetting after the other: they share the list of what is to go.
    pub(crate) order: tokio::sync::Mutex<()>,
}

struct Preview {
    handle: String,
    at: Timestamp,
    by: Author,
    counts: ForgetCounts,
    selection: Selection,
}

/// The previews that can be confirmed, oldest first.
#[derive(Default)]
struct Previews(VecDeque<Preview>);

/// Without the handles: who has one may delete.
impl fmt::Debug for Previews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Previews").field("kept", &self.0.len()).finish()
    }
}

impl Previews {
    fn keep(&mut self, preview: Preview) {
        self.expire(preview.at);
        while self.0.len() >= PREVIEWS_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(preview);
    }

    /// Takes a preview out: a handle is good once.
    fn take(&mut self, handle: &str, by: &Author, now: Timestamp) -> Option<Preview> {
        self.expire(now);
        let place = self.0.iter().position(|preview| preview.handle == handle && is_same(&preview.by, by))?;
        self.0.remove(place)
    }

    fn expire(&mut self, now: Timestamp) {
        self.0.retain(|preview| now.since(preview.at) < PREVIEW_TIME);
    }
}

/// A client may have changed its name meanwhile.
fn is_same(one: &Author, two: &Author) -> bool {
    one.kind() == two.kind() && one.id() == two.id()
}

impl Inner {
    /// Whether secrets are taken out of what comes in.
    pub(crate) fn redaction(&self) -> Redaction {
        if self.privacy.keeps_secrets.load(Ordering::Relaxed) { Redaction::Off } else { Redaction::On }
    }

    async fn carry_out(self: Arc<Self>, selection: Selection, by: Author) -> Result<Vec<PathBuf>, Error> {
        let _order = self.privacy.order.lock().await;
        self.undos.lock().clear();
        let everything = selection.everything.is_some();
        self.begin(selection, by).await?;
        loop {
            let (analyzer, clock) = (Arc::clone(&self.analyzer), Arc::clone(&self.clock));
            let step = move |connection: &Connection| {
                steps::step(connection, &*analyzer, clock.now(), Some(&Until::soon(&clock)))
            };
            if !self.database.write_behind(step).answer().await? {
                break;
            }
        }
        self.database.write(steps::drop_authors).await?;
        let swept = async {
            // Nearly nothing is left to be written anew; otherwise that would keep everybody waiting.
            if everything {
                self.database.rewrite().await?;
            } else {
                self.database.scrub().await?;
            }
            let searched = Arc::clone(&self);
            tokio::task::spawn_blocking(move || searched.indexer.purge())
                .await
                .unwrap_or(Err(Error::Database(database::Error::JobPanicked)))?;
            steps::remove_backups(&self.database)
        };
        let backups = swept.await.map_err(|error| Error::BytesLeft { detail: error.to_string() })?;
        self.database.write(steps::end).await?;
        Ok(backups)
    }

    /// Commits to forgetting what was chosen.
    async fn begin(&self, selection: Selection, by: Author) -> Result<(), Error> {
        let rules = self.rules.clone();
        if let Some(extent) = selection.everything {
            let mut new_key = [0; 32];
            self.random.fill(&mut new_key);
            let begin = move |connection: &Connection| {
                rules.check_writing(&by)?;
                steps::begin_with_everything(connection, extent, new_key)
            };
            return self.database.write(begin).await;
        }
        for (number, piece) in steps::pieces(&selection).into_iter().enumerate() {
            let note = move |connection: &Connection| steps::note(connection, &piece, number == 0);
            self.database.write_behind(note).answer().await?;
        }
        let begin = move |connection: &Connection| {
            rules.check_writing(&by)?;
            steps::begin(connection)
        };
        self.database.write(begin).await
    }
}

/// Goes on with a forgetting that was interrupted, before anybody reads. True: [`end`] is to be called once
/// nothing outside the database holds anything of it either. Blocks.
pub(crate) fn finish(
    database: &Database,
    analyzer: &Arc<dyn Analyzer>,
    now: Timestamp,
) -> Result<bool, Error> {
    if !database.read_blocking(steps::is_under_way)? {
        return Ok(false);
    }
    tracing::info!("a forgetting was interrupted; it is finished now");
    loop {
        let analyzer = Arc::clone(analyzer);
        if !database.write_blocking(move |connection| steps::step(connection, &*analyzer, now, None))? {
            break;
        }
    }
    database.write_blocking(steps::drop_authors)?;
    let swept =
        database.rewrite_blocking().map_err(Error::from).and_then(|()| steps::remove_backups(database));
    if let Err(error) = &swept {
        // What was forgotten is gone for everybody who asks; a full disk must not keep the memory closed.
        tracing::error!(%error, "bytes of what was forgotten may be left in the files; the next start tries again");
    }
    Ok(swept.is_ok())
}

/// Takes the word back that something is being forgotten. Blocks.
pub(crate) fn end(database: &Database) -> Result<(), Error> {
    database.write_blocking(steps::end)
}

impl Context {
    /// From now on secrets are taken out of what comes in, or are not.
    pub fn set_redaction(&self, redaction: Redaction) {
        self.inner.privacy.keeps_secrets.store(redaction == Redaction::Off, Ordering::Relaxed);
    }

    /// Says exactly what would go. It can be confirmed for ten minutes by the same author, and never takes more
    /// than it says: what comes in meanwhile stays. A client can choose only what it brought itself.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Input`] for a phrase without letters; [`Error::NotYours`] and
    /// [`Error::Incognito`] and [`Error::ReadOnly`] for a client.
    pub async fn preview_forgetting(&self, what: Forget, by: Author) -> Result<ForgetPreview, Error> {
        let inner = &self.inner;
        inner.rules.check_writing(&by)?;
        let is_everything = what == Forget::Everything;
        let whose = by.clone();
        let Chosen { selection, counts, examples } =
            inner.database.read(move |connection| selection::choose(connection, &what, &whose)).await?;
        let at = inner.clock.now();
        let is_nothing = counts == ForgetCounts::default() && selection.histories.is_empty();
        let handle = (!is_nothing || is_everything).then(|| {
            let mut random = [0; 16];
            inner.random.fill(&mut random);
            let handle = uuid::Builder::from_random_bytes(random).into_uuid().to_string();
            inner.privacy.previews.lock().keep(Preview { handle: handle.clone(), at, by, counts, selection });
            handle
        });
        Ok(ForgetPreview { handle, expires_at: at.plus(PREVIEW_TIME), counts, examples })
    }

    /// Forgets what was previewed. When this answers, no file beside the store holds a byte of it.
    ///
    /// # Errors
    /// [`Error::PreviewGone`]; [`Error::ChangedSince`] where everything was to go and something came in since;
    /// [`Error::BytesLeft`].
    ///
    /// # Cancellation
    /// A dropped future does not stop it.
    pub async fn forget(&self, handle: &str, by: Author) -> Result<Forgotten, Error> {
        let inner = &self.inner;
        let preview = inner.privacy.previews.lock().take(handle.trim(), &by, inner.clock.now());
        let Preview { counts, selection, .. } = preview.ok_or(Error::PreviewGone)?;
        let whole = self.clone();
        let told = by.clone();
        let carried_out = tokio::spawn(async move {
            let done = Arc::clone(&whole.inner).carry_out(selection, told.clone()).await;
            if !matches!(done, Err(Error::ChangedSince | Error::Incognito | Error::ReadOnly)) {
                for subject in [Subject::Turn, Subject::Conversation, Subject::Item, Subject::Insight] {
                    whole.inner.changes.tell(subject, None, Action::Removed, &told);
                }
            }
            done
        });
        let backups_removed =
            carried_out.await.unwrap_or(Err(Error::Database(database::Error::JobPanicked)))?;
        Ok(Forgotten { counts, backups_removed })
    }

    /// [`Context::preview_forgetting`] and [`Context::forget`] in one, for a single thing that the owner has
    /// before their eyes.
    ///
    /// # Errors
    /// Those of both.
    pub async fn forget_at_once(&self, what: Forget, by: Author) -> Result<Forgotten, Error> {
        let preview = self.preview_forgetting(what, by.clone()).await?;
        match preview.handle {
            Some(handle) => self.forget(&handle, by).await,
            None => Ok(Forgotten { counts: preview.counts, backups_removed: Vec::new() }),
        }
    }
}

#[cfg(test)]
#[path = "forgetting_tests.rs"]
mod tests;
