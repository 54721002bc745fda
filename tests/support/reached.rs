//! Being reached through an SSH host: the settings for it, and a host that was used before.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use super::sshd::{Sshd, user};

/// The tables of `config.toml` for this host at `address`, which forwards its `remote_port` to the program. `more`
/// are further lines of the table `tunnel`.
pub(crate) fn settings(sshd: &Sshd, address: (&str, u16), remote_port: u16, more: &str) -> String {
    format!(
        "[tunnel]\nprovider = \"ssh\"\n{more}\n[tunnel.ssh]\nhost = \"{}\"\nport = {}\nuser = \"{}\"\nkey = \"{}\"\n\
         remote_port = {remote_port}\n",
        address.0,
        address.1,
        user(),
        sshd.key().display(),
    )
}

/// Has the program of this data directory know the host at `port` from before.
pub(crate) fn make_known(data: &Path, sshd: &Sshd, port: u16) {
    // As the program makes it: for its owner alone.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data.join("tunnel")).unwrap();
    std::fs::write(data.join("tunnel/known_hosts"), sshd.known_as(port)).unwrap();
}
