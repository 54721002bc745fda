//! What the tray shows, worked out from the facts alone.

use engine::types::{Pause, RequestId};

use super::action::Action;

/// The icon's name towards the panel.
pub(crate) const TRAY_ID: &str = "ambient-insights";
/// How many requests the menu names one by one.
const NAMED: usize = 8;
/// How many characters of a name or a reason a menu has room for.
const WIDTH: usize = 60;

/// What the tray's picture is drawn from.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) program: Program,
    pub(crate) tunnel: Tunnel,
    /// Who waits to be let in, oldest first.
    pub(crate) waiting: Vec<(RequestId, String)>,
}

/// How the program is.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    Starting,
    Running { door_open: bool, paused: Option<Pause>, mcp_url: String, public_url: Option<String> },
    Failed { message: String },
}

/// Whether the internet reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tunnel {
    /// There is none to be switched.
    NotSet,
    Off,
    /// It is on, and nothing is known yet of the public address.
    On,
    /// The public address was tried and leads here.
    Public,
    /// It is on, and does not lead here.
    Broken {
        reason: String,
    },
}

/// The four pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    Quiet,
    Asking,
    Paused,
    Error,
}

/// The whole appearance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) icon: Icon,
    pub(crate) tooltip: String,
    pub(crate) entries: Vec<Entry>,
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Only to be read.
    Line(String),
    /// Does something.
    Item(Action, String),
    /// Opens more.
    Submenu(String, Vec<Entry>),
    Separator,
}

impl Model {
    /// The appearance for these facts.
    pub(crate) fn of(facts: &Facts) -> Self {
        let (icon, state) = state(facts);
        let mut entries = vec![Entry::Line(state.clone())];
        if let Program::Running { mcp_url, public_url, .. } = &facts.program {
            entries.push(Entry::Item(Action::CopyUrl, format!("Copy {mcp_url}")));
            if let Some(url) = public_url {
                entries.push(Entry::Item(Action::CopyPublicUrl, format!("Copy {url}")));
            }
            entries.extend(tunnel_switch(&facts.tunnel));
        }
        if !facts.waiting.is_empty() {
            entries.push(Entry::Separator);
            entries.extend(facts.waiting.iter().take(NAMED).map(|(id, name)| {
                Entry::Item(Action::Approval(*id), format!("{} asks for access…", short(name)))
            }));
            if facts.waiting.len() > NAMED {
                entries.push(Entry::Item(
                    Action::Connect,
                    format!("{} more wait…", facts.waiting.len() - NAMED),
                ));
            }
        }
        entries.push(Entry::Separator);
        entries.push(Entry::Item(Action::Open, "Open Ambient Insights".to_owned()));
        match &facts.program {
            Program::Running { door_open, paused, .. } => {
                entries.push(Entry::Item(Action::Connect, "Connect an assistant…".to_owned()));
                entries.push(if paused.is_some() {
                    Entry::Item(Action::Resume, "Resume remembering".to_owned())
                } else {
                    pause_menu()
                });
                entries.push(Entry::Separator);
                entries.push(if *door_open { panic_menu() } else { open_door() });
            }
            Program::Failed { .. } => entries.push(Entry::Item(Action::TryAgain, "Try again".to_owned())),
            Program::Starting => {}
        }
        entries.push(Entry::Item(Action::Quit, "Quit".to_owned()));
        Self { icon, tooltip: state, entries }
    }
}

/// The icon, and the reason in the menu's first line. What needs the person most wins.
fn state(facts: &Facts) -> (Icon, String) {
    match &facts.program {
        Program::Starting => (Icon::Quiet, "Starting…".to_owned()),
        Program::Failed { message } => (Icon::Error, format!("Not running: {}", short(message))),
        Program::Running { door_open: false, .. } => {
            (Icon::Error, "The door is closed: no assistant can reach your memory".to_owned())
        }
        Program::Running { .. } if !facts.waiting.is_empty() => {
            let asks = match facts.waiting.as_slice() {
                [(_, name)] => format!("{} asks for access", short(name)),
                several => format!("{} programs ask for access", several.len()),
            };
            (Icon::Asking, asks)
        }
        Program::Running { paused: Some(Pause { until: Some(until) }), .. } => {
            (Icon::Paused, format!("Paused until {}: nothing is remembered", until.to_local_text()))
        }
        Program::Running { paused: Some(Pause { until: None }), .. } => {
            (Icon::Paused, "Paused: nothing is remembered until you resume".to_owned())
        }
        Program::Running { .. } => match &facts.tunnel {
            Tunnel::Broken { reason } => {
                (Icon::Error, format!("Not reached from the internet: {}", short(reason)))
            }
            Tunnel::Public => {
                (Icon::Quiet, "Running and public: your assistants can remember from anywhere".to_owned())
            }
            Tunnel::NotSet | Tunnel::Off | Tunnel::On => {
                (Icon::Quiet, "Running: your assistants can remember".to_owned())
            }
        },
    }
}

/// Lets the internet in, or out again.
fn tunnel_switch(tunnel: &Tunnel) -> Option<Entry> {
    match tunnel {
        Tunnel::NotSet => None,
        Tunnel::Off => Some(Entry::Item(Action::TunnelOn, "Let assistants in the cloud in".to_owned())),
        Tunnel::On | Tunnel::Public | Tunnel::Broken { .. } => {
            Some(Entry::Item(Action::TunnelOff, "Shut the way in from the internet".to_owned()))
        }
    }
}

fn pause_menu() -> Entry {
    Entry::Submenu(
        "Pause remembering".to_owned(),
        vec![
            Entry::Item(Action::Pause(Some(15)), "For 15 minutes".to_owned()),
            Entry::Item(Action::Pause(Some(60)), "For an hour".to_owned()),
            Entry::Item(Action::Pause(None), "Until I resume".to_owned()),
        ],
    )
}

/// Behind one more step, so that a slip of the hand does not send everybody away.
fn panic_menu() -> Entry {
    Entry::Submenu(
        "Panic".to_owned(),
        vec![Entry::Item(Action::Panic, "Take every access back and close the door".to_owned())],
    )
}

fn open_door() -> Entry {
    Entry::Item(Action::OpenDoor, "Open the door again".to_owned())
}

/// One line that a menu has room for.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= WIDTH { line } else { line.chars().take(WIDTH - 1).chain(['…']).collect() }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
