use super::*;

fn offer(values: &[&str], begun: &str) -> Vec<String> {
    info(values.iter().map(|&value| value.to_owned()).collect(), begun).values
}

#[test]
fn beginnings_come_before_later_words_and_nothing_comes_twice() {
    let names = ["Learn to sail", "Sailing boat", "sailing BOAT", "Rust"];
    assert_eq!(offer(&names, " SAIL"), ["Sailing boat", "Learn to sail"]);
    assert_eq!(offer(&names, "ail"), Vec::<String>::new());
    assert_eq!(offer(&names, "").len(), 3);
}

#[test]
fn no_more_are_named_than_the_protocol_allows_and_the_total_is_told() {
    let names: Vec<String> = (0..150).map(|number| format!("goal {number}")).collect();
    let info = info(names, "goal");
    assert_eq!((info.values.len(), info.total, info.has_more), (100, Some(150), Some(true)));
}
