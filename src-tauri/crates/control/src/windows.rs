//! Windows: a named pipe for local callers. Its default rights give its creator all, and others no writing.

use std::io;
use std::path::Path;

use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions};

use crate::Address;

pub(crate) type Stream = NamedPipeServer;

#[derive(Debug)]
pub(crate) struct Listener {
    address: Address,
    next: NamedPipeServer,
}

impl Listener {
    pub(crate) fn bind(address: &Address) -> io::Result<Self> {
        // The first instance must be ours: nobody can wait under this name for our callers.
        let next = ServerOptions::new()
            .first_pipe_instance(true)
            .reject_remote_clients(true)
            .create(address.path())?;
        Ok(Self { address: address.clone(), next })
    }

    pub(crate) async fn accept(&mut self) -> io::Result<Stream> {
        self.next.connect().await?;
        let following = ServerOptions::new().reject_remote_clients(true).create(self.address.path())?;
        Ok(std::mem::replace(&mut self.next, following))
    }
}

pub(crate) fn forget(_: &Address) {}

pub(crate) async fn connect(address: &Address, _: &Path) -> io::Result<NamedPipeClient> {
    ClientOptions::new().open(address.path())
}
