//! The settings that the windows show and change.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::config::FILE_NAME;
use crate::event::ProgramEvent;
use crate::settings_file::{SettingChange, change_settings};
use crate::{Config, Engine, Event, Failure, Operation, Overrides, SettingSource, Theme};

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
        let changes: Vec<SettingChange> = [
            self.port.map(|port| SettingChange::Port(Some(port))),
            self.theme.map(|theme| SettingChange::Theme(Some(theme))),
        ]
        .into_iter()
        .flatten()
        .collect();
        change_settings(&engine.config().data_dir, &changes)
            .map_err(|error| Failure::failed(error.to_string()))?;
        engine.tell(Event::Program(ProgramEvent::StateChanged));
        read(engine)
    }
}

fn read(engine: &Engine) -> Result<Settings, Failure> {
    let running = engine.config();
    let file = Config::load(running.data_dir.clone(), [], Overrides::default())
        .map_err(|error| Failure::failed(error.to_string()))?;
    // What stands above the file stays as it was at the start.
    let is_above = |source| matches!(source, SettingSource::Environment | SettingSource::CommandLine);
    let port = if is_above(running.port_source) { running } else { &file };
    let theme = if is_above(running.theme_source) { running } else { &file };
    Ok(Settings {
        restart_needed: port.port != running.port,
        port: port.port,
        port_source: port.port_source,
        theme: theme.theme,
        theme_source: theme.theme_source,
        config_file: running.data_dir.join(FILE_NAME),
    })
}
