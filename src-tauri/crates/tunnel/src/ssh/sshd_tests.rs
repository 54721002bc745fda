//! Against a real sshd.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clock::{ManualClock, SystemClock};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};

use super::*;
use crate::supervisor::Steps;
use crate::{HostKeyOffer, Incoming, ReasonKind, State, Supervisor, Timing};

#[cfg(test)]
#[path = "../../../../../tests/support/sshd.rs"]
mod sshd;

use sshd::{Link, Sshd, free_port, make_key, user};

/// Nothing here takes longer, on the slowest machine.
const LIMIT: Duration = Duration::from_secs(30);

/// A supervisor whose visitors are answered with what they said, once they have said all.
struct Stage {
    supervisor: Supervisor,
    state: watch::Receiver<State>,
    steps: Steps,
    own_folder: tempfile::TempDir,
    arrived: watch::Receiver<usize>,
}

impl Stage {
    fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    fn with_clock(clock: Arc<dyn clock::Clock>) -> Self {
        let (incoming, mut streams) = mpsc::channel::<Incoming>(64);
        let (count, arrived) = watch::channel(0);
        tokio::spawn(async move {
            while let Some(incoming) = streams.recv().await {
                assert_eq!((incoming.provider, incoming.layer), (ProviderKind::Ssh, crate::Layer::RawTls));
                assert!(incoming.peer.unwrap().ip().is_loopback());
                count.send_modify(|count| *count += 1);
                tokio::spawn(async move {
                    let (mut io, mut said) = (incoming.io, Vec::new());
                    if io.read_to_end(&mut said).await.is_ok() && io.write_all(&said).await.is_ok() {
                        let _ = io.shutdown().await;
                    }
                });
            }
        });
        let timing = Timing { tick: Duration::from_millis(20), ..Timing::default() };
        let steps = Steps::new();
        let supervisor = Supervisor::start(incoming, clock, Arc::new(steps.clone()), timing);
        let own_folder = tempfile::tempdir().unwrap();
        Self { state: supervisor.state(), steps, supervisor, own_folder, arrived }
    }

    fn known_hosts(&self) -> KnownHosts {
        KnownHosts { own: self.own_folder.path().join("known_hosts"), others: Vec::new() }
    }

    /// Settings for an sshd that is trusted.
    fn settings(&self, sshd: &Sshd, port: u16) -> Settings {
        let known_hosts = self.known_hosts();
        std::fs::write(&known_hosts.own, sshd.known_as(port)).unwrap();
        Settings {
            host: "127.0.0.1".to_owned(),
            port,
            user: user(),
            key: Some(sshd.key()),
            default_keys: Vec::new(),
            agent: None,
            passphrase: None,
            remote_port: free_port(),
            remote_address: RemoteAddress::All,
            known_hosts,
            connect_limit: crate::CONNECT_LIMIT,
            ping_every: Duration::from_millis(200),
            ping_limit: Duration::from_millis(500),
        }
    }

    async fn up(&mut self, settings: Settings) {
        self.supervisor.up(Arc::new(Ssh::new(settings))).await;
    }

    async fn wait(&mut self, what: &str, wanted: impl FnMut(&State) -> bool) -> State {
        let came = tokio::time::timeout(LIMIT, self.state.wait_for(wanted)).await;
        let came = came.ok().map(|state| state.unwrap().clone());
        came.unwrap_or_else(|| panic!("it never was {what}; it is {:?}", *self.supervisor.state().borrow()))
    }

    async fn wait_up(&mut self) {
        self.wait("up", |state| matches!(state, State::Up { .. })).await;
    }

    /// The message of the failure that this ends in.
    async fn failure(&mut self) -> crate::Reason {
        let reason = |state: &State| match state {
            State::Failed { reason } | State::Backoff { reason, .. } => Some(reason.clone()),
            _ => None,
        };
        reason(&self.wait("failed", |state| reason(state).is_some()).await).unwrap()
    }
}

async fn visit(port: u16) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap()
}

/// Sends `bytes` through and gives what came back.
async fn echo(port: u16, bytes: Vec<u8>) -> Vec<u8> {
    let (mut from, mut to) = visit(port).await.into_split();
    let sending = async move {
        to.write_all(&bytes).await.unwrap();
        to.shutdown().await.unwrap();
    };
    let mut heard = Vec::new();
    let ((), read) =
        tokio::time::timeout(LIMIT, async { tokio::join!(sending, from.read_to_end(&mut heard)) })
            .await
            .expect("an echo in time");
    read.unwrap();
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_two_megabytes_and_twenty_visitors_go_through_and_a_stop_leaves_nothing() {
    let (sshd, mut stage) = (Sshd::start(""), Stage::new());
    let link = Link::to(sshd.port).await;
    let settings = stage.settings(&sshd, link.port);
    let port = settings.remote_port;
    stage.up(settings).await;
    stage.wait_up().await;

    let large: Vec<u8> =
        (0..32 * 1024 * 1024_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert!(echo(port, large.clone()).await == large, "32 MiB came back changed");

    let visitors = (0..20_u8).map(|n| async move {
        let bytes = vec![n; 300_000];
        assert!(echo(port, bytes.clone()).await == bytes, "visitor {n}");
    });
    futures::future::join_all(visitors).await;
    assert_eq!(*stage.arrived.borrow(), 21);
    assert!(link.carried().len() > 2 * large.len(), "it went through the link");

    let mut held = visit(port).await;
    held.write_all(b"x").await.unwrap();
    stage.arrived.wait_for(|count| *count == 22).await.unwrap();
    stage.supervisor.stop().await;
    assert_eq!(tokio::time::timeout(LIMIT, held.read(&mut [0])).await.unwrap().unwrap_or(0), 0);
    // The host gave its port free.
    tokio::time::timeout(LIMIT, async {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the port is free");
}

#[tokio::test]
async fn a_restart_of_sshd_is_survived() {
    let (mut sshd, mut stage) = (Sshd::start(""), Stage::new());
    let settings = stage.settings(&sshd, sshd.port);
    let port = settings.remote_port;
    stage.up(settings).await;
    stage.wait_up().await;
    sshd.kill();
    let broken = stage.wait("broken", |state| matches!(state, State::Backoff { .. })).await;
    let State::Backoff { reason, .. } = broken else { unreachable!() };
    assert!(
        reason.message.contains("connecting anew") || reason.message.contains("can not be reached"),
        "{reason:?}"
    );
    sshd.resume();
    stage.wait_up().await;
    assert_eq!(echo(port, b"again".to_vec()).await, b"again");
}

#[tokio::test]
async fn a_link_that_freezes_and_one_that_is_cut_are_noticed_and_come_back() {
    let (sshd, mut stage) = (Sshd::start("ClientAliveInterval 1\nClientAliveCountMax 1"), Stage::new());
    let link = Link::to(sshd.port).await;
    let settings = stage.settings(&sshd, link.port);
    let port = settings.remote_port;
    stage.up(settings).await;
    stage.wait_up().await;

    link.stall();
    let seen = stage.wait("noticed", |state| matches!(state, State::Backoff { .. })).await;
    let State::Backoff { reason, .. } = seen else { unreachable!() };
    assert!(reason.message.contains("did not answer"), "{}", reason.message);
    link.cut();
    link.mend();
    stage.wait_up().await;
    assert_eq!(echo(port, b"thawed".to_vec()).await, b"thawed");

    link.cut();
    stage.wait("cut", |state| matches!(state, State::Backoff { .. })).await;
    link.mend();
    stage.wait_up().await;
    assert_eq!(echo(port, b"mended".to_vec()).await, b"mended");
}

#[tokio::test]
async fn after_sleep_the_link_is_looked_at_at_once() {
    let clock = ManualClock::default();
    let (sshd, mut stage) = (Sshd::start(""), Stage::with_clock(Arc::new(clock.clone())));
    let link = Link::to(sshd.port).await;
    let mut settings = stage.settings(&sshd, link.port);
    // By itself nobody would look within this test.
    settings.ping_every = Duration::from_hours(1);
    stage.up(settings).await;
    stage.wait_up().await;
    link.stall();
    // The first look has nothing to be compared with.
    stage.steps.more(1).await;
    clock.set(clock::Clock::now(&clock).plus(Duration::from_hours(1)));
    let mut watched = stage.state.clone();
    let noticed = watched.wait_for(|state| !matches!(state, State::Up { .. }));
    tokio::time::timeout(LIMIT, noticed).await.expect("somebody looks").unwrap();
}

#[tokio::test]
async fn a_host_is_a_stranger_until_its_key_is_confirmed_and_another_key_later_is_fatal() {
    let (mut sshd, mut stage) = (Sshd::start(""), Stage::new());
    let settings = stage.settings(&sshd, sshd.port);
    std::fs::remove_file(&settings.known_hosts.own).unwrap();
    stage.up(settings.clone()).await;
    let reason = stage.failure().await;
    assert_eq!(reason.kind, ReasonKind::HostKeyUnknown);
    let offer: HostKeyOffer = reason.host_key.unwrap();
    assert!(offer.fingerprint.starts_with("SHA256:") && reason.message.contains(&offer.fingerprint));

    settings.known_hosts.trust(&offer).unwrap();
    assert_eq!(std::fs::read_to_string(&settings.known_hosts.own).unwrap(), sshd.known_as(sshd.port));
    stage.up(settings.clone()).await;
    stage.wait_up().await;

    sshd.kill();
    sshd.change_host_key();
    sshd.resume();
    let seen = stage.wait("refused", |state| matches!(state, State::Failed { .. })).await;
    let State::Failed { reason } = seen else { unreachable!() };
    assert_eq!(reason.kind, ReasonKind::HostKeyRefused);
    assert!(reason.message.contains(&offer.fingerprint), "the trusted one: {}", reason.message);
    assert_eq!(reason.message.matches("SHA256:").count(), 2, "and the new one: {}", reason.message);
    assert!(reason.message.contains("line 1"), "{}", reason.message);
    assert!(reason.host_key.is_none(), "a changed key is not to be confirmed by a click");
}

#[tokio::test]
async fn a_refused_forward_and_a_port_in_use_are_told_apart() {
    let mut stage = Stage::new();
    let sshd = Sshd::start("AllowTcpForwarding no");
    let settings = stage.settings(&sshd, sshd.port);
    stage.up(settings).await;
    let reason = stage.failure().await;
    assert!(reason.message.contains("refuses to forward") && reason.message.contains("recipe"), "{reason:?}");

    let sshd = Sshd::start("PermitListen 1");
    let settings = stage.settings(&sshd, sshd.port);
    stage.up(settings).await;
    stage.wait("connecting", |state| matches!(state, State::Backoff { .. })).await;
    assert!(stage.failure().await.message.contains("PermitListen"));

    let sshd = Sshd::start("");
    let settings = stage.settings(&sshd, sshd.port);
    // On every address: of a host that has two, sshd is content with one.
    let _other = std::net::TcpListener::bind(("::", settings.remote_port)).unwrap();
    stage.up(settings).await;
    let in_use = |state: &State| matches!(state, State::Backoff { reason, .. } if reason.message.contains("is in use"));
    let seen = stage.wait("in use", in_use).await;
    let State::Backoff { reason, .. } = seen else { unreachable!() };
    assert!(reason.message.contains("ClientAliveInterval"), "{reason:?}");
}

#[tokio::test]
async fn a_recipe_s_lines_are_all_that_a_host_needs() {
    let mut stage = Stage::new();
    let port = free_port();
    let sshd = {
        let template = Sshd::start("");
        let mut settings = stage.settings(&template, template.port);
        settings.remote_port = port;
        let recipe = recipe(&settings, public_key(&settings).as_ref(), None);
        let block = recipe.steps.iter().find(|step| step.text.starts_with("Match User")).unwrap();
        // A Match block ends at the next one; the rest of the test's configuration is for all.
        let sshd = Sshd::start(&format!("{}\nMatch all", block.text));
        let line = recipe.steps.iter().find(|step| step.text.contains("restrict,port-forwarding")).unwrap();
        assert!(line.text.contains("ssh-ed25519 AAAA"), "{}", line.text);
        let key = std::fs::read_to_string(sshd.key().with_extension("pub")).unwrap();
        let allowed = format!("restrict,port-forwarding {key}");
        std::fs::write(sshd.folder.path().join("authorized_keys"), allowed).unwrap();
        sshd
    };
    let mut settings = stage.settings(&sshd, sshd.port);
    settings.remote_port = port;
    stage.up(settings.clone()).await;
    stage.wait_up().await;
    assert_eq!(echo(port, b"through".to_vec()).await, b"through");
    settings.remote_port = free_port();
    stage.up(settings).await;
    assert!(stage.wait("refused", |state| matches!(state, State::Backoff { .. })).await != State::Off);
    assert!(stage.failure().await.message.contains("PermitListen"), "one port and no other");
}

#[tokio::test]
async fn each_way_of_not_getting_in_has_its_own_words() {
    let mut stage = Stage::new();
    let sshd = Sshd::start("");
    let good = stage.settings(&sshd, sshd.port);
    let folder = sshd.folder.path();
    let (stranger, locked, open) = (folder.join("stranger"), folder.join("locked"), folder.join("open"));
    make_key(&stranger, "");
    make_key(&locked, "open sesame");
    make_key(&open, "");
    std::fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let public = folder.join("key.pub");
    std::fs::set_permissions(&public, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let with_key = |key: &PathBuf| Settings { key: Some(key.clone()), ..good.clone() };
    let wrong = Some(SecretString::from("wrong".to_owned()));
    for (settings, kind, words) in [
        (with_key(&stranger), ReasonKind::Login, "authorized_keys"),
        (with_key(&folder.join("nowhere")), ReasonKind::Login, "tunnel.ssh.key"),
        (with_key(&open), ReasonKind::Login, "chmod 600"),
        (with_key(&public), ReasonKind::Login, "without .pub"),
        (with_key(&locked), ReasonKind::Passphrase, "--passphrase-stdin"),
        (Settings { passphrase: wrong, ..with_key(&locked) }, ReasonKind::Passphrase, "not the passphrase"),
        (Settings { key: None, ..good.clone() }, ReasonKind::Login, "ssh-keygen -t ed25519"),
        (Settings { port: 1, ..good.clone() }, ReasonKind::Network, "no firewall"),
        (
            Settings { host: "no-such-host.invalid".to_owned(), ..good.clone() },
            ReasonKind::Network,
            "leads to no address",
        ),
    ] {
        stage.supervisor.down().await;
        stage.up(settings).await;
        let reason = stage.failure().await;
        assert!(reason.kind == kind && reason.message.contains(words), "{words}: {reason:?}");
    }
}

#[tokio::test]
async fn an_encrypted_key_opens_with_its_passphrase_and_an_agent_s_key_needs_none() {
    let mut stage = Stage::new();
    let sshd = Sshd::start("");
    let locked = sshd.folder.path().join("locked");
    make_key(&locked, "open sesame");
    std::fs::copy(locked.with_extension("pub"), sshd.folder.path().join("authorized_keys")).unwrap();
    let settings = Settings { key: Some(locked.clone()), ..stage.settings(&sshd, sshd.port) };
    let passphrase = Some(SecretString::from("open sesame".to_owned()));
    stage.up(Settings { passphrase, ..settings.clone() }).await;
    stage.wait_up().await;
    stage.supervisor.down().await;

    let socket = sshd.folder.path().join("agent");
    let mut agent = std::process::Command::new("ssh-agent")
        .arg("-D")
        .arg("-a")
        .arg(&socket)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    tokio::time::timeout(LIMIT, async {
        while tokio::net::UnixStream::connect(&socket).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    // The same key without a passphrase, as somebody's agent holds it once it is opened.
    let opened = std::process::Command::new("ssh-keygen")
        .args(["-q", "-p", "-P", "open sesame", "-N", "", "-f"])
        .arg(&locked)
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(opened.success());
    let added = std::process::Command::new("ssh-add")
        .env("SSH_AUTH_SOCK", &socket)
        .arg(&locked)
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(added.success());
    std::fs::remove_file(&locked).unwrap();
    stage.up(Settings { key: None, agent: Some(socket), ..settings }).await;
    stage.wait_up().await;
    agent.kill().unwrap();
    agent.wait().unwrap();
}
