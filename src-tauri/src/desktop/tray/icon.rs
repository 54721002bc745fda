//! The icon for each state. On macOS templates: the system colours them as its menu bar is.

use tauri::image::Image;

use super::model::Icon;

macro_rules! picture {
    ($state:literal) => {
        if cfg!(target_os = "macos") {
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/icons/tray/", $state, "-template.png"))
                .as_slice()
        } else {
            include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/icons/tray/", $state, ".png")).as_slice()
        }
    };
}

/// The picture of a state.
pub(crate) fn of(icon: Icon) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match icon {
        Icon::Quiet => picture!("quiet"),
        Icon::Asking => picture!("asking"),
        Icon::Paused => picture!("paused"),
        Icon::Error => picture!("error"),
    })
}
