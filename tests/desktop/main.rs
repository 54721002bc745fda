//! Whole-program stories of the desktop: the real program on a display, a session bus and a tray of its own, with its
//! windows driven by `WebKit`'s driver. `cargo xtask test --all` runs them.
//!
//! They need Xvfb, dbus-daemon, xdg-utils and `WebKitWebDriver` (Debian: xvfb, dbus-daemon, xdg-utils,
//! webkit2gtk-driver); no window manager.
#![cfg(all(target_os = "linux", feature = "desktop"))]

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "the stories without a desktop use the rest")]
mod support;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod client;
mod computer;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod main_window;
#[cfg(test)]
mod package;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod same_computer;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod tray;
