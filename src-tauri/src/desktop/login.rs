//! Starting with the person's session.

use auto_launch::{AutoLaunch, AutoLaunchBuilder};
use engine::Failure;

use crate::place::Place;

/// Whether the program starts at the login; none where the system has no way that we know.
pub(crate) fn is_on(place: &Place) -> Option<bool> {
    entry(place).ok().and_then(|entry| entry.is_enabled().ok())
}

/// Turns starting at the login on or off.
pub(crate) fn turn(place: &Place, on: bool) -> Result<(), Failure> {
    let failed = |error: auto_launch::Error| {
        Failure::failed(format!(
            "starting at login could not be changed: {error}; check your session's settings"
        ))
    };
    let entry = entry(place).map_err(failed)?;
    if on { entry.enable() } else { entry.disable() }.map_err(failed)
}

fn entry(place: &Place) -> Result<AutoLaunch, auto_launch::Error> {
    let program = std::env::current_exe().map_err(auto_launch::Error::from)?;
    let mut arguments = vec!["--in-tray".to_owned()];
    if !place.is_usual() {
        arguments.extend(["--data-dir".to_owned(), place.data_dir.display().to_string()]);
    }
    AutoLaunchBuilder::new()
        .set_app_name("ambient-insights")
        .set_app_path(&program.display().to_string())
        .set_args(&arguments)
        .build()
}
