//! Something that is fetched, kept, and fetched again neither often nor by many at once.

use std::sync::Arc;
use std::time::Duration;

use clock::Clock;
use parking_lot::RwLock;

use super::ExternalError;

/// How long after an attempt the next one may be made. A stranger can cause attempts, by tokens that name keys
/// which nobody has.
pub(super) const DEBOUNCE: Duration = Duration::from_secs(10);

/// How long what was fetched is used when it can not be fetched again. Bounded, since a key that was taken back
/// must not be good for ever because somebody keeps the news of it away.
pub(super) const STALE: Duration = Duration::from_hours(24);

/// What is wanted of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// What is taken for current, or what comes nearest to it.
    Current,
    /// Something else than this one, in which something was missing.
    OtherThan(Version),
}

/// Which of the values fetched one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version(u64);

/// A value, and which it is.
#[derive(Debug)]
pub(super) struct Kept<T> {
    pub(super) value: Arc<T>,
    pub(super) version: Version,
    at: Duration,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), version: self.version, at: self.at }
    }
}

#[derive(Debug)]
struct State<T> {
    kept: Option<Kept<T>>,
    /// When the last attempt began, and what became of it.
    attempt: Option<(Duration, Result<(), ExternalError>)>,
}

#[derive(Debug)]
pub(super) struct Refreshed<T> {
    fresh: Duration,
    state: RwLock<State<T>>,
    /// Held by who fetches; others wait for what comes of it.
    fetching: tokio::sync::Mutex<()>,
}

impl<T> Refreshed<T> {
    /// Keeps a value for `fresh` before it is fetched again.
    pub(super) fn new(fresh: Duration) -> Self {
        Self {
            fresh,
            state: RwLock::new(State { kept: None, attempt: None }),
            fetching: tokio::sync::Mutex::new(()),
        }
    }

    /// The value, fetched where it must be. With [`Want::OtherThan`] it may still be the same one: it was
    /// fetched just now, and there is no other.
    ///
    /// # Errors
    /// There is none that could be used, and it can not be had.
    pub(super) async fn get<F>(
        &self,
        want: Want,
        fetch: impl FnOnce() -> F,
        clock: &dyn Clock,
    ) -> Result<Kept<T>, ExternalError>
    where
        F: Future<Output = Result<T, ExternalError>>,
    {
        if let Some(kept) = self.satisfying(want, clock.monotonic()) {
            return Ok(kept);
        }
        let usable = self.usable(want, clock.monotonic());
        let _turn = match (self.fetching.try_lock(), usable) {
            (Ok(turn), _) => turn,
            // Somebody fetches; what is there is good enough meanwhile.
            (Err(_), Some(kept)) => return Ok(kept),
            (Err(_), None) => self.fetching.lock().await,
        };
        let now = clock.monotonic();
        if let Some(kept) = self.satisfying(want, now) {
            return Ok(kept);
        }
        if let Some((at, outcome)) = self.state.read().attempt.clone()
            && now.saturating_sub(at) < DEBOUNCE
        {
            return match outcome {
                Ok(()) => self.kept().ok_or(ExternalError::TimedOut),
                Err(error) => self.usable(want, now).ok_or(error),
            };
        }
        // If whoever asks gives up meanwhile, the attempt stands as one that came to nothing.
        self.state.write().attempt = Some((now, Err(ExternalError::TimedOut)));
        match fetch().await {
            Ok(value) => {
                let mut state = self.state.write();
                let version = state.kept.as_ref().map_or(Version(1), |kept| Version(kept.version.0 + 1));
                let kept = Kept { value: Arc::new(value), version, at: now };
                state.kept = Some(kept.clone());
                state.attempt = Some((now, Ok(())));
                Ok(kept)
            }
            Err(error) => {
                tracing::warn!(%error, "the external authorization server could not be asked");
                self.state.write().attempt = Some((now, Err(error.clone())));
                self.usable(want, now).ok_or(error)
            }
        }
    }

    fn kept(&self) -> Option<Kept<T>> {
        self.state.read().kept.clone()
    }

    /// The value, if nothing need be fetched.
    fn satisfying(&self, want: Want, now: Duration) -> Option<Kept<T>> {
        self.kept().filter(|kept| match want {
            Want::Current => now.saturating_sub(kept.at) < self.fresh,
            Want::OtherThan(version) => kept.version != version,
        })
    }

    /// The value, if it will do where it can not be fetched. Nobody knows what another one would say.
    fn usable(&self, want: Want, now: Duration) -> Option<Kept<T>> {
        match want {
            Want::Current => self.kept().filter(|kept| now.saturating_sub(kept.at) < STALE),
            Want::OtherThan(_) => None,
        }
    }
}

#[cfg(test)]
#[path = "refreshed_tests.rs"]
mod tests;
