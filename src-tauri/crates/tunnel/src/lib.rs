//! Public reach: ways in which byte streams from the internet come to this computer, one provider a file, and
//! the supervisor that keeps one of them up.
//!
//! This room knows SSH, known hosts, ngrok, the programs of others, the PROXY protocol, and what to do when a link
//! breaks. It must not know certificates, MCP or HTTP: what comes in is handed on as a byte stream ([`Incoming`]), and
//! TLS ends behind it. Start reading at [`Provider`], then [`State`], the rules of the supervisor, and [`Supervisor`],
//! which lives by them.

mod capabilities;
mod child;
pub mod cloudflared;
mod entrance;
mod error;
mod incoming;
pub mod ingress;
pub mod ngrok;
mod provider;
mod proxy_protocol;
mod recipe;
pub mod ssh;
mod supervisor;
pub mod tailscale;
#[cfg(test)]
#[cfg(unix)]
mod testing;

pub use capabilities::{Capabilities, PublicName, Secrecy};
pub use child::{Guard, stand_guard};
pub use error::{HostKeyOffer, Reason, ReasonKind, Retry, TunnelError};
pub use incoming::{Incoming, Io, Layer};
pub use provider::{
    Announced, CONNECT_LIMIT, PING_EVERY, PING_LIMIT, Provider, ProviderKind, SessionContext, Sessions,
};
pub use recipe::{Recipe, RecipeStep};
pub use supervisor::{State, Supervisor, Timing};
