//! What became of commitments: open, overdue or done, as of the newest turn.

use super::past::Past;
use super::words::same_matter;
use crate::insight_detail::{CommitmentStatus, InsightDetail};

/// The figures of each commitment that is not too long ago, by its row.
pub(super) fn find(past: &Past) -> Vec<(i64, InsightDetail)> {
    past.commitments
        .iter()
        .map(|promise| {
            let is_done = past
                .done
                .iter()
                .any(|done| done.piece.at > promise.at && same_matter(&done.words, &promise.words));
            let is_over = promise.due.is_some_and(|due| due.end().as_micros() <= past.as_of);
            let status = match (is_done, is_over) {
                (true, _) => CommitmentStatus::Done,
                (false, true) => CommitmentStatus::Overdue,
                (false, false) => CommitmentStatus::Open,
            };
            (promise.insight, InsightDetail::Commitment { due: promise.due, status })
        })
        .collect()
}
