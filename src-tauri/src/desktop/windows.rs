//! The windows: made when they are wanted, destroyed when they are closed, so that no web engine idles.

use std::path::{Path, PathBuf};

use engine::{Event, SurfaceRequest, Theme};
use serde::{Deserialize, Serialize};
use tauri::{
    AppHandle, DragDropEvent, Emitter as _, EventTarget, Manager as _, Runtime, WebviewUrl,
    WebviewWindowBuilder, Window, WindowEvent,
};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::desk::Desk;

/// The main window's label.
pub(crate) const MAIN: &str = "main";
/// What the labels of consent windows begin with.
pub(crate) const APPROVAL: &str = "approval-";

/// Whether the web engine is told to keep nothing. Not on Linux: there each such window gets a web context of its own,
/// and Tauri serves the program's pages to the first one alone; every later window would be empty. The pages keep
/// nothing by themselves.
const KEEPS_NOTHING: bool = cfg!(not(target_os = "linux"));

/// The consent window's height at least and at most, and what panels and title bars take of the screen.
const LOW: f64 = 520.0;
const HIGH: f64 = 860.0;
const PANELS: f64 = 120.0;

/// A part of the main window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum View {
    /// Is it running, who waits, how to connect.
    Home,
    /// Finding what is remembered.
    Search,
    /// What assistants know.
    Context,
    /// What was logged.
    Conversations,
    /// What was found.
    Insights,
    /// What is spoken of.
    Topics,
    /// Who is connected.
    Connections,
    /// Taking out, bringing in.
    Data,
    /// What can be set.
    Settings,
}

/// What somebody holds over the main window, or has let go of there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Drop {
    /// Files are held over it.
    Held,
    /// They were taken away again.
    Gone,
    /// They were let go.
    Dropped {
        /// Where they lie.
        paths: Vec<PathBuf>,
    },
}

impl Drop {
    /// What the toolkit says, as far as it is new.
    fn of(event: &DragDropEvent) -> Option<Self> {
        match event {
            // A text from another program has no place in the file system.
            DragDropEvent::Enter { paths, .. } if paths.is_empty() => None,
            DragDropEvent::Drop { paths, .. } if paths.is_empty() => Some(Self::Gone),
            DragDropEvent::Enter { .. } => Some(Self::Held),
            DragDropEvent::Leave => Some(Self::Gone),
            DragDropEvent::Drop { paths, .. } => Some(Self::Dropped { paths: paths.clone() }),
            _ => None,
        }
    }
}

/// Makes the main window.
pub(crate) fn build_main<R: Runtime>(app: &AppHandle<R>, data_dir: &Path, theme: Theme) {
    let built = WebviewWindowBuilder::new(app, MAIN, page("index.html", theme))
        .incognito(KEEPS_NOTHING)
        .data_directory(engines_own(data_dir))
        .title("Ambient Insights")
        .inner_size(1040.0, 720.0)
        .min_inner_size(640.0, 480.0)
        .center()
        .build();
    match built {
        Ok(_)
        | Err(tauri::Error::WindowLabelAlreadyExists(_) | tauri::Error::WebviewLabelAlreadyExists(_)) => {}
        Err(error) => tracing::error!(%error, "the window could not be made"),
    }
}

/// Makes a consent window.
pub(crate) fn build_approval<R: Runtime>(
    app: &AppHandle<R>,
    label: &str,
    data_dir: &Path,
    theme: Theme,
) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, label, page("approval.html", theme))
        .incognito(KEEPS_NOTHING)
        .data_directory(engines_own(data_dir))
        .title("Access to your memory – Ambient Insights")
        .inner_size(500.0, consent_height(app))
        .min_inner_size(420.0, 480.0)
        .always_on_top(true)
        .focused(true)
        .center()
        .build()
        .map(drop)
}

/// Where the web engine keeps what it keeps for itself: with everything else of the program, and the same place for
/// every window.
fn engines_own(data_dir: &Path) -> PathBuf {
    data_dir.join("web-engine")
}

/// High enough to show every switch and the duration at once, where the screen is.
fn consent_height<R: Runtime>(app: &AppHandle<R>) -> f64 {
    let screen = app.primary_monitor().ok().flatten();
    let room = screen.map_or(LOW, |screen| f64::from(screen.size().height) / screen.scale_factor() - PANELS);
    room.clamp(LOW, HIGH)
}

/// A page that opens in its colours at once.
fn page(file: &str, theme: Theme) -> WebviewUrl {
    WebviewUrl::App(format!("{file}?theme={}", theme.as_str()).into())
}

/// What happens to windows.
pub(crate) fn on_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    if window.label() == MAIN
        && let WindowEvent::DragDrop(event) = event
        && let Some(drop) = Drop::of(event)
    {
        let _ = window.emit_to(EventTarget::webview_window(MAIN), "drop", drop);
    }
    if !window.label().starts_with(APPROVAL) {
        return;
    }
    let clerk = window.state::<Desk>().clerk.clone();
    let label = window.label().to_owned();
    match event {
        WindowEvent::CloseRequested { api, .. } => {
            // Closing denies what was shown, and that is the clerk's to do: another request may have come in between.
            api.prevent_close();
            tauri::async_runtime::spawn(async move { clerk.closed(&label).await });
        }
        WindowEvent::Destroyed => {
            tauri::async_runtime::spawn(async move { clerk.vanished(&label).await });
        }
        _ => {}
    }
}

/// Sends what happens to the main window while it is there, and does what other processes ask for.
pub(crate) fn forward_events<R: Runtime>(app: &AppHandle<R>, mut events: Receiver<Event>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        loop {
            match events.recv().await {
                Ok(Event::Surface(SurfaceRequest::ShowWindow)) => app.state::<Desk>().stage.show_main(None),
                // The clerk's; and what was missed is asked for anew at the next event.
                Ok(Event::Surface(_)) | Err(RecvError::Lagged(_)) => {}
                Ok(event) => {
                    if app.get_webview_window(MAIN).is_some() {
                        let _ = app.emit_to(EventTarget::webview_window(MAIN), "engine", event);
                    }
                }
                Err(RecvError::Closed) => return,
            }
        }
    });
}

#[cfg(test)]
#[path = "windows_tests.rs"]
mod tests;
