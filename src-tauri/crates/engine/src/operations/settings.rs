//! The settings that the windows show and change.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::{self, SettingSource, Theme};
use crate::event::ProgramEvent;
use crate::{Engine, Event, Failure, Operation};

/// Reads the settings as they stand in `config.toml` now, under what environment and command line said.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowSettings {}

/// The settings that the windows show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Settings {
    /// The port that is set; the one in use stands in the MCP URL.
    pub port: u16,
    /// Who set it.
    pub port_source: SettingSource,
    /// The port that is set is not the one in use: a restart takes it.
    pub restart_needed: bool,
    /// How the windows look.
    pub theme: Theme,
    /// Who set it.
    pub theme_source: SettingSource,
    /// The file that holds them.
    pub config_file: PathBuf,
}

impl Operation for ShowSettings {
    const NAME: &'static str = "settings.show";
    type Output = Settings;

    async fn run(self, engine: &Engine) -> Result<Settings, Failure> {
        read(engine)
    }
}

/// Changes settings in `config.toml`; what is none stays.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct ChangeSettings {
    /// The port, from the next start on.
    pub port: Option<u16>,
    /// How the windows look, at once.
    pub theme: Option<Theme>,
}

impl Operation for ChangeSettings {
    const NAME: &'static str = "settings.change";
    type Output = Settings;

    async fn run(self, engine: &Engine) -> Result<Settings, Failure> {
        let now = read(engine)?;
        let fixed = |name: &str, source: SettingSource| match source {
            SettingSource::Environment | SettingSource::CommandLine => Err(Failure::refused(format!(
                "{name} is set by {}, which wins over the settings file; change it there",
                if source == SettingSource::Environment { "the environment" } else { "the command line" }
            ))),
            SettingSource::Default | SettingSource::File => Ok(()),
        };
        if self.port.is_some() {
            fixed("the port", now.port_source)?;
        }
        if self.theme.is_some() {
            fixed("the theme", now.theme_source)?;
        }
        let change = config::SettingsChange { port: self.port, theme: self.theme };
        config::change_settings(&engine.config().data_dir, &change)
            .map_err(|error| Failure::failed(error.to_string()))?;
        engine.tell(Event::Program(ProgramEvent::StateChanged));
        read(engine)
    }
}

fn read(engine: &Engine) -> Result<Settings, Failure> {
    let running = engine.config();
    let set = running.read_again().map_err(|error| Failure::failed(error.to_string()))?;
    Ok(Settings {
        restart_needed: set.port != running.port,
        port: set.port,
        port_source: set.sources.port,
        theme: set.theme,
        theme_source: set.sources.theme,
        config_file: config::file_of(&set.data_dir),
    })
}
