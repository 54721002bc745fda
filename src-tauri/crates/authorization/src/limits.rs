//! How often each endpoint may be used: by everybody together, since behind a tunnel all share one address, and
//! by each client, so that one that has gone wild does not use up what the others need.
//!
//! What comes through the tunnel and what comes from this computer draw from buckets of their own, so that no
//! stranger on the internet can keep the owner's own programs out.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as GovernorClock, Reference as _};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};

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
    Introspection,
    /// Reading, changing and removing a registration by its own client.
    Management,
}

impl Limited {
    /// How many at once, and how many a minute, for everybody together. Bursts are allowed: claude.ai registers
    /// twice within two seconds, browsers ask twice.
    const fn of_all(self) -> (u32, u32) {
        match self {
            Self::Registration | Self::BackgroundAuthorization => (10, 10),
            Self::Authorization => (20, 30),
            Self::CodeExchange | Self::Revocation => (60, 120),
            Self::Refresh | Self::Introspection => (120, 600),
            Self::Management => (30, 60),
        }
    }

    /// The same for one client: half of it, so that two are needed to use up what is there for all.
    const fn of_one(self) -> (u32, u32) {
        let (burst, a_minute) = self.of_all();
        (burst / 2, a_minute / 2)
    }
}

/// For how many clients there is a bucket of their own. Only clients that are known get one, so that the bound
/// is for an owner with thousands of them.
const MAX_CLIENTS: usize = 4096;
/// From how many on the full buckets are forgotten, which are as good as new ones.
const TIDY_FROM: usize = 256;

/// The injected clock, as governor wants it.
#[derive(Clone, Debug)]
pub(crate) struct Monotonic(pub(crate) Arc<dyn clock::Clock>);

impl GovernorClock for Monotonic {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

/// What fills up again with time.
pub(crate) type Bucket = RateLimiter<NotKeyed, InMemoryState, Monotonic, NoOpMiddleware<Duration>>;
/// A bucket for each client; none: for all those that are not known, or did not show that they are who they say.
/// Were they counted by the name they give, a stranger could use up a client's own bucket.
type BucketsOfClients =
    RateLimiter<Option<String>, HashMapStateStore<Option<String>>, Monotonic, NoOpMiddleware<Duration>>;

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
    code_exchange: Shared,
    refresh: Shared,
    revocation: Shared,
    introspection: Shared,
    management: Bucket,
}

/// What everybody may use together, and each client for itself.
#[derive(Debug)]
struct Shared {
    all: Bucket,
    each: BucketsOfClients,
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
        self.buckets(arrival).of(what).check().map_err(|not_until| self.wait(&not_until))
    }

    /// As [`Limits::take`], for a client that has authenticated. Its own bucket comes first: what it is refused
    /// there is not taken from the others. `None`: nobody that is known.
    pub(crate) fn take_for(&self, what: Limited, arrival: &Arrival, client: Option<&str>) -> Result<(), u64> {
        if self.setting == LimitsSetting::Off {
            return Ok(());
        }
        let buckets = self.buckets(arrival);
        if let Some(each) = buckets.of_each(what) {
            if each.len() > TIDY_FROM {
                each.retain_recent();
            }
            let key = client.filter(|_| each.len() < MAX_CLIENTS).map(str::to_owned);
            each.check_key(&key).map_err(|not_until| self.wait(&not_until))?;
        }
        buckets.of(what).check().map_err(|not_until| self.wait(&not_until))
    }

    fn buckets(&self, arrival: &Arrival) -> &Buckets {
        match arrival {
            Arrival::Local => &self.local,
            Arrival::Tunnel(_) => &self.tunnel,
        }
    }

    fn wait(&self, not_until: &NotUntil<Duration>) -> u64 {
        let wait: Duration = not_until.earliest_possible().duration_since(self.clock.now()).into();
        wait.as_secs() + 1
    }
}

/// A bucket of `burst` that fills up by `a_minute` in a minute.
pub(crate) fn bucket(burst: u32, a_minute: u32, clock: &Monotonic) -> Bucket {
    RateLimiter::direct_with_clock(quota((burst, a_minute)), clock.clone())
}

impl Buckets {
    fn new(clock: &Monotonic) -> Self {
        let bucket = |what: Limited| RateLimiter::direct_with_clock(quota(what.of_all()), clock.clone());
        let shared = |what: Limited| Shared {
            all: bucket(what),
            each: RateLimiter::new(quota(what.of_one()), HashMapStateStore::default(), clock.clone()),
        };
        Self {
            registration: bucket(Limited::Registration),
            authorization: bucket(Limited::Authorization),
            background_authorization: bucket(Limited::BackgroundAuthorization),
            code_exchange: shared(Limited::CodeExchange),
            refresh: shared(Limited::Refresh),
            revocation: shared(Limited::Revocation),
            introspection: shared(Limited::Introspection),
            management: bucket(Limited::Management),
        }
    }

    fn of(&self, what: Limited) -> &Bucket {
        match what {
            Limited::Registration => &self.registration,
            Limited::Authorization => &self.authorization,
            Limited::BackgroundAuthorization => &self.background_authorization,
            Limited::CodeExchange => &self.code_exchange.all,
            Limited::Refresh => &self.refresh.all,
            Limited::Revocation => &self.revocation.all,
            Limited::Introspection => &self.introspection.all,
            Limited::Management => &self.management,
        }
    }

    /// Where clients authenticate, each has a bucket of its own.
    fn of_each(&self, what: Limited) -> Option<&BucketsOfClients> {
        match what {
            Limited::CodeExchange => Some(&self.code_exchange.each),
            Limited::Refresh => Some(&self.refresh.each),
            Limited::Revocation => Some(&self.revocation.each),
            Limited::Introspection => Some(&self.introspection.each),
            Limited::Registration
            | Limited::Authorization
            | Limited::BackgroundAuthorization
            | Limited::Management => None,
        }
    }
}

fn quota((burst, a_minute): (u32, u32)) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    Quota::with_period(Duration::from_mins(1) / a_minute)
        .expect("a minute divided by a rate is not zero")
        .allow_burst(burst)
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
