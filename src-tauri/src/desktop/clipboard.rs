//! The clipboard. Only the toolkit's own thread may use it.

/// Puts text on the clipboard.
#[cfg(target_os = "linux")]
pub(crate) fn put(text: &str) -> Result<(), String> {
    if !gtk::is_initialized_main_thread() {
        return Err("the display is not there".to_owned());
    }
    let clipboard = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD);
    clipboard.set_text(text);
    // A clipboard manager keeps it when the program ends.
    clipboard.store();
    Ok(())
}

/// Puts text on the clipboard.
#[cfg(not(target_os = "linux"))]
pub(crate) fn put(text: &str) -> Result<(), String> {
    arboard::Clipboard::new()
        .and_then(|mut clipboard| clipboard.set_text(text))
        .map_err(|error| error.to_string())
}
