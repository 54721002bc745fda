//! What the tests of the providers share: a supervisor whose visitors are answered, a guard, and stand-ins for the
//! programs of others.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use clock::{SeededRandom, SystemClock};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};

use crate::{Guard, Incoming, Layer, Provider, ProviderKind, Reason, State, Supervisor, Timing};

#[path = "../../../../tests/support/fakes.rs"]
pub(crate) mod fakes;

/// Nothing takes longer, on the slowest machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A port of 127.0.0.1 that nobody holds just now.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// This very program, as the guard that `child_tests.rs` makes of it.
pub(crate) fn guard() -> Guard {
    let words = ["--exact", "child::tests::the_guard_of_the_other_tests", "--ignored", "--nocapture", "--"];
    Guard {
        program: std::env::current_exe().unwrap(),
        arguments: words.into_iter().map(Into::into).collect(),
    }
}

/// What is known of somebody who came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Visit {
    pub(crate) provider: ProviderKind,
    pub(crate) layer: Layer,
    pub(crate) peer: Option<IpAddr>,
    pub(crate) visitor_header: Option<&'static str>,
}

/// A supervisor whose visitors are answered with what they said, once they have said all.
pub(crate) struct Stage {
    pub(crate) supervisor: Supervisor,
    pub(crate) state: watch::Receiver<State>,
    visits: mpsc::UnboundedReceiver<Visit>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let (incoming, mut streams) = mpsc::channel::<Incoming>(8);
        let (came, visits) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(Incoming { io, peer, layer, visitor_header, provider }) = streams.recv().await {
                let peer = peer.map(|peer| peer.ip());
                let _ = came.send(Visit { provider, layer, peer, visitor_header });
                tokio::spawn(async move {
                    let (mut io, mut said) = (io, Vec::new());
                    if io.read_to_end(&mut said).await.is_ok() && io.write_all(&said).await.is_ok() {
                        let _ = io.shutdown().await;
                    }
                });
            }
        });
        let timing = Timing { tick: Duration::from_millis(20), ..Timing::default() };
        let supervisor =
            Supervisor::start(incoming, Arc::new(SystemClock), Arc::new(SeededRandom::new(7)), timing);
        Self { state: supervisor.state(), supervisor, visits }
    }

    pub(crate) async fn up(&mut self, provider: impl Provider) {
        self.supervisor.up(Arc::new(provider)).await;
        self.until(|state| matches!(state, State::Up { .. })).await;
    }

    /// Why there is none, once it is known.
    pub(crate) async fn refused(&mut self, provider: impl Provider) -> (bool, Reason) {
        self.supervisor.up(Arc::new(provider)).await;
        match self.until(|state| !matches!(state, State::Connecting | State::Off)).await {
            State::Failed { reason } => (true, reason),
            State::Backoff { reason, .. } => (false, reason),
            other => panic!("it is {other:?}"),
        }
    }

    pub(crate) async fn until(&mut self, wanted: impl FnMut(&State) -> bool) -> State {
        let waiting = tokio::time::timeout(LIMIT, self.state.wait_for(wanted)).await;
        waiting.unwrap_or_else(|_| panic!("it did not come to that")).unwrap().clone()
    }

    /// Who came in next.
    pub(crate) async fn visit(&mut self) -> Visit {
        tokio::time::timeout(LIMIT, self.visits.recv()).await.expect("somebody came").unwrap()
    }
}

/// What comes back from a port to which that is said.
pub(crate) async fn say(port: u16, words: &[u8]) -> std::io::Result<Vec<u8>> {
    let said = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.write_all(words).await?;
        stream.shutdown().await?;
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await?;
        Ok(heard)
    };
    tokio::time::timeout(LIMIT, said).await.expect("an answer in time")
}
