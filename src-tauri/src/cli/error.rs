//! How a command fails: with a message for standard error and an exit code.

use control::ClientError;
use engine::{ConfigError, Failure, FailureCode, StartError};

use crate::logging::LevelError;
use crate::place::PlaceError;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(super) enum CliError {
    /// It was used wrongly: exit code 2.
    Usage(String),
    /// It failed: exit code 1.
    Failed(String),
    /// It failed and has said so on standard output already: exit code 1.
    Said,
}

impl CliError {
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    pub(super) fn message(&self) -> Option<&str> {
        match self {
            Self::Usage(message) | Self::Failed(message) => Some(message),
            Self::Said => None,
        }
    }

    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) | Self::Said => 1,
        }
    }
}

impl From<Failure> for CliError {
    fn from(failure: Failure) -> Self {
        match failure.code {
            FailureCode::InvalidInput => Self::Usage(failure.message),
            FailureCode::NotFound | FailureCode::Refused | FailureCode::Failed => {
                Self::Failed(failure.message)
            }
        }
    }
}

impl From<ClientError> for CliError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Failure(failure) => failure.into(),
            ClientError::Broken { .. } => Self::Failed(error.to_string()),
        }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<PlaceError> for CliError {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::Config(_) | PlaceError::DataDir { .. } => Self::Usage(error.to_string()),
            PlaceError::NoHome => Self::Failed(error.to_string()),
        }
    }
}

impl From<LevelError> for CliError {
    fn from(error: LevelError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<StartError> for CliError {
    fn from(error: StartError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
