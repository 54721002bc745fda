//! A real `sshd` with a temporary configuration, for the tests of the room `tunnel` and for the stories; and a
//! link to it that can be stalled and cut, and remembers what went through.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A port of 127.0.0.1 that nobody holds just now.
pub(crate) fn free_port() -> u16 {
    StdListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Who runs the tests, and may therefore log in to an sshd that the tests started.
pub(crate) fn user() -> String {
    let said = Command::new("id").arg("-un").output().unwrap().stdout;
    String::from_utf8(said).unwrap().trim().to_owned()
}

/// An sshd on a high port. It and everything that it started end with it.
pub(crate) struct Sshd {
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
    /// Further lines of its configuration.
    settings: String,
    process: Option<Child>,
}

impl Sshd {
    /// Starts one that lets `key()` in and forwards. `settings` stand above its own, and so win over them.
    pub(crate) fn start(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_key(&folder.path().join("host_key"), "");
        make_key(&folder.path().join("key"), "");
        let allowed = folder.path().join("authorized_keys");
        std::fs::copy(folder.path().join("key.pub"), allowed).unwrap();
        let mut sshd = Self { folder, port: free_port(), settings: settings.to_owned(), process: None };
        sshd.resume();
        sshd
    }

    /// The private key that it lets in.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    /// Its host key's line of `known_hosts`, for the port that a link to it has.
    pub(crate) fn known_as(&self, port: u16) -> String {
        let key = std::fs::read_to_string(self.folder.path().join("host_key.pub")).unwrap();
        let words: Vec<&str> = key.split_whitespace().take(2).collect();
        format!("[127.0.0.1]:{port} {}\n", words.join(" "))
    }

    /// Gives it another host key from the next start on.
    pub(crate) fn change_host_key(&self) {
        let path = self.folder.path().join("host_key");
        std::fs::remove_file(&path).unwrap();
        make_key(&path, "");
    }

    /// Starts it where it is not running; returns when it listens.
    pub(crate) fn resume(&mut self) {
        let folder = self.folder.path();
        let configuration = format!(
            "{}\nPort {}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nUsePAM no\n\
             StrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             PermitRootLogin prohibit-password\nAllowTcpForwarding remote\nGatewayPorts clientspecified\n\
             ClientAliveInterval 15\nClientAliveCountMax 2\nLogLevel INFO\n",
            self.settings,
            self.port,
            folder.join("host_key").display(),
            folder.join("authorized_keys").display(),
        );
        let file = folder.join("sshd_config");
        std::fs::write(&file, configuration).unwrap();
        // Where it is started by root it gives its rights up in a folder that a system's start makes.
        if user() == "root" {
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        let program = ["/usr/sbin/sshd", "/usr/bin/sshd"].into_iter().find(|path| Path::new(path).exists());
        let program = program.expect("sshd is there: `cargo xtask setup` brings it");
        let mut process =
            Command::new(program).args(["-D", "-e", "-f"]).arg(&file).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        self.process = Some(process);
        let mut said = String::new();
        while !said.contains("Server listening") {
            assert_ne!(log.read_line(&mut said).unwrap(), 0, "sshd ended: {said}");
        }
        // It must be able to go on writing its log.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    }

    /// Ends it, and with it the connections that it has.
    pub(crate) fn kill(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let own = process.id().to_string();
        // Its connections are processes of their own; a dead one would no longer tell whose they are.
        let mut family = vec![own];
        let mut next = 0;
        while next < family.len() {
            let said = Command::new("pgrep").args(["-P", &family[next]]).output().unwrap().stdout;
            family.extend(String::from_utf8(said).unwrap().lines().map(str::to_owned));
            next += 1;
        }
        let _ = Command::new("kill").arg("-KILL").args(&family).stderr(Stdio::null()).status();
        let _ = process.wait();
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Makes an Ed25519 key.
pub(crate) fn make_key(path: &Path, passphrase: &str) {
    let done = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f"])
        .arg(path)
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(done.success());
}

/// A link from a port of its own to another one.
pub(crate) struct Link {
    pub(crate) port: u16,
    state: watch::Sender<LinkState>,
    carried: Arc<Mutex<Vec<u8>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LinkState {
    Open,
    /// Nothing goes through, and nobody is told.
    Stalled,
    /// Every connection is ended, and new ones too.
    Cut,
}

impl Link {
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let (state, watched) = watch::channel(LinkState::Open);
        let carried = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&carried);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if *watched.borrow() == LinkState::Cut {
                    continue;
                }
                let (watched, kept) = (watched.clone(), Arc::clone(&kept));
                tokio::spawn(async move {
                    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
                    let Ok(far) = TcpStream::connect(address).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    let mut cut = watched.clone();
                    tokio::select! {
                        () = carry(near_in, far_out, watched.clone(), &kept) => {}
                        () = carry(far_in, near_out, watched, &kept) => {}
                        _ = cut.wait_for(|state| *state == LinkState::Cut) => {}
                    }
                });
            }
        });
        Self { port: own, state, carried }
    }

    pub(crate) fn stall(&self) {
        self.state.send_replace(LinkState::Stalled);
    }

    pub(crate) fn cut(&self) {
        self.state.send_replace(LinkState::Cut);
    }

    pub(crate) fn mend(&self) {
        self.state.send_replace(LinkState::Open);
    }

    /// Everything that went through, both ways.
    pub(crate) fn carried(&self) -> Vec<u8> {
        self.carried.lock().unwrap().clone()
    }
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut state: watch::Receiver<LinkState>,
    kept: &Mutex<Vec<u8>>,
) {
    let mut piece = vec![0; 64 * 1024];
    loop {
        let Ok(read @ 1..) = from.read(&mut piece).await else { return };
        if state.wait_for(|state| *state != LinkState::Stalled).await.is_err() {
            return;
        }
        kept.lock().unwrap().extend_from_slice(&piece[..read]);
        if to.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}
