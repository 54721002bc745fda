use super::*;

const DAY: Duration = Duration::from_hours(24);

fn start() -> Timestamp {
    Timestamp::from_secs(1_795_262_400)
}

fn lasting(life: Duration) -> Life {
    Life { not_before: start(), not_after: start().plus(life) }
}

#[test]
fn a_renewal_is_due_at_two_thirds_of_the_real_life_however_short() {
    let hours = |hours| Duration::from_hours(hours);
    for (life, due) in
        [(90 * DAY, 60 * DAY), (45 * DAY, 30 * DAY), (hours(160), hours(320) / 3), (hours(3), hours(2))]
    {
        let current = Some((lasting(life), "1"));
        let history = History::default();
        let before = start().plus(due).minus(Duration::from_secs(1));
        assert_eq!(next_step(before, current, &history), Step::Wait(start().plus(due)));
        assert_eq!(next_step(start().plus(due), current, &history), Step::Order);
    }
}

#[test]
fn without_a_certificate_one_is_ordered_at_once() {
    assert_eq!(next_step(start(), None, &History::default()), Step::Order);
}

fn suggesting(serial: &str, renew_at: Timestamp) -> History {
    let suggestion = Suggestion { serial: serial.to_owned(), renew_at, ask_again: start() };
    History { suggestion: Some(suggestion), ..History::default() }
}

#[test]
fn the_authoritys_word_counts_for_its_own_certificate_and_never_past_the_last_tenth() {
    let life = lasting(90 * DAY);
    let early = suggesting("1", start().plus(DAY));
    assert_eq!(renewal(life, "1", &early), start().plus(DAY));
    assert_eq!(renewal(life, "2", &early), start().plus(60 * DAY));
    let later = suggesting("1", start().plus(70 * DAY));
    assert_eq!(renewal(life, "1", &later), start().plus(70 * DAY));
    let too_late = suggesting("1", start().plus(200 * DAY));
    assert_eq!(renewal(life, "1", &too_late), start().plus(81 * DAY));
}

#[test]
fn the_moment_in_the_window_is_drawn_by_lot_and_stays_inside() {
    let (from, to) = (start(), start().plus(DAY));
    assert_eq!(within(from, to, 0.0), from);
    assert_eq!(within(from, to, 1.0), to);
    assert_eq!(within(from, to, 7.0), to);
    // A window that ends before it begins is its beginning.
    assert_eq!(within(to, from, 0.5), to);
}

#[test]
fn failures_are_tried_again_later_and_later_and_at_most_four_times_an_hour() {
    let mut now = start();
    let mut times = Vec::new();
    for failures in 1..=12 {
        let next = retry(now, failures, None, 0.0);
        assert!(next > now);
        times.push(next);
        now = next;
    }
    for window in times.windows(5) {
        assert!(window[4].since(window[0]) > Duration::from_hours(1), "{window:?}");
    }
    let waits: Vec<_> = times.windows(2).map(|pair| pair[1].since(pair[0])).collect();
    assert!(waits.is_sorted(), "{waits:?}");
    assert_eq!(waits.last(), Some(&Duration::from_hours(12)));
    assert!(retry(start(), 2, None, 1.0) > retry(start(), 2, None, 0.0));
}

#[test]
fn what_the_authority_asks_to_wait_is_waited_within_reason() {
    let asked = start().plus(Duration::from_hours(5));
    assert_eq!(retry(start(), 1, Some(asked), 0.0), asked);
    // Sooner than our own wait is not taken up.
    assert!(retry(start(), 3, Some(start()), 0.0) > start().plus(Duration::from_mins(59)));
    let absurd = start().plus(1000 * DAY);
    assert!(retry(start(), 1, Some(absurd), 0.0) < start().plus(DAY));
}

#[test]
fn nothing_is_ordered_before_the_retry_even_when_the_certificate_runs_out() {
    let retry_at = start().plus(91 * DAY);
    let history =
        History { retry_at: Some(retry_at), failed_at: Some(start().plus(88 * DAY)), ..History::default() };
    let now = start().plus(90 * DAY + Duration::from_hours(1));
    assert_eq!(next_step(now, Some((lasting(90 * DAY), "1")), &history), Step::Wait(retry_at));
}

#[test]
fn a_wait_that_a_wrong_clock_wrote_down_is_not_sat_out() {
    let year = 365 * DAY;
    let forward = History {
        failures: 1,
        failed_at: Some(start().plus(year)),
        retry_at: Some(start().plus(year)),
        ..History::default()
    };
    assert_eq!(next_step(start(), None, &forward), Step::Order);
    let long = History { retry_at: Some(start().plus(30 * DAY)), ..History::default() };
    assert_eq!(next_step(start(), None, &long), Step::Order);
}

#[test]
fn a_clock_that_was_set_back_orders_nothing() {
    let life = lasting(90 * DAY);
    let now = start().minus(365 * DAY);
    assert_eq!(next_step(now, Some((life, "1")), &History::default()), Step::Wait(start()));
}
