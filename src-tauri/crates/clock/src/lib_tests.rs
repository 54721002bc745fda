use super::*;

#[test]
fn a_manual_clock_stands_still_until_it_is_moved() {
    let clock = ManualClock::default();
    let before = clock.now();
    assert_eq!(clock.now(), before);
    clock.advance(Duration::from_secs(90));
    assert_eq!(clock.now().since(before), Duration::from_secs(90));
    assert_eq!(clock.monotonic(), Duration::from_secs(90));
}

#[test]
fn setting_a_manual_clock_back_leaves_the_monotonic_time_alone() {
    let clock = ManualClock::default();
    clock.advance(Duration::from_secs(5));
    clock.set(Timestamp::from_micros(0));
    assert_eq!(clock.now(), Timestamp::from_micros(0));
    assert_eq!(clock.monotonic(), Duration::from_secs(5));
}

#[test]
fn the_manual_clock_starts_at_the_time_its_documentation_names() {
    assert_eq!(ManualClock::default().now().to_string(), "2026-11-21T12:00:00Z");
}

#[test]
fn the_system_clock_never_runs_backwards_on_its_monotonic_side() {
    let first = SystemClock.monotonic();
    assert!(SystemClock.monotonic() >= first);
    assert!(SystemClock.now() > Timestamp::from_micros(1_700_000_000_000_000));
}
