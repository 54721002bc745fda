//! When a consent window may come up by itself, and when Approve counts.
//!
//! A window that comes up takes the person's eyes and keys. Whoever can make windows come up can tire a person
//! until they say yes, or put a button under a hand that is about to click. So a request raises a window only
//! where it began with something the person did on this computer, never beside another one, and seldom.
//! Everything else waits quietly in the list: the desk drops nothing and decides nothing.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use clock::Timestamp;

use super::redirect_uri::{self, Kind};
use crate::id::RequestId;
use crate::service::PendingRequest;

/// How long a window must have been shown before Approve counts. It stops a click or a key that was meant for
/// what was there before the window came up (clickjacking by timing).
pub const APPROVE_AFTER: Duration = Duration::from_millis(700);

/// How many windows may come up by themselves within [`SPAN`].
const MAX_RAISED: usize = 3;
const SPAN: Duration = Duration::from_mins(10);

/// How things stand on this computer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The owner has paused the program.
    pub paused: bool,
    /// The screen is locked: whoever sits there is not the owner.
    pub locked: bool,
}

/// What is to be done about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attention {
    /// Show its window; the desk counts on it.
    Raise,
    /// Show a mark at the tray icon and the entry in the list.
    Quiet(QuietReason),
}

/// Which rule keeps a request quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuietReason {
    /// It came from the internet, and its browser was not proved to be on this computer.
    FromInternet,
    /// A web page asked in the background.
    Background,
    /// Its answer goes neither to this computer nor to a client whose name is checked: any website can lead a
    /// browser here with such a request.
    Redirect,
    /// The owner has said that this client is to be quiet.
    Muted,
    /// The program is paused.
    Paused,
    /// The screen is locked.
    Locked,
    /// Another window is live, or this request's own.
    WindowLive,
    /// Too many windows came up by themselves of late.
    TooManyWindows,
}

/// Approve was pressed too early, or in a window that is not the live one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this was too quick to have been read; look at the window and approve again in a moment")]
pub struct TooEarly {
    /// After how many milliseconds it counts. A window that is not the live one has to be opened first.
    pub wait_ms: u64,
}

/// The state of the one consent window. Pure: whoever uses it keeps it under one lock, and tells it the time.
#[derive(Clone, Debug, Default)]
pub struct ApprovalDesk {
    live: Option<Live>,
    /// When windows came up by themselves, the oldest first.
    raised: VecDeque<Timestamp>,
    /// The requests that had a window: what the owner has put aside does not come up by itself again.
    seen: HashSet<RequestId>,
}

#[derive(Clone, Copy, Debug)]
struct Live {
    id: RequestId,
    shown_at: Timestamp,
}

impl ApprovalDesk {
    /// A request was asked, or was proved to come from this computer.
    pub fn arrived(
        &mut self,
        request: &PendingRequest,
        now: Timestamp,
        surroundings: Surroundings,
    ) -> Attention {
        match judge_request(request) {
            Some(reason) => Attention::Quiet(reason),
            None => self.raise(request.id, now, surroundings),
        }
    }

    /// The owner opened an entry from the tray or the main window. That is always allowed and counts as no
    /// window that came up by itself. What was shown before stays pending.
    pub fn opened_by_owner(&mut self, id: RequestId, now: Timestamp) {
        self.show(id, now);
    }

    /// Somebody at a terminal wants to approve a request: it may be the owner, or an assistant with a shell.
    /// Which request it is does not matter then, how many windows come up does. A code that is required stays
    /// required.
    pub fn asked_by_terminal(
        &mut self,
        request: &PendingRequest,
        now: Timestamp,
        surroundings: Surroundings,
    ) -> Attention {
        if request.muted {
            return Attention::Quiet(QuietReason::Muted);
        }
        self.raise(request.id, now, surroundings)
    }

    /// The window has something to show only now: making it takes time, and nobody could read it before.
    pub fn appeared(&mut self, id: RequestId, now: Timestamp) {
        if let Some(live) = self.live.as_mut().filter(|live| live.id == id) {
            live.shown_at = now;
        }
    }

    /// The request whose window is shown.
    #[must_use]
    pub fn live(&self) -> Option<RequestId> {
        self.live.map(|live| live.id)
    }

    /// Since when it is shown.
    #[must_use]
    pub fn shown_at(&self) -> Option<Timestamp> {
        self.live.map(|live| live.shown_at)
    }

    /// Whether an approval of this request counts now.
    ///
    /// # Errors
    /// [`TooEarly`]. Where the clock was set back it can be early for long; opening the entry again mends it.
    pub fn may_approve(&self, id: RequestId, now: Timestamp) -> Result<(), TooEarly> {
        let shown = match self.live {
            Some(live) if live.id == id => now.since(live.shown_at),
            _ => Duration::ZERO,
        };
        if self.live() == Some(id) && shown >= APPROVE_AFTER {
            return Ok(());
        }
        // Rounded up, so that it counts when the wait is over.
        let wait = APPROVE_AFTER.saturating_sub(shown).as_micros().div_ceil(1000);
        Err(TooEarly { wait_ms: u64::try_from(wait).unwrap_or(u64::MAX) })
    }

    /// A request was decided, or its time has passed. Its window's place is free; nothing else changes.
    pub fn settled(&mut self, id: RequestId) {
        // It stays among those that had a window: the list that `next` is given may have been read before.
        if self.live() == Some(id) {
            self.live = None;
        }
    }

    /// Which window comes up now, after one was closed: the oldest request that never had one and may have
    /// one. `waiting` are all that wait, oldest first.
    pub fn next(
        &mut self,
        waiting: &[PendingRequest],
        now: Timestamp,
        surroundings: Surroundings,
    ) -> Option<RequestId> {
        // What is no longer waiting is forgotten here, should nobody have said that it was settled.
        self.seen.retain(|id| waiting.iter().any(|request| request.id == *id));
        let request = waiting
            .iter()
            .find(|request| !self.seen.contains(&request.id) && judge_request(request).is_none())?;
        (self.raise(request.id, now, surroundings) == Attention::Raise).then_some(request.id)
    }

    fn raise(&mut self, id: RequestId, now: Timestamp, surroundings: Surroundings) -> Attention {
        while self.raised.front().is_some_and(|raised| now.since(*raised) >= SPAN) {
            self.raised.pop_front();
        }
        let quiet = if surroundings.paused {
            Some(QuietReason::Paused)
        } else if surroundings.locked {
            Some(QuietReason::Locked)
        } else if self.live.is_some() {
            Some(QuietReason::WindowLive)
        } else if self.raised.len() >= MAX_RAISED {
            Some(QuietReason::TooManyWindows)
        } else {
            None
        };
        if let Some(reason) = quiet {
            return Attention::Quiet(reason);
        }
        self.raised.push_back(now);
        self.show(id, now);
        Attention::Raise
    }

    fn show(&mut self, id: RequestId, now: Timestamp) {
        self.seen.insert(id);
        self.live = Some(Live { id, shown_at: now });
    }
}

/// Why a request may not raise a window whatever the time, if so.
fn judge_request(request: &PendingRequest) -> Option<QuietReason> {
    if request.muted {
        return Some(QuietReason::Muted);
    }
    // The proof begins with a link that the person followed on this computer, in the browser that asks.
    if request.proved {
        return None;
    }
    if request.arrival != "local" {
        return Some(QuietReason::FromInternet);
    }
    if !request.navigation {
        return Some(QuietReason::Background);
    }
    let stays_here = redirect_uri::inspect(&request.redirect_uri) == Ok(Kind::Loopback);
    (!stays_here && !request.verified).then_some(QuietReason::Redirect)
}

#[cfg(test)]
#[path = "desk_tests.rs"]
mod tests;
