//! When a certificate is ordered: pure rules over the time, the certificate's own life, what the authority
//! suggests, and what went wrong before.

use std::time::Duration;

use clock::Timestamp;
use serde::{Deserialize, Serialize};

/// From when until when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
}

impl Life {
    /// Two thirds of the real life: of 90 days 60, of six days four. Authorities shorten lives (Let's Encrypt:
    /// 45 days from 2028), so no number of days stands here.
    fn two_thirds(self) -> Timestamp {
        self.not_before.plus(self.not_after.since(self.not_before) * 2 / 3)
    }
}

/// What the authority suggests about renewing one certificate (ARI, RFC 9773).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Suggestion {
    /// Whose renewal it is about.
    pub(crate) serial: String,
    /// The moment within the suggested window that was drawn by lot.
    pub(crate) renew_at: Timestamp,
    /// When to ask again.
    pub(crate) ask_again: Timestamp,
}

/// What is remembered of the orders so far, across restarts: a program that is started again and again must not
/// use up what the authority allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    /// Failures since the last success.
    #[serde(default)]
    pub(crate) failures: u32,
    /// When the last failure was.
    #[serde(default)]
    pub(crate) failed_at: Option<Timestamp>,
    /// No order before this.
    #[serde(default)]
    pub(crate) retry_at: Option<Timestamp>,
    /// Whether the authority itself asked to wait until then.
    #[serde(default)]
    pub(crate) asked_to_wait: bool,
    /// Why the last order failed, in words.
    #[serde(default)]
    pub(crate) problem: Option<super::Problem>,
    /// The authority's word on the certificate in use.
    #[serde(default)]
    pub(crate) suggestion: Option<Suggestion>,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Order a certificate.
    Order,
    /// Nothing before this.
    Wait(Timestamp),
}

/// Longer than this no authority asks to wait (Let's Encrypt counts by the week). What says more was written
/// under a clock that was wrong.
const LONGEST_WAIT: Duration = Duration::from_hours(8 * 24);

/// When the certificate of this life is renewed.
pub(crate) fn renewal(life: Life, serial: &str, history: &History) -> Timestamp {
    let suggested = history.suggestion.as_ref().filter(|suggestion| suggestion.serial == serial);
    // The authority may say "earlier" (it revokes), and "later" only as long as the certificate still has a
    // tenth of its life: a suggestion at its very end would leave no time for a failure.
    let latest = life.not_after.minus(life.not_after.since(life.not_before) / 10);
    suggested.map_or_else(|| life.two_thirds(), |suggestion| suggestion.renew_at.min(latest))
}

/// What to do now.
pub(crate) fn next_step(now: Timestamp, current: Option<(Life, &str)>, history: &History) -> Step {
    if let Some((life, serial)) = current {
        // The clock was set back: what is valid in truth looks as if it began later. An order would not help.
        if now < life.not_before {
            return Step::Wait(life.not_before);
        }
        let due = renewal(life, serial, history);
        if now < due {
            return Step::Wait(due);
        }
    }
    match history.retry_at {
        // Written under a clock that stood in the future.
        Some(at) if at > now.plus(LONGEST_WAIT) || history.failed_at.is_some_and(|failed| failed > now) => {
            Step::Order
        }
        Some(at) if now < at => Step::Wait(at),
        _ => Step::Order,
    }
}

/// The waits after the first, second … failure. Let's Encrypt allows five failed validations of a name in an
/// hour: these make three at most.
const WAITS: [Duration; 6] = [
    Duration::from_mins(2),
    Duration::from_mins(20),
    Duration::from_hours(1),
    Duration::from_hours(3),
    Duration::from_hours(6),
    Duration::from_hours(12),
];

/// When to try again after the `failures`-th failure in a row; never before what the authority asked for.
/// `fraction` (0 to 1, by lot) spreads the wait up to a quarter beyond, so that not everybody comes back at once.
pub(crate) fn retry(now: Timestamp, failures: u32, asked: Option<Timestamp>, fraction: f64) -> Timestamp {
    let index = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    let wait = WAITS[index].mul_f64(1.0 + 0.25 * fraction.clamp(0.0, 1.0));
    let asked = asked.filter(|at| *at <= now.plus(LONGEST_WAIT));
    asked.map_or(now.plus(wait), |asked| asked.max(now.plus(wait)))
}

/// The moment within the authority's window, by lot; a window that has begun means now.
pub(crate) fn within(from: Timestamp, to: Timestamp, fraction: f64) -> Timestamp {
    from.plus(to.since(from).mul_f64(fraction.clamp(0.0, 1.0)))
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
