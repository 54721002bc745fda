//! Why a way of reach is not there, and whether trying again helps.

use std::path::PathBuf;
use std::process::ExitStatus;

use serde::{Deserialize, Serialize};

use crate::{cloudflared, ngrok, tailscale};

/// The key that an SSH host showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HostKeyOffer {
    /// The host's name as it is set.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The kind of key: `ssh-ed25519`.
    pub algorithm: String,
    /// The fingerprint as `ssh-keygen -l` shows it: `SHA256:…`.
    pub fingerprint: String,
    /// The key itself in the form of `known_hosts`.
    pub key: String,
}

/// Why there is no tunnel. Every message names the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TunnelError {
    /// The settings do not do.
    #[error("{0}")]
    Settings(String),
    /// DNS knows no such name.
    #[error(
        "the name {host} leads to no address; check the spelling of tunnel.ssh.host, and whether this computer is \
         on the network ({detail})"
    )]
    NameNotFound {
        /// The name.
        host: String,
        /// What the system said.
        detail: String,
    },
    /// Nobody answers at the host's SSH port.
    #[error(
        "{host} can not be reached on port {port} ({detail}); check that SSH runs there and that no firewall \
         stands between"
    )]
    Unreachable {
        /// The host.
        host: String,
        /// Its SSH port.
        port: u16,
        /// What the system said.
        detail: String,
    },
    /// First contact: the owner has to look at the key.
    #[error(
        "{} shows a key that was never seen here: {} {}; compare it with what `ssh-keygen -lf \
         /etc/ssh/ssh_host_ed25519_key.pub` prints on that host, then confirm it with `ambient-insights tunnel \
         trust-host`", .0.host, .0.algorithm, .0.fingerprint
    )]
    HostKeyUnknown(Box<HostKeyOffer>),
    /// The key is not the one that was trusted.
    #[error(
        "{} shows another key than the one you trusted: {} now, {known} before ({}, line {line}). Somebody may \
         stand in between. If you renewed the host's key yourself, delete that line and try again",
        .offered.host, .offered.fingerprint, .file.display()
    )]
    HostKeyChanged {
        /// What the host shows now.
        offered: Box<HostKeyOffer>,
        /// The fingerprint that was trusted.
        known: String,
        /// Where the trusted key stands.
        file: PathBuf,
        /// In which line, from 1.
        line: usize,
    },
    /// The key stands in a known-hosts file as revoked.
    #[error("{} shows a key that {} marks as revoked; this host is not to be trusted", .offered.host, .file.display())]
    HostKeyRevoked {
        /// What the host shows.
        offered: Box<HostKeyOffer>,
        /// The file that says so.
        file: PathBuf,
    },
    /// The known hosts can not be read or written: nobody is trusted then.
    #[error("{} can not be used, so no host can be trusted: {detail}; mend or remove that file", .file.display())]
    KnownHosts {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The person's key can not be used.
    #[error("the key {} can not be used: {detail}; name another one as tunnel.ssh.key", .path.display())]
    Key {
        /// The key's file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The key is encrypted, and nobody gave the passphrase.
    #[error(
        "the key {} is encrypted; give its passphrase with `ambient-insights tunnel up --passphrase-stdin`, or \
         load it into your ssh-agent", .path.display()
    )]
    PassphraseNeeded {
        /// The key's file.
        path: PathBuf,
    },
    /// The passphrase is not this key's.
    #[error("this is not the passphrase of the key {}; try again", .path.display())]
    PassphraseWrong {
        /// The key's file.
        path: PathBuf,
    },
    /// No key anywhere.
    #[error(
        "there is no key to log in with: the ssh-agent holds none and ~/.ssh has no id_ed25519 or id_ecdsa; make \
         one with `ssh-keygen -t ed25519`, or name one as tunnel.ssh.key"
    )]
    NoKey,
    /// The host does not let us in.
    #[error(
        "{host} does not let {user} in with {tried}; put the public key into that user's \
         ~/.ssh/authorized_keys (`ambient-insights tunnel recipe` prints what to do)"
    )]
    LoginRefused {
        /// The host.
        host: String,
        /// The user.
        user: String,
        /// Which keys were shown.
        tried: String,
    },
    /// The host forwards nothing for us.
    #[error(
        "{host} refuses to forward its port {port}{}; `ambient-insights tunnel recipe` prints the settings of sshd \
         that allow it (AllowTcpForwarding, PermitListen, GatewayPorts)",
        if *.port < 1024 { ": ports below 1024 also need root there, or net.ipv4.ip_unprivileged_port_start" } else { "" }
    )]
    ForwardRefused {
        /// The host.
        host: String,
        /// The port asked for.
        port: u16,
    },
    /// Somebody listens there already.
    #[error(
        "port {port} of {host} is in use; stop what listens there, or choose another tunnel.ssh.remote_port. It \
         may be what is left of our own broken connection: then it ends within a minute if sshd there has \
         ClientAliveInterval 15"
    )]
    PortTaken {
        /// The host.
        host: String,
        /// The port asked for.
        port: u16,
    },
    /// The link stands, and nobody answers at its other end.
    #[error("{host} did not answer for {seconds} seconds; connecting anew")]
    Frozen {
        /// The host.
        host: String,
        /// How long it was waited.
        seconds: u64,
    },
    /// The link broke, or the other end closed it.
    #[error("the connection to {host} ended ({detail}); connecting anew")]
    Lost {
        /// The host.
        host: String,
        /// How.
        detail: String,
    },
    /// The two programs found no common language.
    #[error("{host} and this program can not agree on how to speak ({detail}); update sshd there")]
    Incompatible {
        /// The host.
        host: String,
        /// On what.
        detail: String,
    },
    /// The program that the way of reach needs is not there.
    #[error(
        "{program} is not there{}; install it from {source_address}, or say where it lies as {setting}",
        .place.as_ref().map(|place| format!(" at {}", place.display())).unwrap_or_default()
    )]
    ProgramMissing {
        /// The program.
        program: &'static str,
        /// Where it was looked for, if a place was set.
        place: Option<PathBuf>,
        /// The setting that says where it lies.
        setting: &'static str,
        /// From where it comes.
        source_address: &'static str,
    },
    /// The program is too old.
    #[error("{program} on this computer is version {found}, and {needed} or newer is needed; update it")]
    ProgramTooOld {
        /// The program.
        program: &'static str,
        /// Its version.
        found: String,
        /// The oldest that does.
        needed: String,
    },
    /// The program is there, and does not do.
    #[error("{program} ({}) can not be used: {detail}; install it anew", .path.display())]
    ProgramUnusable {
        /// The program.
        program: &'static str,
        /// Where it lies.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// The program gave no answer.
    #[error("{program} did not answer for {seconds} seconds; starting it anew")]
    ProgramSilent {
        /// The program.
        program: &'static str,
        /// How long it was waited.
        seconds: u64,
    },
    /// The program is gone.
    #[error("{program} ended by itself ({how}); starting it anew")]
    ProgramEnded {
        /// The program.
        program: &'static str,
        /// Its exit code or signal.
        how: String,
    },
    /// A port of this computer is not to be had.
    #[error(
        "port {port} of this computer can not be taken ({detail}); stop what listens there, or set another {setting}"
    )]
    LocalPort {
        /// The port.
        port: u16,
        /// The setting that names it.
        setting: &'static str,
        /// What the system said.
        detail: String,
    },
    /// Tailscale opens no funnel.
    #[error(transparent)]
    Tailscale(tailscale::Refusal),
    /// There is no tunnel by Cloudflare.
    #[error(transparent)]
    Cloudflared(cloudflared::Refusal),
    /// The provider's servers are not reached.
    #[error("{service} ({address}) can not be reached: {detail}; check that this computer is on the network")]
    ServiceUnreachable {
        /// The provider.
        service: &'static str,
        /// Where its servers are.
        address: String,
        /// What the system said.
        detail: String,
    },
    /// ngrok says no.
    #[error(transparent)]
    Ngrok(ngrok::Refusal),
    /// The provider's task failed in a way that nobody foresaw.
    #[error("the tunnel's task failed; please report this as a bug")]
    Panicked,
}

/// What to do after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Trying again changes nothing before somebody mended it.
    Never,
    /// It may go away by itself at any moment.
    Soon,
    /// It may go away, but somebody will rather have to mend it: try seldom.
    Seldom,
}

/// What kind of reason it is: for those who act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ReasonKind {
    /// The settings.
    Settings,
    /// The owner has to confirm a host's key.
    HostKeyUnknown,
    /// A host's key is not the trusted one.
    HostKeyRefused,
    /// A passphrase is needed, or was wrong.
    Passphrase,
    /// Keys and login.
    Login,
    /// A program that is needed is missing, too old or not running.
    Program,
    /// The account with the provider does not allow it.
    Account,
    /// The host gives no port.
    Forward,
    /// The network, or the other end.
    Network,
    /// A fault of ours.
    Internal,
}

/// Why there is no tunnel, as it is told to people and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Reason {
    /// What kind it is.
    pub kind: ReasonKind,
    /// What happened and what to do.
    pub message: String,
    /// The key to confirm, where that is what is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub host_key: Option<HostKeyOffer>,
}

impl TunnelError {
    /// A program that was to stay has ended.
    pub(crate) fn ended(program: &'static str, status: Option<ExitStatus>) -> Self {
        let how = status.map_or_else(|| "it was killed".to_owned(), |status| status.to_string());
        Self::ProgramEnded { program, how }
    }

    /// Whether trying again helps.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Settings(_)
            | Self::HostKeyUnknown(_)
            | Self::HostKeyChanged { .. }
            | Self::HostKeyRevoked { .. }
            | Self::KnownHosts { .. }
            | Self::Key { .. }
            | Self::PassphraseNeeded { .. }
            | Self::PassphraseWrong { .. }
            | Self::NoKey
            // Asking again and again has a host's guard (fail2ban) lock this computer out.
            | Self::LoginRefused { .. }
            | Self::Incompatible { .. }
            | Self::ProgramMissing { .. }
            | Self::ProgramTooOld { .. } => Retry::Never,
            Self::ForwardRefused { .. } | Self::ProgramUnusable { .. } => Retry::Seldom,
            Self::Tailscale(refusal) => refusal.retry(),
            Self::Cloudflared(refusal) => refusal.retry(),
            Self::Ngrok(refusal) => refusal.retry(),
            Self::NameNotFound { .. }
            | Self::Unreachable { .. }
            | Self::ServiceUnreachable { .. }
            | Self::PortTaken { .. }
            | Self::Frozen { .. }
            | Self::Lost { .. }
            | Self::ProgramSilent { .. }
            | Self::ProgramEnded { .. }
            | Self::LocalPort { .. }
            | Self::Panicked => Retry::Soon,
        }
    }

    /// What kind of reason it is.
    #[must_use]
    pub const fn kind(&self) -> ReasonKind {
        match self {
            Self::Settings(_) => ReasonKind::Settings,
            Self::HostKeyUnknown(_) => ReasonKind::HostKeyUnknown,
            Self::HostKeyChanged { .. } | Self::HostKeyRevoked { .. } | Self::KnownHosts { .. } => {
                ReasonKind::HostKeyRefused
            }
            Self::PassphraseNeeded { .. } | Self::PassphraseWrong { .. } => ReasonKind::Passphrase,
            Self::Key { .. } | Self::NoKey | Self::LoginRefused { .. } => ReasonKind::Login,
            Self::ForwardRefused { .. } | Self::PortTaken { .. } | Self::LocalPort { .. } => {
                ReasonKind::Forward
            }
            Self::ProgramMissing { .. }
            | Self::ProgramTooOld { .. }
            | Self::ProgramUnusable { .. }
            | Self::ProgramSilent { .. }
            | Self::ProgramEnded { .. } => ReasonKind::Program,
            Self::Tailscale(refusal) => refusal.kind(),
            Self::Cloudflared(refusal) => refusal.kind(),
            Self::NameNotFound { .. }
            | Self::Unreachable { .. }
            | Self::ServiceUnreachable { .. }
            | Self::Frozen { .. }
            | Self::Lost { .. }
            | Self::Incompatible { .. } => ReasonKind::Network,
            Self::Ngrok(refusal) => refusal.kind(),
            Self::Panicked => ReasonKind::Internal,
        }
    }

    /// The reason as it is told.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let host_key = match self {
            Self::HostKeyUnknown(offer) => Some(HostKeyOffer::clone(offer)),
            _ => None,
        };
        Reason { kind: self.kind(), message: self.to_string(), host_key }
    }
}
