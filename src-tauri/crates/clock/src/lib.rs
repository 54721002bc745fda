//! Time and randomness as values that are handed in.
//!
//! This room knows what time it is and where random bytes come from, and nothing else. Every rule in the
//! other rooms takes a [`Timestamp`] or a [`Random`] as an argument, so that a test can move the clock
//! instead of sleeping, and repeat a run by its seed. Start reading at [`Clock`].

mod id;
mod random;
mod timestamp;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

pub use id::uuid_v7;
pub use random::{OsRandom, Random, SeededRandom};
pub use timestamp::{InvalidTimestamp, Timestamp};

/// Tells the time.
pub trait Clock: Debug + Send + Sync {
    /// The wall clock's time. It may jump when the person or the network sets the clock.
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary start; never goes backwards. For measuring how long a thing took.
    fn monotonic(&self) -> Duration;
}

/// The computer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the computer")]
    fn now(&self) -> Timestamp {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the computer")]
    fn monotonic(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// A clock for tests: it stands still until it is moved.
#[derive(Clone, Debug)]
pub struct ManualClock {
    state: Arc<Mutex<ManualState>>,
}

#[derive(Debug)]
struct ManualState {
    wall: Timestamp,
    monotonic: Duration,
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self { state: Arc::new(Mutex::new(ManualState { wall: start, monotonic: Duration::ZERO })) }
    }

    /// Lets `by` pass, on the wall clock and on the monotonic one.
    pub fn advance(&self, by: Duration) {
        let mut state = self.state.lock();
        state.wall = state.wall.plus(by);
        state.monotonic += by;
    }

    /// Sets the wall clock alone, as somebody does who corrects a wrong clock.
    pub fn set(&self, to: Timestamp) {
        self.state.lock().wall = to;
    }
}

impl Default for ManualClock {
    /// A clock that stands at 2026-11-21T12:00:00Z.
    fn default() -> Self {
        Self::at(Timestamp::from_micros(1_795_262_400_000_000))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.state.lock().wall
    }

    fn monotonic(&self) -> Duration {
        self.state.lock().monotonic
    }
}

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
