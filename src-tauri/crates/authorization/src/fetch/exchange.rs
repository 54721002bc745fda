//! One request and its answer: look up, judge, connect, speak HTTP/1.1, read no more than was agreed.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use url::Host;

use super::network::Network;
use super::target::Target;
use super::{Answer, Ask, Content, FetchError};

/// How long one address may take to be connected to, so that the next one still has time.
const CONNECT: Duration = Duration::from_secs(2);
/// How many addresses are tried.
const MAX_TRIES: usize = 3;
/// The longest head of an answer, in bytes.
const MAX_HEAD: usize = 16 * 1024;

pub(super) async fn run(network: &dyn Network, target: &Target, ask: &Ask) -> Result<Answer, FetchError> {
    let addresses = match &target.host {
        Host::Domain(name) => {
            network.resolve(name).await.map_err(|error| FetchError::Resolve(error.to_string()))?
        }
        Host::Ipv4(address) => vec![IpAddr::V4(*address)],
        Host::Ipv6(address) => vec![IpAddr::V6(*address)],
    };
    let stream = connect(network, &target.permit(addresses)?, target.port).await?;
    if !target.tls {
        return speak(stream, target, ask).await;
    }
    let name = match &target.host {
        Host::Domain(name) => ServerName::try_from(name.clone())
            .map_err(|error| FetchError::Tls(format!("its name can not be in a certificate ({error})")))?,
        Host::Ipv4(address) => ServerName::from(IpAddr::V4(*address)),
        Host::Ipv6(address) => ServerName::from(IpAddr::V6(*address)),
    };
    let connector = TlsConnector::from(Arc::new(tls(network)?));
    let stream = connector.connect(name, stream).await.map_err(|error| FetchError::Tls(error.to_string()))?;
    speak(stream, target, ask).await
}

async fn connect(network: &dyn Network, addresses: &[IpAddr], port: u16) -> Result<TcpStream, FetchError> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses.iter().take(MAX_TRIES) {
        match tokio::time::timeout(CONNECT, network.connect(SocketAddr::new(*address, port))).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(FetchError::Connect(last.to_string()))
}

fn tls(network: &dyn Network) -> Result<ClientConfig, FetchError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = network
        .verifier(Arc::clone(&provider))
        .map_err(|error| FetchError::NoAuthorities(error.to_string()))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FetchError::Tls(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

async fn speak<S>(stream: S, target: &Target, ask: &Ask) -> Result<Answer, FetchError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .max_headers(64)
        .handshake::<_, Full<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|error| FetchError::Http(error.to_string()))?;
    let asking = async {
        let response = sender
            .send_request(request(target, ask)?)
            .await
            .map_err(|error| FetchError::Http(error.to_string()))?;
        read(response, ask).await
    };
    let mut asking = std::pin::pin!(asking);
    // The connection is driven here and not in a task of its own: when this is given up, it is closed.
    tokio::select! {
        biased;
        answer = &mut asking => answer,
        _ = connection => asking.await,
    }
}

fn request(target: &Target, ask: &Ask) -> Result<Request<Full<Bytes>>, FetchError> {
    let mut request = Request::builder()
        .uri(&target.path_and_query)
        .header(HOST, &target.authority)
        .header(ACCEPT, "application/json")
        .header(ACCEPT_ENCODING, "identity")
        .header(USER_AGENT, concat!("ambient-insights/", env!("CARGO_PKG_VERSION")));
    let body = match &ask.content {
        Content::Nothing => Bytes::new(),
        Content::Body { media_type, body, authorization } => {
            request = request.method("POST").header(CONTENT_TYPE, *media_type);
            if let Some(authorization) = authorization {
                let mut value = HeaderValue::try_from(authorization.expose_secret())
                    .map_err(|error| FetchError::Http(error.to_string()))?;
                value.set_sensitive(true);
                request = request.header(AUTHORIZATION, value);
            }
            Bytes::copy_from_slice(body.expose_secret().as_bytes())
        }
    };
    request.body(Full::new(body)).map_err(|error| FetchError::Http(error.to_string()))
}

async fn read(response: Response<Incoming>, ask: &Ask) -> Result<Answer, FetchError> {
    let status = response.status();
    if status.is_redirection() {
        return Err(FetchError::Redirect);
    }
    if matches!(ask.content, Content::Nothing) && status != 200 {
        return Err(FetchError::Status(status));
    }
    if !is_json(response.headers()) {
        return Err(FetchError::NotJson);
    }
    let max_age = max_age(response.headers());
    let body = response.into_body();
    // Known to be too long before a byte of it came.
    if body.size_hint().lower() > u64::try_from(ask.max_bytes).unwrap_or(u64::MAX) {
        return Err(FetchError::TooLong(ask.max_bytes));
    }
    let body = Limited::new(body, ask.max_bytes).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            FetchError::TooLong(ask.max_bytes)
        } else {
            FetchError::Http(error.to_string())
        }
    })?;
    Ok(Answer { status, body: body.to_bytes().to_vec(), max_age })
}

/// `application/json` or a type with that suffix (RFC 6839), not packed: what is packed can be any length.
fn is_json(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let plain = text(header::CONTENT_ENCODING).is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    let media_type = text(CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or("").trim();
    let media_type = media_type.to_ascii_lowercase();
    let json = media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"));
    plain && json
}

fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut found = None;
    let directives = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase());
    for directive in directives {
        if directive == "no-store" || directive == "no-cache" {
            return Some(Duration::ZERO);
        }
        if let Some(seconds) = directive.strip_prefix("max-age=") {
            // Said twice: the shorter one.
            let seconds = Duration::from_secs(seconds.trim_matches('"').parse().unwrap_or(0));
            found = Some(found.map_or(seconds, |before: Duration| before.min(seconds)));
        }
    }
    found
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
