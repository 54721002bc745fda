use std::net::SocketAddr;
use std::time::Duration;

use clock::ManualClock;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;
use crate::Use;
use crate::authority::parse_certificate;
use crate::resolver::provider;

/// A TLS server that sends back what it gets, until it is dropped.
struct EchoServer {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl EchoServer {
    async fn start(certificates: &LocalCertificates) -> Self {
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(certificates.resolver());
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // A refused handshake is the client's to report.
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let (mut read, mut write) = tokio::io::split(stream);
                        let _ = tokio::io::copy(&mut read, &mut write).await;
                    }
                });
            }
        });
        Self { address, task }
    }
}

impl Drop for EchoServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The test's clock as rustls' clock.
#[derive(Debug)]
struct ClientTime(ManualClock);

impl rustls::time_provider::TimeProvider for ClientTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(self.0.now().as_secs()).ok()?)))
    }
}

struct World {
    folder: tempfile::TempDir,
    clock: ManualClock,
    certificates: LocalCertificates,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let certificates = LocalCertificates::open(folder.path(), Arc::new(clock.clone())).unwrap();
        Self { folder, clock, certificates }
    }

    /// Connects as a client that trusts our CA alone.
    async fn connect(&self, server: &EchoServer, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let pem = std::fs::read(self.certificates.ca_certificate()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(parse_certificate(&pem).unwrap()).unwrap();
        let config = ClientConfig::builder_with_details(provider(), Arc::new(ClientTime(self.clock.clone())))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(server.address).await?;
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }
}

fn leaf(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone()
}

fn names(stream: &TlsStream<TcpStream>) -> Vec<String> {
    CertificateInfo::read(&leaf(stream), Use::Local, None).unwrap().names
}

async fn echoes(stream: &mut TlsStream<TcpStream>, text: &[u8]) -> bool {
    stream.write_all(text).await.unwrap();
    stream.flush().await.unwrap();
    let mut back = vec![0; text.len()];
    stream.read_exact(&mut back).await.unwrap();
    back == text
}

#[tokio::test]
async fn a_client_that_names_localhost_gets_the_dns_leaf() {
    let world = World::new();
    let server = EchoServer::start(&world.certificates).await;
    let mut stream = world.connect(&server, "localhost").await.unwrap();
    assert_eq!(names(&stream), ["localhost"]);
    assert!(echoes(&mut stream, b"hello").await);
}

#[tokio::test]
async fn a_client_that_connects_to_an_address_gets_the_address_leaf() {
    let world = World::new();
    let server = EchoServer::start(&world.certificates).await;
    for address in ["127.0.0.1", "::1"] {
        let mut stream = world.connect(&server, address).await.unwrap();
        assert_eq!(names(&stream), ["127.0.0.1", "::1"]);
        assert!(echoes(&mut stream, b"hello").await);
    }
}

#[tokio::test]
async fn a_client_that_wants_another_name_refuses_us() {
    let world = World::new();
    let server = EchoServer::start(&world.certificates).await;
    for name in ["example.com", "192.0.2.1", "127.0.0.2"] {
        let error = world.connect(&server, name).await.unwrap_err();
        assert!(error.to_string().contains("not valid for name"), "{name}: {error}");
    }
}

#[tokio::test]
async fn renewal_serves_new_leaves_and_drops_no_connection() {
    let world = World::new();
    let server = EchoServer::start(&world.certificates).await;
    let mut old_named = world.connect(&server, "localhost").await.unwrap();
    let mut old_unnamed = world.connect(&server, "127.0.0.1").await.unwrap();
    assert!(!world.certificates.renew_if_due().unwrap());

    world.clock.advance(Duration::from_hours(20 * 24));
    assert!(world.certificates.renew_if_due().unwrap());
    assert!(!world.certificates.renew_if_due().unwrap(), "once is enough");

    let new_named = world.connect(&server, "localhost").await.unwrap();
    let new_unnamed = world.connect(&server, "127.0.0.1").await.unwrap();
    assert_ne!(leaf(&new_named), leaf(&old_named));
    assert_ne!(leaf(&new_unnamed), leaf(&old_unnamed));
    assert!(echoes(&mut old_named, b"still here").await);
    assert!(echoes(&mut old_unnamed, b"still here").await);
}

#[tokio::test]
async fn a_computer_that_slept_past_the_end_serves_valid_leaves_again_after_one_tick() {
    let world = World::new();
    let server = EchoServer::start(&world.certificates).await;
    world.clock.advance(Duration::from_hours(45 * 24));
    let error = world.connect(&server, "localhost").await.unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
    assert!(world.certificates.renew_if_due().unwrap());
    world.connect(&server, "localhost").await.unwrap();
}

#[tokio::test]
async fn a_clock_set_back_by_hours_gets_leaves_that_are_valid_then() {
    let world = World::new();
    let server = EchoServer::start(&world.certificates).await;
    world.clock.set(world.clock.now().minus(Duration::from_hours(5)));
    assert!(world.connect(&server, "localhost").await.is_err());
    assert!(world.certificates.renew_if_due().unwrap());
    world.connect(&server, "localhost").await.unwrap();
}

#[test]
fn a_renewal_that_fails_keeps_the_old_leaves_and_says_why() {
    let world = World::new();
    let before = world.certificates.list();
    world.clock.set(world.clock.now().minus(Duration::from_hours(365 * 24)));
    let error = world.certificates.renew_if_due().unwrap_err();
    assert!(matches!(error, Error::ClockBeforeStart { .. }), "{error}");
    assert_eq!(world.certificates.list(), before);
}

#[test]
fn a_restart_keeps_the_ca_and_makes_new_leaves() {
    let world = World::new();
    let again = LocalCertificates::open(world.folder.path(), Arc::new(world.clock.clone())).unwrap();
    let (old, new) = (world.certificates.list(), again.list());
    assert_eq!(old[0], new[0]);
    assert_ne!(old[1].serial, new[1].serial);
    assert_ne!(old[2].serial, new[2].serial);
}

#[test]
fn the_list_has_the_fields_that_scripts_read() {
    let world = World::new();
    let json = serde_json::to_value(world.certificates.list()).unwrap();
    let ca = &json[0];
    assert_eq!(ca["use"], "ca");
    assert_eq!(ca["path"], world.certificates.ca_certificate().to_str().unwrap());
    assert_eq!(ca["issuer"], ca["subject"]);
    let leaf = &json[1];
    assert_eq!(leaf["use"], "local");
    assert_eq!(leaf["names"], serde_json::json!(["localhost"]));
    assert_eq!(leaf["issuer"], ca["subject"]);
    assert_eq!(leaf["not_before"], "2026-11-21T11:00:00Z");
    assert_eq!(leaf["not_after"], "2026-12-21T12:00:00Z");
    assert_eq!(leaf["next_renewal"], "2026-12-11T12:00:00Z");
    assert!(leaf.get("path").is_none(), "it lives in memory");
    assert_eq!(json.as_array().unwrap().len(), 3);
}
