//! The door's place: which port is taken for it, and whether it is open. It can be closed and opened again
//! while the other parts run on.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use authorization::{Authorization, Origin, Origins};
use clock::Clock;
use context::Context;
use gateway::{BindError, Bound, Limits, Rooms, Running, TunnelStreams, VisitorRule};
use mcp_server::AmbientServer;
use rustls::server::ResolvesServerCert;

use crate::Config;
use crate::ports::AuditTrail;

/// The port, once known, and what listens there.
pub(crate) struct Doorway {
    /// The port for this computer: the first one taken is kept, so that clients find the door again.
    local: Option<SocketAddr>,
    /// What a tunnel hands over.
    streams: Option<TunnelStreams>,
    /// Who of the internet may use an access.
    visitors: VisitorRule,
    state: State,
}

enum State {
    Closed,
    /// The port is ours; nobody is answered yet.
    Taken(Bound),
    Open(Running),
}

impl Doorway {
    /// For an engine that lets nobody in.
    pub(crate) fn nowhere() -> Self {
        Self { local: None, streams: None, visitors: VisitorRule::default(), state: State::Closed }
    }

    /// Takes the port of the settings.
    pub(crate) async fn take(config: &Config) -> Result<Self, BindError> {
        let mut doorway = Self::nowhere();
        doorway.local = Some(on_loopback(config.port));
        doorway.take_again().await?;
        Ok(doorway)
    }

    /// Takes the port where it is not taken. Whether it was closed before.
    pub(crate) async fn take_again(&mut self) -> Result<bool, BindError> {
        let (State::Closed, Some(address)) = (&self.state, self.local) else { return Ok(false) };
        let local = gateway::bind(address).await?;
        self.local = Some(local.address());
        self.state = State::Taken(local);
        Ok(true)
    }

    /// From the next opening on, takes what a tunnel hands over too, and lets those in whom this rule lets in.
    pub(crate) fn take_streams(&mut self, streams: TunnelStreams, visitors: VisitorRule) {
        self.streams = Some(streams);
        self.visitors = visitors;
    }

    /// Answers on the port that was taken.
    pub(crate) fn open(
        &mut self,
        config: &Config,
        origins: &Origins,
        context: &Context,
        authorization: &Authorization,
        certificates: Arc<dyn ResolvesServerCert>,
        clock: &Arc<dyn Clock>,
    ) {
        let State::Taken(local) = std::mem::replace(&mut self.state, State::Closed) else {
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
            visitors: self.visitors.clone(),
            limits,
        };
        let rooms = Rooms {
            authorization: authorization.clone(),
            certificates,
            mcp: Arc::new(move || server.clone()),
        };
        self.state = State::Open(local.serve_with(&settings, rooms, self.streams.clone()));
    }

    /// Answers to another public name from now on, or to none.
    pub(crate) fn set_public_origin(&self, public: Option<Origin>) {
        if let State::Open(running) = &self.state {
            running.set_public_origin(public);
        }
    }

    /// Gives the port free; answers when the calls under way are done.
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
