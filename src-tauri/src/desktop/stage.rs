//! The stage on which windows stand: what the rest of the desktop asks of the toolkit.

use std::path::{Path, PathBuf};

use engine::Failure;
use tauri::{AppHandle, Emitter as _, EventTarget, Manager as _, Runtime};
use tauri_plugin_dialog::DialogExt as _;
use tokio::sync::oneshot;

use super::clipboard;
use super::host::Host;
use super::windows::{self, View};

/// What can be done with windows. None of it waits for a person.
pub(crate) trait Stage: Send + Sync {
    /// Shows the main window, made if it is not there, at this view or as it stands.
    fn show_main(&self, view: Option<View>);
    /// Makes a consent window of that label.
    fn open_approval(&self, label: &str) -> Result<(), String>;
    /// Brings a consent window to the front.
    fn focus_approval(&self, label: &str);
    /// Tells a consent window that what it shows has changed.
    fn refresh_approval(&self, label: &str);
    /// Takes a consent window away.
    fn close_approval(&self, label: &str);
    /// The view that the main window begins with.
    fn initial_view(&self) -> View;
    /// Asks for a file to write.
    fn ask_where_to_write(&self, suggestion: &Path, answer: oneshot::Sender<Option<PathBuf>>);
    /// Asks for a file, or for a folder, to read.
    fn ask_what_to_read(&self, folder: bool, answer: oneshot::Sender<Option<PathBuf>>);
    /// Puts text on the clipboard; tells what came of it.
    fn put_on_clipboard(&self, text: String, answer: oneshot::Sender<Result<(), String>>);
    /// Ends the program in good order.
    fn quit(&self);
}

impl dyn Stage {
    /// Puts text on the clipboard.
    pub(crate) async fn copy(&self, text: String) -> Result<(), Failure> {
        let (answer, answered) = oneshot::channel();
        self.put_on_clipboard(text, answer);
        let outcome = answered.await.unwrap_or_else(|_| Err("the program is ending".to_owned()));
        outcome.map_err(|reason| {
            Failure::failed(format!(
                "the clipboard does not take it ({reason}); select the text and copy it yourself"
            ))
        })
    }
}

/// The real stage.
pub(crate) struct TauriStage<R: Runtime> {
    app: AppHandle<R>,
    host: Host,
    first_view: parking_lot::Mutex<View>,
}

impl<R: Runtime> TauriStage<R> {
    pub(crate) fn new(app: AppHandle<R>, host: Host) -> Self {
        Self { app, host, first_view: parking_lot::Mutex::new(View::Home) }
    }

    fn with_approval(&self, label: &str, act: impl FnOnce(&tauri::WebviewWindow<R>) -> tauri::Result<()>) {
        if let Some(window) = self.app.get_webview_window(label)
            && let Err(error) = act(&window)
        {
            tracing::warn!(%error, "the consent window did not obey");
        }
    }
}

impl<R: Runtime> Stage for TauriStage<R> {
    fn show_main(&self, view: Option<View>) {
        if let Some(view) = view {
            *self.first_view.lock() = view;
        }
        if let Some(window) = self.app.get_webview_window(windows::MAIN) {
            let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
            if let Err(error) = shown {
                tracing::warn!(%error, "the window could not be brought to the front");
            }
            if let Some(view) = view {
                let _ = self.app.emit_to(EventTarget::webview_window(windows::MAIN), "view", view);
            }
        } else {
            windows::build_main(&self.app, &self.host.place().data_dir, self.host.theme());
        }
    }

    fn open_approval(&self, label: &str) -> Result<(), String> {
        windows::build_approval(&self.app, label, &self.host.place().data_dir, self.host.theme())
            .map_err(|error| error.to_string())
    }

    fn focus_approval(&self, label: &str) {
        self.with_approval(label, |window| {
            window.unminimize()?;
            window.show()?;
            window.set_focus()
        });
    }

    fn refresh_approval(&self, label: &str) {
        let _ = self.app.emit_to(EventTarget::webview_window(label), "approval-changed", ());
    }

    fn close_approval(&self, label: &str) {
        self.with_approval(label, tauri::WebviewWindow::destroy);
    }

    fn initial_view(&self) -> View {
        std::mem::replace(&mut *self.first_view.lock(), View::Home)
    }

    fn ask_where_to_write(&self, suggestion: &Path, answer: oneshot::Sender<Option<PathBuf>>) {
        let mut dialog = self.app.dialog().file().set_title("Export to");
        if let Some(folder) = suggestion.parent() {
            dialog = dialog.set_directory(folder);
        }
        if let Some(name) = suggestion.file_name() {
            dialog = dialog.set_file_name(name.to_string_lossy());
        }
        dialog.save_file(move |chosen| {
            let _ = answer.send(chosen.and_then(|path| path.into_path().ok()));
        });
    }

    fn ask_what_to_read(&self, folder: bool, answer: oneshot::Sender<Option<PathBuf>>) {
        let dialog = self.app.dialog().file().set_title("Import from");
        let tell = move |chosen: Option<tauri_plugin_dialog::FilePath>| {
            let _ = answer.send(chosen.and_then(|path| path.into_path().ok()));
        };
        if folder {
            dialog.pick_folder(tell);
        } else {
            dialog.pick_file(tell);
        }
    }

    fn put_on_clipboard(&self, text: String, answer: oneshot::Sender<Result<(), String>>) {
        // The sender goes with the closure: whoever waits hears of a toolkit that is gone.
        let _ = self.app.run_on_main_thread(move || {
            let _ = answer.send(clipboard::put(&text));
        });
    }

    fn quit(&self) {
        self.app.exit(0);
    }
}
