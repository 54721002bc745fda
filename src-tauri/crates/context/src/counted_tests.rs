use super::*;

#[test]
fn one_is_one_and_all_else_are_many() {
    assert_eq!(counted(1, "entry"), "1 entry");
    assert_eq!(counted(0, "entry"), "0 entries");
    assert_eq!(counted(2, "day"), "2 days");
    assert_eq!(counted(1, "open request"), "1 open request");
    assert_eq!(counted(21, "whole conversation"), "21 whole conversations");
}
