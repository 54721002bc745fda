//! Unix: a socket file that only its owner can open, and a look at who connected.

use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use tokio::net::{UnixListener, UnixStream};

use crate::Address;

pub(crate) type Stream = UnixStream;

#[derive(Debug)]
pub(crate) struct Listener {
    listener: UnixListener,
    owner: u32,
}

impl Listener {
    /// Takes the address. Whoever calls holds the data directory's lock; so a socket that lies there already
    /// was left by a program that was killed.
    pub(crate) fn bind(address: &Address) -> io::Result<Self> {
        let path = address.path();
        if let Some(directory) = path.parent() {
            make_private(directory)?;
            if !address.is_in_data_dir() {
                check_ours(directory, own_uid()?)?;
            }
        }
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, owner: std::fs::metadata(path)?.uid() })
    }

    /// The next caller who is the same person. Anybody else is sent away without a word.
    pub(crate) async fn accept(&mut self) -> io::Result<Stream> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            let peer = stream.peer_cred()?.uid();
            if peer == self.owner || peer == 0 {
                return Ok(stream);
            }
            tracing::warn!(peer, "another user was refused at the control socket");
        }
    }
}

pub(crate) fn forget(address: &Address) {
    let _ = std::fs::remove_file(address.path());
}

/// Connects, and looks at who answers. In a folder that everybody may write to, somebody else could lie in
/// wait where our socket would be, and take what a command says for the program.
pub(crate) async fn connect(address: &Address, data_dir: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(address.path()).await?;
    let owner = std::fs::metadata(data_dir).map(|metadata| metadata.uid()).ok();
    check_answerer(stream.peer_cred()?.uid(), own_uid()?, owner)?;
    Ok(stream)
}

/// Who may answer for the program: the same person, whoever owns the data anyway, and the administrator.
fn check_answerer(answerer: u32, own: u32, owner_of_data: Option<u32>) -> io::Result<()> {
    if answerer == own || Some(answerer) == owner_of_data || answerer == 0 {
        return Ok(());
    }
    tracing::warn!(answerer, "another user answers at the control socket; nothing was told to them");
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "another user answers at the control socket"))
}

/// The user that this process acts as: what the other end of a socket would see of it.
fn own_uid() -> io::Result<u32> {
    let (one, _other) = UnixStream::pair()?;
    Ok(one.peer_cred()?.uid())
}

/// Makes the folder for its owner alone; one that others may write to is not safe to put a socket in.
fn make_private(directory: &Path) -> io::Result<()> {
    if !directory.exists() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let mode = std::fs::metadata(directory)?.permissions().mode();
    if mode & 0o022 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("others may write to {}; take that right away (chmod go-w)", directory.display()),
        ));
    }
    Ok(())
}

/// A folder that belongs to somebody else, itself or the link that leads to it, is theirs to fill: they could
/// put a socket of their own in the place of ours.
fn check_ours(directory: &Path, own: u32) -> io::Result<()> {
    let owners = [std::fs::symlink_metadata(directory)?.uid(), std::fs::metadata(directory)?.uid()];
    if owners == [own, own] {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        format!(
            "{} belongs to another user; set XDG_RUNTIME_DIR to a folder of your own",
            directory.display()
        ),
    ))
}

#[cfg(test)]
#[path = "unix_tests.rs"]
mod tests;
