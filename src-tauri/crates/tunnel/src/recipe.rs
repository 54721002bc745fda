//! What a person has to set elsewhere for a way of reach, ready to be copied.

use serde::{Deserialize, Serialize};

/// What to do, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Recipe {
    /// In this order.
    pub steps: Vec<RecipeStep>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RecipeStep {
    /// What is done, and why.
    pub what: String,
    /// What to type there, or to put into the file that `what` names.
    pub text: String,
}

impl RecipeStep {
    pub(crate) fn new(what: impl Into<String>, text: impl Into<String>) -> Self {
        Self { what: what.into(), text: text.into() }
    }
}
