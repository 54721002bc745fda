use std::time::Duration;

use uuid::Uuid;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_000_000 + seconds)
}

fn id(n: u128) -> TurnId {
    Uuid::from_u128(n).into()
}

#[test]
fn a_turn_is_found_until_its_time_has_passed() {
    let mut recent = RecentTurns::default();
    recent.add(at(0), (1, 7), id(1));
    recent.add(at(10), (1, 8), id(2));
    assert_eq!(recent.find((1, 7)), Some(id(1)));
    assert_eq!(recent.find((2, 7)), None);
    recent.add(at(10).plus(Duration::from_secs(1)), (1, 9), id(3));
    assert_eq!(recent.find((1, 7)), None);
    assert_eq!(recent.find((1, 8)), Some(id(2)));
}

#[test]
fn forgetting_an_old_turn_leaves_a_newer_one_with_the_same_texts() {
    let mut recent = RecentTurns::default();
    recent.add(at(0), (1, 7), id(1));
    recent.add(at(8), (1, 7), id(2));
    recent.add(at(12), (1, 9), id(3));
    assert_eq!(recent.find((1, 7)), Some(id(2)));
}

#[test]
fn it_never_grows_past_its_capacity_even_when_the_clock_stands_still() {
    let mut recent = RecentTurns::default();
    for n in 0..=CAPACITY {
        recent.add(at(0), (1, i64::try_from(n).unwrap()), id(n as u128));
    }
    assert_eq!(recent.order.len(), CAPACITY);
    assert_eq!(recent.newest.len(), CAPACITY);
    assert_eq!(recent.find((1, 0)), None);
}
