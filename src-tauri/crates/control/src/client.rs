//! The other process's end of the socket.

use std::path::{Path, PathBuf};

use engine::{Event, Failure, Operation};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader, ReadHalf};

use crate::Address;
use crate::transport;
use crate::wire::{Answer, Request, VERSION, What};

/// A way to the program that runs on a data directory.
#[derive(Clone, Debug)]
pub struct Client {
    address: Address,
    data_dir: PathBuf,
}

/// Why a call over the socket did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The engine ran the operation and it failed.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The program went away or does not speak our language.
    #[error("the running program did not answer at {address} ({detail}); is it stopping? try again")]
    Broken {
        /// The socket.
        address: Address,
        /// What happened.
        detail: String,
    },
}

impl Client {
    /// The client of the program that runs on `data_dir`; none where no program answers.
    pub async fn connect(data_dir: &Path) -> Option<Self> {
        let address = Address::of(data_dir);
        let data_dir = data_dir.to_owned();
        transport::connect(&address, &data_dir).await.ok().map(|_| Self { address, data_dir })
    }

    /// Runs `operation` in the running program.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn call<O: Operation>(&self, operation: O) -> Result<O::Output, ClientError> {
        let input = serde_json::to_value(operation).map_err(|error| self.broken(&error))?;
        let what = What::Call { operation: O::NAME.to_owned(), input };
        let mut answers = self.ask(what).await?;
        match answers.next_answer().await? {
            Some(Answer::Output(output)) => {
                serde_json::from_value(output).map_err(|error| self.broken(&error))
            }
            Some(Answer::Failure(failure)) => Err(failure.into()),
            Some(Answer::Event(_) | Answer::Watching) => Err(self.broken(&"an answer of another kind")),
            None => Err(self.broken(&"the connection ended")),
        }
    }

    /// What happens in the running program from now on.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn watch(&self) -> Result<Events, ClientError> {
        let mut answers = self.ask(What::Watch).await?;
        match answers.next_answer().await? {
            Some(Answer::Watching) => Ok(Events { answers }),
            Some(Answer::Failure(failure)) => Err(failure.into()),
            _ => Err(self.broken(&"an answer of another kind")),
        }
    }

    async fn ask(&self, what: What) -> Result<Answers, ClientError> {
        let stream =
            transport::connect(&self.address, &self.data_dir).await.map_err(|error| self.broken(&error))?;
        let (reading, mut writing) = tokio::io::split(stream);
        let mut line =
            serde_json::to_vec(&Request { version: VERSION, what }).map_err(|error| self.broken(&error))?;
        line.push(b'\n');
        writing.write_all(&line).await.map_err(|error| self.broken(&error))?;
        writing.flush().await.map_err(|error| self.broken(&error))?;
        Ok(Answers {
            reading: BufReader::new(erase(reading)),
            client: self.clone(),
            _writing: Box::new(writing),
        })
    }

    fn broken(&self, detail: &dyn ToString) -> ClientError {
        ClientError::Broken { address: self.address.clone(), detail: detail.to_string() }
    }
}

type Reading = Box<dyn AsyncRead + Send + Unpin>;

fn erase<S: AsyncRead + Send + 'static>(reading: ReadHalf<S>) -> Reading {
    Box::new(reading)
}

struct Answers {
    reading: BufReader<Reading>,
    client: Client,
    /// Kept open: the program takes its closing for our leaving.
    _writing: Box<dyn std::any::Any + Send>,
}

impl Answers {
    async fn next_answer(&mut self) -> Result<Option<Answer>, ClientError> {
        let mut line = Vec::new();
        let read = self.reading.read_until(b'\n', &mut line).await;
        read.map_err(|error| self.client.broken(&error))?;
        if line.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice::<Value>(&line)
            .and_then(serde_json::from_value)
            .map(Some)
            .map_err(|error| self.client.broken(&error))
    }
}

/// Events as they happen.
pub struct Events {
    answers: Answers,
}

impl Events {
    /// The next event; none when the program has stopped.
    ///
    /// # Errors
    /// [`ClientError::Broken`].
    pub async fn next(&mut self) -> Result<Option<Event>, ClientError> {
        loop {
            return match self.answers.next_answer().await? {
                Some(Answer::Event(event)) => Ok(Some(event)),
                Some(Answer::Failure(failure)) => Err(failure.into()),
                Some(Answer::Output(_) | Answer::Watching) => continue,
                None => Ok(None),
            };
        }
    }
}
