//! Public reach: ways in which byte streams from the internet come to this computer, one provider a file, and
//! the supervisor that keeps one of them up.
//!
//! This room knows SSH, known hosts, and what to do when a link breaks. It must not know certificates, MCP or
//! HTTP: what comes in is handed on as a byte stream ([`Incoming`]), and TLS ends behind it. Start reading at
//! [`Provider`], then [`State`], the rules of the supervisor, and [`Supervisor`], which lives by them.

mod capabilities;
mod error;
mod incoming;
mod provider;
pub mod ssh;
mod supervisor;

pub use capabilities::{Capabilities, PublicName, Secrecy};
pub use error::{HostKeyOffer, Reason, ReasonKind, Retry, TunnelError};
pub use incoming::{Incoming, Io, Layer};
pub use provider::{Announced, Provider, ProviderKind, SessionContext, Sessions};
pub use supervisor::{State, Supervisor, Timing};
