//! The entrance for providers that dial in by TCP: a port of this computer for one of them alone, so that the mark of
//! where streams come from hangs on the port and on nothing that a stream says.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::{Incoming, Layer, ProviderKind, TunnelError, proxy_protocol};

/// For the header of whoever dials in.
const HEADER_LIMIT: Duration = Duration::from_secs(10);

/// After an accept that failed because something is used up, which lasts.
const PAUSE: Duration = Duration::from_millis(50);

/// Who dials in, and what they bring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arriving {
    pub(crate) provider: ProviderKind,
    pub(crate) layer: Layer,
    pub(crate) peer: PeerFrom,
    /// See [`Incoming::visitor_header`].
    pub(crate) visitor_header: Option<&'static str>,
}

/// Where it stands who connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeerFrom {
    /// In a PROXY protocol header, which each stream has to begin with.
    ProxyHeader,
    /// Whoever dials in counts as the one who connects.
    Connection,
    /// It is not told.
    Nowhere,
}

/// A port of 127.0.0.1 that is ours.
#[derive(Debug)]
pub(crate) struct Entrance {
    listener: TcpListener,
    address: SocketAddr,
    arriving: Arriving,
}

impl Entrance {
    /// Takes a port; 0 takes a free one.
    pub(crate) async fn open(
        port: u16,
        setting: &'static str,
        arriving: Arriving,
    ) -> Result<Self, TunnelError> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::PermissionDenied => TunnelError::Settings(format!(
                "no permission to listen on port {port} of this computer; set {setting} to one above 1023"
            )),
            _ => TunnelError::LocalPort { port, setting, detail: error.to_string() },
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, arriving })
    }

    /// The port that was taken.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Hands on whoever dials in, until it is dropped. Further ones wait in the kernel's queue while no place is free.
    pub(crate) async fn serve(&self, incoming: &mpsc::Sender<Incoming>) {
        // Those whose header has not come yet; they end with this.
        let mut arriving = JoinSet::new();
        loop {
            // Nobody takes streams any more: the door will not be opened again.
            let Ok(place) = incoming.clone().reserve_owned().await else { return };
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a stream could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            while arriving.try_join_next().is_some() {}
            let about = self.arriving;
            arriving.spawn(async move {
                if let Some(incoming) = welcome(stream, peer, about).await {
                    place.send(incoming);
                }
            });
        }
    }
}

async fn welcome(mut stream: TcpStream, peer: SocketAddr, about: Arriving) -> Option<Incoming> {
    let _ = stream.set_nodelay(true);
    let Arriving { provider, layer, visitor_header, .. } = about;
    let peer = match about.peer {
        PeerFrom::Nowhere => None,
        PeerFrom::Connection => Some(peer),
        PeerFrom::ProxyHeader => {
            match tokio::time::timeout(HEADER_LIMIT, proxy_protocol::take(&mut stream)).await {
                Ok(Ok(peer)) => peer,
                Ok(Err(refusal)) => {
                    tracing::warn!(%refusal, provider = provider.as_str(), "a stream was not taken");
                    return None;
                }
                Err(_) => return None,
            }
        }
    };
    Some(Incoming { io: Box::new(stream), peer, layer, provider, visitor_header })
}
