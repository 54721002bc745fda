//! Where this person's things are: the data directory, the home folder, what the environment says.

use std::path::PathBuf;

use engine::{Config, ConfigError, Overrides};

/// The data directory and what the environment says.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) data_dir: PathBuf,
    pub(crate) environment: Vec<(String, String)>,
}

/// Why a place is not known. Each message names the remedy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    /// The system names no place for a program's data, or a setting can not be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A folder that is none.
    #[error("--data-dir {}: {source}", .path.display())]
    DataDir {
        /// What was given.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The environment does not say where the person is at home.
    #[error("this user's home folder is not known; set HOME")]
    NoHome,
}

impl Place {
    pub(crate) fn new(
        data_dir: Option<PathBuf>,
        environment: Vec<(String, String)>,
    ) -> Result<Self, PlaceError> {
        let data_dir = match data_dir {
            Some(directory) => directory,
            None => engine::default_data_dir()?,
        };
        let data_dir = std::path::absolute(&data_dir)
            .map_err(|source| PlaceError::DataDir { path: data_dir.clone(), source })?;
        Ok(Self { data_dir, environment })
    }

    pub(crate) fn config(&self, overrides: Overrides) -> Result<Config, ConfigError> {
        Config::load(self.data_dir.clone(), self.environment.clone(), overrides)
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether this is where the program keeps its things when nobody says otherwise.
    pub(crate) fn is_usual(&self) -> bool {
        engine::default_data_dir().is_ok_and(|usual| usual == self.data_dir)
    }

    /// How a person calls the program for this data directory, to be shown in what they are told to run.
    pub(crate) fn program(&self) -> String {
        let name = "ambient-insights";
        if self.is_usual() {
            return name.to_owned();
        }
        format!("{name} --data-dir {}", engine::trust::quoted(self.data_dir.as_os_str()))
    }

    /// How a shell calls this very program for this data directory: for what other programs are told to run.
    ///
    /// # Errors
    /// The system's, where it does not say where the program lies.
    pub(crate) fn this_program(&self) -> std::io::Result<String> {
        let mut words = engine::trust::quoted(std::env::current_exe()?.as_os_str());
        if !self.is_usual() {
            words.push_str(" --data-dir ");
            words.push_str(&engine::trust::quoted(self.data_dir.as_os_str()));
        }
        Ok(words)
    }

    /// The person's home folder.
    pub(crate) fn home(&self) -> Result<PathBuf, PlaceError> {
        let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        self.variable(name).map(PathBuf::from).filter(|home| home.is_absolute()).ok_or(PlaceError::NoHome)
    }
}
