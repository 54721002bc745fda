//! Noticing that the computer slept, that somebody set its clock, or that it is on another network.
//!
//! A timer of the system may stand still while the computer sleeps, so a long one can not be trusted; but two
//! clocks that went on differently between two short ticks tell that something happened, and so does another
//! way out to the internet. Either way the link is looked at now, not when a timer says.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use clock::Timestamp;

/// The two clocks may differ so much from one tick to the next.
const TOLERANCE: Duration = Duration::from_secs(5);

/// One look at both clocks and at the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) wall: Timestamp,
    pub(super) monotonic: Duration,
    /// The address from which this computer would send to the internet.
    pub(super) route: Option<IpAddr>,
}

/// What changed since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    /// The wall clock did not go on like the other one: sleep, or a clock that was set.
    Clock,
    /// Another network, or none, or one again.
    Network,
}

/// Compares looks.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    last: Option<Look>,
}

impl Jumps {
    pub(super) fn observe(&mut self, look: Look) -> Option<Jump> {
        let last = self.last.replace(look)?;
        let passed = look.monotonic.saturating_sub(last.monotonic);
        let expected = last.wall.plus(passed);
        if look.wall.since(expected) > TOLERANCE || expected.since(look.wall) > TOLERANCE {
            return Some(Jump::Clock);
        }
        (look.route != last.route).then_some(Jump::Network)
    }

    /// Looks were not taken for a while: the next one has nothing to be compared with.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }
}

/// The address from which this computer would send to the internet. Connecting a UDP socket only asks the
/// system's routing table: nothing is sent. The address asked about is one for documentation (RFC 5737).
pub(super) fn route() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    socket.local_addr().ok().map(|address: SocketAddr| address.ip())
}

#[cfg(test)]
#[path = "jump_tests.rs"]
mod tests;
