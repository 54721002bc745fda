//! How often one grant may call (MCP, server tools: "MUST rate limit tool invocations").

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// A limiter with a bucket for each grant.
#[derive(Debug)]
pub(crate) struct Rates {
    limiter: Option<DefaultKeyedRateLimiter<String>>,
}

impl Rates {
    /// `per_second` in the long run; ten seconds' worth may come at once.
    pub(crate) fn new(per_second: Option<u32>) -> Self {
        let limiter = per_second.and_then(NonZeroU32::new).map(|rate| {
            let burst = rate.saturating_mul(NonZeroU32::new(10).expect("ten is not zero"));
            RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))
        });
        Self { limiter }
    }

    /// Takes one call; or says how long to wait.
    pub(crate) fn take(&self, principal: &str) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if limiter.len() > 1024 {
            limiter.retain_recent();
        }
        limiter
            .check_key(&principal.to_owned())
            .map_err(|not_until| not_until.wait_time_from(DefaultClock::default().now()))
    }
}

#[cfg(test)]
#[path = "rates_tests.rs"]
mod tests;
