//! Certificates from a real authority: Debian's Pebble.

#[cfg(test)]
#[path = "acme/failures.rs"]
mod failures;
#[cfg(test)]
#[path = "acme/orders.rs"]
mod orders;
#[cfg(test)]
mod support;
