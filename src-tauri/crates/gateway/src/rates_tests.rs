use super::*;

#[test]
fn a_burst_passes_then_the_caller_is_told_to_wait_and_another_caller_is_not() {
    let rates = Rates::new(Some(1));
    let refused_at = (0..50).find(|_| rates.take("alice").is_err());
    assert!(refused_at.is_some_and(|n| n >= 10), "{refused_at:?}");
    assert!(rates.take("alice").unwrap_err() > Duration::ZERO);
    assert_eq!(rates.take("bob"), Ok(()));
}

#[test]
fn without_a_limit_everything_passes() {
    let rates = Rates::new(None);
    assert!((0..10_000).all(|_| rates.take("alice").is_ok()));
}
