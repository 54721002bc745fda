//! The way out of this computer: names, connections, and whose certificates are believed.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use tokio::net::TcpStream;

/// An answer that takes a while.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What fetching needs of the computer it runs on. It is handed in, as the clock is, so that a test can serve
/// documents from itself; what may be asked and connected to is decided before, and no network can change it.
pub trait Network: Debug + Send + Sync {
    /// The addresses of a host name. Asked once for each fetch: what is connected to is what was judged.
    fn resolve<'a>(&'a self, host: &'a str) -> Later<'a, io::Result<Vec<IpAddr>>>;

    /// A connection to this very address.
    fn connect(&self, address: SocketAddr) -> Later<'_, io::Result<TcpStream>>;

    /// Who checks certificates. May read files.
    ///
    /// # Errors
    /// A computer without any certificate authorities.
    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error>;
}

/// The computer's own network: its resolver, its sockets, its trust store. No proxy.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNetwork;

impl Network for SystemNetwork {
    fn resolve<'a>(&'a self, host: &'a str) -> Later<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }

    fn connect(&self, address: SocketAddr) -> Later<'_, io::Result<TcpStream>> {
        Box::pin(TcpStream::connect(address))
    }

    // Made anew each time: fetches are rare, and what the store holds would stay in memory in between.
    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        Ok(Arc::new(rustls_platform_verifier::Verifier::new(provider)?))
    }
}
