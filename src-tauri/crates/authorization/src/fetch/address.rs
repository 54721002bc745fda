//! Which addresses belong to the public internet, so that nothing a stranger names leads into a home network.
//!
//! A client metadata document is fetched from wherever a stranger's `client_id` says. If that could be this
//! computer, the router or a cloud's metadata service, a stranger could make this program knock there (SSRF).
//! So it is asked the other way round: what is not known to be public is refused. Sources: the special-purpose
//! address registries of IANA (RFC 6890 and what came after it), and for IPv4 inside IPv6 RFC 4291, 6052, 3056,
//! 4380 and 5214.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many addresses of one name are looked at.
const MAX_ADDRESSES: usize = 32;

/// Why none of a name's addresses is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the name has no address")]
    None,
    #[error("the name has more than 32 addresses")]
    TooMany,
    #[error("the name leads to {0}, which is not on the public internet")]
    NotPublic(IpAddr),
    #[error("the name leads to {0}, which is not on this computer")]
    NotLoopback(IpAddr),
}

/// The addresses, if every one is public. One that is not spoils all: a name that has both is built to get in.
pub(crate) fn all_public(addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Refused> {
    all(addresses, is_public, Refused::NotPublic)
}

/// The addresses, if every one is on this computer.
pub(crate) fn all_loopback(addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Refused> {
    all(addresses, |address| address.is_loopback(), Refused::NotLoopback)
}

/// The addresses, wherever they are, if there are any.
pub(crate) fn any(addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, Refused> {
    all(addresses, |_| true, Refused::NotPublic)
}

fn all(
    addresses: Vec<IpAddr>,
    is_good: impl Fn(IpAddr) -> bool,
    refused: impl Fn(IpAddr) -> Refused,
) -> Result<Vec<IpAddr>, Refused> {
    if addresses.is_empty() {
        return Err(Refused::None);
    }
    if addresses.len() > MAX_ADDRESSES {
        return Err(Refused::TooMany);
    }
    match addresses.iter().find(|address| !is_good(**address)) {
        Some(bad) => Err(refused(*bad)),
        None => Ok(addresses),
    }
}

/// Whether anybody on the internet could mean this address by the same machine.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    // 192.0.0/24 is given to protocols, 192.88.99/24 was the way to 6to4 relays; nobody serves a document there.
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // An IPv4 address in other clothes is judged as what it is: a socket connects to that address.
    if let Some(inside) = address.to_ipv4_mapped() {
        return is_public_v4(inside);
    }
    if let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = segments {
        // NAT64 (RFC 6052): how a network without IPv4 reaches the rest.
        return is_public_v4(ipv4(high, low));
    }
    if let [.., 0x0000 | 0x0200, 0x5efe, high, low] = segments
        && !is_public_v4(ipv4(high, low))
    {
        // ISATAP (RFC 5214).
        return false;
    }
    // Only 2000::/3 is given out as global unicast. That leaves out ::/128, ::1, IPv4-compatible, 64:ff9b:1::/48,
    // 100::/64 (discard), fc00::/7, fe80::/10, fec0::/10 (site-local) and ff00::/8.
    let global_unicast = segments[0] & 0xe000 == 0x2000;
    // Teredo, benchmarking, ORCHID and the rest of the protocols' 2001::/23; documentation; 6to4.
    let special = matches!(segments, [0x2001, 0x0000..=0x01ff | 0x0db8, ..] | [0x2002, ..])
        || (segments[0] == 0x3fff && segments[1] < 0x1000);
    global_unicast && !special
}

fn ipv4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
