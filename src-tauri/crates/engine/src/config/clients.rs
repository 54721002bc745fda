//! Clients that the owner registers in the settings: `[[static_clients]]` in `config.toml`, and one in the
//! environment. Their secrets come from a file, or stand there themselves; only hashes leave this place.

use std::path::{Path, PathBuf};

use authorization::{ClientSecret, StaticClient, StaticSource};

use super::ConfigError;

/// What the variables of the environment's client begin with, behind the program's own prefix.
const VARIABLE: &str = "STATIC_CLIENT_";
const MEMBERS: &str = "id, name, redirect_uris, secret_file or secret, introspects";
/// A secret's file holds one line.
const LONGEST_FILE: u64 = 4096;

/// A client as somebody wrote it down; each member may be absent.
#[derive(Default)]
struct Written {
    id: Option<String>,
    name: Option<String>,
    redirect_uris: Vec<String>,
    secret: Option<String>,
    secret_file: Option<PathBuf>,
    introspects: Vec<String>,
}

/// The clients in the array of tables `static_clients`. `folder`: what their files' paths begin in.
pub(super) fn from_file(
    place: &str,
    value: &toml::Value,
    folder: &Path,
) -> Result<Vec<(StaticClient, StaticSource)>, ConfigError> {
    let unfit = |detail: String| ConfigError::StaticClient { place: place.to_owned(), detail };
    let Some(tables) = value.as_array() else {
        return Err(unfit("write each client as a table [[static_clients]]".to_owned()));
    };
    let mut clients = Vec::new();
    for table in tables {
        let Some(table) = table.as_table() else {
            return Err(unfit("write each client as a table [[static_clients]]".to_owned()));
        };
        let mut written = Written::default();
        for (member, value) in table {
            let text = || {
                let text = value.as_str().map(str::to_owned);
                text.ok_or_else(|| unfit(format!("{member} must be a text in quotes")))
            };
            let list = || {
                let items = value.as_array().map(|items| items.iter().map(toml::Value::as_str));
                let texts: Option<Vec<&str>> = items.and_then(Iterator::collect);
                let texts =
                    texts.ok_or_else(|| unfit(format!("{member} must be a list of texts in quotes")))?;
                Ok(texts.into_iter().map(str::to_owned).collect())
            };
            match member.as_str() {
                "id" => written.id = Some(text()?),
                "name" => written.name = Some(text()?),
                "redirect_uris" => written.redirect_uris = list()?,
                "secret" => written.secret = Some(text()?),
                "secret_file" => written.secret_file = Some(folder.join(text()?)),
                "introspects" => written.introspects = list()?,
                _ => return Err(unfit(format!("{member:?} is no member of a client; there are {MEMBERS}"))),
            }
        }
        clients.push((written.check(place)?, StaticSource::File));
    }
    Ok(clients)
}

/// The client that the environment's variables make together.
#[derive(Default)]
pub(super) struct FromEnvironment(Option<Written>);

impl FromEnvironment {
    /// Takes a variable, named without the program's prefix. Whether it is one of a client.
    pub(super) fn take(&mut self, name: &str, value: &str) -> bool {
        let Some(member) = name.strip_prefix(VARIABLE) else { return false };
        let written = self.0.get_or_insert_default();
        match member {
            "ID" => written.id = Some(value.to_owned()),
            "NAME" => written.name = Some(value.to_owned()),
            "SECRET" => written.secret = Some(value.to_owned()),
            "SECRET_FILE" => written.secret_file = Some(PathBuf::from(value)),
            "REDIRECT_URIS" => written.redirect_uris = split(value),
            "INTROSPECTS" => written.introspects = split(value),
            _ => return false,
        }
        true
    }

    pub(super) fn finish(self) -> Result<Option<(StaticClient, StaticSource)>, ConfigError> {
        let place = "the environment (AMBIENT_INSIGHTS_STATIC_CLIENT_…)";
        self.0.map(|written| Ok((written.check(place)?, StaticSource::Environment))).transpose()
    }
}

/// Two clients of one id could not be told apart.
pub(super) fn refuse_doubles(clients: &[(StaticClient, StaticSource)]) -> Result<(), ConfigError> {
    for (index, (client, _)) in clients.iter().enumerate() {
        if clients[..index].iter().any(|(earlier, _)| earlier.id() == client.id()) {
            return Err(ConfigError::TwoStaticClients { id: client.id().to_owned() });
        }
    }
    Ok(())
}

impl Written {
    fn check(self, place: &str) -> Result<StaticClient, ConfigError> {
        let unfit = |detail: String| ConfigError::StaticClient { place: place.to_owned(), detail };
        let Some(id) = self.id else {
            return Err(unfit(format!("its id is missing; a client has {MEMBERS}")));
        };
        let secret = match (self.secret, self.secret_file) {
            (Some(_), Some(_)) => {
                return Err(unfit(format!("the client {id:?} has both secret and secret_file; keep one")));
            }
            (Some(secret), None) => Some(secret),
            (None, Some(path)) => Some(read_secret(place, &path)?),
            (None, None) => None,
        };
        let secret = secret
            .map(|secret| ClientSecret::new(&secret))
            .transpose()
            .map_err(|weak| unfit(format!("of the client {id:?}, {weak}")))?;
        let name = self.name.unwrap_or_default();
        StaticClient::new(&id, &name, &self.redirect_uris, secret.as_ref(), &self.introspects)
            .map_err(|invalid| unfit(invalid.to_string()))
    }
}

/// The one line of a secret's file.
fn read_secret(place: &str, path: &Path) -> Result<String, ConfigError> {
    use std::io::Read as _;
    let mut text = String::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LONGEST_FILE).read_to_string(&mut text));
    read.map_err(|error| ConfigError::StaticClient {
        place: place.to_owned(),
        detail: format!(
            "its secret_file {} can not be read ({error}); name the file that holds the secret alone",
            path.display()
        ),
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn split(value: &str) -> Vec<String> {
    value.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
#[path = "clients_tests.rs"]
mod tests;
