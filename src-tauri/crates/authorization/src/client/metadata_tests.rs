use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read_json(value: &Value) -> Result<ClientMetadata, InvalidMetadata> {
    read(value.to_string().as_bytes())
}

#[test]
fn what_claude_code_sends_is_registered_as_a_public_client() {
    let metadata = read_json(&json!({
        "client_name": "Claude Code (memory)",
        "redirect_uris": ["http://localhost:51234/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
        "scope": "openid profile email",
    }))
    .unwrap();
    assert_eq!(metadata.name, "Claude Code (memory)");
    assert_eq!(metadata.echo["application_type"], "native");
    assert_eq!(metadata.echo["token_endpoint_auth_method"], "none");
    assert!(!metadata.echo.contains_key("scope"), "nothing is left of scopes that do not exist");
    assert!(metadata.echo.values().all(|value| !value.is_null()));
}

#[test]
fn a_client_that_asks_for_a_secret_is_told_that_it_is_public() {
    for method in ["client_secret_basic", "client_secret_post", "private_key_jwt"] {
        let metadata = read_json(&json!({
            "redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": method,
        }))
        .unwrap();
        assert_eq!(metadata.echo["token_endpoint_auth_method"], "none");
    }
}

#[test]
fn a_private_scheme_beside_a_usable_redirect_does_not_spoil_the_registration() {
    let uris = json!(["cursor://anysphere.cursor-mcp/oauth/callback", "http://localhost:8787/callback"]);
    assert_eq!(read_json(&json!({ "redirect_uris": uris })).unwrap().redirect_uris.len(), 2);
    assert_eq!(
        read_json(&json!({ "redirect_uris": ["cursor://a/b"] })),
        Err(InvalidMetadata::NoUsableRedirectUri)
    );
}

#[test]
fn nulls_count_as_absent_and_unknown_fields_are_passed_over() {
    let metadata = read_json(&json!({
        "redirect_uris": ["https://a.example/cb"], "client_name": null, "logo_uri": null, "scope": null,
        "unheard_of": { "deep": [1, 2, 3] },
    }))
    .unwrap();
    assert_eq!(metadata.name, "Unnamed client");
    assert!(!metadata.echo.contains_key("client_name") && !metadata.echo.contains_key("unheard_of"));
}

#[test]
fn a_link_with_a_scheme_that_runs_something_is_not_kept() {
    let metadata = read_json(&json!({
        "redirect_uris": ["https://a.example/cb"], "client_uri": "javascript:alert(1)", "tos_uri": "https://a.example",
    }))
    .unwrap();
    assert!(!metadata.echo.contains_key("client_uri"));
    assert_eq!(metadata.echo["tos_uri"], "https://a.example");
}

#[test]
fn each_bad_registration_is_refused_for_its_own_reason() {
    let with = |field: &str, value: Value| {
        let mut body = json!({ "redirect_uris": ["https://a.example/cb"] });
        body[field] = value;
        read_json(&body).unwrap_err()
    };
    assert_eq!(read(b"[]"), Err(InvalidMetadata::NotAnObject));
    assert_eq!(read(b"{"), Err(InvalidMetadata::NotAnObject));
    assert_eq!(read(b"{}"), Err(InvalidMetadata::NoRedirectUris));
    assert_eq!(with("redirect_uris", json!([])), InvalidMetadata::NoRedirectUris);
    assert_eq!(with("redirect_uris", json!("x")), InvalidMetadata::WrongType("redirect_uris"));
    assert_eq!(with("redirect_uris", json!([1])), InvalidMetadata::WrongType("redirect_uris"));
    assert_eq!(
        with("redirect_uris", json!(vec!["https://a.example/"; 11])),
        InvalidMetadata::TooManyRedirectUris
    );
    assert_eq!(
        with("redirect_uris", json!(["http://a.example/"])),
        InvalidMetadata::RedirectUri(InvalidRedirectUri::PlainHttp)
    );
    assert_eq!(with("client_name", json!(7)), InvalidMetadata::WrongType("client_name"));
    assert_eq!(with("client_name", json!("a".repeat(2001))), InvalidMetadata::TooLong("client_name"));
    assert_eq!(with("grant_types", json!(["client_credentials"])), InvalidMetadata::GrantTypes);
    assert_eq!(with("response_types", json!(["token"])), InvalidMetadata::ResponseTypes);
}

proptest! {
    #[test]
    fn no_body_makes_reading_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&body);
    }

    #[test]
    fn no_field_value_makes_reading_panic(field in "redirect_uris|client_name|scope|grant_types|contacts|logo_uri", value in "\\PC{0,60}") {
        let _ = read_json(&json!({ "redirect_uris": ["https://a.example/"], field: [value] }));
    }
}
