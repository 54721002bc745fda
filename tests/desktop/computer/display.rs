//! A display that nobody sees.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use crate::support::within;

use super::until;
use super::x11::{Window, X11};

/// Xvfb on the first display that is free.
pub(crate) struct Display {
    server: Child,
    number: u32,
}

impl Display {
    pub(crate) async fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed (Debian: xvfb)");
        let mut line = String::new();
        let mut stdout = BufReader::new(server.stdout.take().expect("standard output is a pipe"));
        within("the number of the display", stdout.read_line(&mut line)).await.expect("Xvfb can be read");
        let number = line.trim().parse().expect("Xvfb says which display it took");
        Self { server, number }
    }

    /// What `DISPLAY` names.
    pub(crate) fn name(&self) -> String {
        format!(":{}", self.number)
    }

    fn x11(&self) -> X11 {
        X11::connect(self.number).expect("the display answers")
    }

    fn shown(&self) -> Vec<Window> {
        self.x11().windows().expect("the display answers")
    }

    /// How many windows of that title are shown.
    pub(crate) fn count(&self, title: &str) -> usize {
        self.shown().iter().filter(|window| window.title == title).count()
    }

    /// The titles of all windows that are shown.
    pub(crate) fn titles(&self) -> Vec<String> {
        self.shown().into_iter().map(|window| window.title).collect()
    }

    /// Waits until a window of that title is shown.
    pub(crate) async fn wait_for(&self, title: &str) {
        until(&format!("the window {title:?}"), async || (self.count(title) > 0).then_some(())).await;
    }

    /// Waits until no window of that title is shown.
    pub(crate) async fn wait_for_no(&self, title: &str) {
        until(&format!("the end of the window {title:?}"), async || (self.count(title) == 0).then_some(()))
            .await;
    }

    /// Closes the window of that title as the button in its frame does.
    pub(crate) fn close(&self, title: &str) {
        let mut x11 = self.x11();
        let windows = x11.windows().expect("the display answers");
        let window = windows.iter().find(|window| window.title == title);
        let window = window.unwrap_or_else(|| panic!("{title:?} is not among {windows:?}"));
        x11.close(window.id).expect("the display takes it");
        // The request is on its way when this connection is still answered.
        x11.windows().expect("the display answers");
    }

    /// Drags files over the window of that title and lets them go there.
    pub(crate) fn drop_files(&self, title: &str, files: &[&Path]) {
        let mut x11 = self.x11();
        let windows = x11.windows().expect("the display answers");
        let window = windows.iter().find(|window| window.title == title);
        let window = window.unwrap_or_else(|| panic!("{title:?} is not among {windows:?}"));
        let uri = |file: &&Path| format!("{}\r\n", Url::from_file_path(file).expect("the path is absolute"));
        let uris: String = files.iter().map(uri).collect();
        x11.drag(window.id, &uris).expect("the window takes what is dropped");
    }

    /// The text on the clipboard.
    pub(crate) fn clipboard(&self) -> Option<String> {
        self.x11().clipboard().expect("the display answers")
    }

    /// The display goes away, as when the person logs out or the X server crashes.
    pub(crate) async fn go_away(&mut self) {
        within("the end of the display", self.server.kill()).await.expect("Xvfb can be killed");
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Some(pid) = self.server.id() {
            // In good order: killed, it would leave its lock and its socket behind.
            let _ = std::process::Command::new("kill").arg(pid.to_string()).status();
        }
    }
}
