//! Tells Tauri what the windows may call.

fn main() {}
