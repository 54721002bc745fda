//! An HTTP/1.1 client over TLS that trusts one certificate authority and nothing else.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderMap};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::within;

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header's text; empty when it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("this header is text"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in the {} answer {:?}", self.status, self.text()))
    }
}

/// Opens connections to one server.
#[derive(Clone)]
pub(crate) struct Https {
    connector: TlsConnector,
    address: SocketAddr,
    name: ServerName<'static>,
    host: String,
}

impl Https {
    /// For the server at `url` on this computer, trusting the PEM file `authority` alone.
    pub(crate) fn new(url: &Url, authority: &Path) -> Self {
        let host = url.host_str().expect("the URL has a host");
        let port = url.port_or_known_default().expect("the URL has a port");
        Self::named(host, port, authority)
    }

    /// For `host`, which is always looked for on 127.0.0.1.
    pub(crate) fn named(host: &str, port: u16, authority: &Path) -> Self {
        let mut roots = RootCertStore::empty();
        let certificates =
            CertificateDer::pem_file_iter(authority).expect("the authority's file can be read");
        for certificate in certificates {
            roots.add(certificate.expect("the file holds certificates")).expect("it is a good certificate");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows the default versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            connector: TlsConnector::from(Arc::new(config)),
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            name: ServerName::try_from(host.to_owned()).expect("the host is a name or an address"),
            host: format!("{host}:{port}"),
        }
    }

    /// For the server of that address, which is looked for on another port of this computer: where its own way there
    /// ends in a test.
    pub(crate) fn behind(url: &Url, port: u16, authority: &Path) -> Self {
        let host = url.host_str().expect("the URL has a host");
        let named = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Self { host: named, ..Self::named(host, port, authority) }
    }

    /// A connection that stays open from request to request.
    pub(crate) async fn connect(&self) -> Connection {
        within("a TLS connection", self.try_connect()).await.expect("the server takes TLS connections")
    }

    /// A bare TLS stream, for a client that sends what no HTTP library would.
    pub(crate) async fn stream(&self) -> std::io::Result<TlsStream<TcpStream>> {
        let tcp = TcpStream::connect(self.address).await?;
        // Without it Nagle's algorithm, not the server, is what a benchmark measures.
        tcp.set_nodelay(true)?;
        self.connector.connect(self.name.clone(), tcp).await
    }

    /// The same, where the server may refuse or vanish.
    async fn try_connect(&self) -> std::io::Result<Connection> {
        let tls = self.stream().await?;
        let (sender, connection) = handshake(TokioIo::new(tls)).await.map_err(std::io::Error::other)?;
        tokio::spawn(async move {
            // How the connection ended is what the requests on it report.
            drop(connection.await);
        });
        Ok(Connection { sender, host: self.host.clone() })
    }

    /// One request on a connection of its own.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        self.connect().await.send(request).await
    }

    /// One GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Full::default()).expect("a GET is a request")).await
    }

    /// One POST of a form.
    pub(crate) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::from(body))
            .expect("a POST is a request");
        self.send(request).await
    }

    /// One POST of JSON.
    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .body(Full::from(body.to_string()))
            .expect("a POST is a request");
        self.send(request).await
    }
}

/// An open connection.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    /// One request and its whole answer.
    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Answer {
        within("an HTTP answer", self.try_send(request)).await.expect("the server answers")
    }

    /// The same, where the server may vanish.
    pub(crate) async fn try_send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, hyper::Error> {
        let (head, body) = self.open(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }

    /// One request; the body of its answer is still to come.
    pub(crate) async fn open(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        if !request.headers().contains_key(HOST) {
            let host = self.host.parse().expect("a host is a header value");
            request.headers_mut().insert(HOST, host);
        }
        self.sender.ready().await?;
        self.sender.send_request(request).await
    }
}
