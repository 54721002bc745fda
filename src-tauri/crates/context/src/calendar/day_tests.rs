use super::*;

#[test]
fn a_day_begins_and_ends_in_utc_and_is_written_in_one_way() {
    let day: Day = "2026-11-21".parse().unwrap();
    assert_eq!(Day::of("2026-11-21T23:59:59Z".parse().unwrap()), day);
    assert_eq!(day.start().to_string(), "2026-11-21T00:00:00Z");
    assert_eq!(day.end().to_string(), "2026-11-22T00:00:00Z");
    assert_eq!(serde_json::to_string(&day).unwrap(), "\"2026-11-21\"");
    assert_eq!(serde_json::from_str::<Day>("\"2026-11-21\"").unwrap(), day);
    let error = "tomorrow".parse::<Day>().unwrap_err();
    assert!(error.to_string().contains("write it as year-month-day"), "{error}");
}

#[test]
fn the_first_and_last_moments_of_all_time_have_their_days() {
    assert!(Day::of(Timestamp::from_micros(i64::MIN)) < Day::of(Timestamp::from_micros(i64::MAX)));
    let last = Day::of(Timestamp::from_micros(i64::MAX));
    assert_eq!(last.plus_days(5), last.plus_days(9));
    assert_eq!(last.plus_months(i64::MAX), last);
}

#[test]
fn weeks_begin_on_monday_and_months_have_their_lengths() {
    let saturday: Day = "2026-11-21".parse().unwrap();
    let week = Days::week_of(saturday);
    assert_eq!((week.first.to_string(), week.last.to_string()), ("2026-11-16".into(), "2026-11-22".into()));
    assert_eq!(Days::month(2028, 2).unwrap().last.to_string(), "2028-02-29");
    assert_eq!(saturday.days_until(week.last), 1);
}
