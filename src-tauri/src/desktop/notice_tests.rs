use super::*;

#[test]
fn whoever_knocks_often_is_not_heard_more_often() {
    let mut notices = Notices::default();
    let start = Timestamp::from_secs(1_795_000_000);
    assert!(notices.may_tell(start));
    assert!(!notices.may_tell(start.plus(Duration::from_secs(59))));
    assert!(notices.may_tell(start.plus(Duration::from_mins(1))));
}

#[test]
fn a_clock_that_was_set_back_does_not_silence_the_notices() {
    let mut notices = Notices::default();
    let start = Timestamp::from_secs(1_795_000_000);
    assert!(notices.may_tell(start));
    assert!(notices.may_tell(start.minus(Duration::from_hours(1))));
}

#[test]
fn a_copied_secret_is_told_with_a_short_name_and_what_to_do() {
    let told = copied(&"x".repeat(500));
    assert!(told.len() < 400 && told.contains("let it in again"), "{told}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_is_text_in_a_notice_whatever_markup_it_holds() {
    assert_eq!(as_text("<b>Claude</b> & Co"), "&lt;b&gt;Claude&lt;/b&gt; &amp; Co");
}
