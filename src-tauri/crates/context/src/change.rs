//! News of changes, for whoever shows or serves what is stored. Never with a text in it.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::author::Author;
use crate::state::{Action, Subject};

/// How many changes a slow listener may be behind before it is told that it missed some.
const BACKLOG: usize = 1024;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Change {
    /// What kind of thing.
    pub subject: Subject,
    /// Which one; none: many at once (an import, a rebuild), read anew.
    pub id: Option<Uuid>,
    /// What happened.
    pub action: Action,
    /// Who did it.
    pub by: Author,
}

#[derive(Clone, Debug)]
pub(crate) struct Changes(broadcast::Sender<Change>);

impl Changes {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }

    /// Tells all listeners; costs nothing where nobody listens.
    pub(crate) fn tell(&self, subject: Subject, id: Option<Uuid>, action: Action, by: &Author) {
        if self.0.receiver_count() > 0 {
            // An error: the last listener has just gone.
            let _ = self.0.send(Change { subject, id, action, by: by.clone() });
        }
    }
}
