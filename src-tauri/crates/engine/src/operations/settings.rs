//! The settings that the windows show and change.

use std::path::PathBuf;

use authorization::{AccessTokenFormat, ClientDocuments, RegistrationPolicy};
use context::{Redaction, RetentionSetting};
use serde::{Deserialize, Serialize};

use crate::config::FILE_NAME;
use crate::event::ProgramEvent;
use crate::reach_form;
use crate::settings_file::{SettingChange, SettingsFileError, change_settings};
use crate::{Config, Engine, Event, Failure, Operation, Overrides, Setting, SettingSource, Theme};

/// Reads the settings as they stand in `config.toml` now, under what environment and command line said.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowSettings {}

/// The settings that the windows show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Settings {
    /// The port; the one in use stands in the MCP URL.
    pub port: Setting<u16>,
    /// How the windows look.
    pub theme: Setting<Theme>,
    /// In which ways clients may become known.
    pub registration: Setting<RegistrationPolicy>,
    /// Which client metadata documents count.
    pub client_documents: Setting<ClientDocuments>,
    /// Whether an earlier yes may count again without a window.
    pub remember_consent: Setting<bool>,
    /// How many minutes an access token is good.
    pub access_token_minutes: Setting<u64>,
    /// What an access token looks like.
    pub access_token_format: Setting<AccessTokenFormat>,
    /// How many days lines of the audit trail are kept at most; none: until there are too many.
    pub audit_days: Setting<Option<u64>>,
    /// Whether secrets are taken out of what is stored.
    pub redact_secrets: Setting<bool>,
    /// How many days conversations are kept; none: for ever.
    pub retention_days: Setting<Option<u32>>,
    /// Something that is set is not in use yet: a restart takes it.
    pub restart_needed: bool,
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

/// Changes settings in `config.toml`, all of them or none. The theme and what concerns what is stored are
/// used at once, the others from the next start on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChangeSettings {
    /// What is to be different.
    pub changes: Vec<SettingChange>,
}

impl Operation for ChangeSettings {
    const NAME: &'static str = "settings.change";
    type Output = Settings;

    async fn run(self, engine: &Engine) -> Result<Settings, Failure> {
        let running = engine.config();
        // A file that can not be read is not written to either.
        read(engine)?;
        for change in &self.changes {
            allow(running, *change)?;
        }
        let fits = |text: &str| Config::of_text(running.data_dir.clone(), text).map(drop);
        change_settings(&running.data_dir, &self.changes, fits).map_err(|error| match error {
            SettingsFileError::DoesNotFit(_) => Failure::invalid_input(error.to_string()),
            _ => Failure::failed(error.to_string()),
        })?;
        let settings = read(engine)?;
        engine.keep_privacy(
            if settings.redact_secrets.value { Redaction::On } else { Redaction::Off },
            settings.retention_days.value.map_or(RetentionSetting::ForEver, RetentionSetting::Days),
        );
        engine.tell(Event::Program(ProgramEvent::StateChanged));
        Ok(settings)
    }
}

/// Whether the file decides about this setting, and may hold this value: with another one the program would not
/// start again.
fn allow(running: &Config, change: SettingChange) -> Result<(), Failure> {
    let key = change.key();
    let source = running.source(key);
    if source.is_above_the_file() {
        return Err(Failure::refused(format!(
            "{key} is set by {}, which wins over the settings file; change it there",
            if source == SettingSource::Environment { "the environment" } else { "the command line" }
        )));
    }
    let value = change.value().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    match value {
        Some(value) => {
            Config::check_value(key, &value).map_err(|error| Failure::invalid_input(error.to_string()))
        }
        None => Ok(()),
    }
}

fn read(engine: &Engine) -> Result<Settings, Failure> {
    let running = engine.config();
    let file = Config::load(running.data_dir.clone(), [], Overrides::default())
        .map_err(|error| Failure::failed(error.to_string()))?;
    let mut layers = Layers { running, file: &file, restart_needed: false };
    Ok(Settings {
        port: layers.at_the_next_start("port", |config| config.port),
        theme: layers.at_once("theme", |config| config.theme),
        registration: layers.at_the_next_start("registration", |config| config.registration),
        client_documents: layers.at_the_next_start("client_documents", |config| config.client_documents),
        remember_consent: layers.at_the_next_start("remember_consent", |config| config.remember_consent),
        access_token_minutes: layers
            .at_the_next_start("access_token_minutes", |config| config.access_token_lifetime.as_secs() / 60),
        access_token_format: layers
            .at_the_next_start("access_token_format", |config| config.access_token_format),
        audit_days: layers.at_the_next_start("audit_days", |config| {
            config.audit_age.map(|age| age.as_secs() / (24 * 60 * 60))
        }),
        redact_secrets: layers.at_once("redact_secrets", |config| config.redaction == Redaction::On),
        retention_days: layers.at_once("retention_days", |config| match config.retention {
            RetentionSetting::ForEver => None,
            RetentionSetting::Days(days) => Some(days),
        }),
        restart_needed: layers.restart_needed || reach_form::waits_for_a_restart(running, &file),
        config_file: running.data_dir.join(FILE_NAME),
    })
}

/// The settings that are in use, and those of the file as it is now.
struct Layers<'a> {
    running: &'a Config,
    file: &'a Config,
    restart_needed: bool,
}

impl Layers<'_> {
    /// A setting of which the windows themselves take the new value.
    fn at_once<T>(&self, key: &str, value: impl Fn(&Config) -> T) -> Setting<T> {
        // What stands above the file stays as it was at the start.
        let config = if self.running.source(key).is_above_the_file() { self.running } else { self.file };
        Setting { value: value(config), source: config.source(key) }
    }

    /// A setting that the engine reads when it starts.
    fn at_the_next_start<T: PartialEq>(&mut self, key: &str, value: impl Fn(&Config) -> T) -> Setting<T> {
        let setting = self.at_once(key, &value);
        self.restart_needed |= setting.value != value(self.running);
        setting
    }
}
