//! Whom we trust: our own file of known hosts in the data directory, and the person's own ones, only read.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use russh::keys::ssh_key::HashAlg;
use russh::keys::{Algorithm, PublicKey, PublicKeyBase64 as _};

use crate::{HostKeyOffer, TunnelError};

/// Files of known hosts.
#[derive(Clone, Debug)]
pub struct KnownHosts {
    /// Ours: confirmed keys are added here.
    pub own: PathBuf,
    /// Others that are read too, `~/.ssh/known_hosts` above all. They are never written.
    pub others: Vec<PathBuf>,
}

/// Why a key was not added to the trusted ones.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The text is no key.
    #[error("this is no SSH host key; turn the tunnel on again and confirm the key that is shown then")]
    NotAKey,
    /// It could not be written.
    #[error("{} could not be written: {source}; check the disk and the folder's rights", .file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A key that stands in one of the files.
#[derive(Clone, Debug)]
struct Known {
    file: PathBuf,
    line: usize,
    key: PublicKey,
}

/// The kinds of keys that we can check. RSA is none of them: its one Rust implementation leaks by timing
/// (RUSTSEC-2023-0071), and every sshd of the last ten years has an Ed25519 key beside it.
fn can_check(algorithm: &Algorithm) -> bool {
    matches!(algorithm, Algorithm::Ed25519 | Algorithm::Ecdsa { .. })
}

impl KnownHosts {
    /// What is known of a host decides the order in which kinds of keys are asked for: else a host with several
    /// keys could show one of a kind that we have never seen, and look like a stranger.
    pub(super) fn preferred(&self, host: &str, port: u16) -> Result<Vec<Algorithm>, TunnelError> {
        let known = self.of(host, port)?;
        let mut kinds: Vec<Algorithm> = Vec::new();
        let supported = russh::Preferred::DEFAULT.key.iter().cloned();
        for kind in known.into_iter().map(|known| known.key.algorithm()).chain(supported) {
            if can_check(&kind) && !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Ok(kinds)
    }

    /// Judges the key that a host shows.
    pub(super) fn check(&self, host: &str, port: u16, key: &PublicKey) -> Result<(), TunnelError> {
        let offered = Box::new(offer(host, port, key));
        if let Some(file) = self.revokes(key)? {
            return Err(TunnelError::HostKeyRevoked { offered, file });
        }
        let known = self.of(host, port)?;
        if known.iter().any(|known| known.key.key_data() == key.key_data()) {
            return Ok(());
        }
        match known.into_iter().find(|known| can_check(&known.key.algorithm())) {
            None => Err(TunnelError::HostKeyUnknown(offered)),
            Some(known) => Err(TunnelError::HostKeyChanged {
                offered,
                known: fingerprint(&known.key),
                file: known.file,
                line: known.line,
            }),
        }
    }

    /// Trusts a key from now on, for this host and port alone.
    ///
    /// # Errors
    /// [`TrustError`], and nothing is changed.
    pub fn trust(&self, offer: &HostKeyOffer) -> Result<(), TrustError> {
        let key = PublicKey::from_openssh(&offer.key).map_err(|_| TrustError::NotAKey)?;
        let name = host_pattern(&offer.host, offer.port);
        if name.chars().any(|c| c.is_whitespace() || c.is_control() || c == ',') {
            return Err(TrustError::NotAKey);
        }
        let line = format!("{name} {} {}\n", key.algorithm(), key.public_key_base64());
        self.append(&line).map_err(|source| TrustError::Write { file: self.own.clone(), source })
    }

    /// The whole file anew, on the disk before the old one goes: a crash leaves the one or the other.
    fn append(&self, line: &str) -> io::Result<()> {
        let folder = self.own.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut text = match fs::read_to_string(&self.own) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(line);
        // A temporary file is readable for its owner alone.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.own).map_err(|error| error.error)?;
        #[cfg(unix)]
        fs::File::open(folder)?.sync_all()?;
        Ok(())
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.own).chain(&self.others)
    }

    fn of(&self, host: &str, port: u16) -> Result<Vec<Known>, TunnelError> {
        let mut known = Vec::new();
        for file in self.files() {
            // The library takes a file that it can not open for an empty one; ours fails closed.
            text_of(file)?;
            let keys = russh::keys::known_hosts::known_host_keys_path(host, port, file)
                .map_err(|error| unusable(file, &error))?;
            known.extend(keys.into_iter().map(|(line, key)| Known { file: file.clone(), line, key }));
        }
        Ok(known)
    }

    /// The file that marks this key as revoked, whatever host it says so for.
    fn revokes(&self, key: &PublicKey) -> Result<Option<PathBuf>, TunnelError> {
        let key = key.public_key_base64();
        for file in self.files() {
            let marked = text_of(file)?.lines().any(|line| {
                let mut words = line.split_whitespace();
                words.next() == Some("@revoked") && words.any(|word| word == key)
            });
            if marked {
                return Ok(Some(file.clone()));
            }
        }
        Ok(None)
    }
}

fn text_of(file: &Path) -> Result<String, TunnelError> {
    match fs::read(file) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(unusable(file, &error)),
    }
}

fn unusable(file: &Path, detail: &dyn std::fmt::Display) -> TunnelError {
    TunnelError::KnownHosts { file: file.to_owned(), detail: detail.to_string() }
}

/// What a host shows, for people and for [`KnownHosts::trust`].
fn offer(host: &str, port: u16, key: &PublicKey) -> HostKeyOffer {
    HostKeyOffer {
        host: host.to_owned(),
        port,
        algorithm: key.algorithm().to_string(),
        fingerprint: fingerprint(key),
        key: format!("{} {}", key.algorithm(), key.public_key_base64()),
    }
}

fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// As sshd(8), under "SSH KNOWN HOSTS FILE FORMAT", writes a host with a port of its own.
fn host_pattern(host: &str, port: u16) -> String {
    if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") }
}

#[cfg(test)]
#[path = "known_hosts_tests.rs"]
mod tests;
