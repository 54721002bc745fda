use super::*;

fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
    HeaderMap::from_iter([(name, value.parse().unwrap())])
}

#[test]
fn retry_after_is_read_as_seconds_and_as_a_date_and_else_not_at_all() {
    let now = Timestamp::from_secs(1_795_262_400);
    let read = |value| retry_after(&headers(header::RETRY_AFTER, value), now);
    assert_eq!(read("120"), Some(now.plus(Duration::from_mins(2))));
    assert_eq!(read("Sat, 21 Nov 2026 13:00:00 GMT"), Some(now.plus(Duration::from_hours(1))));
    for nonsense in ["", "soon", "-5", "99999999999999999999999"] {
        assert_eq!(read(nonsense), None, "{nonsense}");
    }
    assert_eq!(retry_after(&HeaderMap::new(), now), None);
}

#[tokio::test]
async fn nothing_but_https_is_asked() {
    let clock = Arc::new(clock::ManualClock::default());
    let verifier = crate::believers::verifier(None);
    let Ok(verifier) = verifier else { return };
    let http = Http::new(verifier, clock);
    for url in ["http://localhost/", "ftp://localhost/", "/directory", "https://"] {
        let error = http.get(url).await.unwrap_err();
        assert!(matches!(error, Unanswered::Address(_)), "{url}: {error}");
    }
}
