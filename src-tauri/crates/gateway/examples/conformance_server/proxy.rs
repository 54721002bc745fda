//! A plain-HTTP loopback proxy that adds the bearer token, which the conformance suite cannot send.
//!
//! It decides nothing: names that are its own become the gateway's own (the port differs, nothing else), every
//! other Host and Origin reaches the gateway as it came and is the gateway's to judge.

use std::io;
use std::sync::Arc;

use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

/// Where the proxy forwards to, and what it adds.
pub(crate) struct Upstream {
    pub(crate) port: u16,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) token: String,
}

/// Serves until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, upstream: Upstream) -> io::Result<()> {
    let own_port = listener.local_addr()?.port();
    let upstream = Arc::new(upstream);
    loop {
        let (stream, _) = listener.accept().await?;
        let upstream = Arc::clone(&upstream);
        tokio::spawn(async move {
            let forward = service_fn(move |request| {
                let upstream = Arc::clone(&upstream);
                async move { upstream.forward(own_port, request).await }
            });
            // The suite closes streams in the middle on purpose.
            let _ = server::Builder::new().serve_connection(TokioIo::new(stream), forward).await;
        });
    }
}

impl Upstream {
    /// One connection a request: a stream that the suite drops must not take others with it.
    async fn forward(&self, own_port: u16, mut request: Request<Incoming>) -> io::Result<Response<Incoming>> {
        let headers = request.headers_mut();
        for (name, scheme) in [(HOST, ""), (ORIGIN, "http://")] {
            self.rename(headers, &name, scheme, own_port);
        }
        let bearer = HeaderValue::try_from(format!("Bearer {}", self.token)).map_err(io::Error::other)?;
        headers.insert(AUTHORIZATION, bearer);
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?;
        let (mut sender, connection) =
            client::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        sender.send_request(request).await.map_err(io::Error::other)
    }

    /// `http://127.0.0.1:OWN` is `https://127.0.0.1:GATEWAY` on the other side; nothing else is touched.
    fn rename(&self, headers: &mut HeaderMap, name: &HeaderName, scheme: &str, own_port: u16) {
        let renamed = headers.get(name).and_then(|value| value.to_str().ok()).and_then(|value| {
            let host = value.strip_prefix(scheme)?.strip_suffix(&format!(":{own_port}"))?;
            let ours = ["127.0.0.1", "localhost", "[::1]"].contains(&host);
            let scheme = if scheme.is_empty() { "" } else { "https://" };
            ours.then(|| format!("{scheme}{host}:{}", self.port))
        });
        if let Some(value) = renamed.and_then(|renamed| HeaderValue::try_from(renamed).ok()) {
            headers.insert(name, value);
        }
    }
}
