//! What is told about the public certificate.

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Problem;

/// How it stands with the public certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum PublicState {
    /// There is none, and nobody has asked for one: the authority's terms are not agreed to.
    NotAsked,
    /// There is none yet; an order is under way or will be.
    Waiting,
    /// It is in use.
    InUse,
}

/// What is told about the public certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PublicStatus {
    /// The public name.
    pub name: String,
    /// How it stands.
    pub state: PublicState,
    /// The authority that is asked: a word or an address. None: the person's own files.
    pub authority: Option<String>,
    /// Whether it comes from a place for trials: no client believes it.
    pub trial: bool,
    /// An order is under way this moment.
    pub busy: bool,
    /// Why the last try failed. What is in use stays in use.
    pub problem: Option<Problem>,
    /// When the next certificate will be ordered, or the last failure tried again.
    pub next_order: Option<Timestamp>,
    /// The terms that the person has agreed to.
    pub agreed_terms: Option<String>,
}
