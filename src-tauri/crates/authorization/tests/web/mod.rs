//! A small web of a test's own: names, addresses on the public internet, and a real TLS server behind them.
//!
//! The names are looked up and the addresses connected to as in the world outside; only that the wires end on
//! this computer is arranged here.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{Later, Network};

/// Where every name of the test's web is found, unless a test says otherwise.
pub(crate) const ADDRESS: &str = "93.184.215.14";

/// What a page answers, byte for byte.
#[derive(Clone, Debug)]
pub(crate) struct Page(pub(crate) String);

impl Page {
    pub(crate) fn json(body: &str) -> Self {
        Self::with("200 OK", "Content-Type: application/json\r\n", body)
    }

    pub(crate) fn with(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self(format!(
            "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ))
    }
}

/// The web. Cloning is cheap; all clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    listener: SocketAddr,
    roots: Arc<RootCertStore>,
    pages: Mutex<HashMap<String, Page>>,
    names: Mutex<HashMap<String, Vec<IpAddr>>>,
    /// What was asked: `host path`.
    requests: Mutex<Vec<String>>,
    lookups: AtomicUsize,
    connections: Mutex<Vec<SocketAddr>>,
}

impl Web {
    /// A web whose server has a certificate for these names.
    pub(crate) async fn with_names(names: &[&str]) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            listener: listener.local_addr().unwrap(),
            roots: Arc::new(roots),
            pages: Mutex::default(),
            names: Mutex::default(),
            requests: Mutex::default(),
            lookups: AtomicUsize::new(0),
            connections: Mutex::default(),
        });
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(serve(listener, acceptor, Arc::clone(&shared)));
        Self { shared }
    }

    /// Puts a page at `host path`.
    pub(crate) fn put(&self, url: &str, page: Page) {
        let place = url.strip_prefix("https://").unwrap().to_owned();
        self.shared.pages.lock().insert(place, page);
    }

    /// Says where a name leads. An empty list: it can not be looked up.
    pub(crate) fn lead(&self, name: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        self.shared.names.lock().insert(name.to_owned(), addresses);
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().clone()
    }

    /// How many names were looked up.
    pub(crate) fn lookups(&self) -> usize {
        self.shared.lookups.load(Ordering::SeqCst)
    }

    /// What was connected to.
    pub(crate) fn connections(&self) -> Vec<SocketAddr> {
        self.shared.connections.lock().clone()
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut head = Vec::new();
            while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                match stream.read_buf(&mut head).await {
                    Ok(count) if count > 0 => {}
                    _ => return,
                }
            }
            let head = String::from_utf8(head).unwrap();
            let path = head.split(' ').nth(1).unwrap_or("").to_owned();
            let host = head
                .lines()
                .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("host")))
                .map_or("", |(_, value)| value.trim());
            let place = format!("{host}{path}");
            let page = shared.pages.lock().get(&place).cloned();
            shared.requests.lock().push(place);
            let page = page.unwrap_or_else(|| Page::with("404 Not Found", "", ""));
            let _ = stream.write_all(page.0.as_bytes()).await;
            let _ = stream.shutdown().await;
        });
    }
}

impl Network for Web {
    fn resolve<'a>(&'a self, host: &'a str) -> Later<'a, io::Result<Vec<IpAddr>>> {
        self.shared.lookups.fetch_add(1, Ordering::SeqCst);
        let known = self.shared.names.lock().get(host).cloned();
        Box::pin(async move {
            match known {
                Some(addresses) if addresses.is_empty() => Err(io::Error::other("no such name")),
                Some(addresses) => Ok(addresses),
                None => Ok(vec![ADDRESS.parse().unwrap()]),
            }
        })
    }

    fn connect(&self, address: SocketAddr) -> Later<'_, io::Result<TcpStream>> {
        self.shared.connections.lock().push(address);
        Box::pin(TcpStream::connect(self.shared.listener))
    }

    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        let roots = Arc::clone(&self.shared.roots);
        Ok(WebPkiServerVerifier::builder_with_provider(roots, provider).build().unwrap())
    }
}
