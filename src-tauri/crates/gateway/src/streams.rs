//! The entrance for what a tunnel hands over: streams that never were a connection to the door's own port.

use std::sync::Arc;

use authorization::Arrival;
use http::HeaderName;
use hyper_util::server::graceful::GracefulShutdown;
use rmcp::ServerHandler;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tunnel::{Incoming, Layer};

use crate::door::{Connection, Door};
use crate::{Limits, connection};

/// Where a tunnel's streams wait for the door. It outlives a door that is closed and opened again; cloning is cheap,
/// and at most one open door takes from it.
#[derive(Clone, Debug)]
pub struct TunnelStreams {
    waiting: Arc<Mutex<mpsc::Receiver<Incoming>>>,
}

impl TunnelStreams {
    /// What the tunnel's supervisor sends.
    #[must_use]
    pub fn new(waiting: mpsc::Receiver<Incoming>) -> Self {
        Self { waiting: Arc::new(Mutex::new(waiting)) }
    }
}

/// Takes streams until the door stops. Each is marked with the provider that handed it over, whatever it says.
pub(crate) async fn accept<S: ServerHandler>(
    streams: TunnelStreams,
    tls: TlsAcceptor,
    door: Arc<Door<S>>,
    limits: Limits,
    stopping: CancellationToken,
) -> GracefulShutdown {
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.tunnel_connections));
    let mut waiting = tokio::select! {
        () = stopping.cancelled() => return connections,
        waiting = streams.waiting.lock() => waiting,
    };
    loop {
        let (place, incoming) = tokio::select! {
            () = stopping.cancelled() => break,
            taken = take_next(&mut waiting, &places) => taken,
        };
        // The supervisor is gone: nothing will come any more.
        let Some(incoming) = incoming else { break };
        let provider = incoming.provider.as_str().parse().expect("each provider's word is a provider's id");
        let connection = Connection {
            arrival: Arrival::Tunnel(provider),
            peer: incoming.peer.map(|peer| peer.ip()),
            visitor_header: incoming.visitor_header.map(HeaderName::from_static),
        };
        let (tls, door, limits) = (tls.clone(), Arc::clone(&door), limits.clone());
        let watcher = connections.watcher();
        tokio::spawn(async move {
            let _place = place;
            match incoming.layer {
                // What its first byte is, nobody can look at without taking it.
                Layer::RawTls => {
                    connection::serve(incoming.io, None, connection, tls, door, limits, watcher).await;
                }
                Layer::PlainHttp => {
                    connection::speak_http(incoming.io, connection, door, &limits, watcher).await;
                }
            }
        });
    }
    connections
}

/// Waits for a place, then for a stream. Cancel-safe: a place that is not used is given back.
async fn take_next(
    waiting: &mut mpsc::Receiver<Incoming>,
    places: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, Option<Incoming>) {
    // The places are never closed.
    let place = Arc::clone(places).acquire_owned().await.ok();
    (place, waiting.recv().await)
}
