//! The one door: byte streams from listeners and tunnels → TLS → HTTP → who may come in → the room that answers.
//!
//! This room knows where bytes came from and what a request must look like before anybody reads it: arrival,
//! Host and Origin, sizes, times, the bearer check and its challenge, the binding of legacy MCP sessions to
//! whoever opened them. It never knows SQL, a tool's meaning or how a token is made. Start reading at
//! [`Bound::serve`], then `door.rs`, which is the way of one request from top to bottom.

mod bearer;
mod body;
mod challenge_port;
mod connection;
mod door;
mod json_rpc;
mod listener;
mod names;
mod port_holder;
mod rates;
mod respond;
mod sessions;
mod standing;
mod streams;
mod visitors;

use std::sync::Arc;
use std::time::Duration;

use authorization::{Authorization, Origins};
use rustls::server::ResolvesServerCert;

pub use challenge_port::ChallengePort;
pub use listener::{BindError, Bound, Running, bind};
pub use streams::TunnelStreams;
pub use visitors::{VisitorRule, Visitors};

/// What the door is set to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Our own origins: the only names a request may use.
    pub origins: Origins,
    /// Origins of web pages that may call us beside our own, for example the MCP Inspector's. Each is
    /// `scheme://host[:port]`.
    pub browser_origins: Vec<String>,
    /// Who of the internet may use an access.
    pub visitors: VisitorRule,
    /// Sizes, times and counts.
    pub limits: Limits,
}

/// How much of anything one peer can take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections; further ones wait in the kernel's queue.
    pub connections: usize,
    /// The same for what a tunnel hands over, counted apart: strangers on the internet can not use up the places
    /// of the programs on this computer.
    pub tunnel_connections: usize,
    /// From the first byte to the end of the TLS handshake.
    pub handshake: Duration,
    /// For the head of a request; also how long an idle connection is kept.
    pub head: Duration,
    /// For the body of a request to arrive whole.
    pub body: Duration,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Bytes of a request's body at `/mcp`. Endpoints of the authorization server have smaller limits.
    pub body_bytes: usize,
    /// MCP requests a second that one grant may send in the long run; nothing: as many as it can.
    pub requests_per_second: Option<u32>,
    /// How long a stop waits for calls that are under way.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            tunnel_connections: 256,
            handshake: Duration::from_secs(10),
            head: Duration::from_mins(1),
            body: Duration::from_secs(30),
            head_bytes: 32 * 1024,
            body_bytes: 4 * 1024 * 1024,
            requests_per_second: Some(50),
            stop: Duration::from_secs(10),
        }
    }
}

/// The rooms behind the door.
pub struct Rooms<S> {
    /// Who may come in.
    pub authorization: Authorization,
    /// The certificates to show.
    pub certificates: Arc<dyn ResolvesServerCert>,
    /// Makes the MCP server that answers one session, or one request where there are no sessions.
    pub mcp: Arc<dyn Fn() -> S + Send + Sync>,
}
