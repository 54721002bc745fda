//! The settings about who may ask to be let in, and what it takes.

use std::time::Duration;

use authorization::{ClientDocuments, RegistrationPolicy};

use super::tokens::Unfit;

/// The browser that waits keeps its cookie for twenty minutes: for asking, and for fetching the answer.
const APPROVAL_MINUTES: std::ops::RangeInclusive<u64> = 1..=10;

/// What was said about that; each may be absent.
#[derive(Debug, Default)]
pub(super) struct AdmissionLayer {
    approval_minutes: Option<u64>,
    registration: Option<RegistrationPolicy>,
    client_documents: Option<ClientDocuments>,
    remember_consent: Option<bool>,
}

impl AdmissionLayer {
    /// Takes a setting. `None`: it is none of these.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Option<Result<(), Unfit>> {
        Some(match key {
            "approval_minutes" => {
                let minutes = value.parse().ok().filter(|minutes| APPROVAL_MINUTES.contains(minutes));
                self.approval_minutes = minutes;
                minutes.map(drop).ok_or(("approval_minutes", "it must be a number from 1 to 10"))
            }
            "registration" => {
                self.registration = RegistrationPolicy::from_word(value);
                let unfit = ("registration", "it must be \"open\", \"documents\" or \"off\"");
                self.registration.map(drop).ok_or(unfit)
            }
            "client_documents" => {
                self.client_documents = ClientDocuments::from_word(value);
                let unfit = ("client_documents", "it must be \"fetch\", \"known\" or \"off\"");
                self.client_documents.map(drop).ok_or(unfit)
            }
            "remember_consent" => {
                self.remember_consent = value.parse().ok();
                self.remember_consent.map(drop).ok_or(("remember_consent", "it must be true or false"))
            }
            _ => return None,
        })
    }

    pub(super) fn request_lifetime(&self) -> Duration {
        Duration::from_secs(self.approval_minutes.unwrap_or(10) * 60)
    }

    pub(super) fn registration(&self) -> RegistrationPolicy {
        self.registration.unwrap_or_default()
    }

    pub(super) fn client_documents(&self) -> ClientDocuments {
        self.client_documents.unwrap_or_default()
    }

    pub(super) fn remember_consent(&self) -> bool {
        self.remember_consent.unwrap_or(false)
    }
}

#[cfg(test)]
#[path = "admission_tests.rs"]
mod tests;
