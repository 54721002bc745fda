//! A browser as far as the authorization flow needs one: cookies, redirects, the headers of a navigation.

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{COOKIE, LOCATION, SET_COOKIE};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

use super::https::{Answer, Https};
use super::within;

/// One person's browser on this computer.
pub(crate) struct Browser {
    https: Https,
    origin: Url,
    cookies: BTreeMap<String, String>,
}

/// Where a navigation came to rest.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// A page of the server.
    Page { url: Url, answer: Answer },
    /// The server sent the browser away, to the client.
    Away(Url),
}

impl Arrived {
    /// The client's address that the browser was sent to.
    pub(crate) fn away(self) -> Url {
        match self {
            Self::Away(url) => url,
            Self::Page { url, answer } => panic!("still at {url}: {} {}", answer.status, answer.text()),
        }
    }

    /// The page's address and content.
    pub(crate) fn page(self) -> (Url, Answer) {
        match self {
            Self::Page { url, answer } => (url, answer),
            Self::Away(url) => panic!("sent away to {url}"),
        }
    }
}

impl Browser {
    /// A browser without cookies.
    pub(crate) fn new(origin: &Url, https: Https) -> Self {
        Self { https, origin: origin.clone(), cookies: BTreeMap::new() }
    }

    /// The names of the cookies that the server set.
    pub(crate) fn cookie_names(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    /// Opens `url` as somebody who typed or clicked it, and follows redirects within the server.
    pub(crate) async fn open(&mut self, url: &Url) -> Arrived {
        let mut url = url.clone();
        for _ in 0..5 {
            if url.origin() != self.origin.origin() {
                return Arrived::Away(url);
            }
            let answer = self.fetch(&url).await;
            if !answer.status.is_redirection() {
                return Arrived::Page { url, answer };
            }
            assert_eq!(
                answer.status,
                StatusCode::SEE_OTHER,
                "a redirect must not repeat a POST (RFC 9700 4.12)"
            );
            let location = answer.headers.get(LOCATION).expect("a redirect says where to");
            url = url.join(location.to_str().expect("a location is text")).expect("a location is a URL");
        }
        panic!("{url} redirects in circles")
    }

    async fn fetch(&mut self, url: &Url) -> Answer {
        let mut target = url.path().to_owned();
        if let Some(query) = url.query() {
            target.push('?');
            target.push_str(query);
        }
        let mut request = Request::get(target)
            .header("accept", "text/html,application/xhtml+xml")
            .header("user-agent", "Mozilla/5.0 (a browser in a test)")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-site", "none");
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        let answer = self.https.send(request.body(Full::default()).expect("a GET is a request")).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            self.keep(cookie.to_str().expect("a cookie is text"));
        }
        answer
    }

    fn keep(&mut self, cookie: &str) {
        let mut parts = cookie.split(';').map(str::trim);
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).expect("a cookie has a name");
        let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
        if name.starts_with("__Host-") {
            // What a browser demands of this prefix; it throws the cookie away otherwise.
            assert!(attributes.contains(&"secure".to_owned()), "{cookie}");
            assert!(attributes.contains(&"path=/".to_owned()), "{cookie}");
            assert!(!attributes.iter().any(|attribute| attribute.starts_with("domain=")), "{cookie}");
        }
        if value.is_empty() || attributes.contains(&"max-age=0".to_owned()) {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// Delivers a redirect to a client that listens on plain HTTP on this computer, as a browser would.
pub(crate) async fn deliver(url: &Url) -> StatusCode {
    assert_eq!(url.scheme(), "http", "only loopback clients are delivered to");
    let host = url.host_str().expect("the client has a host").to_owned();
    let port = url.port_or_known_default().expect("the client has a port");
    within("the client's answer to its redirect", async {
        // A client may listen on one of the two loopback families alone, whatever `localhost` means first.
        let tcp = match TcpStream::connect((host.as_str(), port)).await {
            Ok(tcp) => tcp,
            Err(_) => TcpStream::connect(("::1", port)).await.expect("the client listens for its redirect"),
        };
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(tcp)).await.expect("the client speaks HTTP");
        tokio::spawn(async move { drop(connection.await) });
        let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let request = Request::get(target)
            .header("host", format!("{host}:{port}"))
            .body(Full::<Bytes>::default())
            .expect("a GET is a request");
        let answer = sender.send_request(request).await.expect("the client answers");
        let status = answer.status();
        drop(answer.into_body().collect().await);
        status
    })
    .await
}
