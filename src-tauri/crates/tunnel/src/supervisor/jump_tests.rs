use super::*;

fn look(wall: i64, monotonic: u64) -> Look {
    Look { wall: Timestamp::from_secs(wall), monotonic: Duration::from_secs(monotonic), route: None }
}

#[test]
fn clocks_that_go_on_together_tell_of_nothing() {
    let mut jumps = Jumps::default();
    assert_eq!(jumps.observe(look(1000, 0)), None);
    assert_eq!(jumps.observe(look(1005, 5)), None);
    // A busy computer looks late, on both clocks alike.
    assert_eq!(jumps.observe(look(1105, 105)), None);
    assert_eq!(jumps.observe(look(1112, 109)), None, "a clock that is being corrected slowly");
}

#[test]
fn a_sleep_and_a_clock_that_was_set_are_noticed_once() {
    let mut jumps = Jumps::default();
    jumps.observe(look(1000, 0));
    assert_eq!(jumps.observe(look(4600, 5)), Some(Jump::Clock), "an hour of sleep");
    assert_eq!(jumps.observe(look(4605, 10)), None);
    assert_eq!(jumps.observe(look(10, 15)), Some(Jump::Clock), "the clock was set back");
    assert_eq!(jumps.observe(look(15, 20)), None);
}

#[test]
fn another_way_out_is_noticed() {
    let mut jumps = Jumps::default();
    jumps.observe(look(1000, 0));
    let home = Look { route: Some([192, 168, 1, 7].into()), ..look(1005, 5) };
    assert_eq!(jumps.observe(home), Some(Jump::Network));
    assert_eq!(jumps.observe(Look { route: home.route, ..look(1010, 10) }), None);
    assert_eq!(jumps.observe(look(1015, 15)), Some(Jump::Network), "no network at all");
    jumps.forget();
    assert_eq!(jumps.observe(Look { route: home.route, ..look(90_000, 20) }), None);
}
