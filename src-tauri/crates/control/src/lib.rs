//! The control socket: a second process speaks the engine's interface through it.
//!
//! This room knows how a call is carried between two processes of the same person: where the socket lies, who
//! may use it, how a line is written. It never knows what a call means; the engine runs it. Start reading at
//! [`Server::start`] and [`Client::call`]; the lines stand in `wire.rs`.

mod address;
mod client;
mod server;
#[cfg(unix)]
#[path = "unix.rs"]
mod transport;
#[cfg(windows)]
#[path = "windows.rs"]
mod transport;
mod wire;

pub use address::Address;
pub use client::{Client, ClientError, Events};
pub use server::{Server, ServerError};

#[cfg(test)]
#[path = "lib_tests.rs"]
mod tests;
