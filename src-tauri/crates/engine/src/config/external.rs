//! The settings of `[authorization]`: another authorization server in place of ours.

use std::path::{Path, PathBuf};

use authorization::{ExternalSecret, ExternalServer, Issuer, ScopeMap, TokenValidation};

use super::ConfigError;
use super::tokens::Unfit;

/// What was said about it; each may be absent.
#[derive(Debug, Default)]
pub(super) struct ExternalLayer {
    mode: Option<Mode>,
    issuer: Option<Issuer>,
    audiences: Option<Vec<String>>,
    subjects: Option<Vec<String>>,
    validation: Option<Validation>,
    client_id: Option<String>,
    client_secret_file: Option<PathBuf>,
    scope_map: Option<ScopeMap>,
    relay: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Own,
    External,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Validation {
    Jwt,
    Introspection,
}

impl ExternalLayer {
    /// Takes a setting. `None`: it is none of these.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Option<Result<(), Unfit>> {
        let list = || {
            let names = value.split(',').map(|name| name.trim().to_owned());
            names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
        };
        let filled = |key, rule| (!value.is_empty()).then(|| value.to_owned()).ok_or((key, rule));
        Some(match key {
            "authorization.mode" => match value {
                "own" => put(&mut self.mode, Mode::Own),
                "external" => put(&mut self.mode, Mode::External),
                _ => Err(("authorization.mode", "it must be \"own\" or \"external\"")),
            },
            "authorization.issuer" => {
                let rule = "it must be the https:// address of that server, as its own metadata has it";
                let issuer = value.parse().map_err(|_| ("authorization.issuer", rule));
                issuer.and_then(|issuer| put(&mut self.issuer, issuer))
            }
            "authorization.audience" => put(&mut self.audiences, list()),
            "authorization.subjects" => put(&mut self.subjects, list()),
            "authorization.validation" => match value {
                "jwt" => put(&mut self.validation, Validation::Jwt),
                "introspection" => put(&mut self.validation, Validation::Introspection),
                _ => Err(("authorization.validation", "it must be \"jwt\" or \"introspection\"")),
            },
            "authorization.client_id" => {
                filled("authorization.client_id", "it must be the id that the issuer gave this server")
                    .and_then(|id| put(&mut self.client_id, id))
            }
            "authorization.client_secret_file" => {
                filled("authorization.client_secret_file", "it must be the path of a file")
                    .and_then(|file| put(&mut self.client_secret_file, file.into()))
            }
            "authorization.scope_map" => {
                let rule = "each entry must be THEIRS = \"OURS OURS\" (in the environment THEIRS=OURS,OURS with \
                            spaces between entries), with scopes of this server";
                let map = value.parse().map_err(|_| ("authorization.scope_map", rule));
                map.and_then(|map| put(&mut self.scope_map, map))
            }
            "authorization.relay" => match value {
                "true" => put(&mut self.relay, true),
                "false" => put(&mut self.relay, false),
                _ => Err(("authorization.relay", "it must be true or false")),
            },
            _ => return None,
        })
    }

    /// The other server, if there is to be one. A secret is read from its file, which is looked for in
    /// `data_dir` where its path is not whole.
    pub(super) fn check(self, data_dir: &Path) -> Result<Option<ExternalServer>, ConfigError> {
        if self.mode != Some(Mode::External) {
            // Whoever has written the issuer believes that it decides: nobody should learn otherwise later.
            return match self.first_said() {
                Some(key) => Err(ConfigError::ExternalSettingWithoutMode { key }),
                None => Ok(None),
            };
        }
        let validation = match self.validation.unwrap_or(Validation::Jwt) {
            Validation::Jwt => TokenValidation::Jwt,
            Validation::Introspection => {
                let (Some(client_id), Some(file)) = (self.client_id, self.client_secret_file) else {
                    return Err(ConfigError::IntrospectionWithoutCredentials);
                };
                let client_secret = read_secret(&data_dir.join(file))?;
                TokenValidation::Introspection { client_id, client_secret }
            }
        };
        Ok(Some(ExternalServer {
            issuer: self.issuer.ok_or(ConfigError::ExternalWithoutIssuer)?,
            audiences: self.audiences.unwrap_or_default(),
            subjects: self.subjects.unwrap_or_default(),
            validation,
            scope_map: self.scope_map.unwrap_or_default(),
            relay: self.relay.unwrap_or(false),
        }))
    }

    fn first_said(&self) -> Option<&'static str> {
        [
            (self.issuer.is_some(), "authorization.issuer"),
            (self.audiences.is_some(), "authorization.audience"),
            (self.subjects.is_some(), "authorization.subjects"),
            (self.validation.is_some(), "authorization.validation"),
            (self.client_id.is_some(), "authorization.client_id"),
            (self.client_secret_file.is_some(), "authorization.client_secret_file"),
            (self.scope_map.is_some(), "authorization.scope_map"),
            (self.relay.is_some(), "authorization.relay"),
        ]
        .into_iter()
        .find_map(|(said, key)| (said && self.mode.is_none()).then_some(key))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "ends an arm as its neighbours do, where values can be unfit")]
fn put<T>(place: &mut Option<T>, value: T) -> Result<(), Unfit> {
    *place = Some(value);
    Ok(())
}

fn read_secret(path: &Path) -> Result<ExternalSecret, ConfigError> {
    let unreadable = |detail: String| ConfigError::UnreadableSecret { path: path.to_owned(), detail };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    // Editors end the file with a line break that is no part of the secret.
    ExternalSecret::new(text.trim_end_matches(['\r', '\n']))
        .ok_or_else(|| unreadable("it is empty".to_owned()))
}

#[cfg(test)]
#[path = "external_tests.rs"]
mod tests;
