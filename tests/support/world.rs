//! A small internet for one test: a network and a view of the file system of its own, with public addresses, and a
//! file that says where names lead. Nothing goes out of it and nothing comes in.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Where the folder of the world stands, for the test inside.
const INSIDE: &str = "STORIES_WORLD";

/// An address of this world that the internet could reach.
pub(crate) const HOST: &str = "203.0.114.7";
/// Another one.
pub(crate) const STRANGER: &str = "203.0.114.8";

/// What is done before the test begins there. Its own tables of names: no other name leads anywhere.
const ARRANGE: &str = "set -e
ip link set lo up
mkdir -p /run/netns
mount -t tmpfs none /run/netns
ip addr add 203.0.114.7/32 dev lo
ip addr add 203.0.114.8/32 dev lo
for file in hosts resolv.conf nsswitch.conf; do mount --bind \"$0/$file\" \"/etc/$file\"; done
exec \"$@\"";

/// The world, inside it.
pub(crate) struct World {
    folder: PathBuf,
}

/// Runs the test of this name once more, in a world of its own; `None` outside, when that run has passed. Where there
/// are no rights for it, nothing is run, and a word says so.
pub(crate) fn enter(test: &str) -> Option<World> {
    if let Some(folder) = std::env::var_os(INSIDE) {
        return Some(World { folder: folder.into() });
    }
    // Root alone: sshd gives its rights up to another user, and a user namespace has no other.
    let able = Command::new("unshare").args(["--net", "--mount", "true"]).output();
    if !able.is_ok_and(|output| output.status.success()) {
        eprintln!("no network of its own can be made here (that needs root): nothing to run");
        return None;
    }
    let folder = TempDir::new().unwrap();
    for (name, text) in [
        ("hosts", "127.0.0.1 localhost\n"),
        ("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"),
        ("nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let status = Command::new("unshare")
        .args(["--net", "--mount", "sh", "-c", ARRANGE])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--include-ignored", "--nocapture"])
        .env(INSIDE, folder.path())
        .status()
        .unwrap();
    assert!(status.success(), "{test} failed in its own network");
    None
}

impl World {
    /// Says where names lead: lines of a hosts file.
    pub(crate) fn names(&self, lines: &str) {
        // Written in place: the file is mounted, and another one of its name would not be seen.
        std::fs::write(self.folder.join("hosts"), format!("127.0.0.1 localhost\n{lines}\n")).unwrap();
    }

    /// Puts a disk of its own into an empty folder.
    pub(crate) fn small_disk(folder: &Path, mebibytes: u32) {
        std::fs::create_dir_all(folder).unwrap();
        run(
            "mount",
            &["-t", "tmpfs", "-o", &format!("size={mebibytes}m,mode=700"), "none", folder.to_str().unwrap()],
        );
    }

    /// A second computer in this world, `person`, with this address and a wire to `10.9.0.1`.
    pub(crate) fn person(address: &str) {
        run("ip", &["netns", "add", "person"]);
        run("ip", &["link", "add", "wire", "type", "veth", "peer", "name", "eth", "netns", "person"]);
        run("ip", &["addr", "add", "10.9.0.1/24", "dev", "wire"]);
        run("ip", &["link", "set", "wire", "up"]);
        run("ip", &["-n", "person", "link", "set", "lo", "up"]);
        run("ip", &["-n", "person", "link", "set", "eth", "up"]);
        run("ip", &["-n", "person", "addr", "add", &format!("{address}/24"), "dev", "eth"]);
    }
}

/// Runs a tool of the system that must succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}: {said}", arguments.join(" "));
}
