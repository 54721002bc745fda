//! The app: the command line, and the desktop beside it.
//!
//! It knows arguments, terminals and, with the feature `desktop`, windows. It never knows SQL, rules of OAuth or
//! HTTP: everything it does is an operation of the engine, run in the running program over the control socket
//! or, if none runs, in this process. Start reading at [`cli::run`], or at `desktop/mod.rs`.

pub mod cli;
#[cfg(feature = "desktop")]
pub mod desktop;
mod logging;
mod place;
mod stop_signal;
