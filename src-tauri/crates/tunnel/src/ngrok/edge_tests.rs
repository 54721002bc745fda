//! ngrok's crate against an edge of our own that speaks its protocol: muxado over TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use muxado::heartbeat::{Heartbeat, HeartbeatConfig};
use muxado::typed::{StreamType, Typed, TypedAccept as _, TypedOpenClose, TypedSession as _, TypedStream};
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify, mpsc, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{Announced, Incoming, Layer, ReasonKind, Retry, TunnelError};

const LIMIT: Duration = Duration::from_secs(30);
const DOMAIN: &str = "memory.example.org";

/// The kinds of streams (ngrok's crate, internals/proto.rs).
const AUTH: u32 = 0;
const BIND: u32 = 1;
const PROXY: u32 = 3;
const STOP_TUNNEL: u32 = 9;

/// How the edge answers.
#[derive(Clone, Copy, Default)]
struct Behaviour {
    refuse_login: Option<&'static str>,
    refuse_endpoint: Option<&'static str>,
    /// It takes connections and answers nothing.
    mute: bool,
}

type Opener = Box<dyn TypedOpenClose + Send>;

/// An edge on loopback.
struct FakeEdge {
    edge: Edge,
    asked: Arc<Mutex<Vec<Value>>>,
    /// Opens streams to the session that came last.
    opener: Arc<Mutex<Option<Opener>>>,
    cut: CancellationToken,
}

impl FakeEdge {
    async fn start(behaviour: Behaviour) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("localhost:{}", listener.local_addr().unwrap().port());
        let edge = Self {
            edge: Edge { address, authorities: Some(made.cert.pem().into_bytes()) },
            asked: Arc::default(),
            opener: Arc::default(),
            cut: CancellationToken::new(),
        };
        let (asked, opener, cut) = (Arc::clone(&edge.asked), Arc::clone(&edge.opener), edge.cut.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(stream) = acceptor.accept(stream).await else { continue };
                let (asked, opener) = (Arc::clone(&asked), Arc::clone(&opener));
                let serve = serve(stream, behaviour, asked, opener);
                let cut = cut.clone();
                tokio::spawn(async move {
                    tokio::select! { () = cut.cancelled() => {}, () = serve => {} }
                });
            }
        });
        edge
    }

    /// A visitor of the name, from that address.
    async fn visit(&self, from: &str) -> TypedStream {
        let mut opener = self.opener.lock().await;
        let mut stream = opener.as_mut().unwrap().open_typed(StreamType::clamp(PROXY)).await.unwrap();
        let header =
            json!({ "Id": "endpoint-1", "ClientAddr": from, "Proto": "tls", "EdgeType": "2", "PassthroughTLS": true })
                .to_string();
        stream.write_i64_le(i64::try_from(header.len()).unwrap()).await.unwrap();
        stream.write_all(header.as_bytes()).await.unwrap();
        stream
    }
}

async fn serve(
    stream: tokio_rustls::server::TlsStream<tokio::net::TcpStream>,
    behaviour: Behaviour,
    asked: Arc<Mutex<Vec<Value>>>,
    opener: Arc<Mutex<Option<Opener>>>,
) {
    if behaviour.mute {
        return std::future::pending().await;
    }
    let session = muxado::SessionBuilder::new(stream).server().start();
    let (session, _heartbeat) =
        Heartbeat::start(Typed::new(session), HeartbeatConfig::default()).await.unwrap();
    let (open, mut accept) = session.split_typed();
    *opener.lock().await = Some(Box::new(open));
    while let Ok(mut stream) = accept.accept_typed().await {
        let kind = *stream.typ();
        let request = read_json(&mut stream).await;
        let answer = match kind {
            AUTH => match behaviour.refuse_login {
                Some(error) => json!({ "Version": "", "ClientId": "", "Error": error, "Extra": {} }),
                None => json!({ "Version": "3", "ClientId": "session-1", "Extra": { "Region": "eu" } }),
            },
            BIND => match behaviour.refuse_endpoint {
                Some(error) => json!({ "Error": error }),
                None => json!({
                    "Id": "endpoint-1", "URL": format!("tls://{DOMAIN}"), "Proto": "tls",
                    "Opts": request["Opts"], "Extra": { "Token": "" },
                }),
            },
            _ => json!({}),
        };
        asked.lock().await.push(request);
        stream.write_all(answer.to_string().as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    }
}

/// A request has no end but that of its JSON.
async fn read_json(stream: &mut TypedStream) -> Value {
    let mut bytes = Vec::new();
    loop {
        bytes.push(stream.read_u8().await.unwrap());
        if let Ok(value) = serde_json::from_slice(&bytes) {
            return value;
        }
    }
}

struct Running {
    task: tokio::task::JoinHandle<Result<(), TunnelError>>,
    announced: watch::Receiver<Option<Announced>>,
    streams: mpsc::Receiver<Incoming>,
    stop: CancellationToken,
}

fn run(edge: &Edge, change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings {
        authtoken: "2abc_a-secret-token".to_owned().into(),
        domain: DOMAIN.to_owned(),
        edge: edge.clone(),
        connect_limit: Duration::from_secs(20),
        ping_every: Duration::from_millis(200),
        ping_limit: Duration::from_millis(500),
    };
    change(&mut settings);
    let (incoming, streams) = mpsc::channel(1);
    let (announce, announced) = watch::channel(None);
    let stop = CancellationToken::new();
    let context =
        SessionContext { incoming, announced: announce, check: Arc::new(Notify::new()), stop: stop.clone() };
    let provider = Ngrok::new(settings);
    let task = tokio::spawn(async move { provider.run(context).await });
    Running { task, announced, streams, stop }
}

impl Running {
    async fn up(&mut self) -> Announced {
        let up = tokio::time::timeout(LIMIT, self.announced.wait_for(Option::is_some)).await.unwrap();
        up.unwrap().clone().unwrap()
    }

    async fn ends(self) -> Result<(), TunnelError> {
        tokio::time::timeout(LIMIT, self.task).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn visitors_come_in_as_they_are_with_their_address_and_the_goodbye_is_said() {
    let edge = FakeEdge::start(Behaviour::default()).await;
    let mut running = run(&edge.edge, |_| {});
    assert_eq!(running.up().await.place, format!("tls://{DOMAIN}"));
    let mut visitor = edge.visit("160.79.106.35:4711").await;
    let mut incoming = tokio::time::timeout(LIMIT, running.streams.recv()).await.unwrap().unwrap();
    assert_eq!(incoming.peer, Some("160.79.106.35:4711".parse::<SocketAddr>().unwrap()));
    assert_eq!((incoming.layer, incoming.provider), (Layer::RawTls, ProviderKind::Ngrok));
    let sent: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let (mut read, mut write) = tokio::io::split(&mut incoming.io);
    let echo = async {
        let mut got = vec![0; sent.len()];
        read.read_exact(&mut got).await.unwrap();
        write.write_all(&got).await.unwrap();
        write.flush().await.unwrap();
    };
    let (mut back_read, mut back_write) = tokio::io::split(&mut *visitor);
    let there_and_back = async {
        let (sending, mut got) = (back_write.write_all(&sent), vec![0; sent.len()]);
        let (sending, reading) = tokio::join!(sending, back_read.read_exact(&mut got));
        sending.unwrap();
        reading.unwrap();
        got
    };
    let ((), got) = tokio::time::timeout(LIMIT, async { tokio::join!(echo, there_and_back) }).await.unwrap();
    assert!(got == sent);
    // An address that can not be read is none.
    let _visitor = edge.visit("nonsense").await;
    let incoming = tokio::time::timeout(LIMIT, running.streams.recv()).await.unwrap().unwrap();
    assert_eq!(incoming.peer, None);
    running.stop.cancel();
    assert_eq!(running.ends().await, Ok(()));
    let asked = edge.asked.lock().await;
    assert_eq!(asked[0]["Extra"]["AuthToken"], "2abc_a-secret-token");
    assert_eq!((&asked[1]["Proto"], &asked[1]["Opts"]["Domain"]), (&json!("tls"), &json!(DOMAIN)));
    assert_eq!(asked[1]["Opts"]["TLSTermination"], Value::Null, "the encryption does not end at ngrok");
    assert_eq!(asked.last().unwrap(), &json!({ "Id": "endpoint-1" }), "the endpoint was given back");
}

#[tokio::test]
async fn what_ngrok_refuses_is_told_with_its_remedy_and_without_the_token() {
    let login = "The authtoken you specified is properly formed, but it is invalid.\nYour authtoken: \
                 2abc_a-secret-token\n\nERR_NGROK_107\n";
    let plan = "Only Pay-as-you-go plans may create TLS endpoints.\n\nERR_NGROK_312\n";
    for (behaviour, words, retry, kind) in [
        (
            Behaviour { refuse_login: Some(login), ..Behaviour::default() },
            "tunnel.ngrok.authtoken_file",
            Retry::Never,
            ReasonKind::Account,
        ),
        (
            Behaviour { refuse_endpoint: Some(plan), ..Behaviour::default() },
            "ERR_NGROK_312",
            Retry::Never,
            ReasonKind::Account,
        ),
        (
            Behaviour {
                refuse_endpoint: Some("The endpoint is already online.\n\nERR_NGROK_334"),
                ..Behaviour::default()
            },
            "online already",
            Retry::Soon,
            ReasonKind::Forward,
        ),
    ] {
        let edge = FakeEdge::start(behaviour).await;
        let running = run(&edge.edge, |_| {});
        let announced = running.announced.clone();
        let error = running.ends().await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        assert_eq!((error.retry(), error.kind()), (retry, kind), "{error}");
        assert!(announced.borrow().is_none());
    }
}

#[tokio::test]
async fn a_broken_connection_ends_the_session_and_is_not_mended_behind_the_supervisors_back() {
    let edge = FakeEdge::start(Behaviour::default()).await;
    let mut running = run(&edge.edge, |_| {});
    running.up().await;
    edge.cut.cancel();
    drop(edge.opener.lock().await.take());
    let error = running.ends().await.unwrap_err();
    assert_eq!(error.retry(), Retry::Soon, "{error}");
    let logins =
        edge.asked.lock().await.iter().filter(|asked| asked["Extra"]["AuthToken"].is_string()).count();
    assert_eq!(logins, 1);
}

#[tokio::test]
async fn an_edge_that_freezes_is_noticed_by_its_silence() {
    let edge = FakeEdge::start(Behaviour::default()).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("localhost:{}", listener.local_addr().unwrap().port());
    let (behind, frozen) = (edge.edge.address.clone(), CancellationToken::new());
    let freeze = frozen.clone();
    tokio::spawn(async move {
        let (mut here, _) = listener.accept().await.unwrap();
        let mut there = tokio::net::TcpStream::connect(behind).await.unwrap();
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut here, &mut there) => {}
            () = freeze.cancelled() => {}
        }
        // Both connections stay as they are, and nothing goes through.
        std::future::pending::<()>().await;
        drop((here, there));
    });
    let mut running = run(&Edge { address, ..edge.edge.clone() }, |_| {});
    running.up().await;
    frozen.cancel();
    let error = running.ends().await.unwrap_err();
    assert!(matches!(error, TunnelError::Frozen { .. }) && error.retry() == Retry::Soon, "{error}");
}

#[tokio::test]
async fn an_edge_that_takes_the_endpoint_back_says_why() {
    let edge = FakeEdge::start(Behaviour::default()).await;
    let mut running = run(&edge.edge, |_| {});
    running.up().await;
    let mut opener = edge.opener.lock().await;
    let mut order = opener.as_mut().unwrap().open_typed(StreamType::clamp(STOP_TUNNEL)).await.unwrap();
    let why =
        json!({ "Id": "endpoint-1", "Message": "stopped by the account", "ErrorCode": "ERR_NGROK_103" });
    order.write_all(why.to_string().as_bytes()).await.unwrap();
    let error = running.ends().await.unwrap_err();
    assert!(error.to_string().contains("suspended the account (ERR_NGROK_103)"), "{error}");
}

#[tokio::test]
async fn an_edge_that_is_not_there_mute_or_not_ngroks_is_told_apart() {
    let nobody = TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap().port();
    let gone = Edge { address: format!("localhost:{nobody}"), authorities: None };
    let error = run(&gone, |_| {}).ends().await.unwrap_err();
    assert!(error.to_string().contains("can not be reached"), "{error}");
    assert_eq!(error.retry(), Retry::Soon);

    let mute = FakeEdge::start(Behaviour { mute: true, ..Behaviour::default() }).await;
    let running = run(&mute.edge, |settings| settings.connect_limit = Duration::from_millis(300));
    let error = running.ends().await.unwrap_err();
    assert!(error.to_string().contains("no answer in time"), "{error}");

    // Somebody stands in between: the certificate is not of those that ngrok vouches for.
    let other = FakeEdge::start(Behaviour::default()).await;
    let stranger = Edge { authorities: None, ..other.edge.clone() };
    let error = run(&stranger, |_| {}).ends().await.unwrap_err();
    assert!(matches!(error, TunnelError::Incompatible { .. }), "{error}");
    assert!(other.asked.lock().await.is_empty(), "the token was not sent");
}
