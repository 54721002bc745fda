//! The settings of public reach, as the windows show and change them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Value;

use crate::event::ProgramEvent;
use crate::reach_form::{ReachField, ReachFieldKind, ReachForm, waits_for_a_restart};
use crate::settings_file::{Edit, SettingsFileError, write_all};
use crate::{Config, ConfigError, Engine, Event, Failure, Operation, SettingSource};

/// Asks for the form.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowReachForm {}

impl Operation for ShowReachForm {
    const NAME: &'static str = "reach.form";
    type Output = ReachForm;

    async fn run(self, engine: &Engine) -> Result<ReachForm, Failure> {
        Ok(Filed::read(engine)?.form)
    }
}

/// Fills the form in: all of it is written to `config.toml`, or nothing. What concerns the tunnel alone is used at
/// once: one that is up comes up again with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ChangeReach {
    /// The id of the chosen provider.
    pub provider: String,
    /// The id of the chosen source of a certificate.
    pub certificate: String,
    /// The settings that count for these, as they were filled in; one that is missing stays as it was.
    pub values: Vec<ReachValue>,
}

/// One setting as it was filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReachValue {
    /// Its name in `config.toml`.
    pub key: String,
    /// As it was typed; empty: its default.
    pub value: String,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReachChanged {
    /// The form as it is now.
    pub form: ReachForm,
    /// Why nothing was written; empty: it was.
    pub problems: Vec<ReachProblem>,
    /// What came of it, in a sentence; none: nothing was written.
    pub note: Option<String>,
}

/// What can not be as it was filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReachProblem {
    /// At which setting; none: it is of the whole.
    pub key: Option<String>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl From<&ConfigError> for ReachProblem {
    fn from(error: &ConfigError) -> Self {
        Self { key: error.key().map(str::to_owned), message: error.beside() }
    }
}

impl Operation for ChangeReach {
    const NAME: &'static str = "reach.change";
    type Output = ReachChanged;

    async fn run(self, engine: &Engine) -> Result<ReachChanged, Failure> {
        let running = engine.config();
        let filed = Filed::read(engine)?;
        let answers = filed.answers(&self)?;
        if !answers.problems.is_empty() {
            return Ok(ReachChanged { form: filed.form, problems: answers.problems, note: None });
        }
        let fits = |text: &str| Config::with_text(running, text).map(drop);
        match write_all(&running.data_dir, &answers.edits, fits) {
            Ok(()) => {}
            Err(SettingsFileError::DoesNotFit(error)) => {
                let problems = vec![ReachProblem::from(&error)];
                return Ok(ReachChanged { form: filed.form, problems, note: None });
            }
            Err(error) => return Err(Failure::failed(error.to_string())),
        }
        let filed = Filed::read(engine)?;
        let taken = engine.take_reach_settings(filed.config.clone()).await;
        let note = match taken {
            Err(failure) => format!("It is kept, but the tunnel is off now: {}.", failure.message),
            Ok(()) if waits_for_a_restart(running, &filed.config) => {
                "Kept. Some of it waits for a restart of the engine.".to_owned()
            }
            Ok(()) => "Kept, and in use from now on.".to_owned(),
        };
        engine.tell(Event::Program(ProgramEvent::StateChanged));
        Ok(ReachChanged { form: filed.form, problems: Vec::new(), note: Some(note) })
    }
}

/// The settings as the file has them now.
struct Filed {
    config: Config,
    written: BTreeMap<String, String>,
    form: ReachForm,
}

impl Filed {
    fn read(engine: &Engine) -> Result<Self, Failure> {
        let config = Config::as_filed(engine.config()).map_err(|error| Failure::failed(error.to_string()))?;
        let written = config.written();
        let form = ReachForm::new(&config, &written);
        Ok(Self { config, written, form })
    }

    /// What is to be written, and what stands against it.
    fn answers(&self, wanted: &ChangeReach) -> Result<Answers, Failure> {
        let fields = self
            .form
            .fields(&wanted.provider, &wanted.certificate)
            .ok_or_else(|| Failure::invalid_input("there is no such way; look at the form again"))?;
        let mut answers = Answers::default();
        let chosen = &self.form.provider;
        if ReachForm::is_provider(&wanted.provider) && wanted.provider != chosen.chosen {
            answers.set("tunnel.provider", chosen.source, Some(wanted.provider.as_str().into()));
        }
        for value in &wanted.values {
            let field = fields.iter().find(|field| field.key == value.key).ok_or_else(|| {
                Failure::invalid_input(format!("{} does not count for what is chosen", value.key))
            })?;
            answers.fill_in(field, value.value.trim());
        }
        for field in fields.iter().filter(|field| self.form.needs(&wanted.provider, field)) {
            let given = wanted.values.iter().find(|value| value.key == field.key);
            if given.map_or(field.value.as_str(), |value| value.value.trim()).is_empty() {
                answers.problem(Some(&field.key), "It is needed.".to_owned());
            }
        }
        for key in ReachForm::contrary(&wanted.provider, &wanted.certificate) {
            if self.written.contains_key(key) || self.config.source(key).is_above_the_file() {
                answers.set(key, self.config.source(key), None);
            }
        }
        Ok(answers)
    }
}

/// What is to be written, and what stands against it.
#[derive(Default)]
struct Answers {
    edits: Vec<Edit>,
    problems: Vec<ReachProblem>,
}

impl Answers {
    fn fill_in(&mut self, field: &ReachField, value: &str) {
        if value == field.value {
            return;
        }
        if value.is_empty() {
            return self.set(&field.key, field.source, None);
        }
        if let Err(error) = Config::check_value(&field.key, value) {
            return self.problem(Some(&field.key), error.beside());
        }
        // What passed the check is what its kind says.
        let value = match field.kind {
            ReachFieldKind::Number | ReachFieldKind::Choice { .. } => {
                value.parse::<i64>().map_or_else(|_| value.into(), Value::from)
            }
            ReachFieldKind::Switch => value.parse::<bool>().map_or_else(|_| value.into(), Value::from),
            ReachFieldKind::Text { .. } => value.into(),
        };
        self.set(&field.key, field.source, Some(value));
    }

    fn set(&mut self, key: &str, source: SettingSource, value: Option<Value>) {
        let by = match source {
            SettingSource::Environment => "the environment",
            SettingSource::CommandLine => "the command line",
            SettingSource::Default | SettingSource::File => {
                return match Config::key(key) {
                    Some(key) => self.edits.push(Edit { key, value }),
                    None => self.problem(None, format!("there is no setting {key}.")),
                };
            }
        };
        self.problem(
            Some(key),
            format!("It is set by {by}, which wins over the settings file; change it there."),
        );
    }

    fn problem(&mut self, key: Option<&str>, message: String) {
        self.problems.push(ReachProblem { key: key.map(str::to_owned), message });
    }
}

#[cfg(test)]
#[path = "reach_form_tests.rs"]
mod tests;
