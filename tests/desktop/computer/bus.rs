//! A session bus on which nothing is but what a test puts there.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::support::program::Home;
use crate::support::within;

/// Without services that could be started: no accessibility bus, no portal, no settings' daemon.
const CONFIGURATION: &str = r#"<busconfig><type>session</type><listen>unix:path=SOCKET</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#;

/// The bus, until it is dropped.
pub(crate) struct Bus {
    _daemon: Child,
    address: String,
}

impl Bus {
    pub(super) async fn start(home: &Home) -> Self {
        let configuration = home.file("session-bus.conf");
        let socket = home.file("session-bus").display().to_string();
        std::fs::write(&configuration, CONFIGURATION.replace("SOCKET", &socket))
            .expect("the home can be written");
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", configuration.display()))
            .args(["--nofork", "--print-address"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("dbus-daemon is installed (Debian: dbus-daemon)");
        let mut line = String::new();
        let mut stdout = BufReader::new(daemon.stdout.take().expect("standard output is a pipe"));
        within("the address of the bus", stdout.read_line(&mut line)).await.expect("dbus-daemon can be read");
        Self { _daemon: daemon, address: line.trim().to_owned() }
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` names.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A program's connection.
    pub(crate) fn connect(&self) -> zbus::connection::Builder<'_> {
        zbus::connection::Builder::address(self.address()).expect("the bus said its address")
    }

    /// The screen is locked, until what this gives is dropped.
    pub(crate) async fn lock_the_screen(&self) -> LockedScreen {
        let connection = self
            .connect()
            .serve_at("/org/freedesktop/ScreenSaver", Saver)
            .and_then(|builder| builder.name("org.freedesktop.ScreenSaver"))
            .expect("the name is good")
            .build()
            .await
            .expect("the bus takes it");
        LockedScreen { _connection: connection }
    }

    /// Takes what programs tell the person, until what this gives is dropped.
    pub(crate) async fn listen_to_notices(&self) -> Notices {
        let (tell, told) = tokio::sync::mpsc::unbounded_channel();
        let connection = self
            .connect()
            .serve_at("/org/freedesktop/Notifications", Notifications { tell })
            .and_then(|builder| builder.name("org.freedesktop.Notifications"))
            .expect("the name is good")
            .build()
            .await
            .expect("the bus takes it");
        Notices { _connection: connection, told }
    }
}

/// A screen saver that is active.
struct Saver;

#[zbus::interface(name = "org.freedesktop.ScreenSaver")]
impl Saver {
    #[expect(clippy::unused_self, reason = "the interface's shape")]
    fn get_active(&self) -> bool {
        true
    }
}

/// The screen stays locked while this lives.
pub(crate) struct LockedScreen {
    _connection: zbus::Connection,
}

struct Notifications {
    tell: tokio::sync::mpsc::UnboundedSender<String>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the desktop notifications specification")]
    fn notify(
        &self,
        app: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: Vec<String>,
        hints: std::collections::HashMap<String, zbus::zvariant::OwnedValue>,
        timeout: i32,
    ) -> u32 {
        drop((app, icon, actions, hints, timeout));
        let _ = self.tell.send(format!("{summary}: {body}"));
        replaces + 1
    }
}

/// What was told.
pub(crate) struct Notices {
    _connection: zbus::Connection,
    told: tokio::sync::mpsc::UnboundedReceiver<String>,
}

impl Notices {
    /// The next notice.
    pub(crate) async fn next(&mut self) -> String {
        within("a notice", self.told.recv()).await.expect("the connection lives")
    }

    /// Whether there was another.
    pub(crate) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }
}
