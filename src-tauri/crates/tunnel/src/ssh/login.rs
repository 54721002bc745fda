//! Logging in: the key that is set, else what the agent holds, else the usual files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::client::{Handle, Handler};
use russh::keys::agent::AgentIdentity;
use russh::keys::ssh_key::HashAlg;
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyBase64 as _};
use secrecy::ExposeSecret as _;

use super::Settings;
use crate::TunnelError;

/// A host lets somebody try six keys (sshd's `MaxAuthTries`) before it hangs up.
const MOST_AGENT_KEYS: usize = 4;

/// A public key as it stands in `authorized_keys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeyText(pub String);

/// What a key's file turned out to be.
enum KeyFile {
    Usable(Arc<PrivateKey>),
    /// Encrypted, and no passphrase was given.
    Locked,
}

pub(super) async fn log_in<H: Handler>(
    handle: &mut Handle<H>,
    settings: &Settings,
) -> Result<(), TunnelError> {
    let mut tried = Vec::new();
    let mut locked = None;
    if let Some(path) = &settings.key {
        match read(path, settings)? {
            KeyFile::Usable(key) => {
                if try_key(handle, settings, key).await? {
                    return Ok(());
                }
                return Err(refused(settings, &format!("the key {}", path.display())));
            }
            KeyFile::Locked => locked = Some(path.clone()),
        }
    }
    if try_agent(handle, settings, locked.as_deref(), &mut tried).await? {
        return Ok(());
    }
    if let Some(path) = locked {
        return Err(TunnelError::PassphraseNeeded { path });
    }
    for path in settings.default_keys.iter().filter(|path| path.exists()) {
        match read(path, settings)? {
            KeyFile::Usable(key) => {
                if try_key(handle, settings, key).await? {
                    return Ok(());
                }
                tried.push(format!("the key {}", path.display()));
            }
            KeyFile::Locked => locked = locked.or_else(|| Some(path.clone())),
        }
    }
    match locked {
        Some(path) => Err(TunnelError::PassphraseNeeded { path }),
        None if tried.is_empty() => Err(TunnelError::NoKey),
        None => Err(refused(settings, &tried.join(", "))),
    }
}

/// The public key that the host has to know, from the private key's file, its `.pub` beside it, or the default
/// ones. None where only the agent knows.
#[must_use]
pub fn public_key(settings: &Settings) -> Option<PublicKeyText> {
    let candidates: Vec<&PathBuf> = match &settings.key {
        Some(path) => vec![path],
        None => settings.default_keys.iter().collect(),
    };
    candidates
        .into_iter()
        .find_map(|path| public_half(path))
        .map(|key| PublicKeyText(format!("{} {} ambient-insights", key.algorithm(), key.public_key_base64())))
}

/// The public half of a key: it stands in clear in an OpenSSH file also where the rest is encrypted.
fn public_half(path: &Path) -> Option<PublicKey> {
    let beside = path.with_extension("pub");
    if let Ok(text) = std::fs::read_to_string(path)
        && let Ok(key) = PrivateKey::from_openssh(&text)
    {
        return Some(key.public_key().clone());
    }
    PublicKey::from_openssh(std::fs::read_to_string(beside).ok()?.trim()).ok()
}

fn read(path: &Path, settings: &Settings) -> Result<KeyFile, TunnelError> {
    let unusable = |detail: String| TunnelError::Key { path: path.to_owned(), detail };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    refuse_open_key(path)?;
    if text.trim_start().starts_with("ssh-") || text.trim_start().starts_with("ecdsa-") {
        return Err(unusable("it is the public half; name the file without .pub".to_owned()));
    }
    let passphrase = settings.passphrase.as_ref().map(|passphrase| passphrase.expose_secret().to_owned());
    match russh::keys::decode_secret_key(&text, None) {
        Ok(key) if key.algorithm().is_rsa() => Err(unusable(RSA.to_owned())),
        Ok(key) => Ok(KeyFile::Usable(Arc::new(key))),
        Err(russh::keys::Error::KeyIsEncrypted) => match passphrase {
            None => Ok(KeyFile::Locked),
            Some(passphrase) => match russh::keys::decode_secret_key(&text, Some(&passphrase)) {
                Ok(key) => Ok(KeyFile::Usable(Arc::new(key))),
                Err(_) => Err(TunnelError::PassphraseWrong { path: path.to_owned() }),
            },
        },
        Err(_) if text.contains("RSA PRIVATE KEY") => Err(unusable(RSA.to_owned())),
        Err(error) => Err(unusable(error.to_string())),
    }
}

const RSA: &str = "RSA keys are not supported; make another one with `ssh-keygen -t ed25519`";

/// A private key that others may read is taken for stolen, as ssh(1) does.
#[cfg(unix)]
fn refuse_open_key(path: &Path) -> Result<(), TunnelError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    let others = mode & 0o077;
    if others == 0 {
        return Ok(());
    }
    let detail = format!("other users may read it (rights {:03o}); run chmod 600 on it", mode & 0o777);
    Err(TunnelError::Key { path: path.to_owned(), detail })
}

/// Elsewhere the person's own profile gives the rights.
#[cfg(not(unix))]
fn refuse_open_key(_: &Path) -> Result<(), TunnelError> {
    Ok(())
}

async fn try_key<H: Handler>(
    handle: &mut Handle<H>,
    settings: &Settings,
    key: Arc<PrivateKey>,
) -> Result<bool, TunnelError> {
    let key = PrivateKeyWithHashAlg::new(key, None);
    match handle.authenticate_publickey(settings.user.clone(), key).await {
        Ok(outcome) => Ok(outcome.success()),
        Err(error) => Err(lost(settings, &error)),
    }
}

/// Shows the agent's keys; where a locked file is set, that key alone.
async fn try_agent<H: Handler>(
    handle: &mut Handle<H>,
    settings: &Settings,
    only: Option<&Path>,
    tried: &mut Vec<String>,
) -> Result<bool, TunnelError> {
    let Some(mut agent) = connect_agent(settings).await else { return Ok(false) };
    let Ok(identities) = agent.request_identities().await else { return Ok(false) };
    let wanted = only.map(public_half);
    let keys = identities.into_iter().filter_map(|identity| match identity {
        AgentIdentity::PublicKey { key, .. } => Some(key),
        AgentIdentity::Certificate { .. } => None,
    });
    let fits = |key: &PublicKey| match &wanted {
        None => true,
        Some(wanted) => wanted.as_ref().is_some_and(|wanted| wanted.key_data() == key.key_data()),
    };
    let keys: Vec<PublicKey> = keys.filter(fits).take(MOST_AGENT_KEYS).collect();
    for key in keys {
        let hash = key.algorithm().is_rsa().then_some(HashAlg::Sha512);
        let name = key.fingerprint(HashAlg::Sha256).to_string();
        match handle.authenticate_publickey_with(settings.user.clone(), key, hash, &mut agent).await {
            Ok(outcome) if outcome.success() => return Ok(true),
            Ok(_) => tried.push(format!("the agent's key {name}")),
            // An agent that declines, because the person did: the next key.
            Err(russh::AgentAuthError::Key(error)) => {
                tracing::debug!(%error, "the ssh-agent did not sign");
                tried.push(format!("the agent's key {name}, which it did not use"));
            }
            Err(russh::AgentAuthError::Send(error)) => return Err(lost(settings, &error)),
        }
    }
    Ok(false)
}

#[cfg(unix)]
async fn connect_agent(
    settings: &Settings,
) -> Option<russh::keys::agent::client::AgentClient<tokio::net::UnixStream>> {
    let socket = settings.agent.as_ref()?;
    russh::keys::agent::client::AgentClient::connect_uds(socket).await.ok()
}

#[cfg(windows)]
async fn connect_agent(
    settings: &Settings,
) -> Option<russh::keys::agent::client::AgentClient<tokio::net::windows::named_pipe::NamedPipeClient>> {
    let pipe = settings.agent.as_ref()?;
    russh::keys::agent::client::AgentClient::connect_named_pipe(pipe).await.ok()
}

fn refused(settings: &Settings, tried: &str) -> TunnelError {
    TunnelError::LoginRefused {
        host: settings.host.clone(),
        user: settings.user.clone(),
        tried: tried.to_owned(),
    }
}

fn lost(settings: &Settings, detail: &dyn std::fmt::Display) -> TunnelError {
    TunnelError::Lost { host: settings.host.clone(), detail: detail.to_string() }
}
