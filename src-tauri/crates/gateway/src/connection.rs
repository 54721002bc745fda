//! One connection: the TLS handshake, then HTTP/1.1 or HTTP/2 until it ends.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::Watcher;
use rmcp::ServerHandler;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
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
    let service = service_fn(move |request| {
        let (door, connection) = (Arc::clone(&door), connection.clone());
        async move { Ok::<_, Infallible>(door.answer(&connection, request).await) }
    });
    let builder = http_settings(&limits);
    let serving = watcher.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    if let Err(error) = serving.await {
        // A client that vanishes in the middle of a request ends up here; its work is finished all the same.
        tracing::debug!(%error, "a connection ended early");
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
