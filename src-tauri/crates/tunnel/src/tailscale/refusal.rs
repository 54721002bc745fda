//! Why Tailscale opens no funnel, each with its remedy, and the lines by which it says so.

use crate::error::{ReasonKind, Retry};

/// Why there is no funnel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The service behind the program does not run.
    #[error("Tailscale does not run on this computer; start it (on Linux `sudo systemctl start tailscaled`)")]
    NotRunning,
    /// It runs, and is told to be off.
    #[error("Tailscale is turned off; turn it on with `tailscale up` or in its menu")]
    TurnedOff,
    /// Nobody is logged in.
    #[error("Tailscale is not logged in; log in with `tailscale up` or in its menu")]
    NotLoggedIn,
    /// The network's owner has not let this computer in.
    #[error(
        "this computer waits to be approved in your Tailscale network; approve it at https://login.tailscale.com/admin/machines"
    )]
    NotApproved,
    /// It is starting, or has lost its way to its servers.
    #[error("Tailscale is not connected at the moment; waiting for it")]
    NotConnected,
    /// There is no name.
    #[error(
        "this computer has no name in your Tailscale network; turn MagicDNS on at https://login.tailscale.com/admin/dns"
    )]
    NoName,
    /// HTTPS is not enabled.
    #[error(
        "your Tailscale network gives no certificates; turn HTTPS certificates on at https://login.tailscale.com/admin/dns"
    )]
    NoHttps,
    /// The policy allows no funnel.
    #[error(
        "your Tailscale network does not allow this computer a funnel; run `tailscale funnel 443` once, which shows the \
         address where you allow it (https://tailscale.com/s/no-funnel)"
    )]
    NotAllowed,
    /// The policy allows a funnel, on other ports.
    #[error(
        "your Tailscale network does not allow a funnel on port {port}; allow it in the policy's `funnel` attribute, or \
         set tunnel.tailscale.port to one that is allowed (Claude's cloud calls 443 alone)"
    )]
    PortNotAllowed {
        /// The port.
        port: u16,
    },
    /// The user may not configure Tailscale.
    #[error("Tailscale lets only root open a funnel here; run `sudo tailscale set --operator=$USER` once")]
    NotOperator,
    /// Somebody's own `tailscale serve` or `funnel` has the port.
    #[error(
        "port {port} is used by another `tailscale serve` or `tailscale funnel`; `tailscale funnel status` shows it, and \
         `tailscale funnel reset` ends all of them"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// Incoming connections are turned off.
    #[error("Tailscale is set to let nobody in (shields up); run `tailscale set --shields-up=false`")]
    ShieldsUp,
    /// Only the own network reaches it.
    #[error(
        "Tailscale opened the port to your own network alone; check the funnel with `tailscale funnel status`"
    )]
    OnlyInside,
    /// The address that is set is another one.
    #[error(
        "public_url names {set}, and this computer's name at Tailscale is {name}; set public_url = \"https://{name}\", or \
         remove it: the name is then used as it is"
    )]
    OtherName {
        /// The host that is set.
        set: String,
        /// The name.
        name: String,
    },
    /// Its answer could not be read.
    #[error(
        "Tailscale told nothing of its state that this program understands; update Tailscale, or report this as a bug"
    )]
    Unreadable,
}

impl Refusal {
    pub(crate) const fn retry(&self) -> Retry {
        match self {
            // The service may be starting with the computer, and another funnel may be just ending.
            Self::NotRunning | Self::NotConnected | Self::PortTaken { .. } => Retry::Soon,
            Self::TurnedOff | Self::NotApproved | Self::OnlyInside => Retry::Seldom,
            _ => Retry::Never,
        }
    }

    pub(crate) const fn kind(&self) -> ReasonKind {
        match self {
            Self::NotRunning | Self::TurnedOff | Self::Unreadable => ReasonKind::Program,
            Self::NotConnected => ReasonKind::Network,
            Self::OtherName { .. } => ReasonKind::Settings,
            Self::PortTaken { .. } => ReasonKind::Forward,
            _ => ReasonKind::Account,
        }
    }

    /// What a line of the program's output stands for, if it is one of those by which it refuses.
    /// Source: `cmd/tailscale/cli/serve_v2.go` and `ipn/serve.go` of tailscale/tailscale (BSD-3-Clause).
    pub(super) fn of_line(line: &str, port: u16) -> Option<Self> {
        let has = |words: &str| line.contains(words);
        Some(match () {
            () if has("failed to connect to local") => Self::NotRunning,
            () if has("Access denied") || has("access denied") || has("--operator=") => Self::NotOperator,
            () if has("HTTPS must be enabled") => Self::NoHttps,
            () if has("node attribute not set") || has("Funnel is not enabled on your tailnet") => {
                Self::NotAllowed
            }
            () if has("is not allowed for funnel") => Self::PortNotAllowed { port },
            () if has("already exists") || has("port is already serving") || has("already serving web") => {
                Self::PortTaken { port }
            }
            () if has("shields-up") || has("shields up") => Self::ShieldsUp,
            () if has("Available within your tailnet") => Self::OnlyInside,
            () if has("Logged out") || has("NeedsLogin") => Self::NotLoggedIn,
            () if has("Tailscale is stopped") => Self::TurnedOff,
            () => return None,
        })
    }
}
