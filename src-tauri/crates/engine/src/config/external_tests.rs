use authorization::{Scope, TokenValidation};

use super::super::{Config, ConfigError, Overrides};

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.toml"), text).unwrap();
    std::fs::write(directory.path().join("secret"), "s3cr=t \n").unwrap();
    std::fs::write(directory.path().join("empty"), "\n").unwrap();
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(directory.path().to_owned(), environment, Overrides::default())
}

#[test]
fn nobody_stands_in_our_place_unless_it_is_said() {
    assert_eq!(load("", &[]).unwrap().external, None);
    assert_eq!(load("[authorization]\nmode = \"own\"", &[]).unwrap().external, None);
    // Said for later, and switched off by hand.
    let text = "[authorization]\nmode = \"own\"\nissuer = \"https://a.example\"";
    assert_eq!(load(text, &[]).unwrap().external, None);
}

#[test]
fn another_server_is_read_from_its_table() {
    let text = r#"
        port = 9100
        [authorization]
        mode = "external"
        issuer = "https://login.example/realms/home/"
        audience = ["https://memory.example/mcp", "memory"]
        subjects = ["me"]
        relay = true
        [authorization.scope_map]
        "api:read" = "context:read insights:read"
        "https://login.example/all?x=y" = ["context:read", "context:write"]
    "#;
    let external = load(text, &[]).unwrap().external.unwrap();
    assert_eq!(external.issuer.as_str(), "https://login.example/realms/home/");
    assert_eq!(external.audiences, ["https://memory.example/mcp", "memory"]);
    assert_eq!(external.subjects, ["me"]);
    assert_eq!(external.validation, TokenValidation::Jwt);
    assert!(external.relay);
    let map = external.scope_map.to_string();
    assert_eq!(
        map,
        "api:read=context:read,insights:read https://login.example/all?x=y=context:read,context:write"
    );
}

#[test]
fn the_environment_says_the_same_with_underscores() {
    let environment = [
        ("AMBIENT_INSIGHTS_AUTHORIZATION_MODE", "external"),
        ("AMBIENT_INSIGHTS_AUTHORIZATION_ISSUER", "http://localhost:3000"),
        ("AMBIENT_INSIGHTS_AUTHORIZATION_VALIDATION", "introspection"),
        ("AMBIENT_INSIGHTS_AUTHORIZATION_CLIENT_ID", "memory"),
        ("AMBIENT_INSIGHTS_AUTHORIZATION_CLIENT_SECRET_FILE", "secret"),
        ("AMBIENT_INSIGHTS_AUTHORIZATION_SCOPE_MAP", "read=context:read all=context:read,context:write"),
    ];
    let external = load("", &environment).unwrap().external.unwrap();
    assert_eq!(external.scope_map, "read=context:read all=context:read,context:write".parse().unwrap());
    let TokenValidation::Introspection { client_id, client_secret } = external.validation else {
        panic!("introspection was asked for")
    };
    assert_eq!(client_id, "memory");
    assert_eq!(client_secret, authorization::ExternalSecret::new("s3cr=t ").unwrap());
    assert!(!format!("{client_secret:?}").contains("s3cr"));
    assert_eq!(Scope::ContextRead.as_str(), "context:read");
}

#[test]
fn what_is_missing_or_does_not_fit_is_said_with_its_remedy() {
    let external = |rest: &str| format!("[authorization]\nmode = \"external\"\n{rest}");
    let issuer = "issuer = \"https://a.example\"\n";
    for (text, expected) in [
        (external(""), "set authorization.issuer"),
        (external("issuer = \"http://a.example\""), "must be the https:// address"),
        (external("issuer = \"https://a.example/?x\""), "must be the https:// address"),
        (external("issuer = \"a.example\""), "must be the https:// address"),
        (external(&format!("{issuer}validation = \"guess\"")), "\"jwt\" or \"introspection\""),
        (external(&format!("{issuer}validation = \"introspection\"")), "authorization.client_secret_file"),
        (
            external(&format!(
                "{issuer}validation = \"introspection\"\nclient_id = \"m\"\nclient_secret_file = \"none\""
            )),
            "none can not be read",
        ),
        (
            external(&format!(
                "{issuer}validation = \"introspection\"\nclient_id = \"m\"\nclient_secret_file = \"empty\""
            )),
            "it is empty",
        ),
        (external(&format!("{issuer}relay = \"maybe\"")), "it must be true or false"),
        (external(&format!("{issuer}scope_map = {{ a = \"everything\" }}")), "authorization.scope_map"),
        (external(&format!("{issuer}client_id = \"\"")), "the id that the issuer gave"),
        ("[authorization]\nmode = \"outer\"".to_owned(), "\"own\" or \"external\""),
        (format!("[authorization]\n{issuer}"), "authorization.mode = \"external\""),
        (
            "[authorization]\nisuer = \"https://a.example\"".to_owned(),
            "did you mean \"authorization.issuer\"?",
        ),
        ("authorization = 1".to_owned(), "unknown setting \"authorization\""),
        ("[authorisation]".to_owned(), "unknown setting \"authorisation\""),
    ] {
        let error = load(&text, &[]).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
