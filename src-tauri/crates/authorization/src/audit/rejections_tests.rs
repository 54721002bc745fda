use super::*;

#[test]
fn a_hundred_thousand_rejections_of_one_minute_are_one_counter() {
    let mut counters = Counters::default();
    for micros in 0..100_000 {
        counters.add(Timestamp::from_micros(micros), RejectionKind::InvalidToken, &Arrival::Local);
    }
    let taken = counters.take();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].1, 100_000);
    assert!(counters.take().is_empty());
}

#[test]
fn kinds_arrivals_and_minutes_are_counted_apart() {
    let mut counters = Counters::default();
    counters.add(Timestamp::from_secs(59), RejectionKind::InvalidToken, &Arrival::Local);
    counters.add(Timestamp::from_secs(60), RejectionKind::InvalidToken, &Arrival::Local);
    counters.add(Timestamp::from_secs(60), RejectionKind::MissingToken, &Arrival::Local);
    counters.add(Timestamp::from_secs(60), RejectionKind::MissingToken, &Arrival::unknown());
    assert_eq!(counters.take().len(), 4);
}

#[test]
fn a_jumping_clock_can_not_grow_the_counters_without_end() {
    let mut counters = Counters::default();
    for minute in 0..10_000 {
        counters.add(Timestamp::from_secs(minute * 60), RejectionKind::RateLimited, &Arrival::Local);
    }
    assert_eq!(counters.take().len(), MAX_COUNTERS);
}
