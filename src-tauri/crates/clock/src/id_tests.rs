use super::*;
use crate::SeededRandom;

#[test]
fn a_later_id_sorts_after_an_earlier_one() {
    let random = SeededRandom::new(1);
    let early = uuid_v7(Timestamp::from_micros(1_000_000_000_000), &random);
    let late = uuid_v7(Timestamp::from_micros(1_000_000_001_000), &random);
    assert!(early < late);
    assert_eq!(early.get_version_num(), 7);
}
