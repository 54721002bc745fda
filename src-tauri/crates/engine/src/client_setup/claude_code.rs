//! Claude Code: the server in the user's own scope, and the local CA among its extra authorities.
//!
//! Seen with Claude Code 2.1.197: `claude mcp add --scope user` writes `mcpServers` of `.claude.json` in
//! `CLAUDE_CONFIG_DIR` or the home folder, or of `.config.json` in the configuration folder where that older
//! file exists. Comments there are an error. `env` of the user's `settings.json` reaches its TLS client;
//! the same in a project's settings does not.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::json_file::JsonFile;
use super::record::{self, Entry, Record};
use super::{OwnFile, SERVER_NAME, Setting, SetupEnvironment, SetupError, Wishes, hooks, write};

const VARIABLE: &str = "NODE_EXTRA_CA_CERTS";

/// What Claude Code's files should hold.
pub(super) fn wishes(environment: &SetupEnvironment, record: &Record) -> Result<Wishes, SetupError> {
    let mut wishes = Wishes { settings: vec![server(environment)?], ..Wishes::default() };
    authority(environment, record, &mut wishes)?;
    wishes.settings.extend(hooks::settings(environment, &settings_file(environment))?);
    Ok(wishes)
}

/// What they should hold for the certificate alone. Where another file of authorities is named, one of both is made:
/// whoever asks for just this wants it to be believed.
pub(super) fn trust(environment: &SetupEnvironment, record: &Record) -> Result<Wishes, SetupError> {
    let mut wishes = Wishes::default();
    let environment = SetupEnvironment { combine_certificates: true, ..environment.clone() };
    authority(&environment, record, &mut wishes)?;
    Ok(wishes)
}

/// Whether an entry of the record is about the certificate.
pub(super) fn is_trust(entry: &Entry) -> bool {
    entry.pointer == ["env", VARIABLE]
}

/// Whether the file of authorities that Claude Code is given holds ours.
pub(super) fn trusts(environment: &SetupEnvironment) -> Result<bool, SetupError> {
    let settings = JsonFile::read(&settings_file(environment))?;
    let set = settings.get(&["env".to_owned(), VARIABLE.to_owned()]).and_then(Value::as_str);
    // The settings hide what the shell says.
    let named = set.map(PathBuf::from).or_else(|| environment.node_extra_ca_certs.clone());
    let Some(named) = named.filter(|path| !path.as_os_str().is_empty()) else { return Ok(false) };
    let ours = read_pem(&environment.ca_certificate)?;
    // A file that is not there is nobody's authority.
    Ok(read_pem(&named).is_ok_and(|pem| contains(&pem, &ours)))
}

/// Whether somebody has started Claude Code here: it makes its folder the first time.
pub(super) fn is_here(environment: &SetupEnvironment) -> bool {
    config_folder(environment).is_dir()
}

/// The folder of the user's own settings.
fn config_folder(environment: &SetupEnvironment) -> PathBuf {
    environment.claude_config_dir.clone().unwrap_or_else(|| environment.home.join(".claude"))
}

/// The user's own settings.
pub(super) fn settings_file(environment: &SetupEnvironment) -> PathBuf {
    config_folder(environment).join("settings.json")
}

/// The file that holds the servers of the user's own scope.
fn servers_file(environment: &SetupEnvironment) -> PathBuf {
    let older = config_folder(environment).join(".config.json");
    if older.exists() {
        return older;
    }
    environment.claude_config_dir.as_ref().unwrap_or(&environment.home).join(".claude.json")
}

fn server(environment: &SetupEnvironment) -> Result<Setting, SetupError> {
    let file = servers_file(environment);
    let mut pointer = vec!["mcpServers".to_owned(), SERVER_NAME.to_owned()];
    let existing = JsonFile::read(&file)?.get(&pointer).cloned();
    let value = match existing {
        // The person (or `claude mcp add`) set it up and may have added headers: only the address is ours.
        Some(entry) if entry["type"] == "http" && entry["url"].is_string() => {
            if entry["url"] == environment.mcp_url.as_str() {
                entry
            } else {
                pointer.push("url".to_owned());
                json!(environment.mcp_url)
            }
        }
        _ => json!({ "type": "http", "url": environment.mcp_url }),
    };
    let purpose = "Claude Code finds this server in all your projects".to_owned();
    Ok(Setting { file, pointer, value, purpose })
}

/// Claude Code takes one file of extra authorities. Somebody who named their own there (a company's proxy)
/// would lose their connection if we named ours instead; so theirs stays, unless they ask for one file of
/// both.
fn authority(environment: &SetupEnvironment, record: &Record, wishes: &mut Wishes) -> Result<(), SetupError> {
    let file = settings_file(environment);
    let pointer = vec!["env".to_owned(), VARIABLE.to_owned()];
    let settings = JsonFile::read(&file)?;
    let current = settings.get(&pointer);
    let ours = unicode(&environment.ca_certificate)?;
    let bundle = record::folder(environment).join("claude-code-authorities.pem");
    let setting = |value: &str| Setting {
        file: file.clone(),
        pointer: pointer.clone(),
        value: json!(value),
        purpose: "Claude Code believes this server's certificate".to_owned(),
    };

    let recorded = record.entry(&file, &pointer);
    let is_ours = |value: &Value| *value == ours || recorded.is_some_and(|entry| entry.added == *value);
    // Whose authorities stand (or stood before us) there: the settings', else the shell's, which the
    // settings hide.
    let theirs = match current {
        Some(value) if is_ours(value) => recorded.and_then(|entry| entry.previous.as_ref()),
        other => other,
    };
    let theirs = theirs
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(PathBuf::from)
        .or_else(|| environment.node_extra_ca_certs.clone())
        .filter(|path| *path != environment.ca_certificate && *path != bundle);
    let Some(theirs) = theirs else {
        if current.is_some_and(|value| *value == *bundle.to_string_lossy()) && bundle.exists() {
            // The record of whose authorities are in it is lost: better an old file of both than ours alone.
            return Ok(());
        }
        wishes.settings.push(setting(ours));
        return Ok(());
    };

    let our_pem = read_pem(&environment.ca_certificate)?;
    let uses_bundle = current.is_some_and(|value| is_ours(value) && *value != ours);
    if environment.combine_certificates || uses_bundle {
        let their_pem = read_pem(&theirs)?;
        let mut both = their_pem.clone();
        if !contains(&their_pem, &our_pem) {
            both = format!("{}\n{our_pem}", their_pem.trim_end());
        }
        wishes.own_files.push(OwnFile {
            path: bundle.clone(),
            contents: both.into_bytes(),
            purpose: format!("it holds the certificates of {} and of this server", theirs.display()),
        });
        wishes.settings.push(setting(unicode(&bundle)?));
    } else if read_pem(&theirs).is_ok_and(|pem| contains(&pem, &our_pem)) {
        wishes
            .notes
            .push(format!("{VARIABLE} names {}, which holds this server's CA already", theirs.display()));
    } else {
        wishes.notes.push(format!(
            "{VARIABLE} is already set to {}; it is left as it is, so Claude Code does not believe this server's \
             certificate yet. Either run this again with --combine-certificates (one file with both, refreshed \
             each time you run it), or run `ambient-insights certificates trust`",
            theirs.display()
        ));
    }
    Ok(())
}

fn unicode(path: &Path) -> Result<&str, SetupError> {
    path.to_str().ok_or_else(|| SetupError::PathNotUnicode { path: path.to_owned() })
}

fn read_pem(path: &Path) -> Result<String, SetupError> {
    let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
    let bytes =
        write::read(path)?.ok_or_else(|| SetupError::Read { path: path.to_owned(), source: missing() })?;
    // PEM may have remarks in any encoding between its blocks; the blocks are ASCII.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a certificate stands in a bundle, however its lines are broken.
fn contains(bundle: &str, certificate: &str) -> bool {
    let joined = |text: &str| text.split_whitespace().collect::<String>();
    let body = joined(certificate);
    let body = body
        .split_once("-----BEGINCERTIFICATE-----")
        .and_then(|(_, rest)| rest.split_once("-----ENDCERTIFICATE-----"))
        .map_or("", |(body, _)| body);
    !body.is_empty() && joined(bundle).contains(body)
}

// Permissions and links are a Unix matter.
#[cfg(test)]
#[cfg(unix)]
#[path = "claude_code_tests.rs"]
mod tests;
