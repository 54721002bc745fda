use super::*;

const YEAR: Duration = Duration::from_hours(24 * 365);

#[test]
fn a_session_ends_after_twelve_hours_and_the_others_after_thirty_days_and_a_year() {
    let end = |duration: AccessDuration| duration.ends_at(Timestamp::from_secs(0), YEAR).as_secs();
    assert_eq!(end(AccessDuration::Session), 12 * 3600);
    assert_eq!(end(AccessDuration::ThirtyDays), 30 * 24 * 3600);
    assert_eq!(end(AccessDuration::UntilRevoked), 365 * 24 * 3600);
}

#[test]
fn no_duration_outlasts_what_is_set_for_all_grants() {
    for duration in AccessDuration::ALL {
        let end = duration.ends_at(Timestamp::from_secs(0), Duration::from_mins(1));
        assert_eq!(end, Timestamp::from_secs(60), "{duration:?}");
    }
}

#[test]
fn the_name_on_the_wire_is_the_stored_one() {
    for duration in AccessDuration::ALL {
        assert_eq!(serde_json::to_value(duration).unwrap(), duration.as_str());
    }
}
