//! What the tests of the public certificate stand on: an authority, a TLS server that shows our certificates, a
//! client that believes what it is told to believe.

pub(crate) mod pebble;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use certificates::{
    ACME_TLS, AcmeSettings, LocalCertificates, PublicCertificate, PublicSettings, PublicSource,
};
use clock::{Clock, OsRandom, SystemClock, Timestamp};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

pub(crate) const NAME: &str = "memory.example.org";

/// The computer's clock, wrong by so many seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WrongBy(pub(crate) i64);

impl Clock for WrongBy {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(SystemClock.now().as_secs() + self.0)
    }

    fn monotonic(&self) -> Duration {
        SystemClock.monotonic()
    }
}

/// A TLS server that sends back what it gets, until it is dropped.
pub(crate) struct Echo {
    pub(crate) address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Echo {
    pub(crate) fn serve(
        listener: TcpListener,
        certificates: Arc<dyn rustls::server::ResolvesServerCert>,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(certificates);
        config.alpn_protocols = vec![b"http/1.1".to_vec(), ACME_TLS.to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
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

    /// Connects by `name`, believing `root` alone.
    pub(crate) async fn connect(
        &self,
        root: &CertificateDer<'static>,
        name: &str,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(root.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(self.address).await?).await
    }
}

/// Sends a word and gets it back.
pub(crate) async fn echoes(stream: &mut TlsStream<TcpStream>) -> std::io::Result<()> {
    stream.write_all(b"word").await?;
    let mut back = [0; 4];
    stream.read_exact(&mut back).await?;
    assert_eq!(&back, b"word");
    Ok(())
}

/// The serial number of what the server showed.
pub(crate) fn shown(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// A data directory with local and public certificates.
pub(crate) struct Home {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) local: LocalCertificates,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let local =
            LocalCertificates::open(&folder.path().join("certificates"), Arc::new(SystemClock)).unwrap();
        Self { folder, local }
    }

    pub(crate) fn open(&self, source: PublicSource) -> PublicCertificate {
        self.open_with(source, Arc::new(SystemClock))
    }

    pub(crate) fn open_with(&self, source: PublicSource, clock: Arc<dyn Clock>) -> PublicCertificate {
        let settings = PublicSettings { name: NAME.to_owned(), folder: self.public_folder(), source };
        PublicCertificate::open(settings, clock, Arc::new(OsRandom))
    }

    pub(crate) fn public_folder(&self) -> std::path::PathBuf {
        self.folder.path().join("certificates").join("public")
    }

    pub(crate) fn ca(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.local.ca_certificate()).unwrap()
    }

    /// The files below the folder of public certificates, by name.
    pub(crate) fn files(&self) -> Vec<std::path::PathBuf> {
        let Ok(folders) = std::fs::read_dir(self.public_folder()) else { return Vec::new() };
        let mut files: Vec<_> = folders
            .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
            .map(|file| file.unwrap().path())
            .collect();
        files.sort();
        files
    }
}

/// Ordering at this authority, its terms agreed to.
pub(crate) fn ordering(pebble: &pebble::Pebble) -> AcmeSettings {
    AcmeSettings {
        directory: pebble.directory().parse().unwrap(),
        root: Some(pebble.root()),
        agreed_terms: Some(pebble::TERMS.to_owned()),
        ..AcmeSettings::default()
    }
}
