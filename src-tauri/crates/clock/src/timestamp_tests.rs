use super::*;

#[test]
fn a_time_survives_the_way_through_text_to_the_microsecond() {
    let time = Timestamp::from_micros(1_795_262_400_123_456);
    assert_eq!(time.to_string(), "2026-11-21T12:00:00.123456Z");
    assert_eq!(time.to_string().parse::<Timestamp>(), Ok(time));
}

#[test]
fn an_offset_is_turned_into_utc() {
    let time: Timestamp = "2026-11-21T13:00:00+01:00".parse().unwrap();
    assert_eq!(time.to_string(), "2026-11-21T12:00:00Z");
}

#[test]
fn a_text_that_is_no_time_is_refused_with_an_example() {
    let error = "yesterday".parse::<Timestamp>().unwrap_err();
    assert!(error.to_string().contains("RFC 3339, for example"), "{error}");
}

#[test]
fn arithmetic_stops_at_the_ends_and_a_difference_is_never_negative() {
    let end = Timestamp::from_micros(i64::MAX);
    assert_eq!(end.plus(Duration::from_secs(1)), end);
    assert_eq!(Timestamp::from_micros(5).since(Timestamp::from_micros(9)), Duration::ZERO);
    assert!(end.to_string().starts_with("9999-"));
}
