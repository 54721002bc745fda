//! The authority's word on renewals, from an HTTPS server on loopback that knows nothing else of ACME.

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use clock::{ManualClock, SeededRandom};
use rcgen::{CertificateParams, IsCa, Issuer as Signer, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::resolver;

const DAY: Duration = Duration::from_hours(24);

/// An authority of which only the directory and `renewalInfo` answer; how often the latter was asked.
struct Suggesting {
    url: String,
    asked: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Suggesting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Everything that one test holds: the issuer, the certificate in use, the clock.
struct World {
    folder: tempfile::TempDir,
    clock: ManualClock,
    signer: Signer<'static, KeyPair>,
    root: PathBuf,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::default();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let root = folder.path().join("root.pem");
        std::fs::write(&root, params.self_signed(&key).unwrap().pem()).unwrap();
        Self { folder, clock, signer: Signer::new(params, key), root }
    }

    /// PEM of a certificate for `name`, valid for 90 days from now, and of its key.
    fn sign(&self, name: &str) -> (String, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(crate::authority::serial_number());
        let date = |at: Timestamp| crate::authority::date(at);
        params.not_before = date(self.clock.now());
        params.not_after = date(self.clock.now().plus(90 * DAY));
        (params.signed_by(&key, &self.signer).unwrap().pem(), key)
    }

    /// Answers `renewalInfo` with this window, or not at all.
    async fn authority(&self, window: Option<(&str, &str)>) -> Suggesting {
        let (chain, key) = self.sign("localhost");
        let pair = Pair::read(chain.as_bytes(), key.serialize_pem().as_bytes()).unwrap();
        let verifier = believers::verifier(Some(&self.root)).unwrap();
        let certified = pair.judge("localhost", &*verifier, self.clock.now()).unwrap().certified;
        let config = rustls::ServerConfig::builder_with_provider(resolver::provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let renewal =
            if window.is_some() { format!(r#","renewalInfo":"{base}/ari""#) } else { String::new() };
        let directory =
            format!(r#"{{"newNonce":"{base}/n","newAccount":"{base}/a","newOrder":"{base}/o"{renewal}}}"#);
        let info = window
            .map(|(start, end)| format!(r#"{{"suggestedWindow":{{"start":"{start}","end":"{end}"}}}}"#));
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                let asks = request[..read].starts_with(b"GET /ari/");
                counted.fetch_add(1, Ordering::Relaxed);
                let body = if asks { info.clone().unwrap_or_default() } else { directory.clone() };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nRetry-After: 21600\r\n\
                     Content-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Suggesting { url: format!("{base}/dir"), asked, task }
    }

    /// An issuer with an account at this authority, and the certificate that it gave.
    fn issuer(&self, authority: &Suggesting) -> (Issuer, Believed) {
        let settings = AcmeSettings {
            directory: authority.url.parse().unwrap(),
            root: Some(self.root.clone()),
            ..AcmeSettings::default()
        };
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        let name = "memory.example.org".to_owned();
        let issuer = Issuer::new(settings, name, self.folder.path(), clock, Arc::new(SeededRandom::new(7)));
        files::prepare_folder(&issuer.folder).unwrap();
        let key =
            base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(KeyPair::generate().unwrap().serialize_der());
        let account = format!(r#"{{"id":"x","key_pkcs8":"{key}","directory":"{}"}}"#, authority.url);
        files::write(&issuer.account_file(), account.as_bytes(), Audience::Owner).unwrap();
        let (chain, key) = self.sign("memory.example.org");
        let pem = format!("{}{chain}", key.serialize_pem());
        files::write(&issuer.certificate_file(), pem.as_bytes(), Audience::Owner).unwrap();
        let believed = issuer.stored().unwrap().unwrap();
        (issuer, believed)
    }
}

#[tokio::test]
async fn what_the_authority_suggests_is_asked_for_once_in_a_while_and_kept() {
    let world = World::new();
    // The clock of the test stands at 2026-11-21T12:00:00Z.
    let authority = world.authority(Some(("2026-12-01T00:00:00Z", "2026-12-03T00:00:00Z"))).await;
    let (issuer, believed) = world.issuer(&authority);
    issuer.ask_for_suggestion(&believed).await;
    let at = issuer.renewal(&believed.info);
    let day =
        |day: i64| Timestamp::from_secs(world.clock.now().as_secs() - 12 * 3600 + (day - 21) * 24 * 3600);
    assert!(day(31) <= at && at <= day(33), "{at}");
    assert_eq!(issuer.next_step(Some(&believed.info)).0, Step::Wait(at));

    let asked = authority.asked.load(Ordering::Relaxed);
    world.clock.advance(Duration::from_hours(5));
    issuer.ask_for_suggestion(&believed).await;
    assert_eq!(authority.asked.load(Ordering::Relaxed), asked, "it named six hours");
    world.clock.advance(Duration::from_hours(2));
    issuer.ask_for_suggestion(&believed).await;
    assert!(authority.asked.load(Ordering::Relaxed) > asked);
    world.clock.advance(15 * DAY);
    assert_eq!(issuer.next_step(Some(&believed.info)).0, Step::Order);
}

#[tokio::test]
async fn an_authority_that_suggests_nothing_is_not_asked_at_each_tick() {
    let world = World::new();
    let authority = world.authority(None).await;
    let (issuer, believed) = world.issuer(&authority);
    issuer.ask_for_suggestion(&believed).await;
    let asked = authority.asked.load(Ordering::Relaxed);
    assert!(asked > 0);
    world.clock.advance(Duration::from_mins(1));
    issuer.ask_for_suggestion(&believed).await;
    assert_eq!(authority.asked.load(Ordering::Relaxed), asked);
    assert_eq!(issuer.renewal(&believed.info), believed.info.not_before.plus(60 * DAY));
}
