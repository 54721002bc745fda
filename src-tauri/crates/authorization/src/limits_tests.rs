use clock::ManualClock;

use super::*;

#[test]
fn a_burst_passes_then_the_wait_is_named_and_keeping_to_it_helps() {
    let clock = ManualClock::default();
    let limits = Limits::new(LimitsSetting::On, Arc::new(clock.clone()));
    for _ in 0..10 {
        assert_eq!(limits.take(Limited::Registration, &Arrival::Local), Ok(()));
    }
    let wait = limits.take(Limited::Registration, &Arrival::Local).unwrap_err();
    assert!((1..=7).contains(&wait), "{wait}");
    clock.advance(Duration::from_secs(wait));
    assert_eq!(limits.take(Limited::Registration, &Arrival::Local), Ok(()));
}

#[test]
fn dead_refresh_tokens_do_not_block_the_exchange_of_a_code() {
    let limits = Limits::new(LimitsSetting::On, Arc::new(ManualClock::default()));
    while limits.take(Limited::Refresh, &Arrival::Local).is_ok() {}
    assert_eq!(limits.take(Limited::CodeExchange, &Arrival::Local), Ok(()));
}

#[test]
fn without_limits_nothing_is_counted() {
    let limits = Limits::new(LimitsSetting::Off, Arc::new(ManualClock::default()));
    assert!((0..10_000).all(|_| limits.take(Limited::Registration, &Arrival::Local).is_ok()));
}

#[test]
fn the_tunnel_can_not_use_up_what_this_computer_has() {
    let limits = Limits::new(LimitsSetting::On, Arc::new(ManualClock::default()));
    while limits.take(Limited::Authorization, &Arrival::unknown()).is_ok() {}
    assert_eq!(limits.take(Limited::Authorization, &Arrival::Local), Ok(()));
}

#[test]
fn one_client_gone_wild_leaves_enough_for_the_others() {
    let limits = Limits::new(LimitsSetting::On, Arc::new(ManualClock::default()));
    let take = |client: Option<&str>| limits.take_for(Limited::Refresh, &Arrival::Local, client);
    for _ in 0..1000 {
        let _ = take(Some("wild"));
    }
    assert!(take(Some("wild")).is_err());
    assert!((0..50).all(|_| take(Some("calm")).is_ok()));
}

#[test]
fn those_that_nobody_knows_share_one_bucket_and_take_nothing_from_a_known_client_s() {
    let limits = Limits::new(LimitsSetting::On, Arc::new(ManualClock::default()));
    while limits.take_for(Limited::CodeExchange, &Arrival::Local, None).is_ok() {}
    assert_eq!(limits.take_for(Limited::CodeExchange, &Arrival::Local, Some("known")), Ok(()));
}

#[test]
fn buckets_of_clients_do_not_grow_without_end() {
    let clock = ManualClock::default();
    let limits = Limits::new(LimitsSetting::On, Arc::new(clock.clone()));
    for number in 0..20_000 {
        clock.advance(Duration::from_millis(200));
        let _ = limits.take_for(Limited::Refresh, &Arrival::Local, Some(&number.to_string()));
    }
    let held = limits.local.refresh.each.len();
    assert!(held <= TIDY_FROM + 1, "{held}");
    // Without time between them none is full again: then there is a bound, and what is beyond it shares.
    for number in 0..10_000 {
        let _ = limits.take_for(Limited::Refresh, &Arrival::Local, Some(&number.to_string()));
    }
    assert!(limits.local.refresh.each.len() <= MAX_CLIENTS + 1);
}
