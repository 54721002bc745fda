//! One SSH connection: reach the host, check its key, log in, ask for the port, hand visitors on, end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use russh::client::{ChannelOpenHandle, Config, Handle, Handler, Msg, Session};
use russh::keys::{PublicKey, PublicKeyOrCertificate};
use russh::{Channel, ChannelOpenFailure, Disconnect, Preferred, cipher};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::cut::Cuttable;
use super::login::log_in;
use super::stream::{Waiting, pump};
use super::{KnownHosts, Settings};
use crate::{Announced, Incoming, Layer, ProviderKind, SessionContext, TunnelError};

/// The library's own, the fastest first: processors have instructions for AES, and what goes through is TLS already.
const CIPHERS: &[cipher::Name] = &[
    cipher::AES_256_GCM,
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];

/// For the last words and for the library's task to end.
const FAREWELL: Duration = Duration::from_secs(2);

/// To look whether somebody listens on the port already.
const PROBE: Duration = Duration::from_secs(3);

pub(super) async fn run(settings: &Settings, context: SessionContext) -> Result<(), TunnelError> {
    // However this ends, also by being dropped, the connection is cut.
    let cut = CancellationToken::new();
    let _cut = cut.clone().drop_guard();
    let (fault_told, mut fault) = mpsc::unbounded_channel();
    let opened = tokio::select! {
        () = context.stop.cancelled() => return Ok(()),
        opened = tokio::time::timeout(settings.connect_limit, open(settings, &context.incoming, &cut, fault_told)) => opened,
    };
    let (mut handle, heard) = match opened {
        Ok(opened) => opened?,
        Err(_) => {
            return Err(TunnelError::Frozen {
                host: settings.host.clone(),
                seconds: settings.connect_limit.as_secs(),
            });
        }
    };
    let place = format!("port {} of {}", settings.remote_port, settings.host);
    let _ = context.announced.send(Some(Announced { place, url: None }));
    let over = tokio::select! {
        () = context.stop.cancelled() => Over::Stopped,
        // The library's task drops its end of this when it ends.
        words = fault.recv() => Over::Ended(words),
        frozen = watch(settings, &context, &handle, &heard) => Over::Frozen(frozen),
    };
    if matches!(over, Over::Stopped) {
        farewell(&handle, &mut fault).await;
    }
    cut.cancel();
    // The library's task sees its connection fail; when it is gone, the socket is.
    let last = tokio::time::timeout(FAREWELL, &mut handle).await;
    match over {
        Over::Stopped => Ok(()),
        Over::Frozen(error) => Err(error),
        Over::Ended(words) => Err(lost(settings, words, last.ok().and_then(Result::err))),
    }
}

/// Why a connection that stood does not stand any more.
enum Over {
    /// It was asked to end.
    Stopped,
    /// The other end closed it, perhaps with words, or it broke.
    Ended(Option<String>),
    Frozen(TunnelError),
}

async fn open(
    settings: &Settings,
    incoming: &mpsc::Sender<Incoming>,
    cut: &CancellationToken,
    fault: mpsc::UnboundedSender<String>,
) -> Result<(Handle<Visits>, Arc<AtomicU64>), TunnelError> {
    let host = &settings.host;
    let key_kinds = settings.known_hosts.preferred(host, settings.port)?;
    let config = Config {
        preferred: Preferred { key: key_kinds.into(), cipher: CIPHERS.into(), ..Preferred::default() },
        // The look at the link is ours (`watch`): it also notices a peer to which nothing can be written.
        keepalive_interval: None,
        nodelay: true,
        ..Config::default()
    };
    let stream = reach(settings).await?;
    let visits = Visits {
        host: host.clone(),
        port: settings.port,
        remote_port: settings.remote_port,
        known_hosts: settings.known_hosts.clone(),
        incoming: incoming.clone(),
        waiting: Waiting::default(),
        fault,
    };
    let stream = Cuttable::new(stream, cut);
    let heard = stream.heard();
    let connected = russh::client::connect_stream(Arc::new(config), stream, visits).await;
    let mut handle = connected.map_err(|error| match error {
        Ended::Refused(error) => error,
        Ended::Ssh(error @ (russh::Error::NoCommonAlgo { .. } | russh::Error::Version)) => {
            TunnelError::Incompatible { host: host.clone(), detail: error.to_string() }
        }
        Ended::Ssh(error) => TunnelError::Lost { host: host.clone(), detail: error.to_string() },
    })?;
    log_in(&mut handle, settings).await?;
    forward(settings, &handle).await?;
    Ok((handle, heard))
}

/// A connection to the first of the host's addresses that answers.
async fn reach(settings: &Settings) -> Result<TcpStream, TunnelError> {
    let (host, port) = (settings.host.as_str(), settings.port);
    let addresses = tokio::net::lookup_host((host, port)).await;
    let addresses: Vec<SocketAddr> = match addresses {
        Ok(addresses) => addresses.collect(),
        Err(error) => {
            return Err(TunnelError::NameNotFound { host: host.to_owned(), detail: error.to_string() });
        }
    };
    let unreachable = |detail: String| TunnelError::Unreachable { host: host.to_owned(), port, detail };
    let mut last = unreachable("the name has no address".to_owned());
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => last = unreachable(error.to_string()),
        }
    }
    Err(last)
}

/// Asks the host to listen. It only says yes or no, so after a no we look why.
async fn forward(settings: &Settings, handle: &Handle<Visits>) -> Result<(), TunnelError> {
    let (host, port) = (settings.host.clone(), settings.remote_port);
    match handle.tcpip_forward(settings.remote_address.on_the_wire(), u32::from(port)).await {
        Ok(_) => Ok(()),
        Err(russh::Error::RequestDenied) => {
            let probe = tokio::time::timeout(PROBE, TcpStream::connect((host.as_str(), port))).await;
            Err(if matches!(probe, Ok(Ok(_))) {
                TunnelError::PortTaken { host, port }
            } else {
                TunnelError::ForwardRefused { host, port }
            })
        }
        Err(error) => Err(TunnelError::Lost { host, detail: error.to_string() }),
    }
}

/// Looks at the link every now and then, and whenever somebody has reason to doubt it. Returns when nothing at all
/// was heard in time. On a slow line an answer may stand behind megabytes, so anything that comes counts as one.
async fn watch(
    settings: &Settings,
    context: &SessionContext,
    handle: &Handle<Visits>,
    heard: &AtomicU64,
) -> TunnelError {
    loop {
        tokio::select! {
            () = tokio::time::sleep(settings.ping_every) => {}
            () = context.check.notified() => {}
        }
        let before = heard.load(Ordering::Relaxed);
        let answered = tokio::time::timeout(settings.ping_limit, handle.send_ping()).await.is_ok();
        if !answered && heard.load(Ordering::Relaxed) == before {
            let seconds = settings.ping_limit.as_secs();
            return TunnelError::Frozen { host: settings.host.clone(), seconds };
        }
    }
}

/// Tells the host that we go, so that it gives its port free at once.
async fn farewell(handle: &Handle<Visits>, ended: &mut mpsc::UnboundedReceiver<String>) {
    let said = async {
        if handle.disconnect(Disconnect::ByApplication, "the tunnel was turned off", "en").await.is_ok() {
            while ended.recv().await.is_some() {}
        }
    };
    // A frozen peer never takes it.
    let _ = tokio::time::timeout(FAREWELL, said).await;
}

fn lost(settings: &Settings, words: Option<String>, ended: Option<Ended>) -> TunnelError {
    let detail = match (words, ended) {
        (_, Some(Ended::Refused(error))) => return error,
        (Some(words), _) => words,
        (None, Some(Ended::Ssh(error))) => error.to_string(),
        (None, None) => "the host closed it".to_owned(),
    };
    TunnelError::Lost { host: settings.host.clone(), detail }
}

/// How the library's task ended.
#[derive(Debug)]
enum Ended {
    /// We did not go on with this host.
    Refused(TunnelError),
    Ssh(russh::Error),
}

impl From<russh::Error> for Ended {
    fn from(error: russh::Error) -> Self {
        Self::Ssh(error)
    }
}

/// What the library calls: the host's key, and each visitor.
struct Visits {
    host: String,
    port: u16,
    remote_port: u16,
    known_hosts: KnownHosts,
    incoming: mpsc::Sender<Incoming>,
    waiting: Waiting,
    /// Why the host ended the connection, in its own words.
    fault: mpsc::UnboundedSender<String>,
}

impl Visits {
    fn check(&self, key: &PublicKey) -> Result<bool, Ended> {
        self.known_hosts.check(&self.host, self.port, key).map(|()| true).map_err(Ended::Refused)
    }
}

impl Handler for Visits {
    type Error = Ended;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Ended> {
        match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => self.check(key),
            // Never asked for.
            PublicKeyOrCertificate::Certificate(_) => Ok(false),
        }
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        channel: Channel<Msg>,
        _: &str,
        connected_port: u32,
        originator_address: &str,
        originator_port: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Ended> {
        if connected_port != u32::from(self.remote_port) {
            return refuse(reply).await;
        }
        // The place first: a visitor who was let in and then stood before a closed door would be worse off.
        let Ok(place) = self.incoming.try_reserve() else {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        };
        reply.accept().await;
        let peer = originator_address
            .parse::<IpAddr>()
            .ok()
            .and_then(|address| Some(SocketAddr::new(address, u16::try_from(originator_port).ok()?)));
        place.send(Incoming {
            io: Box::new(pump(channel.into_stream(), &self.waiting)),
            peer,
            layer: Layer::RawTls,
            visitor_header: None,
            provider: ProviderKind::Ssh,
        });
        Ok(())
    }

    // A host opens nothing else. The library says yes to each where nobody says no.

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Ended> {
        refuse(reply).await
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Ended> {
        refuse(reply).await
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Ended> {
        refuse(reply).await
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Ended> {
        refuse(reply).await
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Ended> {
        refuse(reply).await
    }

    async fn server_channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Ended> {
        refuse(reply).await
    }

    async fn disconnected(&mut self, reason: russh::client::DisconnectReason<Ended>) -> Result<(), Ended> {
        match reason {
            russh::client::DisconnectReason::ReceivedDisconnect(info) => {
                // The host's own words, cut: they go to the log and to the owner.
                let words: String = info.message.chars().filter(|c| !c.is_control()).take(200).collect();
                let _ = self.fault.send(format!("the host closed it: {words}"));
                Ok(())
            }
            russh::client::DisconnectReason::Error(error) => Err(error),
        }
    }
}

async fn refuse(reply: ChannelOpenHandle) -> Result<(), Ended> {
    reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
    Ok(())
}
