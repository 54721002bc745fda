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
