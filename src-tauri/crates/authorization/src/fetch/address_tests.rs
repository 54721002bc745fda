//! Tests of the rules for addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::{Refused, all_loopback, all_public, is_public};

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn every_special_range_is_refused_from_its_first_to_its_last_address() {
    for text in [
        "0.0.0.0",
        "0.255.255.255", // this network
        "10.0.0.0",
        "10.255.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.168.0.0",
        "192.168.255.255", // private
        "100.64.0.0",
        "100.127.255.255", // behind a provider's NAT
        "127.0.0.0",
        "127.0.0.1",
        "127.255.255.255", // loopback
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255", // link-local, and the clouds' metadata services
        "192.0.0.0",
        "192.0.0.9",
        "192.0.0.170",
        "192.0.0.255", // protocols
        "192.0.2.0",
        "192.0.2.255",
        "198.51.100.0",
        "198.51.100.255",
        "203.0.113.0",
        "203.0.113.255", // examples
        "192.88.99.0",
        "192.88.99.255", // 6to4 relays
        "198.18.0.0",
        "198.19.255.255", // benchmarks
        "224.0.0.0",
        "239.255.255.255", // multicast
        "240.0.0.0",
        "255.255.255.254",
        "255.255.255.255", // reserved, broadcast
        "::",
        "::1",
        "::2",
        "::127.0.0.1",
        "::8.8.8.8", // unspecified, loopback, IPv4-compatible
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0", // IPv4-mapped
        "64:ff9b::127.0.0.1",
        "64:ff9b::192.168.1.1",
        "64:ff9b::169.254.169.254", // NAT64
        "64:ff9b:1::",
        "64:ff9b:1:ffff:ffff:ffff:8.8.8.8", // local NAT64
        "100::",
        "100::ffff:ffff:ffff:ffff",
        "100:0:0:1::", // discard, dummy
        "2001::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:1ff:ffff::", // Teredo and protocols
        "2001:2::",
        "2001:10::",
        "2001:20::1", // benchmarks, ORCHID
        "2001:db8::",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::",
        "3fff:fff:ffff::", // examples
        "2002::",
        "2002:7f00:1::",
        "2002:808:808::1",
        "2002:ffff::", // 6to4
        "2a00:1450::5efe:10.0.0.1",
        "2a00:1450::200:5efe:127.0.0.1", // ISATAP
        "fc00::",
        "fd12:3456::1",
        "fdff:ffff::", // unique local
        "fe80::",
        "fe80::1",
        "febf::",
        "fe80::5efe:8.8.8.8", // link-local
        "fec0::",
        "feff::", // site-local
        "ff00::",
        "ff02::1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", // multicast
        "5f00::",
        "4000::",
        "1fff::",
        "8000::", // not given out
    ] {
        assert!(!is_public(address(text)), "{text}");
    }
}

#[test]
fn the_neighbours_of_special_ranges_and_real_servers_are_public() {
    for text in [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.88.100.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "198.51.101.0",
        "203.0.112.255",
        "203.0.114.0",
        "223.255.255.255",
        "160.79.104.10",
        "2000::",
        "2001:200::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2001:4860:4860::8888",
        "2003::",
        "2606:4700::1111",
        "3ffe:ffff::",
        "3fff:1000::",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2a00:1450::5efe:8.8.8.8",
    ] {
        assert!(is_public(address(text)), "{text}");
    }
}

#[test]
fn one_bad_address_spoils_a_name() {
    let good = vec![address("8.8.8.8"), address("2606:4700::1111")];
    assert_eq!(all_public(good.clone()), Ok(good.clone()));
    let mut mixed = good;
    mixed.push(address("192.168.1.1"));
    assert_eq!(all_public(mixed), Err(Refused::NotPublic(address("192.168.1.1"))));
    assert_eq!(all_public(Vec::new()), Err(Refused::None));
    assert_eq!(all_public(vec![address("8.8.8.8"); 33]), Err(Refused::TooMany));
}

#[test]
fn what_is_to_be_on_this_computer_has_loopback_addresses_alone() {
    let here = vec![address("::1"), address("127.0.0.1")];
    assert_eq!(all_loopback(here.clone()), Ok(here));
    let mixed = vec![address("127.0.0.1"), address("10.0.0.1")];
    assert_eq!(all_loopback(mixed), Err(Refused::NotLoopback(address("10.0.0.1"))));
}

proptest! {
    #[test]
    fn an_address_inside_an_address_is_never_more_public_than_it_is_by_itself(bits: u32, prefix: [u16; 4]) {
        let inside = Ipv4Addr::from(bits);
        let [a, b, c, d] = inside.octets().map(u16::from);
        let (high, low) = ((a << 8) | b, (c << 8) | d);
        let public = is_public(inside.into());
        prop_assert_eq!(is_public(inside.to_ipv6_mapped().into()), public);
        let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low);
        prop_assert_eq!(is_public(nat64.into()), public);
        let [p, q, r, s] = prefix;
        for mark in [0x0000, 0x0200] {
            let isatap = Ipv6Addr::new(p, q, r, s, mark, 0x5efe, high, low);
            prop_assert!(public || !is_public(isatap.into()));
        }
        prop_assert!(!is_public(Ipv6Addr::new(0x2002, high, low, q, r, s, p, 1).into()));
        prop_assert!(!is_public(Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low).into()));
    }

    #[test]
    fn what_the_standard_library_calls_special_is_never_public(bits: u32, wide: u128) {
        let v4 = Ipv4Addr::from(bits);
        if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast()
            || v4.is_documentation() || v4.is_unspecified()
        {
            prop_assert!(!is_public(v4.into()));
        }
        let v6 = Ipv6Addr::from(wide);
        if v6.is_loopback() || v6.is_multicast() || v6.is_unspecified() || v6.is_unique_local()
            || v6.is_unicast_link_local()
        {
            prop_assert!(!is_public(v6.into()));
        }
    }
}
