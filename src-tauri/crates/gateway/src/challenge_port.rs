//! The port for HTTP-01: a certificate authority asks there, in plain HTTP, for the text of a challenge. It answers
//! nothing else, whoever asks.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::Bound;

/// Where RFC 8555 §8.3 wants the text.
const PLACE: &str = "/.well-known/acme-challenge/";

/// Authorities ask from a handful of places at once; strangers may ask as they like.
const PLACES: usize = 32;

/// From the first byte to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says the text for a token, while an order needs it.
type Texts = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The open port. It is closed when this is dropped.
#[derive(Debug)]
pub struct ChallengePort {
    task: JoinHandle<()>,
}

impl Drop for ChallengePort {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Bound {
    /// Answers challenges on this port, and nothing else.
    #[must_use]
    pub fn serve_challenges(
        self,
        texts: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> ChallengePort {
        let texts: Texts = Arc::new(texts);
        ChallengePort { task: tokio::spawn(accept(self, texts)) }
    }
}

async fn accept(bound: Bound, texts: Texts) {
    let places = Arc::new(Semaphore::new(PLACES));
    loop {
        // The places are never closed.
        let place = Arc::clone(&places).acquire_owned().await.ok();
        let stream = match bound.listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection to the port for challenges could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let texts = Arc::clone(&texts);
        tokio::spawn(async move {
            let _place = place;
            // Who is slower than this is no authority.
            let _ = tokio::time::timeout(PATIENCE, serve(stream, texts)).await;
        });
    }
}

async fn serve(stream: TcpStream, texts: Texts) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = answer(request.method(), request.uri().path(), texts.as_ref());
        async move { Ok::<_, Infallible>(answer) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .max_buf_size(8192)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a question for a challenge broke off");
    }
}

fn answer(
    method: &Method,
    path: &str,
    texts: &(dyn Fn(&str) -> Option<String> + Send + Sync),
) -> Response<Full<Bytes>> {
    let token = path.strip_prefix(PLACE).filter(|_| method == Method::GET || method == Method::HEAD);
    let (status, text) = match token.and_then(texts) {
        Some(text) => (StatusCode::OK, text),
        None => (StatusCode::NOT_FOUND, "only a challenge under way is answered here".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
#[path = "challenge_port_tests.rs"]
mod tests;
