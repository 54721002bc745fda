use std::net::IpAddr;

use authorization::Arrival;

use super::{VisitorRule, Visitors};

fn tunnel() -> Arrival {
    Arrival::Tunnel("ssh".parse().unwrap())
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn the_range_ends_where_it_was_published_to_end() {
    let rule = VisitorRule::default();
    rule.set(Visitors::Anthropic);
    for inside in ["160.79.104.0", "160.79.104.10", "160.79.111.255", "::ffff:160.79.106.35"] {
        assert!(rule.lets_in(&tunnel(), Some(address(inside))), "{inside}");
    }
    for outside in [
        "160.79.103.255",
        "160.79.112.0",
        "203.0.113.7",
        "127.0.0.1",
        "::1",
        "2607:6bc0::10",
        "::160.79.104.10",
    ] {
        assert!(!rule.lets_in(&tunnel(), Some(address(outside))), "{outside}");
    }
}

#[test]
fn nobody_is_let_in_whose_address_is_unknown_where_addresses_count() {
    let rule = VisitorRule::default();
    assert!(rule.lets_in(&tunnel(), None));
    rule.set(Visitors::Anthropic);
    assert!(!rule.lets_in(&tunnel(), None));
    rule.set(Visitors::Anyone);
    assert!(rule.lets_in(&tunnel(), Some(address("203.0.113.7"))));
}

#[test]
fn this_computer_is_never_kept_out() {
    let rule = VisitorRule::default();
    rule.set(Visitors::Anthropic);
    assert!(rule.lets_in(&Arrival::Local, Some(address("127.0.0.1"))) && rule.lets_in(&Arrival::Local, None));
}

#[test]
fn each_word_stands_for_itself_and_no_other_word_for_any() {
    for visitors in Visitors::ALL {
        assert_eq!(Visitors::from_word(visitors.as_str()), Some(visitors));
    }
    assert_eq!(Visitors::from_word("Anthropic"), None);
}
