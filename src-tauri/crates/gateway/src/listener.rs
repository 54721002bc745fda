//! Listening: taking a port, accepting within a number of connections, stopping without breaking a call.

use std::net::SocketAddr;
use std::sync::Arc;

use authorization::{Arrival, Origin};
use hyper_util::server::graceful::GracefulShutdown;
use rmcp::ServerHandler;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::door::{Connection, Door};
use crate::names::SharedNames;
use crate::port_holder::{self, PortHolder};
use crate::{Limits, Rooms, Settings, TunnelStreams, connection, streams};

/// Why a port could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody else listens there.
    #[error(
        "port {port} is in use{}; stop that program, or choose another port with --port (0: a free one)",
        .holder.as_ref().map(|(pid, program)| format!(" by {program} (pid {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The port.
        port: u16,
        /// The other program's process id and name, where the system tells.
        holder: Option<(u32, String)>,
    },
    /// The system keeps low ports for itself.
    #[error("no permission to listen on port {port}; choose one above 1023 with --port")]
    Permission {
        /// The port.
        port: u16,
    },
    /// Anything else.
    #[error("can not listen on {address}: {source}; choose another port with --port")]
    Other {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A port that is ours; nobody is answered yet.
#[derive(Debug)]
pub struct Bound {
    pub(crate) listener: TcpListener,
    address: SocketAddr,
}

/// Takes a port. Port 0 takes a free one.
///
/// # Errors
/// [`BindError`], with the program that holds the port where that can be known.
pub async fn bind(address: SocketAddr) -> Result<Bound, BindError> {
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AddrInUse => BindError::InUse {
            port: address.port(),
            holder: port_holder::find(address).map(|PortHolder { pid, program }| (pid, program)),
        },
        std::io::ErrorKind::PermissionDenied => BindError::Permission { port: address.port() },
        _ => BindError::Other { address, source },
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// The address with the port that was taken.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens the door. Everything that comes in here came from this computer.
    #[must_use]
    pub fn serve<S: ServerHandler>(self, settings: &Settings, rooms: Rooms<S>) -> Running {
        self.serve_with(settings, rooms, None)
    }

    /// Opens the door with a further entrance: what a tunnel hands over, each stream marked with where it comes from.
    /// A tunnel that dials in by TCP has a listener of its own, which the room `tunnel` holds, so that the mark hangs
    /// on that port and on nothing that a request says.
    #[must_use]
    pub fn serve_with<S: ServerHandler>(
        self,
        settings: &Settings,
        rooms: Rooms<S>,
        streams: Option<TunnelStreams>,
    ) -> Running {
        let stopping = CancellationToken::new();
        let ended = CancellationToken::new();
        let tls = TlsAcceptor::from(Arc::new(tls_settings(&rooms)));
        let names = SharedNames::new(&settings.origins, &settings.browser_origins);
        let door = Arc::new(Door::new(settings, names.clone(), rooms, stopping.clone(), ended.clone()));
        let own = accept(self, tls.clone(), Arc::clone(&door), settings.limits.clone(), stopping.clone());
        let mut accepting = vec![tokio::spawn(own)];
        accepting.extend(streams.map(|streams| {
            tokio::spawn(streams::accept(streams, tls, door, settings.limits.clone(), stopping.clone()))
        }));
        Running { stopping, ended, accepting, names, limits: settings.limits.clone() }
    }
}

fn tls_settings<S>(rooms: &Rooms<S>) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the cipher suites of TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(&rooms.certificates));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), certificates::ACME_TLS.to_vec()];
    config
}

/// The open door.
#[derive(Debug)]
pub struct Running {
    stopping: CancellationToken,
    ended: CancellationToken,
    accepting: Vec<JoinHandle<GracefulShutdown>>,
    names: SharedNames,
    limits: Limits,
}

impl Running {
    /// From now on answers to another public name, or to none. Requests under way are not disturbed.
    pub fn set_public_origin(&self, public: Option<Origin>) {
        self.names.set_public(public);
    }

    /// Takes no more requests, lets those under way finish within [`Limits::stop`], then closes what is left.
    /// The ports are free afterwards: to open the door again, bind and serve again.
    pub async fn stop(self) {
        self.stopping.cancel();
        // Joined first, so that every port is given free before any call is waited for.
        let connections: Vec<_> =
            futures::future::join_all(self.accepting).await.into_iter().filter_map(Result::ok).collect();
        let open: usize = connections.iter().map(GracefulShutdown::count).sum();
        let shutdown = futures::future::join_all(connections.into_iter().map(GracefulShutdown::shutdown));
        if tokio::time::timeout(self.limits.stop, shutdown).await.is_err() {
            tracing::warn!(open, "connections were closed in the middle of a call: they took too long");
        }
        self.ended.cancel();
    }
}

async fn accept<S: ServerHandler>(
    bound: Bound,
    tls: TlsAcceptor,
    door: Arc<Door<S>>,
    limits: Limits,
    stopping: CancellationToken,
) -> GracefulShutdown {
    let Bound { listener, .. } = bound;
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        // A door whose places are all taken must stop all the same.
        let (place, accepted) = tokio::select! {
            () = stopping.cancelled() => break,
            taken = take_next(&listener, &places) => taken,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // A connection that broke before it was accepted, or no file descriptors left. The latter
                // lasts, so the loop must not spin.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                continue;
            }
        };
        let connection = Connection { arrival: Arrival::Local, peer: Some(peer.ip()), visitor_header: None };
        let (tls, door, limits) = (tls.clone(), Arc::clone(&door), limits.clone());
        let (watcher, stopping) = (connections.watcher(), stopping.clone());
        tokio::spawn(async move {
            let _place = place;
            let _ = stream.set_nodelay(true);
            let first_byte = tokio::select! {
                () = stopping.cancelled() => return,
                first_byte = first_byte(&stream, &limits) => first_byte,
            };
            connection::serve(stream, first_byte, connection, tls, door, limits, watcher).await;
        });
    }
    connections
}

/// Waits for a place, then for somebody who wants it. Cancel-safe: a place that is not used is given back.
async fn take_next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, std::io::Result<(TcpStream, SocketAddr)>) {
    // The places are never closed.
    let place = Arc::clone(places).acquire_owned().await.ok();
    (place, listener.accept().await)
}

/// Looks at the first byte without taking it.
async fn first_byte(stream: &TcpStream, limits: &Limits) -> Option<u8> {
    let mut byte = [0];
    match tokio::time::timeout(limits.handshake, stream.peek(&mut byte)).await {
        Ok(Ok(1)) => Some(byte[0]),
        _ => None,
    }
}
