//! A person's computer for one test: a home, a display, a session bus, the program, and hands to use it.

pub(crate) mod bus;
pub(crate) mod display;
mod drag;
pub(crate) mod panel;
pub(crate) mod program;
pub(crate) mod windows;
mod x11;

use std::ffi::OsStr;
use std::net::TcpListener;
use std::time::Duration;

use tokio::process::Command;

use crate::support::program::{Ended, Home};
use crate::support::within;

use self::bus::Bus;
use self::display::Display;
use self::panel::Panel;
use self::program::{Desktop, Start};

/// The title of the consent window, as the panel and other programs see it.
pub(crate) const CONSENT: &str = "Access to your memory – Ambient Insights";
/// The title of the main window.
pub(crate) const MAIN: &str = "Ambient Insights";

/// Longest wait for anything that is bound to be seen.
const PATIENCE: Duration = Duration::from_secs(20);

/// The computer. Everything on it ends with it.
pub(crate) struct Computer {
    pub(crate) home: Home,
    pub(crate) display: Display,
    pub(crate) bus: Bus,
}

impl Computer {
    /// A computer whose owner has been through the first steps.
    pub(crate) async fn new() -> Self {
        let home = Home::new();
        std::fs::create_dir_all(home.data()).expect("the home can be written");
        std::fs::write(home.data().join("welcomed"), b"").expect("the data directory can be written");
        let (display, bus) = tokio::join!(Display::start(), Bus::start(&home));
        Self { home, display, bus }
    }

    /// Another program, as the person would start it in this session.
    pub(crate) fn set_up(&self, command: &mut Command) {
        self.home.isolate(command);
        command
            .env("DISPLAY", self.display.name())
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("AMBIENT_INSIGHTS_PORT", "0")
            .env_remove("WAYLAND_DISPLAY");
    }

    /// Runs the program with these arguments to its end, in this session.
    pub(crate) async fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ended {
        let mut command = self.home.command(arguments);
        self.set_up(&mut command);
        Ended::from(within("the end of a command", command.output()).await.expect("the program starts"))
    }

    /// The desktop in its tray, without a window.
    pub(crate) async fn in_tray(&self) -> (Desktop, Panel) {
        let panel = Panel::on(&self.bus).await;
        let desktop = Desktop::start(self, &Start { in_tray: true, ..Start::default() }).await;
        panel.icon().await;
        (desktop, panel)
    }

    /// The desktop with its window, to be driven.
    pub(crate) async fn with_window(&self) -> (Desktop, Panel) {
        let panel = Panel::on(&self.bus).await;
        let desktop = Desktop::start(self, &Start::default()).await;
        self.display.wait_for(MAIN).await;
        (desktop, panel)
    }

    /// Writes `config.toml`.
    pub(crate) fn configure(&self, settings: &str) {
        std::fs::write(self.home.data().join("config.toml"), settings).expect("the settings can be written");
    }

    /// Sets up the second listener, whatever comes in there counts as coming through the tunnel; gives its port.
    pub(crate) fn configure_ingress(&self) -> u16 {
        let port = free_port();
        self.configure(&format!("public_url = \"https://localhost:{port}\"\ningress_port = {port}\n"));
        port
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there are free ports");
    listener.local_addr().expect("it listens").port()
}

/// Looks again and again until `look` finds something, with a limit, where nothing tells of it.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            // Leaves the processors to what is waited for.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("{what} did not come within {PATIENCE:?}"))
}
