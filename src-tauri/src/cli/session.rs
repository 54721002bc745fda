//! Where a command does its work: in the running program, or, if none runs, in this process.

use control::Client;
use engine::{Config, Door, Engine, Operation, Overrides, StartError};

use super::error::CliError;
use crate::place::Place;

impl Place {
    /// Finds the running program, or starts the engine without its door.
    pub(super) async fn open(&self) -> Result<Session, CliError> {
        if let Some(client) = Client::connect(&self.data_dir).await {
            return Ok(Session::Attached(client));
        }
        let config = self.config(Overrides::default())?;
        Ok(Session::Detached(Engine::start(config, Door::Closed).await?))
    }

    /// Runs one operation wherever it can be run.
    pub(super) async fn call<O: Operation>(&self, operation: O) -> Result<O::Output, CliError> {
        let session = self.open().await?;
        let outcome = session.call(operation).await;
        session.close().await;
        outcome
    }

    /// The running program; without one there is nothing to decide or to watch.
    pub(super) async fn running(&self) -> Result<Client, CliError> {
        Client::connect(&self.data_dir).await.ok_or_else(|| {
            CliError::failed(format!(
                "no program runs on {}; start it with `{} serve`",
                self.data_dir.display(),
                self.program()
            ))
        })
    }
}

/// A way to the engine.
pub(super) enum Session {
    /// Over the control socket.
    Attached(Client),
    /// In this process, door closed.
    Detached(Engine),
}

impl Session {
    pub(super) async fn call<O: Operation>(&self, operation: O) -> Result<O::Output, CliError> {
        match self {
            Self::Attached(client) => Ok(client.call(operation).await?),
            Self::Detached(engine) => Ok(operation.run(engine).await?),
        }
    }

    pub(super) async fn close(self) {
        if let Self::Detached(engine) = self {
            engine.stop().await;
        }
    }
}

/// Starts the engine with its door closed, for a command that has to say why that fails.
pub(super) async fn start_closed(config: Config) -> Result<Engine, StartError> {
    Engine::start(config, Door::Closed).await
}
