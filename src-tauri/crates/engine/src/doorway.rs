//! The door's place: which ports are taken for it, and whether it is open. It can be closed and opened again
//! while the other parts run on.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use authorization::{Arrival, Authorization, Origins};
use clock::Clock;
use context::Context;
use gateway::{BindError, Bound, Limits, Rooms, Running, TunnelStreams};
use mcp_server::AmbientServer;
use rustls::server::ResolvesServerCert;

use crate::Config;
use crate::ports::AuditTrail;

/// The ports, once known, and what listens there.
pub(crate) struct Doorway {
    /// The port for this computer: the first one taken is kept, so that clients find the door again.
    local: Option<SocketAddr>,
    /// The port for the owner's own way in from the internet.
    ingress: Option<SocketAddr>,
    /// Whether each stream there begins with a header of the proxy before it.
    proxied: bool,
    /// What a tunnel hands over.
    streams: Option<TunnelStreams>,
    state: State,
}

enum State {
    Closed,
    /// The ports are ours; nobody is answered yet.
    Taken {
        local: Bound,
        ingress: Option<Bound>,
    },
    Open(Running),
}

impl Doorway {
    /// For an engine that lets nobody in.
    pub(crate) fn nowhere() -> Self {
        Self { local: None, ingress: None, proxied: false, streams: None, state: State::Closed }
    }

    /// Takes the ports of the settings.
    pub(crate) async fn take(config: &Config) -> Result<Self, BindError> {
        let mut doorway = Self::nowhere();
        doorway.local = Some(on_loopback(config.port));
        doorway.ingress = config.ingress_port.map(on_loopback);
        doorway.proxied = config.ingress_proxy_protocol;
        doorway.take_again().await?;
        Ok(doorway)
    }

    /// Takes the ports where they are not taken. Whether it was closed before.
    pub(crate) async fn take_again(&mut self) -> Result<bool, BindError> {
        let (State::Closed, Some(address)) = (&self.state, self.local) else { return Ok(false) };
        let local = gateway::bind(address).await?;
        let ingress = match self.ingress {
            Some(address) if self.proxied => Some(gateway::bind(address).await?.behind_proxy()),
            Some(address) => Some(gateway::bind(address).await?),
            None => None,
        };
        self.local = Some(local.address());
        self.ingress = ingress.as_ref().map(Bound::address);
        self.state = State::Taken { local, ingress };
        Ok(true)
    }

    /// From the next opening on, takes what a tunnel hands over too.
    pub(crate) fn take_streams(&mut self, streams: Option<TunnelStreams>) {
        self.streams = streams;
    }

    /// Answers on the ports that were taken.
    pub(crate) fn open(
        &mut self,
        config: &Config,
        origins: &Origins,
        context: &Context,
        authorization: &Authorization,
        certificates: Arc<dyn ResolvesServerCert>,
        clock: &Arc<dyn Clock>,
    ) {
        let State::Taken { local, ingress } = std::mem::replace(&mut self.state, State::Closed) else {
            return;
        };
        let server =
            AmbientServer::new(context.clone(), AuditTrail::new(authorization.clone(), Arc::clone(clock)));
        let limits = Limits {
            requests_per_second: Limits::default().requests_per_second.filter(|_| config.rates_limited),
            ..Limits::default()
        };
        let settings = gateway::Settings {
            origins: origins.clone(),
            browser_origins: config.browser_origins.clone(),
            limits,
        };
        let rooms = Rooms {
            authorization: authorization.clone(),
            certificates,
            mcp: Arc::new(move || server.clone()),
        };
        let provider = "ingress".parse().expect("this is a provider's id");
        let others = ingress.map(|bound| (bound, Arrival::Tunnel(provider))).into_iter().collect();
        self.state = State::Open(local.serve_with(&settings, rooms, others, self.streams.clone()));
    }

    /// Gives the ports free; answers when the calls under way are done.
    pub(crate) async fn close(&mut self) {
        if let State::Open(running) = std::mem::replace(&mut self.state, State::Closed) {
            running.stop().await;
        }
    }

    /// Where it is, if it is open.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        matches!(self.state, State::Open(_)).then_some(self.local).flatten()
    }

    /// The port for this computer, once taken.
    pub(crate) fn port(&self) -> Option<u16> {
        self.local.map(|address| address.port()).filter(|port| *port != 0)
    }
}

fn on_loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
