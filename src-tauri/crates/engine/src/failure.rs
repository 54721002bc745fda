//! An operation's failure, as it crosses to another process or to a window.

use serde::{Deserialize, Serialize};

/// Why an operation failed. The code is for programs, the message for people: it names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Failure {
    /// What kind of failure it is.
    pub code: FailureCode,
    /// What happened, why, what to do.
    pub message: String,
}

/// The kinds of failure that somebody acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum FailureCode {
    /// What was asked makes no sense as it stands; the command line ends with exit code 2.
    InvalidInput,
    /// There is no such thing.
    NotFound,
    /// It could be done, but not like this: a rule forbids it.
    Refused,
    /// It should have worked.
    Failed,
}

impl Failure {
    /// [`FailureCode::InvalidInput`].
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self { code: FailureCode::InvalidInput, message: message.into() }
    }

    /// [`FailureCode::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self { code: FailureCode::NotFound, message: message.into() }
    }

    /// [`FailureCode::Refused`].
    pub fn refused(message: impl Into<String>) -> Self {
        Self { code: FailureCode::Refused, message: message.into() }
    }

    /// [`FailureCode::Failed`].
    pub fn failed(message: impl Into<String>) -> Self {
        Self { code: FailureCode::Failed, message: message.into() }
    }
}
