//! A real ACME authority on loopback: Debian's `pebble`, with `pebble-challtestsrv` as its name server, which
//! answers 127.0.0.1 for every name. Both end with the test.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Until it answers.
const LIMIT: Duration = Duration::from_secs(20);

/// The terms of Pebble's own directory.
pub(crate) const TERMS: &str = "data:text/plain,Do%20what%20thou%20wilt";

/// What a Pebble is started with.
#[derive(Clone, Debug)]
pub(crate) struct Wishes {
    /// Where it looks for TLS-ALPN-01.
    pub(crate) tls_port: u16,
    /// Where it looks for HTTP-01.
    pub(crate) http_port: u16,
    /// How many in a hundred good nonces it refuses.
    pub(crate) refused_nonces: u8,
    /// How many seconds its certificates are valid; none: five years.
    pub(crate) validity: Option<u32>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { tls_port: 1, http_port: 1, refused_nonces: 0, validity: None }
    }
}

/// The running authority.
pub(crate) struct Pebble {
    server: Child,
    names: Child,
    folder: tempfile::TempDir,
    address: SocketAddr,
    management: SocketAddr,
    own_root: PathBuf,
    wishes: Wishes,
    dns: u16,
}

impl Drop for Pebble {
    fn drop(&mut self) {
        for child in [&mut self.server, &mut self.names] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Pebble {
    /// `None`, and a word about it, where it is not installed.
    pub(crate) async fn start(wishes: Wishes) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let own_root = folder.path().join("own-root.pem");
        make_own_certificate(folder.path(), &own_root);
        let [address, management] = [free_port(), free_port()].map(loopback);
        let (dns, steering) = (free_port(), free_port());
        let names = Command::new("pebble-challtestsrv")
            .args(["-dns01", &format!("127.0.0.1:{dns}"), "-management", &format!("127.0.0.1:{steering}")])
            .args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(names) = names else {
            eprintln!("pebble is not installed: nothing to run");
            return None;
        };
        let server = launch(folder.path(), &wishes, address, management, dns);
        let pebble = Self { server, names, folder, address, management, own_root, wishes, dns };
        pebble.ready().await;
        Some(pebble)
    }

    /// Ends it and starts it again at the same address: it has forgotten every account, and has a new root.
    pub(crate) async fn restart(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        self.server = launch(self.folder.path(), &self.wishes, self.address, self.management, self.dns);
        self.ready().await;
    }

    /// The address of its directory.
    pub(crate) fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.address.port())
    }

    /// A PEM file with the root of what it issues and of its own address.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("roots.pem")
    }

    /// The root of what it issues, alone.
    pub(crate) fn issuing_root(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.folder.path().join("issuing.pem")).unwrap()
    }

    async fn ready(&self) {
        // It does not tell when it is ready: it is asked until it answers.
        let mut again = tokio::time::interval(Duration::from_millis(10));
        let answers = async {
            let issuing = loop {
                again.tick().await;
                if let Some(pem) = self.fetch("/roots/0").await {
                    break pem;
                }
            };
            while TcpStream::connect(self.address).await.is_err() {
                again.tick().await;
            }
            issuing
        };
        let issuing = tokio::time::timeout(LIMIT, answers).await.expect("pebble answers");
        fs::write(self.folder.path().join("issuing.pem"), &issuing).unwrap();
        let own = fs::read_to_string(&self.own_root).unwrap();
        fs::write(self.root(), format!("{own}\n{issuing}")).unwrap();
    }

    async fn fetch(&self, path: &str) -> Option<String> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&self.own_root).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(self.management).await.ok()?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(tls)).connect(name, stream).await.ok()?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        body.contains("BEGIN CERTIFICATE").then(|| body.to_owned())
    }
}

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn launch(folder: &Path, wishes: &Wishes, address: SocketAddr, management: SocketAddr, dns: u16) -> Child {
    let validity = wishes
        .validity
        .map(|seconds| format!(",\"certificateValidityPeriod\": {seconds}"))
        .unwrap_or_default();
    let config = format!(
        "{{\"pebble\": {{\"listenAddress\": \"{address}\", \"managementListenAddress\": \"{management}\",
          \"certificate\": \"{0}/own.pem\", \"privateKey\": \"{0}/own-key.pem\",
          \"httpPort\": {1}, \"tlsPort\": {2}, \"ocspResponderURL\": \"\",
          \"externalAccountBindingRequired\": false {validity}}}}}",
        folder.display(),
        wishes.http_port,
        wishes.tls_port,
    );
    let path = folder.join("pebble.json");
    fs::write(&path, config).unwrap();
    Command::new("pebble")
        .arg("-config")
        .arg(&path)
        .args(["-dnsserver", &format!("127.0.0.1:{dns}")])
        .env("PEBBLE_VA_NOSLEEP", "1")
        .env("PEBBLE_WFE_NONCEREJECT", wishes.refused_nonces.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("pebble stands beside pebble-challtestsrv")
}

fn make_own_certificate(folder: &Path, root: &Path) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "the test's own root");
    let ca_key = KeyPair::generate().unwrap();
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = Issuer::new(params, ca_key);
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    // As an authority's certificate is: not for ever.
    let now = clock::Clock::now(&clock::SystemClock).as_secs();
    params.not_before = time::OffsetDateTime::from_unix_timestamp(now - 3600).unwrap();
    params.not_after = time::OffsetDateTime::from_unix_timestamp(now + 30 * 24 * 3600).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    fs::write(root, ca.pem()).unwrap();
    fs::write(folder.join("own.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("own-key.pem"), key.serialize_pem()).unwrap();
}
