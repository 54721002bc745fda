//! Commands of the consent window, and of no other.

use engine::types::RequestId;
use serde::Deserialize;

use super::{Nothing, commands};
use crate::desktop::approvals::{ApprovalScreen, ApproveInput, ApproveOutcome};

/// The owner's no.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct DenyInput {
    #[cfg_attr(test, ts(type = "string"))]
    id: RequestId,
    /// Whether the client's further requests are refused unseen.
    block: bool,
    /// Whether they stay quiet for a day; a block is more.
    mute: bool,
}

commands! {
    /// What the window shows now; nothing: it is about to close.
    current_approval(desk, _input: Nothing) -> Option<ApprovalScreen> {
        desk.clerk.screen().await
    }

    /// The owner's yes.
    approve_request(desk, input: ApproveInput) -> ApproveOutcome {
        desk.clerk.approve(input).await
    }

    /// The owner's no.
    deny_request(desk, input: DenyInput) -> () {
        desk.clerk.deny(input.id, input.block, input.mute).await
    }
}
