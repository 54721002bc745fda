//! The program's end of the socket.

use engine::{Engine, Failure};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
    BufReader,
};
use tokio::sync::broadcast::error::RecvError;
use tokio::task::{JoinHandle, JoinSet};

use crate::Address;
use crate::transport::{self, Listener, Stream};
use crate::wire::{Answer, LONGEST_REQUEST, Request, VERSION, What};

/// The running control socket. It ends when it is stopped or dropped.
#[derive(Debug)]
pub struct Server {
    address: Address,
    accepting: JoinHandle<()>,
}

/// Why the socket could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the control socket {address} can not be opened: {source}; start with another --data-dir")]
pub struct ServerError {
    address: Address,
    source: std::io::Error,
}

impl Server {
    /// Opens the socket of `engine`'s data directory and runs what is asked over it.
    ///
    /// # Errors
    /// A folder that can not be written or that others may write to.
    pub fn start(engine: Engine) -> Result<Self, ServerError> {
        let address = Address::of(&engine.config().data_dir);
        let listener =
            Listener::bind(&address).map_err(|source| ServerError { address: address.clone(), source })?;
        Ok(Self { address, accepting: tokio::spawn(accept(listener, engine)) })
    }

    /// Where the socket lies.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Closes the socket. Calls under way are broken off.
    pub async fn stop(self) {
        self.accepting.abort();
        let _ = self.accepting.await;
        transport::forget(&self.address);
    }
}

async fn accept(mut listener: Listener, engine: Engine) {
    let mut callers = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(stream) => {
                    callers.spawn(answer(stream, engine.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a caller could not be accepted at the control socket");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
            Some(_) = callers.join_next() => {}
        }
    }
}

async fn answer(stream: Stream, engine: Engine) {
    let (reading, mut writing) = tokio::io::split(stream);
    let mut reading = BufReader::new(reading);
    let what = match read_request(&mut reading).await {
        Ok(Some(what)) => what,
        Ok(None) => return,
        Err(failure) => {
            let _ = send(&mut writing, &Answer::Failure(failure)).await;
            return;
        }
    };
    match what {
        What::Call { operation, input } => {
            let answer = match engine::dispatch(&engine, &operation, input).await {
                Ok(output) => Answer::Output(output),
                Err(failure) => Answer::Failure(failure),
            };
            let _ = send(&mut writing, &answer).await;
        }
        What::Watch => watch(&engine, &mut reading, &mut writing).await,
    }
}

async fn watch(
    engine: &Engine,
    reading: &mut (impl AsyncRead + Unpin),
    writing: &mut (impl AsyncWrite + Unpin),
) {
    let mut events = engine.events();
    if send(writing, &Answer::Watching).await.is_err() {
        return;
    }
    let mut rest = [0; 64];
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => {
                    if send(writing, &Answer::Event(event)).await.is_err() {
                        return;
                    }
                }
                // A caller that reads too slowly misses some; what it lists next is right all the same.
                Err(RecvError::Lagged(missed)) => tracing::debug!(missed, "a watcher was too slow"),
                Err(RecvError::Closed) => return,
            },
            // A caller says nothing more; that the stream ends means that it has gone.
            read = reading.read(&mut rest) => if !matches!(read, Ok(1..)) { return },
        }
    }
}

async fn read_request(reading: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<What>, Failure> {
    let mut line = Vec::new();
    let limit = LONGEST_REQUEST as u64;
    let read = reading.take(limit).read_until(b'\n', &mut line).await;
    if read.is_err() || line.is_empty() {
        return Ok(None);
    }
    if line.len() >= LONGEST_REQUEST {
        return Err(Failure::invalid_input("the request is too large; send less at a time"));
    }
    let request: Request = serde_json::from_slice(&line)
        .map_err(|error| Failure::invalid_input(format!("the request can not be read: {error}")))?;
    if request.version != VERSION {
        return Err(Failure::invalid_input(
            "the running program is of another version than this command; restart it and try again",
        ));
    }
    Ok(Some(request.what))
}

async fn send(writing: &mut (impl AsyncWrite + Unpin), answer: &Answer) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    writing.write_all(&line).await?;
    writing.flush().await
}
