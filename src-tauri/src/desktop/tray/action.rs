//! What the tray's menu can be asked for, and the ids under which the toolkit knows it.

use engine::types::RequestId;
use tauri::menu::MenuId;

/// One thing that the menu does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Show the window as it stands.
    Open,
    /// Show how an assistant is connected.
    Connect,
    /// Open a request that waits.
    Approval(RequestId),
    /// Copy the address for this computer.
    CopyUrl,
    /// Copy the address for the internet.
    CopyPublicUrl,
    /// Remember nothing for so many minutes, or until resumed.
    Pause(Option<u32>),
    /// Remember again.
    Resume,
    /// Let the internet in.
    TunnelOn,
    /// Let it in no longer.
    TunnelOff,
    /// Open the door again.
    OpenDoor,
    /// Take every access back and close the door.
    Panic,
    /// Start the engine again after a failure.
    TryAgain,
    /// End the program.
    Quit,
}

/// An id that is no action's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("no entry of the tray's menu has the id {0:?}")]
pub(crate) struct UnknownId(String);

impl Action {
    /// The id under which the toolkit hands it back.
    pub(crate) fn to_id(self) -> MenuId {
        MenuId::new(match self {
            Self::Open => "open".to_owned(),
            Self::Connect => "connect".to_owned(),
            Self::Approval(id) => format!("approval:{id}"),
            Self::CopyUrl => "copy-url".to_owned(),
            Self::CopyPublicUrl => "copy-public-url".to_owned(),
            Self::Pause(Some(minutes)) => format!("pause:{minutes}"),
            Self::Pause(None) => "pause".to_owned(),
            Self::Resume => "resume".to_owned(),
            Self::TunnelOn => "tunnel-on".to_owned(),
            Self::TunnelOff => "tunnel-off".to_owned(),
            Self::OpenDoor => "open-door".to_owned(),
            Self::Panic => "panic".to_owned(),
            Self::TryAgain => "try-again".to_owned(),
            Self::Quit => "quit".to_owned(),
        })
    }
}

impl TryFrom<&MenuId> for Action {
    type Error = UnknownId;

    fn try_from(id: &MenuId) -> Result<Self, UnknownId> {
        let text = id.as_ref();
        let unknown = || UnknownId(text.chars().take(60).collect());
        match text.split_once(':') {
            Some(("approval", id)) => id.parse().map(Self::Approval).map_err(|_| unknown()),
            Some(("pause", minutes)) => {
                minutes.parse().map(|minutes| Self::Pause(Some(minutes))).map_err(|_| unknown())
            }
            Some(_) => Err(unknown()),
            None => Ok(match text {
                "open" => Self::Open,
                "connect" => Self::Connect,
                "copy-url" => Self::CopyUrl,
                "copy-public-url" => Self::CopyPublicUrl,
                "pause" => Self::Pause(None),
                "resume" => Self::Resume,
                "tunnel-on" => Self::TunnelOn,
                "tunnel-off" => Self::TunnelOff,
                "open-door" => Self::OpenDoor,
                "panic" => Self::Panic,
                "try-again" => Self::TryAgain,
                "quit" => Self::Quit,
                _ => return Err(unknown()),
            }),
        }
    }
}
