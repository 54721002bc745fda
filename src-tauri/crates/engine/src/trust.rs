//! Telling this computer's programs to believe our local certificates; see [`certificates::trust`].
//!
//! These run in the process of whoever asks, not in the running program: the system's store may need the
//! rights of root, which the program itself never has.

pub use certificates::trust::*;
