//! Keeping one way of reach up: the rules, and what lives by them.

mod driver;
mod jump;
mod machine;
#[cfg(test)]
mod steps;

pub use driver::{Supervisor, Timing};
pub use machine::State;
#[cfg(test)]
pub(crate) use steps::Steps;
