use super::*;

#[test]
fn secrets_are_taken_out_and_nothing_expires_unless_somebody_says_so() {
    let layer = PrivacyLayer::default();
    assert_eq!((layer.redaction(), layer.retention()), (Redaction::On, RetentionSetting::ForEver));
}

#[test]
fn both_are_taken_within_their_bounds_alone() {
    let mut layer = PrivacyLayer::default();
    assert_eq!(layer.set("redact_secrets", "false"), Some(Ok(())));
    assert_eq!(layer.set("retention_days", "90"), Some(Ok(())));
    assert_eq!((layer.redaction(), layer.retention()), (Redaction::Off, RetentionSetting::Days(90)));
    for (key, value) in [
        ("redact_secrets", "no"),
        ("redact_secrets", ""),
        ("retention_days", "0"),
        ("retention_days", "-1"),
        ("retention_days", "36526"),
        ("retention_days", "a month"),
    ] {
        let unfit = PrivacyLayer::default().set(key, value);
        assert!(matches!(unfit, Some(Err((named, _))) if named == key), "{key} = {value}");
    }
    assert_eq!(layer.set("theme", "dark"), None);
}
