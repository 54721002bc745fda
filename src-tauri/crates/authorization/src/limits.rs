//! How often each endpoint may be used, by everybody together: behind a tunnel all share one address.
//!
//! What comes through the tunnel and what comes from this computer draw from buckets of their own, so that no
//! stranger on the internet can keep the owner's own programs out.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as GovernorClock, Reference as _};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::arrival::Arrival;
use crate::settings::LimitsSetting;

/// What is limited. Each has a bucket of its own, and the two grant types too: a client that retries a dead
/// refresh token must never block the exchange of the code that would repair it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    Registration,
    Authorization,
    /// What a page asks for in the background (an image, a frame, a script). Every website can make the
    /// owner's browser do that, as often as it likes; it must not use up what a real request needs.
    BackgroundAuthorization,
    CodeExchange,
    Refresh,
    Revocation,
}

/// The injected clock, as governor wants it.
#[derive(Clone, Debug)]
struct Monotonic(Arc<dyn clock::Clock>);

impl GovernorClock for Monotonic {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, Monotonic, NoOpMiddleware<Duration>>;

/// The buckets.
#[derive(Debug)]
pub(crate) struct Limits {
    setting: LimitsSetting,
    clock: Monotonic,
    local: Buckets,
    tunnel: Buckets,
}

#[derive(Debug)]
struct Buckets {
    registration: Bucket,
    authorization: Bucket,
    background_authorization: Bucket,
    code_exchange: Bucket,
    refresh: Bucket,
    revocation: Bucket,
}

impl Limits {
    pub(crate) fn new(setting: LimitsSetting, clock: Arc<dyn clock::Clock>) -> Self {
        let clock = Monotonic(clock);
        Self { setting, local: Buckets::new(&clock), tunnel: Buckets::new(&clock), clock }
    }

    /// Takes one from the bucket. `Err`: after how many whole seconds to try again.
    pub(crate) fn take(&self, what: Limited, arrival: &Arrival) -> Result<(), u64> {
        if self.setting == LimitsSetting::Off {
            return Ok(());
        }
        let buckets = match arrival {
            Arrival::Local => &self.local,
            Arrival::Tunnel(_) => &self.tunnel,
        };
        buckets.of(what).check().map_err(|not_until| {
            let wait: Duration = not_until.earliest_possible().duration_since(self.clock.now()).into();
            wait.as_secs() + 1
        })
    }
}

impl Buckets {
    fn new(clock: &Monotonic) -> Self {
        // Bursts are allowed: claude.ai registers twice within two seconds, browsers ask twice.
        let bucket = |burst: u32, a_minute: u32| {
            let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
            let quota = Quota::with_period(Duration::from_mins(1) / a_minute)
                .expect("a minute divided by a rate is not zero")
                .allow_burst(burst);
            RateLimiter::direct_with_clock(quota, clock.clone())
        };
        Self {
            registration: bucket(10, 10),
            authorization: bucket(20, 30),
            background_authorization: bucket(10, 10),
            code_exchange: bucket(60, 120),
            refresh: bucket(120, 600),
            revocation: bucket(60, 120),
        }
    }

    fn of(&self, what: Limited) -> &Bucket {
        match what {
            Limited::Registration => &self.registration,
            Limited::Authorization => &self.authorization,
            Limited::BackgroundAuthorization => &self.background_authorization,
            Limited::CodeExchange => &self.code_exchange,
            Limited::Refresh => &self.refresh,
            Limited::Revocation => &self.revocation,
        }
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
