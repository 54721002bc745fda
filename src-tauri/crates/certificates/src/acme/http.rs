//! Our way to the authority: HTTPS with this program's own TLS and clock, each request within a time and a size.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clock::{Clock, Timestamp};
use http::{HeaderMap, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Limited};
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse};
use parking_lot::Mutex;
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::time_provider::TimeProvider;
use rustls_pki_types::{ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::resolver;

/// For one request, from the name's look-up to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A chain of certificates is a few kilobytes; nobody sends us more.
const LARGEST: usize = 512 * 1024;

/// Why a request had no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// No address, no connection, or it broke.
    #[error("{0}")]
    Network(String),
    /// The connection stands, but the authority's own certificate is not believed.
    #[error("{0}")]
    Certificate(rustls::Error),
    /// Too slow.
    #[error("no answer within {} seconds", PATIENCE.as_secs())]
    Slow,
    /// Something that a client of ACME does not do.
    #[error("{0:?} is no https address")]
    Address(String),
    /// An answer of another size than any.
    #[error("the answer was cut off or is too large")]
    Answer,
}

/// What the authority said beside its answers.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Its time, by the header `Date`, and ours when it came.
    pub(crate) clocks: Option<(Timestamp, Timestamp)>,
    /// When it wants to be asked again (429 and 503).
    pub(crate) retry_at: Option<Timestamp>,
    /// The last answer that was none of ACME's: its status and content type.
    pub(crate) strange: Option<String>,
}

/// A client of one authority. Clones share what was heard.
#[derive(Clone)]
pub(crate) struct Http {
    tls: Arc<ClientConfig>,
    clock: Arc<dyn Clock>,
    heard: Arc<Mutex<Heard>>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("heard", &self.heard).finish_non_exhaustive()
    }
}

/// The program's clock as rustls' own.
#[derive(Debug)]
struct Time(Arc<dyn Clock>);

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_secs()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

impl Http {
    pub(crate) fn new(verifier: Arc<dyn ServerCertVerifier>, clock: Arc<dyn Clock>) -> Self {
        let time = Arc::new(Time(Arc::clone(&clock)));
        let tls = ClientConfig::builder_with_details(resolver::provider(), time)
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3")
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Self { tls: Arc::new(tls), clock, heard: Arc::default() }
    }

    /// What was heard since the last time.
    pub(crate) fn take_heard(&self) -> Heard {
        std::mem::take(&mut *self.heard.lock())
    }

    /// Asks for a page.
    pub(crate) async fn get(&self, url: &str) -> Result<Response<Bytes>, Unanswered> {
        let request = Request::get(url)
            .body(BodyWrapper::<Bytes>::default())
            .map_err(|_| Unanswered::Address(url.to_owned()))?;
        self.send(request).await
    }

    async fn send(&self, request: Request<BodyWrapper<Bytes>>) -> Result<Response<Bytes>, Unanswered> {
        let response =
            tokio::time::timeout(PATIENCE, self.exchange(request)).await.map_err(|_| Unanswered::Slow)??;
        self.hear(&response);
        Ok(response)
    }

    async fn exchange(
        &self,
        mut request: Request<BodyWrapper<Bytes>>,
    ) -> Result<Response<Bytes>, Unanswered> {
        let address = || Unanswered::Address(request.uri().to_string());
        let network = |error: &dyn fmt::Display| Unanswered::Network(error.to_string());
        if request.uri().scheme_str() != Some("https") {
            return Err(address());
        }
        let authority = request.uri().authority().ok_or_else(address)?.clone();
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host.clone()).map_err(|_| address())?;
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let path: Uri = path.parse().map_err(|_| address())?;
        let host_header = authority.as_str().parse().map_err(|_| address())?;
        *request.uri_mut() = path;
        request.headers_mut().insert(header::HOST, host_header);

        let stream = TcpStream::connect((host.as_str(), authority.port_u16().unwrap_or(443)))
            .await
            .map_err(|error| network(&error))?;
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await.map_err(
            |error| match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(rustls @ rustls::Error::InvalidCertificate(_)) => {
                    Unanswered::Certificate(rustls.clone())
                }
                _ => network(&error),
            },
        )?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| network(&error))?;
        let driving = tokio::spawn(connection);
        let answered = sender.send_request(request).await.map_err(|error| network(&error));
        let whole = match answered {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let body = Limited::new(body, LARGEST).collect().await.map_err(|_| Unanswered::Answer);
                body.map(|body| Response::from_parts(head, body.to_bytes()))
            }
            Err(error) => Err(error),
        };
        driving.abort();
        whole
    }

    fn hear(&self, response: &Response<Bytes>) {
        let now = self.clock.now();
        let (status, headers) = (response.status(), response.headers());
        let mut heard = self.heard.lock();
        if let Some(date) = http_date(headers, &header::DATE) {
            heard.clocks = Some((date, now));
        }
        if status.as_u16() == 429 || status.as_u16() == 503 {
            heard.retry_at = retry_after(headers, now).or(heard.retry_at);
        }
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("no type");
        let known = ["application/json", "application/problem+json", "application/pem-certificate-chain"];
        let ours = known.iter().any(|known| kind.starts_with(known)) || response.body().is_empty();
        heard.strange = (!ours).then(|| format!("{status} with {kind}"));
    }
}

impl instant_acme::HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>> {
        let client = self.clone();
        Box::pin(async move {
            match client.send(request).await {
                Ok(response) => {
                    let (parts, body) = response.into_parts();
                    Ok(BytesResponse { parts, body: Box::new(body) })
                }
                Err(error) => Err(instant_acme::Error::Other(Box::new(error))),
            }
        })
    }
}

/// The time of a header in the form of RFC 9110 §5.6.7.
fn http_date(headers: &HeaderMap, name: &header::HeaderName) -> Option<Timestamp> {
    let time = httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_secs(i64::try_from(since.as_secs()).ok()?))
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse() {
        Ok(seconds) => Some(now.plus(Duration::from_secs(seconds))),
        Err(_) => http_date(headers, &header::RETRY_AFTER),
    }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
