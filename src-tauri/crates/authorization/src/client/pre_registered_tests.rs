use super::*;

const SECRET: &str = "k3J9-x2Qw8Zp-7fLmT1vRb6Yc-0HdNsEuG";

fn made(
    id: &str,
    redirect_uris: &[&str],
    secret: bool,
    introspects: &[&str],
) -> Result<StaticClient, InvalidStaticClient> {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let secret = secret.then(|| ClientSecret::new(SECRET).unwrap());
    StaticClient::new(id, "", &owned(redirect_uris), secret.as_ref(), &owned(introspects))
}

#[test]
fn a_client_without_a_name_is_called_by_its_id_and_names_are_cleaned() {
    assert_eq!(made("my-agent", &["https://a.example/cb"], false, &[]).unwrap().name, "my-agent");
    let named =
        StaticClient::new("x", "A\u{202E}B", &["https://a.example/cb".to_owned()], None, &[]).unwrap();
    assert_eq!(named.name, "AB");
}

#[test]
fn each_bad_client_is_refused_for_its_own_reason_and_told_what_to_do() {
    use InvalidStaticClient as E;
    let uri = &["http://localhost:1/cb"][..];
    for id in ["", "a b", "é", &"x".repeat(129)] {
        assert!(matches!(made(id, uri, false, &[]), Err(E::Id { .. })), "{id}");
    }
    let document = "https://claude.ai/oauth/claude-code-client-metadata";
    assert!(matches!(made(document, uri, false, &[]), Err(E::DocumentId { .. })));
    assert!(matches!(made("a", &[], true, &[]), Err(E::NoRedirectUri { .. })));
    assert!(matches!(made("a", &["https://a.example/"; 11], false, &[]), Err(E::TooManyRedirectUris { .. })));
    for bad in ["http://a.example/", "cursor://a/b", "javascript:alert(1)", "https://a.example/#x", "x", ""] {
        let error = made("a", &[bad], false, &[]).unwrap_err();
        assert!(matches!(error, E::RedirectUri { .. }), "{bad}");
        assert!(error.to_string().contains("https"), "{error}");
    }
    let resource = "https://localhost:9100/mcp";
    assert!(matches!(made("a", uri, false, &[resource]), Err(E::PublicIntrospection { .. })));
    assert!(matches!(made("a", uri, true, &["localhost"]), Err(E::Introspects { .. })));
    assert!(matches!(made("a", uri, true, &[resource; 11]), Err(E::Introspects { .. })));
}

#[test]
fn a_client_that_only_asks_about_tokens_needs_no_redirect_uri() {
    assert!(made("a", &[], true, &["https://localhost:9100/mcp"]).is_ok());
}

#[test]
fn what_is_kept_of_a_client_does_not_show_its_secret() {
    let client = made("a", &["https://a.example/cb"], true, &[]).unwrap();
    assert!(!format!("{client:?}").contains(&SECRET[..12]));
}
