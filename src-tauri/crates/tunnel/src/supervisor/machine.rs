//! The supervisor's rules: what follows from what. Pure: time and chance are arguments, effects are values.

use std::time::Duration;

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Announced, Reason, Retry, TunnelError};

/// The first wait after a failure; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait where it may go away by itself.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The wait where somebody will rather have to mend it.
const SELDOM: Duration = Duration::from_mins(5);

/// A session that stood so long was a good one: the next failure counts as the first.
const STEADY: Duration = Duration::from_mins(1);

/// How the tunnel is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum State {
    /// Nobody wants one.
    Off,
    /// A session is being opened.
    Connecting,
    /// Streams can come in.
    Up {
        /// Where.
        announced: Announced,
        /// Since when.
        since: Timestamp,
    },
    /// It broke, and is tried again by itself.
    Backoff {
        /// When.
        retry_at: Timestamp,
        /// How often it failed in a row.
        failures: u32,
        /// Why.
        reason: Reason,
    },
    /// It broke, and trying again does not help before somebody mended it.
    Failed {
        /// Why.
        reason: Reason,
    },
}

/// What happens to the supervisor.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// The owner turns it on, or wants it tried again now.
    TurnOn,
    /// The owner turns it off.
    TurnOff,
    /// The session can be reached.
    Announced(Announced),
    /// The session is over; it leaves nothing behind.
    Ended(Result<(), TunnelError>),
    /// Time has passed.
    Tick,
    /// The computer slept, its clock was set, or it is on another network.
    Jumped,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// Begin a session.
    Begin,
    /// End the session.
    End,
    /// Have the session look at its link now.
    Check,
}

/// Both clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) wall: Timestamp,
    pub(super) monotonic: Duration,
}

/// The supervisor between two inputs.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    state: State,
    /// How often it failed in a row.
    failures: u32,
    /// On the monotonic clock: when the next try is due, or since when the session is up.
    mark: Duration,
}

impl Machine {
    pub(super) fn new() -> Self {
        Self { state: State::Off, failures: 0, mark: Duration::ZERO }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// How long until something has to be done by itself.
    pub(super) fn due_in(&self, now: Moment) -> Option<Duration> {
        matches!(self.state, State::Backoff { .. }).then(|| self.mark.saturating_sub(now.monotonic))
    }

    /// What follows. `chance` is a number from 0 to 1 (not included), new for each call.
    pub(super) fn step(self, input: Input, now: Moment, chance: f64) -> (Self, Effect) {
        let Self { state, failures, mark } = self;
        match (state, input) {
            (State::Off | State::Failed { .. }, Input::TurnOn) => (Self::connecting(0), Effect::Begin),
            // Somebody who presses the switch while it waits does not want to wait.
            (State::Backoff { .. }, Input::TurnOn | Input::Jumped) => {
                (Self::connecting(failures), Effect::Begin)
            }
            (State::Backoff { .. }, Input::Tick) if now.monotonic >= mark => {
                (Self::connecting(failures), Effect::Begin)
            }
            (State::Connecting | State::Up { .. }, Input::TurnOff) => (Self::new(), Effect::End),
            (_, Input::TurnOff) => (Self::new(), Effect::None),
            (State::Connecting, Input::Announced(announced)) => {
                let state = State::Up { announced, since: now.wall };
                (Self { state, failures, mark: now.monotonic }, Effect::None)
            }
            (state @ State::Up { .. }, Input::Jumped) => (Self { state, failures, mark }, Effect::Check),
            (state @ (State::Connecting | State::Up { .. }), Input::Ended(outcome)) => {
                let steady =
                    matches!(state, State::Up { .. }) && now.monotonic.saturating_sub(mark) >= STEADY;
                let before = if steady { 0 } else { failures };
                (Self::after(outcome, before, now, chance), Effect::None)
            }
            (state, _) => (Self { state, failures, mark }, Effect::None),
        }
    }

    const fn connecting(failures: u32) -> Self {
        Self { state: State::Connecting, failures, mark: Duration::ZERO }
    }

    fn after(outcome: Result<(), TunnelError>, before: u32, now: Moment, chance: f64) -> Self {
        let error = match outcome {
            Err(error) => error,
            // It was not asked to end, or the state would be `Off`.
            Ok(()) => TunnelError::Panicked,
        };
        let failures = before.saturating_add(1);
        let reason = error.reason();
        let wait = match error.retry() {
            Retry::Never => {
                return Self { state: State::Failed { reason }, failures: 0, mark: Duration::ZERO };
            }
            Retry::Soon => spread(FIRST_WAIT.saturating_mul(1 << before.min(10)).min(LONGEST_WAIT), chance),
            Retry::Seldom => spread(SELDOM, chance),
        };
        let retry_at = now.wall.plus(wait);
        Self { state: State::Backoff { retry_at, failures, reason }, failures, mark: now.monotonic + wait }
    }
}

/// Between half the wait and the whole: many programs that lost one host do not all come back at once.
fn spread(wait: Duration, chance: f64) -> Duration {
    wait.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
