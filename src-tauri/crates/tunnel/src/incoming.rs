//! A byte stream from the internet, as a provider hands it on.

use std::fmt;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::ProviderKind;

/// A byte stream in both directions.
pub trait Io: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Io for T {}

/// What the stream's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// TLS, which ends in our own process.
    RawTls,
    /// HTTP in clear: the provider took the TLS off.
    PlainHttp,
}

/// Somebody has connected.
pub struct Incoming {
    /// The bytes.
    pub io: Box<dyn Io>,
    /// From where, if the provider tells. It is the provider's word, so it is for logs and limits alone.
    pub peer: Option<SocketAddr>,
    /// What the bytes are.
    pub layer: Layer,
    /// The header in which the provider says from where each request comes, over whatever a visitor wrote there. Only
    /// in clear ([`Layer::PlainHttp`]) can it write one.
    pub visitor_header: Option<&'static str>,
    /// Through which provider.
    pub provider: ProviderKind,
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("peer", &self.peer)
            .field("layer", &self.layer)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
