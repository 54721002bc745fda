//! What is kept, and for how long: the settings handed on, and old conversations removed from time to time.

use std::sync::Arc;
use std::time::Duration;

use context::{Redaction, RetentionSetting};

use super::Engine;

/// How often old conversations are looked for. A long timer would stand still while the computer sleeps.
const TICK: Duration = Duration::from_mins(10);

impl Engine {
    /// From now on what is stored is kept like this.
    pub(crate) fn keep_privacy(&self, redaction: Redaction, retention: RetentionSetting) {
        self.inner.context.set_redaction(redaction);
        self.inner.context.set_retention(retention);
        self.expire_old_soon();
    }

    /// Looks for old conversations now and not only at the next tick.
    pub(crate) fn expire_old_soon(&self) {
        self.inner.age_changed.notify_one();
    }

    /// Removes old conversations from time to time. Only where the door is open: a command on the stored data may
    /// have been started without the settings of the server's environment.
    pub(super) fn watch_age(&self) {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(TICK);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                tokio::select! {
                    () = inner.stopping.cancelled() => return,
                    () = inner.age_changed.notified() => {}
                    _ = tick.tick() => {}
                }
                let expired = tokio::select! {
                    () = inner.stopping.cancelled() => return,
                    expired = inner.context.expire_old() => expired,
                };
                if let Err(error) = expired {
                    tracing::error!(%error, "old conversations could not be removed; it is tried again");
                }
            }
        });
    }
}
