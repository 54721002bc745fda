//! Where a command does its work: in the running program, or, if none runs, in this process.

use std::path::PathBuf;

use control::Client;
use engine::{Config, ConfigError, Door, Engine, Operation, Overrides, StartError};

use super::error::CliError;

/// The data directory and what the environment says.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) data_dir: PathBuf,
    pub(super) environment: Vec<(String, String)>,
}

impl Place {
    pub(super) fn new(
        data_dir: Option<PathBuf>,
        environment: Vec<(String, String)>,
    ) -> Result<Self, CliError> {
        let data_dir = match data_dir {
            Some(directory) => directory,
            None => engine::default_data_dir()?,
        };
        let data_dir = std::path::absolute(&data_dir)
            .map_err(|error| CliError::usage(format!("--data-dir {}: {error}", data_dir.display())))?;
        Ok(Self { data_dir, environment })
    }

    pub(super) fn config(&self, overrides: Overrides) -> Result<Config, ConfigError> {
        Config::load(self.data_dir.clone(), self.environment.clone(), overrides)
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// How a person calls the program for this data directory, to be shown in what they are told to run.
    pub(super) fn program(&self) -> String {
        let name = "ambient-insights";
        if engine::default_data_dir().is_ok_and(|usual| usual == self.data_dir) {
            return name.to_owned();
        }
        format!("{name} --data-dir {}", engine::trust::quoted(self.data_dir.as_os_str()))
    }

    /// The person's home folder.
    pub(super) fn home(&self) -> Result<PathBuf, CliError> {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        self.variable(name)
            .map(PathBuf::from)
            .filter(|home| home.is_absolute())
            .ok_or_else(|| CliError::failed("this user's home folder is not known; set HOME"))
    }

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
