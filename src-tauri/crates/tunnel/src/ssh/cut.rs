//! A connection that can be cut from outside.
//!
//! The SSH library runs a session in a task of its own that nobody can end: one that waits to write to a frozen
//! peer would hold its socket for a quarter of an hour. Its connection goes through here, so that it fails the
//! moment we are done with it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

pub(super) struct Cuttable<T> {
    inner: T,
    cut_while_reading: Pin<Box<WaitForCancellationFutureOwned>>,
    cut_while_writing: Pin<Box<WaitForCancellationFutureOwned>>,
    heard: Arc<AtomicU64>,
}

impl<T> Cuttable<T> {
    pub(super) fn new(inner: T, cut: &CancellationToken) -> Self {
        Self {
            inner,
            // One for each direction: a future wakes only whoever polled it last.
            cut_while_reading: Box::pin(cut.clone().cancelled_owned()),
            cut_while_writing: Box::pin(cut.clone().cancelled_owned()),
            heard: Arc::default(),
        }
    }

    /// Counts the bytes that came: where it goes on counting, the other end lives.
    pub(super) fn heard(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.heard)
    }
}

fn was_cut<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionAborted, "this side ended the connection")))
}

impl<T: AsyncRead + Unpin> AsyncRead for Cuttable<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.cut_while_reading.as_mut().poll(context).is_ready() {
            return was_cut();
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.heard.fetch_add((buffer.filled().len() - before) as u64, Ordering::Relaxed);
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Cuttable<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.cut_while_writing.as_mut().poll(context).is_ready() {
            return was_cut();
        }
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.cut_while_writing.as_mut().poll(context).is_ready() {
            return was_cut();
        }
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
