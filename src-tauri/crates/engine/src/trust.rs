//! Telling this computer's programs to believe our local certificates; see [`certificates::trust`].
//!
//! These run in the process of whoever asks, not in the running program: the system's store may need the
//! rights of root, which the program itself never has.

mod claude_code;

pub use certificates::trust::*;
pub use claude_code::ClaudeCode;

use crate::client_setup::SetupEnvironment;

/// All that exist here: the least that can be changed first, so Claude Code's own settings before the stores of the
/// system and of browsers, which every program asks.
#[must_use]
pub fn stores(places: &Places, environment: &SetupEnvironment) -> Vec<Box<dyn TrustStore>> {
    let mut stores = certificates::trust::stores(places);
    let claude_code = ClaudeCode::new(environment.clone());
    if claude_code.is_here() {
        stores.insert(0, Box::new(claude_code));
    }
    stores
}
