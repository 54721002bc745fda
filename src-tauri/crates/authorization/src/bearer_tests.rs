use http::HeaderValue;

use super::*;

fn token(value: &str) -> Option<String> {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
    bearer_token(&headers).map(str::to_owned)
}

#[test]
fn the_scheme_is_read_without_regard_to_case() {
    assert_eq!(token("Bearer abc").as_deref(), Some("abc"));
    assert_eq!(token("bearer  abc").as_deref(), Some("abc"));
}

#[test]
fn another_scheme_an_empty_token_and_an_endless_one_are_no_token() {
    for value in ["Basic abc", "Bearer", "Bearer ", "abc", &format!("Bearer {}", "x".repeat(9000))] {
        assert_eq!(token(value), None, "{}", &value[..value.len().min(20)]);
    }
}

#[test]
fn two_authorization_headers_are_none() {
    let mut headers = HeaderMap::new();
    headers.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer a"));
    headers.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer b"));
    assert_eq!(bearer_token(&headers), None);
}
