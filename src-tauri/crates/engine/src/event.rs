//! What happens, as one stream for every window, terminal and socket.

use authorization::RequestId;
use serde::{Deserialize, Serialize};

/// Something has happened. Never a secret, never a person's text: whoever wants more asks for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "room", content = "event", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Event {
    /// Who may come in has changed, or somebody asks to.
    Authorization(authorization::AuthorizationEvent),
    /// What is remembered has changed.
    Context(context::Change),
    /// An export or import goes on.
    Transfer(TransferProgress),
    /// How the program is has changed.
    Program(ProgramEvent),
    /// Somebody asks for the desktop's attention. In `serve` this never comes.
    Surface(SurfaceRequest),
}

/// What changed about the program as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ProgramEvent {
    /// It was paused or resumed, its door opened or closed, its settings changed.
    StateChanged,
    /// A certificate was renewed or came into use, or could not be.
    CertificatesChanged,
}

/// What the desktop is asked for by another process of the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SurfaceRequest {
    /// The program was started a second time: show the window that is there.
    ShowWindow,
    /// `approvals approve` at a terminal: the decision is for the window.
    ShowApproval {
        /// The request.
        id: RequestId,
    },
    /// A link `ambient-insights://approve` was followed on this computer.
    ProveComputer {
        /// The request that it names.
        id: RequestId,
    },
}

/// How far an export or import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TransferProgress {
    /// Which of the two.
    pub task: TransferTask,
    /// How many records are done.
    pub done: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
    /// How much of the file is read, in thousandths, where only that is known.
    pub per_mille: Option<u16>,
}

/// Taking out or bringing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum TransferTask {
    /// Taking out.
    Export,
    /// Bringing in.
    Import,
}
