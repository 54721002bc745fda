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

pub(crate) async fn connect(address: &Address) -> io::Result<Stream> {
    UnixStream::connect(address.path()).await
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
