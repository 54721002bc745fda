//! Keeping conversations only so long: by when they happened, for everybody and for one client or import.
//!
//! Old turns go a few at a time between what is logged, and so does every byte of them and the empty space. What the
//! person or a client said outright stays; what only the old turns spoke for goes with them.

use std::sync::Arc;
use std::time::Duration;

use clock::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::client_rule::{ClientRules, Retention};
use crate::forgetting::{Until, take_out};
use crate::handle::{Context, Inner};
use crate::id::{ConversationId, TurnId};
use crate::item_change::Hand;
use crate::state::{Action, Subject};
use crate::stored::TimeColumn;
use crate::{Author, Error};

/// How many turns go in one commit at most; fewer where that takes long.
const STEP: i64 = 64;
/// How many empty pages of the file go back to the disk in one commit (1 MiB).
const PAGES: u32 = 256;

const DAY: Duration = Duration::from_hours(24);

/// How long conversations are kept where no rule for their client says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetentionSetting {
    /// For ever.
    #[default]
    ForEver,
    /// So many days from when they happened.
    Days(u32),
}

/// What a run of [`Context::expire_old`] came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expired {
    /// Turns that went.
    pub turns: u64,
    /// Pages of the file that went back to the disk.
    pub pages: u64,
}

/// What an import from `source` brings is too old where it happened before this; none: nothing ever is. `keep` is
/// the time that is chosen for it; without one the rules hold as they stand.
pub(crate) fn oldest_kept_of(inner: &Inner, source: &str, keep: Option<Retention>) -> Option<Timestamp> {
    let rule = keep.unwrap_or_else(|| inner.rules.of(source, source).retention);
    oldest_kept(rule, *inner.privacy.retention.lock(), inner.clock.now())
}

/// What happened before this is too old; none: nothing ever is.
fn oldest_kept(rule: Retention, for_all: RetentionSetting, now: Timestamp) -> Option<Timestamp> {
    let days = match (rule, for_all) {
        (Retention::ForEver, _) | (Retention::AsForAll, RetentionSetting::ForEver) => return None,
        (Retention::Days(days), _) | (Retention::AsForAll, RetentionSetting::Days(days)) => days,
    };
    Some(now.minus(DAY * days))
}

/// The next turns that are too old.
fn too_old(
    connection: &Connection,
    rules: &ClientRules,
    for_all: RetentionSetting,
    now: Timestamp,
) -> Result<Vec<(TurnId, ConversationId)>, Error> {
    let authors: Vec<(i64, String, String)> = connection
        .prepare_cached("SELECT key, id, name FROM author")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (author, id, name) in authors {
        let Some(oldest) = oldest_kept(rules.of(&id, &name).retention, for_all, now) else { continue };
        let found: Vec<_> = connection
            .prepare_cached(
                "SELECT t.id, c.id FROM turn t CROSS JOIN conversation c ON c.seq = t.conversation \
                 WHERE t.author = ?1 AND t.occurred_at < ?2 ORDER BY t.occurred_at LIMIT ?3",
            )?
            .query_map((author, oldest.column(), STEP), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

impl Context {
    /// From now on [`Context::expire_old`] keeps conversations so long, unless a rule for their client says
    /// otherwise.
    pub fn set_retention(&self, retention: RetentionSetting) {
        *self.inner.privacy.retention.lock() = retention;
    }

    /// Removes what is too old by now, and gives its space back to the disk, in steps between what is logged.
    ///
    /// # Errors
    /// Those of the database. What went before stays away.
    ///
    /// # Cancellation
    /// Between two steps; the next run goes on.
    pub async fn expire_old(&self) -> Result<Expired, Error> {
        let inner = &self.inner;
        // Not while something is forgotten: both clean the same files.
        let _order = inner.privacy.order.lock().await;
        let mut expired = Expired::default();
        loop {
            let (rules, for_all) = (inner.rules.clone(), *inner.privacy.retention.lock());
            let (analyzer, clock) = (Arc::clone(&inner.analyzer), Arc::clone(&inner.clock));
            let now = clock.now();
            let step = move |connection: &Connection| {
                let turns = too_old(connection, &rules, for_all, now)?;
                let (until, mut gone) = (Until::soon(&clock), 0);
                for (turn, conversation) in &turns {
                    let hand = Hand { author: &Author::Owner, at: now };
                    take_out(connection, *turn, *conversation, hand, &*analyzer)?;
                    gone += 1;
                    if until.is_over() {
                        break;
                    }
                }
                Ok::<_, Error>(gone)
            };
            let turns = inner.database.write_behind(step).answer().await?;
            if turns == 0 {
                break;
            }
            expired.turns += turns;
        }
        if expired.turns == 0 {
            return Ok(expired);
        }
        loop {
            let freed = inner.database.free_pages(PAGES).await?;
            expired.pages += freed.pages;
            if freed.pages == 0 || freed.left == 0 {
                break;
            }
        }
        // The file itself shrinks when the log is folded into it; a reader in the way only puts that off.
        match inner.database.scrub().await {
            Ok(()) | Err(database::Error::Busy) => {}
            Err(error) => return Err(error.into()),
        }
        let searched = Arc::clone(inner);
        tokio::task::spawn_blocking(move || searched.indexer.purge())
            .await
            .unwrap_or(Err(Error::Database(database::Error::JobPanicked)))?;
        // They hold what is too old, too.
        inner.database.remove_backups()?;
        for subject in [Subject::Turn, Subject::Conversation, Subject::Item, Subject::Insight] {
            inner.changes.tell(subject, None, Action::Removed, &Author::Owner);
        }
        tracing::info!(turns = expired.turns, pages = expired.pages, "old turns were removed");
        Ok(expired)
    }
}

#[cfg(test)]
#[path = "retention_tests.rs"]
mod tests;
