//! Changing single settings in the person's `config.toml`: only the value's own bytes change; comments, order
//! and everything else stay as they are.
//!
//! Which setting outweighs the file is [`crate::Config`]'s to know; this file only writes.

use std::ops::Range;
use std::path::{Path, PathBuf};

use authorization::{AccessTokenFormat, ClientDocuments, RegistrationPolicy};
use serde::{Deserialize, Serialize};
use toml::Value;
use toml::de::DeTable;

use crate::client_setup::{SetupError, write};
use crate::config::{ConfigError, FILE_NAME, Theme};

/// One setting as it is to stand in the file; none: the setting's line is taken out, so that the default holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "setting", content = "value", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum SettingChange {
    /// See [`crate::Config::port`].
    Port(Option<u16>),
    /// See [`crate::Config::theme`].
    Theme(Option<Theme>),
    /// See [`crate::Config::registration`].
    Registration(Option<RegistrationPolicy>),
    /// See [`crate::Config::client_documents`].
    ClientDocuments(Option<ClientDocuments>),
    /// See [`crate::Config::remember_consent`].
    RememberConsent(Option<bool>),
    /// See [`crate::Config::access_token_lifetime`].
    AccessTokenMinutes(Option<u32>),
    /// See [`crate::Config::access_token_format`].
    AccessTokenFormat(Option<AccessTokenFormat>),
    /// See [`crate::Config::audit_age`]; none: until there are too many.
    AuditDays(Option<u32>),
    /// See [`crate::Config::redaction`].
    RedactSecrets(Option<bool>),
    /// See [`crate::Config::retention`]; none: for ever.
    RetentionDays(Option<u32>),
}

impl SettingChange {
    /// The setting's name in `config.toml`.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Port(_) => "port",
            Self::Theme(_) => "theme",
            Self::Registration(_) => "registration",
            Self::ClientDocuments(_) => "client_documents",
            Self::RememberConsent(_) => "remember_consent",
            Self::AccessTokenMinutes(_) => "access_token_minutes",
            Self::AccessTokenFormat(_) => "access_token_format",
            Self::AuditDays(_) => "audit_days",
            Self::RedactSecrets(_) => "redact_secrets",
            Self::RetentionDays(_) => "retention_days",
        }
    }

    /// The value as it is to stand in the file.
    pub(crate) fn value(self) -> Option<Value> {
        match self {
            Self::Port(port) => port.map(|port| i64::from(port).into()),
            Self::Theme(theme) => theme.map(|theme| theme.as_str().into()),
            Self::Registration(policy) => policy.map(|policy| policy.as_str().into()),
            Self::ClientDocuments(choice) => choice.map(|choice| choice.as_str().into()),
            Self::RememberConsent(choice) | Self::RedactSecrets(choice) => choice.map(Value::from),
            Self::AccessTokenFormat(format) => format.map(|format| format.as_str().into()),
            Self::AccessTokenMinutes(number) | Self::AuditDays(number) | Self::RetentionDays(number) => {
                number.map(|number| i64::from(number).into())
            }
        }
    }
}

/// Why the settings were not changed. The file is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsFileError {
    /// The file is no TOML.
    #[error("{} is not valid TOML, so it was not touched; mend it and try again: {detail}", .path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        detail: String,
    },
    /// The file is TOML of a kind that can not be changed by its lines.
    #[error("{key} could not be changed in {}, which was not touched; set it there by hand", .path.display())]
    NotChangeable {
        /// The file.
        path: PathBuf,
        /// The setting.
        key: &'static str,
    },
    /// Together the settings are none that the program could start with.
    #[error("the settings were left as they are: {0}")]
    DoesNotFit(#[source] ConfigError),
    /// The file can not be read or written.
    #[error(transparent)]
    File(#[from] SetupError),
}

/// Writes the settings into `config.toml` of the data directory: all of them or none, whole before the old file
/// goes. A new file is for its owner alone; an old one keeps its rights. `fits` judges the whole text before it is
/// written: settings that are good alone may not go together.
///
/// # Errors
/// [`SettingsFileError`], and the file is as it was.
pub(crate) fn change_settings(
    data_dir: &Path,
    changes: &[SettingChange],
    fits: impl FnOnce(&str) -> Result<(), ConfigError>,
) -> Result<(), SettingsFileError> {
    let edits: Vec<Edit> =
        changes.iter().map(|change| Edit { key: change.key(), value: change.value() }).collect();
    write_all(data_dir, &edits, fits)
}

/// Writes one setting that is a text, in the same way. Its name may stand in a table: `acme.agreed_terms`.
///
/// # Errors
/// [`SettingsFileError`], and the file is as it was.
pub(crate) fn set_text(
    data_dir: &Path,
    key: &'static str,
    text: &str,
    fits: impl FnOnce(&str) -> Result<(), ConfigError>,
) -> Result<(), SettingsFileError> {
    write_all(data_dir, &[Edit { key, value: Some(text.into()) }], fits)
}

/// One setting, and the value that is to stand there; none: its line is taken out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edit {
    pub(crate) key: &'static str,
    pub(crate) value: Option<Value>,
}

/// Writes settings of any kind, in the same way.
///
/// # Errors
/// [`SettingsFileError`], and the file is as it was.
pub(crate) fn write_all(
    data_dir: &Path,
    edits: &[Edit],
    fits: impl FnOnce(&str) -> Result<(), ConfigError>,
) -> Result<(), SettingsFileError> {
    let path = write::follow(&data_dir.join(FILE_NAME))?;
    let not_toml = |detail: String| SettingsFileError::NotToml { path: path.clone(), detail };
    let old = write::read(&path)?.unwrap_or_default();
    let old = String::from_utf8(old).map_err(|_| not_toml("it is not UTF-8".to_owned()))?;
    let mut text = old.clone();
    for edit in edits {
        let next =
            with_setting(&text, edit).map_err(|error| not_toml(error.to_string().trim().to_owned()))?;
        // What was written is read again before it replaces anything.
        if !holds(&next, edit) {
            return Err(SettingsFileError::NotChangeable { path, key: edit.key });
        }
        text = next;
    }
    if text != old {
        fits(&text).map_err(SettingsFileError::DoesNotFit)?;
        write::replace(&path, text.as_bytes())?;
    }
    Ok(())
}

/// The text with the setting in it; pure.
fn with_setting(text: &str, edit: &Edit) -> Result<String, toml::de::Error> {
    let place = place(text, edit.key)?;
    let mut text = text.to_owned();
    match (place, edit.value.as_ref().map(ToString::to_string)) {
        (Some(Place { value, .. }), Some(new)) => text.replace_range(value, &new),
        (Some(Place { key, value }), None) => {
            let from = text[..key.start].rfind('\n').map_or(0, |end| end + 1);
            let to = text[value.end..].find('\n').map_or(text.len(), |end| value.end + end + 1);
            text.replace_range(from..to, "");
        }
        (None, Some(new)) => {
            let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
            // A line that only looks like a header, within a text of several lines, holds nothing.
            let below = headers(&text, edit.key).into_iter().map(|(header, name)| {
                let mut text = text.clone();
                let line = format!("{name} = {new}{end}");
                let line = if text[..header].ends_with('\n') { line } else { format!("{end}{line}") };
                text.insert_str(header, &line);
                text
            });
            if let Some(text) = below.into_iter().find(|text| holds(text, edit)) {
                return Ok(text);
            }
            let line = format!("{} = {new}{end}", edit.key);
            if has_table(&text)? {
                // Behind the header of a table it would belong to that table.
                let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
                text.insert_str(start, &line);
            } else {
                if !text.is_empty() && !text.ends_with('\n') {
                    text.push_str(end);
                }
                text.push_str(&line);
            }
        }
        (None, None) => {}
    }
    Ok(text)
}

/// Where a setting stands in the text.
struct Place {
    key: Range<usize>,
    value: Range<usize>,
}

fn place(text: &str, key: &str) -> Result<Option<Place>, toml::de::Error> {
    let table = DeTable::parse(text)?;
    let mut table = table.get_ref();
    let (tables, last) = key.rsplit_once('.').map_or(("", key), |(tables, last)| (tables, last));
    for name in tables.split('.').filter(|name| !name.is_empty()) {
        match table.get(name).map(toml::Spanned::get_ref) {
            Some(toml::de::DeValue::Table(inner)) => table = inner,
            _ => return Ok(None),
        }
    }
    let found = table.iter().find(|(name, _)| name.get_ref() == last);
    Ok(found.map(|(name, value)| Place { key: name.span(), value: value.span() }))
}

/// Where the lines of the setting's own table begin, and of the tables around that, where they have headers; each with
/// the setting's name in there. The nearest is first.
fn headers<'a>(text: &str, key: &'a str) -> Vec<(usize, &'a str)> {
    let tables = key.rmatch_indices('.').map(|(dot, _)| (&key[..dot], &key[dot + 1..]));
    tables.filter_map(|(table, name)| header(text, table).map(|end| (end, name))).collect()
}

fn header(text: &str, table: &str) -> Option<usize> {
    let header = format!("[{table}]");
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let code = line.split('#').next().unwrap_or_default();
        if code.split_whitespace().collect::<String>() == header {
            return Some(end);
        }
    }
    None
}

/// Whether a table has a header. Dotted names make tables too, which end with their line.
fn has_table(text: &str) -> Result<bool, toml::de::Error> {
    let is_table = |value: &toml::Spanned<toml::de::DeValue<'_>>| match value.get_ref() {
        toml::de::DeValue::Table(_) => true,
        // An array of tables has headers too; any other array is none the worse for it.
        toml::de::DeValue::Array(_) => {
            value.get_ref().as_array().is_some_and(|items| items.iter().any(|item| item.get_ref().is_table()))
        }
        _ => false,
    };
    let has_header = text.lines().any(|line| line.trim_start().starts_with('['));
    Ok(has_header && DeTable::parse(text)?.get_ref().values().any(is_table))
}

fn holds(text: &str, edit: &Edit) -> bool {
    let Ok(table) = text.parse::<toml::Table>() else { return false };
    let mut value = Some(&Value::Table(table)).cloned();
    for name in edit.key.split('.') {
        value = value.and_then(|value| value.get(name).cloned());
    }
    value == edit.value
}

#[cfg(test)]
#[path = "settings_file_tests.rs"]
mod tests;
