use proptest::prelude::*;

use super::*;

fn header(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn id_and_secret_are_form_encoded_inside_the_header() {
    assert_eq!(basic_credentials(&header("a%3Ab:c+d%25")), Some(("a:b".to_owned(), "c d%".to_owned())));
    assert_eq!(basic_credentials(&header("a:b:c")), Some(("a".to_owned(), "b:c".to_owned())));
    assert_eq!(
        basic_credentials("basic YTo="),
        Some(("a".to_owned(), String::new())),
        "the scheme's case does not matter"
    );
}

#[test]
fn what_is_no_basic_header_is_none() {
    for value in ["", "Basic", "Basic !", "Bearer x", "Basic YWJj", "Basic /w=="] {
        assert_eq!(basic_credentials(value), None, "{value}");
    }
}

proptest! {
    #[test]
    fn every_id_and_secret_survives_the_header(id in "\\PC{1,40}", secret in "\\PC{0,60}") {
        let value = header(&format!("{}:{}", encode(&id), encode(&secret)));
        prop_assert_eq!(basic_credentials(&value), Some((id, secret)));
    }
}
