//! Tests of fetching, against a real TLS server.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use clock::ManualClock;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use tokio::net::TcpStream;

use super::{
    Answer, Ask, Content, FetchError, Fetcher, InvalidTarget, Later, Network, Reach, address::Refused,
};

#[path = "../../tests/web/mod.rs"]
mod web;

use web::{ADDRESS, Page, Web};

const URL: &str = "https://client.example/oauth/client.json";

fn ask(url: &str) -> Ask {
    Ask { url: url.to_owned(), reach: Reach::Public, max_bytes: 5120, content: Content::Nothing }
}

async fn web() -> (Web, Fetcher, ManualClock) {
    let web = Web::with_names(&["client.example"]).await;
    let clock = ManualClock::default();
    let fetcher = Fetcher::new(Arc::new(web.clone()), Arc::new(clock.clone()));
    (web, fetcher, clock)
}

async fn answer(page: Page) -> Result<Answer, FetchError> {
    let (web, fetcher, _) = web().await;
    web.put(URL, page);
    fetcher.fetch(ask(URL)).await
}

#[tokio::test]
async fn a_document_is_fetched_over_tls_from_the_one_address_that_was_looked_up() {
    let (web, fetcher, _) = web().await;
    web.put(
        URL,
        Page::with("200 OK", "Content-Type: application/json\r\nCache-Control: max-age=60\r\n", "{}"),
    );
    let answer = fetcher.fetch(ask(URL)).await.unwrap();
    assert_eq!(answer.body, b"{}");
    assert_eq!(answer.max_age, Some(Duration::from_mins(1)));
    assert_eq!(web.lookups(), 1);
    assert_eq!(web.connections(), [SocketAddr::new(ADDRESS.parse().unwrap(), 443)]);
}

#[tokio::test]
async fn a_name_that_also_leads_into_a_local_network_is_not_connected_to() {
    let (web, fetcher, _) = web().await;
    web.put(URL, Page::json("{}"));
    for bad in ["127.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1"] {
        web.lead("client.example", &[ADDRESS, bad]);
        let refused = FetchError::Address(Refused::NotPublic(bad.parse().unwrap()));
        assert_eq!(fetcher.fetch(ask(URL)).await, Err(refused));
    }
    assert_eq!(web.connections(), []);
    assert_eq!(web.requests(), [""; 0]);
}

#[tokio::test]
async fn a_url_that_may_not_be_asked_is_not_even_looked_up() {
    let (web, fetcher, _) = web().await;
    for (url, reason) in [
        ("http://client.example/a", InvalidTarget::NotHttps),
        ("https://127.0.0.1/a", InvalidTarget::AddressLiteral),
        ("https://client.example:9100/a", InvalidTarget::Port),
        ("https://localhost/a", InvalidTarget::LocalName),
    ] {
        assert_eq!(fetcher.fetch(ask(url)).await, Err(FetchError::Target(reason)));
    }
    assert_eq!(web.lookups(), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (web, fetcher, _) = web().await;
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect"] {
        web.put(URL, Page::with(status, "Location: https://client.example/elsewhere\r\n", ""));
        assert_eq!(fetcher.fetch(ask(URL)).await, Err(FetchError::Redirect));
    }
    assert!(web.requests().iter().all(|place| place == "client.example/oauth/client.json"));
}

#[tokio::test]
async fn only_json_with_status_200_is_a_document() {
    assert_eq!(
        answer(Page::with("404 Not Found", "", "")).await,
        Err(FetchError::Status(http::StatusCode::NOT_FOUND))
    );
    assert_eq!(
        answer(Page::with("201 Created", "Content-Type: application/json\r\n", "{}")).await,
        Err(FetchError::Status(http::StatusCode::CREATED))
    );
    assert_eq!(
        answer(Page::with("200 OK", "Content-Type: text/html\r\n", "{}")).await,
        Err(FetchError::NotJson)
    );
    assert_eq!(answer(Page::with("200 OK", "", "{}")).await, Err(FetchError::NotJson));
}

#[tokio::test]
async fn no_more_is_read_than_was_agreed_whether_or_not_its_length_is_said() {
    let long = "x".repeat(5121);
    assert_eq!(answer(Page::json(&long)).await, Err(FetchError::TooLong(5120)));
    assert_eq!(answer(Page::json(&long[1..])).await.map(|answer| answer.body.len()), Ok(5120));
    let unsaid =
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{long}");
    assert_eq!(answer(Page(unsaid)).await, Err(FetchError::TooLong(5120)));
    let chunked = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1401\r\n{long}\r\n0\r\n\r\n"
    );
    assert_eq!(answer(Page(chunked)).await, Err(FetchError::TooLong(5120)));
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: {}\r\n\r\n{{}}", "x".repeat(20_000));
    assert!(matches!(answer(Page(head)).await, Err(FetchError::Http(_))));
}

#[tokio::test]
async fn an_answer_that_breaks_off_or_is_no_http_is_none() {
    let short = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{}";
    assert!(matches!(answer(Page(short.to_owned())).await, Err(FetchError::Http(_))));
    assert!(matches!(answer(Page("SSH-2.0-OpenSSH\r\n\r\n".to_owned())).await, Err(FetchError::Http(_))));
    assert!(matches!(answer(Page(String::new())).await, Err(FetchError::Http(_))));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (web, fetcher, _) = web().await;
    web.put("https://other.example/client.json", Page::json("{}"));
    let refused = fetcher.fetch(ask("https://other.example/client.json")).await;
    assert!(matches!(refused, Err(FetchError::Tls(_))), "{refused:?}");
    assert_eq!(web.requests(), [""; 0]);
}

#[tokio::test]
async fn an_authority_that_this_computer_does_not_know_is_refused() {
    let (web, _, clock) = web().await;
    let stranger = Web::with_names(&["client.example"]).await;
    // Its wires end at the stranger, and its trust is its own.
    let crossed = Crossed { trust: web, wires: stranger.clone() };
    let fetcher = Fetcher::new(Arc::new(crossed), Arc::new(clock));
    let refused = fetcher.fetch(ask(URL)).await;
    assert!(matches!(refused, Err(FetchError::Tls(_))), "{refused:?}");
    assert_eq!(stranger.requests(), [""; 0]);
}

#[tokio::test]
async fn equal_fetches_at_once_are_one_and_a_later_one_is_another() {
    let (web, fetcher, _) = web().await;
    web.put(URL, Page::json("{}"));
    let twenty = (0..20).map(|_| fetcher.fetch(ask(URL)));
    let answers = futures::future::join_all(twenty).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(web.requests().len(), 1);
    fetcher.fetch(ask(URL)).await.unwrap();
    assert_eq!(web.requests().len(), 2);
    assert!(fetcher.under_way.lock().is_empty());
}

#[tokio::test]
async fn strangers_can_cause_a_few_fetches_a_minute_and_no_more() {
    let (web, fetcher, clock) = web().await;
    for number in 0..20 {
        let _ = fetcher.fetch(ask(&format!("https://client.example/{number}"))).await;
    }
    assert_eq!(fetcher.fetch(ask("https://client.example/more")).await, Err(FetchError::TooMany));
    assert_eq!(web.requests().len(), 20);
    clock.advance(Duration::from_mins(1));
    assert!(fetcher.fetch(ask("https://client.example/more")).await != Err(FetchError::TooMany));
}

#[tokio::test]
async fn whoever_does_not_answer_is_given_up_and_nothing_of_it_stays() {
    let mut fetcher = Fetcher::new(Arc::new(Silent), Arc::new(ManualClock::default()));
    fetcher.time = Duration::from_millis(20);
    assert_eq!(fetcher.fetch(ask(URL)).await, Err(FetchError::TimedOut));
    assert!(fetcher.under_way.lock().is_empty());
    assert_eq!(fetcher.public_turns.available_permits(), super::PUBLIC_AT_ONCE);
}

/// Trusts as one web does and leads to another.
#[derive(Debug)]
struct Crossed {
    trust: Web,
    wires: Web,
}

impl Network for Crossed {
    fn resolve<'a>(&'a self, host: &'a str) -> Later<'a, io::Result<Vec<IpAddr>>> {
        self.wires.resolve(host)
    }

    fn connect(&self, address: SocketAddr) -> Later<'_, io::Result<TcpStream>> {
        self.wires.connect(address)
    }

    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        self.trust.verifier(provider)
    }
}

/// Never gets an answer from its resolver.
#[derive(Debug)]
struct Silent;

impl Network for Silent {
    fn resolve<'a>(&'a self, _: &'a str) -> Later<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(std::future::pending())
    }

    fn connect(&self, _: SocketAddr) -> Later<'_, io::Result<TcpStream>> {
        Box::pin(std::future::pending())
    }

    fn verifier(&self, _: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        Err(rustls::Error::General("no network".to_owned()))
    }
}
