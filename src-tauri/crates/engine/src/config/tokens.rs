//! The settings about tokens: how long they live and what they look like.

use std::time::Duration;

use authorization::AccessTokenFormat;

/// Claude Code refreshes a token on every call when less than five minutes of it are left.
const ACCESS_TOKEN_MINUTES: std::ops::RangeInclusive<u64> = 6..=24 * 60;
const REFRESH_IDLE_DAYS: std::ops::RangeInclusive<u64> = 1..=365;
const GRANT_DAYS: std::ops::RangeInclusive<u64> = 1..=3650;

/// What was said about tokens; each may be absent.
#[derive(Debug, Default)]
pub(super) struct TokenLayer {
    access_token_minutes: Option<u64>,
    access_token_format: Option<AccessTokenFormat>,
    refresh_idle_days: Option<u64>,
    grant_days: Option<u64>,
}

/// A value that does not fit: its setting, and what would fit.
pub(super) type Unfit = (&'static str, &'static str);

impl TokenLayer {
    /// Takes a setting. `None`: it is none of these.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Option<Result<(), Unfit>> {
        let number = |range: std::ops::RangeInclusive<u64>, unfit: Unfit| {
            value.parse().ok().filter(|number| range.contains(number)).map(Some).ok_or(unfit)
        };
        Some(match key {
            "access_token_minutes" => {
                let unfit = ("access_token_minutes", "it must be a number from 6 to 1440");
                number(ACCESS_TOKEN_MINUTES, unfit).map(|minutes| self.access_token_minutes = minutes)
            }
            "refresh_idle_days" => {
                let unfit = ("refresh_idle_days", "it must be a number from 1 to 365");
                number(REFRESH_IDLE_DAYS, unfit).map(|days| self.refresh_idle_days = days)
            }
            "grant_days" => {
                let unfit = ("grant_days", "it must be a number from 1 to 3650");
                number(GRANT_DAYS, unfit).map(|days| self.grant_days = days)
            }
            "access_token_format" => {
                let unfit = ("access_token_format", "it must be \"opaque\" or \"jwt\"");
                let format = AccessTokenFormat::from_word(value).ok_or(unfit);
                format.map(|format| self.access_token_format = Some(format))
            }
            _ => return None,
        })
    }

    pub(super) fn access_token_lifetime(&self) -> Duration {
        Duration::from_secs(self.access_token_minutes.unwrap_or(15) * 60)
    }

    pub(super) fn access_token_format(&self) -> AccessTokenFormat {
        self.access_token_format.unwrap_or_default()
    }

    pub(super) fn refresh_idle(&self) -> Duration {
        Duration::from_hours(self.refresh_idle_days.unwrap_or(30) * 24)
    }

    pub(super) fn grant_lifetime(&self) -> Duration {
        Duration::from_hours(self.grant_days.unwrap_or(365) * 24)
    }
}
