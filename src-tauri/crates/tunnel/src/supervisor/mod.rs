//! Keeping one way of reach up: the rules, and what lives by them.

mod driver;
mod jump;
mod machine;

pub use driver::{Supervisor, Timing};
pub use machine::State;
