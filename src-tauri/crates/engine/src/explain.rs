//! The rooms' errors as failures: what the caller can mend keeps its words, and so does the rest; only the
//! code differs.

use crate::{Failure, FailureCode};

impl From<context::Error> for Failure {
    fn from(error: context::Error) -> Self {
        use context::Error as E;
        let code = match &error {
            E::Input(_) | E::UnknownEvidence { .. } => FailureCode::InvalidInput,
            E::NotFound { .. } | E::UndoGone | E::PreviewGone => FailureCode::NotFound,
            E::NameTaken { .. }
            | E::OwnersDecision { .. }
            | E::OwnersState { .. }
            | E::InsightRefused
            | E::Paused { .. }
            | E::Incognito
            | E::ReadOnly
            | E::NotYours
            | E::ChangedSince
            | E::AlreadyThere { .. }
            | E::NotAnExport { .. }
            | E::NotAFile { .. } => FailureCode::Refused,
            _ => FailureCode::Failed,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<authorization::Error> for Failure {
    fn from(error: authorization::Error) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<authorization::ApprovalError> for Failure {
    fn from(error: authorization::ApprovalError) -> Self {
        use authorization::ApprovalError as E;
        let code = match &error {
            E::NotFound(_) => FailureCode::NotFound,
            E::Failed(_) => FailureCode::Failed,
            _ => FailureCode::Refused,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<authorization::ClientError> for Failure {
    fn from(error: authorization::ClientError) -> Self {
        use authorization::ClientError as E;
        let code = match &error {
            E::NotFound(_) => FailureCode::NotFound,
            E::Invalid(_) | E::Weak(_) | E::OverlapTooLong => FailureCode::InvalidInput,
            E::Failed(_) => FailureCode::Failed,
            _ => FailureCode::Refused,
        };
        Self { code, message: error.to_string() }
    }
}
