use super::*;
use proptest::prelude::*;

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_secs(1_800_000_000 + 60 * minute)
}

#[test]
fn a_turn_belongs_to_a_conversation_up_to_half_an_hour_after_its_last_turn() {
    assert!(continues(minute(0), minute(10), minute(40)));
    assert!(!continues(minute(0), minute(10), minute(40).plus(Duration::from_micros(1))));
}

#[test]
fn a_turn_that_arrives_late_belongs_to_the_conversation_it_happened_in() {
    assert!(continues(minute(0), minute(10), minute(5)));
    assert!(continues(minute(0), minute(10), minute(-30)));
    assert!(!continues(minute(0), minute(10), minute(-31)));
}

proptest! {
    #[test]
    fn the_rule_holds_at_any_time_without_overflow(started in any::<i64>(), last in any::<i64>(), at in any::<i64>()) {
        let [started, last, at] = [started, last, at].map(Timestamp::from_micros);
        let belongs = continues(started, last, at);
        prop_assert_eq!(belongs, started.since(at) <= QUIET_TIME && at.since(last) <= QUIET_TIME);
    }
}
