//! Authorities that refuse, talk nonsense or do not answer, a wrong clock, a folder that takes nothing: each has
//! its words, and nothing is half-written.

use std::net::SocketAddr;
use std::sync::Arc;

use certificates::{AcmeSettings, ChallengeKind, PublicSource, PublicState};
use clock::{Clock as _, SystemClock};
use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::pebble::{Pebble, TERMS, Wishes, free_port};
use crate::support::{Echo, Home, WrongBy, ordering};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_does_not_lead_here_says_what_must_lead_where_and_is_not_asked_for_again_at_once() {
    let wishes = Wishes { tls_port: free_port(), http_port: free_port(), ..Wishes::default() };
    let Some(pebble) = Pebble::start(wishes).await else { return };
    let home = Home::new();
    let public = home.open(PublicSource::Acme(ordering(&pebble)));
    assert!(public.tend().await);
    let status = public.status();
    assert_eq!(status.state, PublicState::Waiting);
    let problem = status.problem.unwrap();
    assert!(problem.what.contains("could not see that memory.example.org leads here"), "{problem}");
    assert!(problem.remedy.contains("port 443"), "{problem}");
    let retry = status.next_order.unwrap();
    assert!(retry > SystemClock.now());
    assert!(!home.files().iter().any(|file| file.extension().is_some_and(|it| it == "pem")));
    // Neither the next tick nor the next start asks before that time.
    assert!(!public.tend().await);
    let again = home.open(PublicSource::Acme(ordering(&pebble)));
    again.tend().await;
    assert_eq!(again.status().next_order, Some(retry));
    assert!(again.status().problem.is_some());
    // After it they do: the wait has not to be sat out here.
    let later = WrongBy(i64::try_from(retry.since(SystemClock.now()).as_secs()).unwrap() + 2);
    let later = home.open_with(PublicSource::Acme(ordering(&pebble)), Arc::new(later));
    later.tend().await;
    assert!(later.status().next_order.unwrap() > retry, "{:?}", later.status());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_ordered_before_the_terms_are_agreed_to() {
    let Some(pebble) = Pebble::start(Wishes::default()).await else { return };
    let home = Home::new();
    let settings = AcmeSettings { agreed_terms: None, ..ordering(&pebble) };
    let public = home.open(PublicSource::Acme(settings.clone()));
    assert!(!public.tend().await);
    assert_eq!(public.status().state, PublicState::NotAsked);
    assert_eq!(public.terms().await.unwrap().as_deref(), Some(TERMS));
    assert!(public.renew().await.unwrap_err().what.contains(TERMS));
    // Other terms than those the authority has now count for nothing.
    public.agree("https://old.example/terms");
    let problem = public.renew().await.unwrap_err();
    assert!(
        problem.what.contains("agreed to first") && problem.remedy.contains("--agree-to-terms"),
        "{problem}"
    );
    assert!(!home.files().iter().any(|file| file.ends_with("account.json")));
}

/// An HTTPS server on loopback that answers everything alike, and the PEM file of its root.
async fn nonsense(folder: &std::path::Path, answer: &'static [u8]) -> (SocketAddr, std::path::PathBuf) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let root = folder.join("nonsense.pem");
    std::fs::write(&root, certificate.pem()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    (address, root)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_answers_nonsense_is_named_and_nothing_is_kept_of_it() {
    let page: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>";
    let broken: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let other: &[u8] = b"220 mail.example.org ESMTP\r\n";
    let cut: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{";
    for (answer, words) in [
        (page, "200 OK with text/html"),
        (broken, "newOrder"),
        (other, "could not be asked"),
        (cut, "could not be asked"),
    ] {
        let home = Home::new();
        let (address, root) = nonsense(home.folder.path(), answer).await;
        let public = home.open(PublicSource::Acme(AcmeSettings {
            directory: format!("https://localhost:{}/", address.port()).parse().unwrap(),
            root: Some(root),
            agreed_terms: Some("https://example.org/terms".to_owned()),
            ..AcmeSettings::default()
        }));
        let problem = public.renew().await.unwrap_err();
        assert!(problem.what.contains(words), "{problem}");
        assert!(problem.what.contains("localhost"), "{problem}");
        assert_eq!(home.files().len(), 1, "the failure alone is kept: {:?}", home.files());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_nobody_vouches_for_is_not_spoken_to() {
    let home = Home::new();
    let (address, _) = nonsense(home.folder.path(), b"").await;
    let public = home.open(PublicSource::Acme(AcmeSettings {
        directory: format!("https://localhost:{}/", address.port()).parse().unwrap(),
        agreed_terms: Some("https://example.org/terms".to_owned()),
        ..AcmeSettings::default()
    }));
    let problem = public.renew().await.unwrap_err();
    assert!(problem.remedy.contains("acme.root"), "{problem}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_a_year_off_is_named_and_the_certificate_in_use_stays() {
    const YEAR: i64 = 365 * 24 * 3600;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tls_port = listener.local_addr().unwrap().port();
    let Some(pebble) = Pebble::start(Wishes { tls_port, ..Wishes::default() }).await else { return };
    for wrong in [YEAR, -YEAR] {
        let home = Home::new();
        let source = PublicSource::Acme(ordering(&pebble));
        let public = home.open_with(source, Arc::new(WrongBy(wrong)));
        let problem = public.renew().await.unwrap_err();
        assert!(problem.remedy.contains("the computer's clock says"), "{problem}");
    }

    // What was obtained under a right clock is good again once the clock is right again.
    let home = Home::new();
    let public = home.open(PublicSource::Acme(ordering(&pebble)));
    let _echo = Echo::serve(listener, public.resolver(&home.local));
    public.renew().await.unwrap();
    let serial = public.info().unwrap().serial;
    let wrong = home.open_with(PublicSource::Acme(ordering(&pebble)), Arc::new(WrongBy(-YEAR)));
    assert!(wrong.status().problem.unwrap().remedy.contains("set the clock right"));
    let right = home.open(PublicSource::Acme(ordering(&pebble)));
    assert_eq!(right.info().unwrap().serial, serial);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_takes_nothing_is_found_before_anything_is_ordered() {
    let Some(pebble) = Pebble::start(Wishes::default()).await else { return };
    let home = Home::new();
    std::fs::write(home.public_folder(), "a file where the folder should be").unwrap();
    let public = home.open(PublicSource::Acme(ordering(&pebble)));
    let problem = public.renew().await.unwrap_err();
    assert!(problem.what.contains("cannot write"), "{problem}");
    assert_eq!(std::fs::read(home.public_folder()).unwrap(), b"a file where the folder should be");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_that_cannot_be_answered_over_http_names_port_80() {
    let wishes = Wishes { http_port: free_port(), ..Wishes::default() };
    let Some(pebble) = Pebble::start(wishes).await else { return };
    let home = Home::new();
    let settings = AcmeSettings { challenge: ChallengeKind::Http01, ..ordering(&pebble) };
    let problem = home.open(PublicSource::Acme(settings)).renew().await.unwrap_err();
    assert!(problem.remedy.contains("port 80"), "{problem}");
}
