//! Certificates obtained, renewed and shown.

use std::sync::Arc;
use std::time::Duration;

use certificates::{AcmeSettings, ChallengeKind, PublicSource, PublicState};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::pebble::{Pebble, Wishes};
use crate::support::{Echo, Home, NAME, echoes, ordering, shown};

/// For two renewals of certificates that live a few seconds.
const LIMIT: Duration = Duration::from_mins(1);

async fn port() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_obtained_in_our_own_handshake_and_shown_for_the_public_name_alone() {
    let (listener, tls_port) = port().await;
    let Some(pebble) = Pebble::start(Wishes { tls_port, ..Wishes::default() }).await else { return };
    let home = Home::new();
    let public = home.open(PublicSource::Acme(ordering(&pebble)));
    let echo = Echo::serve(listener, public.resolver(&home.local));
    // Before there is one, visitors of the public name are shown that nobody vouches for it.
    assert!(echo.connect(&pebble.issuing_root(), NAME).await.is_err());

    assert!(public.tend().await, "{:?}", public.status());
    let status = public.status();
    assert_eq!((status.state, status.problem), (PublicState::InUse, None));
    let info = public.info().unwrap();
    assert_eq!(info.names, [NAME]);
    let renewal = info.next_renewal.unwrap();
    let life = info.not_after.since(info.not_before);
    assert_eq!(renewal, info.not_before.plus(life * 2 / 3));

    let mut visitor = echo.connect(&pebble.issuing_root(), NAME).await.unwrap();
    echoes(&mut visitor).await.unwrap();
    assert!(echo.connect(&pebble.issuing_root(), "other.example.org").await.is_err());
    let mut neighbour = echo.connect(&home.ca(), "localhost").await.unwrap();
    echoes(&mut neighbour).await.unwrap();
    // No challenge is under way any more: its protocol is answered to nobody.
    assert!(!public.tend().await);

    #[cfg(unix)]
    for file in home.files() {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    // The next start shows the same one, without asking anybody.
    drop(pebble);
    let again = home.open(PublicSource::Acme(AcmeSettings {
        root: Some(root_of(&home, &shown_chain(&info))),
        ..settings_without_authority(&public)
    }));
    assert_eq!(again.info().map(|it| it.serial), Some(info.serial));
}

/// The path of the certificate's file names its authority's folder.
fn shown_chain(info: &certificates::CertificateInfo) -> Vec<u8> {
    std::fs::read(info.path.as_ref().unwrap()).unwrap()
}

/// The last certificate of the chain as a root of its own.
fn root_of(home: &Home, pem: &[u8]) -> std::path::PathBuf {
    let text = String::from_utf8(pem.to_vec()).unwrap();
    let last = text.rfind("-----BEGIN CERTIFICATE-----").unwrap();
    let path = home.folder.path().join("root.pem");
    std::fs::write(&path, &text[last..]).unwrap();
    path
}

fn settings_without_authority(public: &certificates::PublicCertificate) -> AcmeSettings {
    AcmeSettings { directory: public.status().authority.unwrap().parse().unwrap(), ..AcmeSettings::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_01_is_answered_with_the_text_for_its_token_and_for_no_other() {
    let (listener, http_port) = port().await;
    let Some(pebble) = Pebble::start(Wishes { http_port, ..Wishes::default() }).await else { return };
    let home = Home::new();
    let settings = AcmeSettings { challenge: ChallengeKind::Http01, ..ordering(&pebble) };
    let public = home.open(PublicSource::Acme(settings));
    let answers = public.clone();
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request[..read]).into_owned();
            let path = request.split(' ').nth(1).unwrap().to_owned();
            let token = path.strip_prefix("/.well-known/acme-challenge/").unwrap();
            assert_eq!(answers.challenge_text("another"), None);
            let text = answers.challenge_text(token).unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    public.renew().await.unwrap();
    server.abort();
    assert_eq!(public.status().state, PublicState::InUse);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_refuses_a_fifth_of_our_nonces_gives_certificates_all_the_same() {
    let (listener, tls_port) = port().await;
    let wishes = Wishes { tls_port, refused_nonces: 20, ..Wishes::default() };
    let Some(pebble) = Pebble::start(wishes).await else { return };
    let home = Home::new();
    let public = home.open(PublicSource::Acme(ordering(&pebble)));
    let _echo = Echo::serve(listener, public.resolver(&home.local));
    for _ in 0..2 {
        public.renew().await.unwrap();
    }
    assert_eq!(public.status().state, PublicState::InUse);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_lived_certificate_is_renewed_under_load_without_one_failed_connection() {
    let (listener, tls_port) = port().await;
    // At two thirds of this it is due.
    let wishes = Wishes { tls_port, validity: Some(6), ..Wishes::default() };
    let Some(pebble) = Pebble::start(wishes).await else { return };
    let home = Home::new();
    let public = home.open(PublicSource::Acme(ordering(&pebble)));
    let echo = Arc::new(Echo::serve(listener, public.resolver(&home.local)));
    public.tend().await;
    let first = public.info().unwrap();
    let mut standing = echo.connect(&pebble.issuing_root(), NAME).await.unwrap();
    echoes(&mut standing).await.unwrap();

    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (visited, root, until) = (Arc::clone(&echo), pebble.issuing_root(), Arc::clone(&stop));
    let load = tokio::spawn(async move {
        let mut seen = std::collections::HashSet::new();
        let mut count = 0;
        while !until.load(std::sync::atomic::Ordering::Relaxed) {
            let mut visitor = visited.connect(&root, NAME).await.unwrap();
            echoes(&mut visitor).await.unwrap();
            seen.insert(shown(&visitor));
            count += 1;
        }
        (seen.len(), count)
    });
    // As the program's own watch does, only more often.
    let mut watch = tokio::time::interval(Duration::from_millis(50));
    let twice = async {
        let mut renewals = 0;
        let mut serial = first.serial;
        while renewals < 2 {
            watch.tick().await;
            if public.tend().await {
                let info = public.info().unwrap();
                renewals += usize::from(info.serial != serial);
                serial = info.serial;
                assert_eq!(public.status().problem, None);
            }
        }
    };
    tokio::time::timeout(LIMIT, twice).await.expect("it is renewed twice");
    let before = shown(&echo.connect(&pebble.issuing_root(), NAME).await.unwrap());
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let (certificates, visits) = load.await.expect("no visit failed");
    assert!(certificates >= 2 && visits > 20, "{certificates} certificates in {visits} visits");
    // Who came before the renewals still stands.
    echoes(&mut standing).await.unwrap();
    assert_ne!(shown(&standing), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_forgot_our_account_gets_a_new_one() {
    let (listener, tls_port) = port().await;
    let Some(mut pebble) = Pebble::start(Wishes { tls_port, ..Wishes::default() }).await else { return };
    let home = Home::new();
    let public = home.open(PublicSource::Acme(ordering(&pebble)));
    let echo = Echo::serve(listener, public.resolver(&home.local));
    public.renew().await.unwrap();
    pebble.restart().await;
    public.renew().await.unwrap();
    echo.connect(&pebble.issuing_root(), NAME).await.unwrap();
}
