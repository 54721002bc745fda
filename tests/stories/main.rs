//! Whole-program stories: the real binary, driven from outside through its port and its command line alone.
//! `cargo xtask test` runs the fast ones; `--all` adds those with real clients (`clients`).
//!
//! Each module says `cfg(test)` for clippy, which does not know a test's helpers for tests otherwise.

#[path = "../support/mod.rs"]
mod support;

#[cfg(test)]
mod certificates;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod door;
#[cfg(test)]
mod durability;
// The hooks' commands are written for a Unix shell.
#[cfg(test)]
#[cfg(unix)]
mod from_anywhere;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(all(test, unix))]
mod hooks;
#[cfg(test)]
mod import;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod internet;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod owner;
#[cfg(test)]
mod privacy;
#[cfg(test)]
#[cfg(unix)]
mod providers;
#[cfg(test)]
mod rebuild;
#[cfg(test)]
mod registered;
#[cfg(test)]
mod start;
#[cfg(test)]
mod subscriptions;
// strace is Linux's; SQLite syncs by the same code elsewhere.
#[cfg(all(test, target_os = "linux"))]
mod syncs;
#[cfg(test)]
mod tools;
#[cfg(test)]
#[cfg(unix)]
mod tunnel;
