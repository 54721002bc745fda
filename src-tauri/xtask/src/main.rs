//! Developing.
fn main() {}
