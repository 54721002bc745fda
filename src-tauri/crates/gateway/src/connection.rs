//! One connection: the TLS handshake, then HTTP/1.1 or HTTP/2 until it ends.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::Watcher;
use rmcp::ServerHandler;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::Limits;
use crate::door::{Connection, Door};

/// What somebody reads who typed `http://` where it should be `https://`.
const NOT_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\
Content-Length: 72\r\n\r\nthis port speaks https only; use https:// in place of http:// in the URL";

/// Serves one byte stream to its end. Cancel-safe: dropping it closes the connection.
pub(crate) async fn serve<S, IO>(
    stream: IO,
    first_byte: Option<u8>,
    connection: Connection,
    tls: TlsAcceptor,
    door: Arc<Door<S>>,
    limits: Limits,
    watcher: Watcher,
) where
    S: ServerHandler,
    IO: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    // A TLS handshake record begins with 22 (RFC 8446 §5.1); a method in plain HTTP with a capital letter.
    if first_byte.is_some_and(|byte| byte.is_ascii_uppercase()) {
        let mut stream = stream;
        let _ = tokio::time::timeout(limits.handshake, async {
            stream.write_all(NOT_TLS).await?;
            stream.shutdown().await
        })
        .await;
        return;
    }
    let stream = match tokio::time::timeout(limits.handshake, tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::debug!(%error, arrival = %connection.arrival, "a TLS handshake failed");
            return;
        }
        Err(_) => {
            tracing::debug!(arrival = %connection.arrival, "a TLS handshake took too long");
            return;
        }
    };
    // An authority looked whether the public name leads here, and the handshake was all it came for (RFC 8737 §3).
    // Whatever it says now is answered by nobody.
    if stream.get_ref().1.alpn_protocol() == Some(certificates::ACME_TLS) {
        tracing::info!(arrival = %connection.arrival, "a certificate authority looked for the public name");
        let mut stream = stream;
        let _ = tokio::time::timeout(limits.handshake, stream.shutdown()).await;
        return;
    }
    speak_http(stream, connection, door, &limits, watcher).await;
}

/// Serves HTTP on a stream in clear: what TLS gave, or what a provider hands over that took the TLS off.
pub(crate) async fn speak_http<S, IO>(
    stream: IO,
    connection: Connection,
    door: Arc<Door<S>>,
    limits: &Limits,
    watcher: Watcher,
) where
    S: ServerHandler,
    IO: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (requests, under_way) = watch::channel(0);
    let service = service_fn(move |request| {
        let (door, connection) = (Arc::clone(&door), connection.clone());
        let under_way = UnderWay::begin(&requests);
        async move {
            let response = door.answer(&connection, request).await;
            Ok::<_, Infallible>(response.map(|body| Counted { body, _under_way: under_way }))
        }
    });
    let builder = http_settings(limits);
    let serving = watcher.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    tokio::select! {
        ended = serving => if let Err(error) = ended {
            // A client that vanishes in the middle of a request ends up here; its work is finished all the same.
            tracing::debug!(%error, "a connection ended early");
        },
        () = idle(under_way, limits.head) => tracing::debug!("a connection was idle too long"),
    }
}

/// Ends when no request was under way for `limit`. hyper's own limits do not reach a peer that says nothing
/// after the handshake, nor an HTTP/2 connection that only answers pings: each would hold its place for ever,
/// and whoever holds all places has closed the door, without so much as a token.
async fn idle(mut under_way: watch::Receiver<usize>, limit: Duration) {
    loop {
        // The sender goes with the connection, and then there is nothing left to end.
        if under_way.wait_for(|requests| *requests == 0).await.is_err() {
            return std::future::pending().await;
        }
        if tokio::time::timeout(limit, under_way.changed()).await.is_err() {
            return;
        }
    }
}

/// A request, from its head to the end of its answer's body.
struct UnderWay(watch::Sender<usize>);

impl UnderWay {
    fn begin(requests: &watch::Sender<usize>) -> Self {
        requests.send_modify(|requests| *requests += 1);
        Self(requests.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|requests| *requests -= 1);
    }
}

/// The body of an answer; its request is under way as long as it is there.
struct Counted {
    body: Body,
    _under_way: UnderWay,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn http_settings(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_bytes.max(8192))
        .max_headers(64);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(limits.head)
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

#[cfg(test)]
#[path = "connection_tests.rs"]
mod tests;
