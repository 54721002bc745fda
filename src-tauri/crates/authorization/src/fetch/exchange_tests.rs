//! Tests of how an answer's head is read.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};

use super::{is_json, max_age};

fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
}

#[test]
fn json_is_what_says_so_and_is_not_packed() {
    for (value, expected) in [
        ("application/json", true),
        ("Application/JSON; charset=utf-8", true),
        ("application/cimd+json", true),
        ("text/json", false),
        ("text/html", false),
        ("application/jsonp", false),
        ("", false),
    ] {
        assert_eq!(is_json(&headers(&[(header::CONTENT_TYPE, value)])), expected, "{value}");
    }
    assert!(!is_json(&HeaderMap::new()));
    let packed = [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_ENCODING, "gzip")];
    assert!(!is_json(&headers(&packed)));
}

#[test]
fn the_shortest_time_that_caching_allows_counts() {
    for (value, seconds) in [
        ("max-age=600", Some(600)),
        ("public, Max-Age=86400, immutable", Some(86400)),
        ("max-age=600, max-age=60", Some(60)),
        ("max-age=600, no-store", Some(0)),
        ("no-cache", Some(0)),
        ("max-age=never", Some(0)),
        ("max-age=-1", Some(0)),
        ("public", None),
    ] {
        let read = max_age(&headers(&[(header::CACHE_CONTROL, value)]));
        assert_eq!(read, seconds.map(Duration::from_secs), "{value}");
    }
    assert_eq!(max_age(&HeaderMap::new()), None);
}
