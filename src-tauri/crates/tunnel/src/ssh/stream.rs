//! One visitor's stream in an SSH connection.
//!
//! The library gives a channel's window back as soon as bytes arrive, not when they are read, and while one
//! channel's queue is full it neither reads nor writes for any other. So one stranger who sends requests and never
//! takes an answer could stop everybody's tunnel. Here each stream is emptied at once into a place of its own. No
//! client of ours has more under way than fits in there; a stream that fills it is given up, alone: what still
//! comes is thrown away until it ends.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::cut::Cuttable;
use crate::Io;

/// How many bytes of one stream may wait to be read: the largest body that the gateway takes, and its head.
const WAITING: usize = 6 * 1024 * 1024;

/// How many bytes of all streams together.
const WAITING_TOGETHER: usize = 48 * 1024 * 1024;

/// The largest piece that is moved at once: a packet of SSH.
const PIECE: usize = 32 * 1024;

/// How much waits in all streams of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting(Arc<AtomicUsize>);

/// The stream as its reader gets it.
pub(super) struct Visitor<T> {
    pieces: mpsc::UnboundedReceiver<Piece>,
    /// The piece that is being read, and from where on.
    current: Option<(Piece, usize)>,
    /// Fails once the stream is given up.
    to: Cuttable<WriteHalf<T>>,
    /// Ends the pump, and with it the channel, when the stream is dropped.
    _end: DropGuard,
}

/// Bytes that wait; they count until they are read or thrown away.
struct Piece {
    bytes: Vec<u8>,
    own: Waiting,
    together: Waiting,
}

impl Piece {
    /// None where there is no place for it.
    fn new(bytes: &[u8], own: &Waiting, together: &Waiting) -> Option<Self> {
        let piece = Self { bytes: bytes.to_vec(), own: own.clone(), together: together.clone() };
        // Counted first: `drop` takes off what was put on also where it did not fit.
        let mine = own.0.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        let all = together.0.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        (mine <= WAITING && all <= WAITING_TOGETHER).then_some(piece)
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.own.0.fetch_sub(self.bytes.len(), Ordering::Relaxed);
        self.together.0.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

/// Begins to empty a channel.
pub(super) fn pump<T: Io>(channel: T, together: &Waiting) -> Visitor<T> {
    let (from_channel, to) = tokio::io::split(channel);
    let (into, pieces) = mpsc::unbounded_channel();
    let (end, given_up) = (CancellationToken::new(), CancellationToken::new());
    let to = Cuttable::new(to, &given_up);
    let (ended, together) = (end.clone(), together.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = ended.cancelled() => {}
            () = carry(from_channel, into, given_up, together) => {}
        }
    });
    Visitor { pieces, current: None, to, _end: end.drop_guard() }
}

async fn carry<T: Io>(
    mut from: ReadHalf<T>,
    into: mpsc::UnboundedSender<Piece>,
    given_up: CancellationToken,
    together: Waiting,
) {
    let own = Waiting::default();
    let mut buffer = vec![0; PIECE];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let Some(piece) = Piece::new(&buffer[..read], &own, &together) else {
            tracing::debug!("a visitor sent more than was read; the stream was given up");
            given_up.cancel();
            drop(into);
            // A channel that is not emptied would stop the others until its owner lets it go.
            while let Ok(1..) = from.read(&mut buffer).await {}
            return;
        };
        // Nobody reads any more: then the stream is about to be dropped.
        let _ = into.send(piece);
    }
}

impl<T: Io> AsyncRead for Visitor<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let (piece, read) = match self.current.take() {
            Some(current) => current,
            None => match ready!(self.pieces.poll_recv(context)) {
                Some(piece) => (piece, 0),
                None => return Poll::Ready(Ok(())),
            },
        };
        let end = piece.bytes.len().min(read + buffer.remaining());
        buffer.put_slice(&piece.bytes[read..end]);
        if end < piece.bytes.len() {
            self.current = Some((piece, end));
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: Io> AsyncWrite for Visitor<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // The library takes an empty write for an error.
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        Pin::new(&mut self.to).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.to).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.to).poll_shutdown(context)
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
