//! Changes of the lists, told to every open `subscriptions/listen` stream.

use tokio::sync::broadcast;

/// Which list changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Tools,
    Prompts,
}

pub(crate) struct Changes(broadcast::Sender<Change>);

impl Default for Changes {
    fn default() -> Self {
        Self(broadcast::channel(16).0)
    }
}

impl Changes {
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }

    /// Tells the open streams; that none is open is no error.
    pub(crate) fn tell(&self, change: Change) {
        let _ = self.0.send(change);
    }
}
