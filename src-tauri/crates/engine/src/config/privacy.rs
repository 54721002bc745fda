//! The settings about what is stored at all, and for how long.

use context::{LONGEST_RETENTION_DAYS, Redaction, RetentionSetting};

use super::tokens::Unfit;

/// What was said about that; each may be absent.
#[derive(Debug, Default)]
pub(super) struct PrivacyLayer {
    redact_secrets: Option<bool>,
    retention_days: Option<u32>,
}

impl PrivacyLayer {
    /// Takes a setting. `None`: it is none of these.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Option<Result<(), Unfit>> {
        Some(match key {
            "redact_secrets" => {
                self.redact_secrets = value.parse().ok();
                self.redact_secrets.map(drop).ok_or(("redact_secrets", "it must be true or false"))
            }
            "retention_days" => {
                let days = value.parse().ok().filter(|days| (1..=LONGEST_RETENTION_DAYS).contains(days));
                self.retention_days = days;
                days.map(drop).ok_or(("retention_days", "it must be a number from 1 to 36525"))
            }
            _ => return None,
        })
    }

    pub(super) fn redaction(&self) -> Redaction {
        if self.redact_secrets.unwrap_or(true) { Redaction::On } else { Redaction::Off }
    }

    pub(super) fn retention(&self) -> RetentionSetting {
        self.retention_days.map_or(RetentionSetting::ForEver, RetentionSetting::Days)
    }
}

#[cfg(test)]
#[path = "privacy_tests.rs"]
mod tests;
