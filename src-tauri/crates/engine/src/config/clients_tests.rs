use super::*;
use crate::{Config, Overrides};

const SECRET: &str = "k3J9-x2Qw8Zp-7fLmT1vRb6Yc-0HdNsEuG";

fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.toml"), toml).unwrap();
    std::fs::write(directory.path().join("secret"), format!("{SECRET}\n")).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| (format!("AMBIENT_INSIGHTS_STATIC_CLIENT_{name}"), (*value).to_owned()));
    Config::load(directory.path().to_owned(), environment.collect::<Vec<_>>(), Overrides::default())
}

const FROM_FILE: &str = r#"
[[static_clients]]
id = "agent"
name = "My agent"
redirect_uris = ["https://agent.example/cb", "http://localhost/cb"]
secret_file = "secret"

[[static_clients]]
id = "public"
redirect_uris = ["http://localhost/cb"]
"#;

#[test]
fn clients_of_the_file_and_of_the_environment_stand_side_by_side() {
    let environment =
        [("ID", "other"), ("REDIRECT_URIS", "https://a.example/1, https://a.example/2"), ("SECRET", SECRET)];
    let config = load(FROM_FILE, &environment).unwrap();
    let ids: Vec<_> = config.static_clients.iter().map(|(client, source)| (client.id(), *source)).collect();
    let expected =
        [("agent", StaticSource::File), ("public", StaticSource::File), ("other", StaticSource::Environment)];
    assert_eq!(ids, expected);
    assert!(!format!("{config:?}").contains(&SECRET[..12]), "no secret in what may be logged");
}

#[test]
fn a_secret_is_the_same_from_a_file_and_written_down() {
    let written = FROM_FILE.replace("secret_file = \"secret\"", &format!("secret = \"{SECRET}\""));
    assert_eq!(load(FROM_FILE, &[]).unwrap().static_clients, load(&written, &[]).unwrap().static_clients);
}

#[test]
fn each_client_that_can_not_be_is_refused_with_its_place_and_a_remedy() {
    let one = |members: &str| format!("[[static_clients]]\n{members}");
    let uris = "redirect_uris = [\"https://a.example/cb\"]";
    for (toml, environment, wanted) in [
        (one(uris), &[][..], "id is missing"),
        (one("id = \"a\""), &[], "no redirect URI"),
        (one(&format!("id = \"a\"\n{uris}\nsecret = \"changeme\"")), &[], "32"),
        (
            one(&format!("id = \"a\"\n{uris}\nsecret = \"{SECRET}\"\nsecret_file = \"secret\"")),
            &[],
            "keep one",
        ),
        (one(&format!("id = \"a\"\n{uris}\nsecret_file = \"nowhere\"")), &[], "can not be read"),
        (one(&format!("id = \"a\"\n{uris}\ncolour = \"red\"")), &[], "\"colour\""),
        (one("id = 7"), &[], "text in quotes"),
        (one("id = \"a\"\nredirect_uris = \"https://a.example/cb\""), &[], "list of texts"),
        (one("id = \"a\"\nredirect_uris = [\"http://a.example/cb\"]"), &[], "use https"),
        ("static_clients = \"a\"".to_owned(), &[], "[[static_clients]]"),
        (format!("{FROM_FILE}\n[[static_clients]]\nid = \"agent\"\n{uris}"), &[], "two static clients"),
        (String::new(), &[("SECRET", SECRET)], "id is missing"),
        (String::new(), &[("ID", "a"), ("REDIRECT_URIS", "https://a.example/cb"), ("SECRET", "")], "32"),
        (
            FROM_FILE.to_owned(),
            &[("ID", "agent"), ("REDIRECT_URIS", "https://a.example/cb")],
            "two static clients",
        ),
    ] {
        let error = load(&toml, environment).unwrap_err().to_string();
        assert!(error.contains(wanted), "{toml}\n{error}");
        assert!(!error.contains(SECRET), "{error}");
    }
}

#[test]
fn an_unknown_variable_of_a_client_is_refused_like_any_unknown_setting() {
    let error = load("", &[("SCRET", "x")]).unwrap_err();
    assert!(matches!(error, ConfigError::UnknownKey { .. }), "{error}");
}
