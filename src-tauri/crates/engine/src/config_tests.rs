use super::*;

fn load(
    file: Option<&str>,
    environment: &[(&str, &str)],
    command_line: Overrides,
) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    if let Some(text) = file {
        std::fs::write(directory.path().join("config.toml"), text).unwrap();
    }
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Config::load(directory.path().to_owned(), environment, command_line)
}

fn from_file(text: &str) -> Result<Config, ConfigError> {
    load(Some(text), &[], Overrides::default())
}

#[test]
fn without_any_setting_the_defaults_hold() {
    let config = load(None, &[("HOME", "/x")], Overrides::default()).unwrap();
    assert_eq!(config.port, 9100);
    assert!(config.rates_limited);
    assert_eq!(config.access_token_lifetime, Duration::from_mins(15));
    assert_eq!(config.origins(9100).local.as_str(), "https://localhost:9100");
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let file = Some("port = 1000\naccess_token_minutes = 20\npublic_url = \"https://a.example\"");
    let environment =
        [("AMBIENT_INSIGHTS_PORT", "2000"), ("AMBIENT_INSIGHTS_PUBLIC_URL", "https://b.example/")];
    let config = load(file, &environment, Overrides { port: Some(3000), public_url: None }).unwrap();
    assert_eq!(config.port, 3000);
    assert_eq!(config.public_url.unwrap().as_str(), "https://b.example");
    assert_eq!(config.access_token_lifetime, Duration::from_mins(20));
}

#[test]
fn an_unknown_setting_is_an_error_that_names_the_nearest_known_one() {
    let error = from_file("prot = 9100").unwrap_err().to_string();
    assert!(error.contains("\"prot\"") && error.contains("did you mean \"port\"?"), "{error}");
    let error =
        load(None, &[("AMBIENT_INSIGHTS_PUBLIC_ULR", "x")], Overrides::default()).unwrap_err().to_string();
    assert!(error.contains("AMBIENT_INSIGHTS_PUBLIC_ULR") && error.contains("\"public_url\""), "{error}");
    let error = from_file("zzz = 1").unwrap_err().to_string();
    assert!(error.contains("the settings are access_token_format"), "{error}");
}

#[test]
fn a_value_that_does_not_fit_says_what_would() {
    for (text, expected) in [
        ("port = 70000", "0 (a free one) to 65535"),
        ("port = \"x\"", "0 (a free one) to 65535"),
        ("access_token_minutes = 5", "from 6 to 1440"),
        ("access_token_format = \"jwe\"", "\"opaque\" or \"jwt\""),
        ("refresh_idle_days = 0", "from 1 to 365"),
        ("grant_days = 4000", "from 1 to 3650"),
        ("approval_minutes = 0", "from 1 to 10"),
        ("limits = \"maybe\"", "\"on\" or \"off\""),
        ("public_url = \"http://a.example\"", "it must be https://"),
        ("public_url = \"https://a.example/path\"", "without a path"),
        ("browser_origins = [\"localhost:6274\"]", "http://localhost:6274"),
    ] {
        let error = from_file(text).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("config.toml"), "{text}: {error}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_named_with_the_line() {
    let error = from_file("port = \n").unwrap_err().to_string();
    assert!(error.contains("config.toml is not valid TOML") && error.contains("line 1"), "{error}");
}

#[test]
fn lists_are_read_from_the_file_and_from_the_environment() {
    let config = from_file("browser_origins = [\"http://localhost:6274\", \"https://a.example\"]").unwrap();
    assert_eq!(config.browser_origins, ["http://localhost:6274", "https://a.example"]);
    let environment = [("AMBIENT_INSIGHTS_BROWSER_ORIGINS", "http://localhost:6274, https://a.example")];
    assert_eq!(
        load(None, &environment, Overrides::default()).unwrap().browser_origins,
        config.browser_origins
    );
}

#[test]
fn limits_can_not_be_off_in_public() {
    let error = from_file("limits = \"off\"\npublic_url = \"https://a.example\"").unwrap_err();
    assert_eq!(error, ConfigError::LimitsOffInPublic);
}

#[test]
fn a_file_that_can_not_be_read_says_what_to_do_about_it() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    let load = || Config::load(directory.path().to_owned(), [], Overrides::default());
    std::fs::write(&file, b"\xff\xfe").unwrap();
    let error = load().unwrap_err().to_string();
    assert!(error.contains("config.toml") && error.ends_with("save it as UTF-8"), "{error}");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let error = load().unwrap_err().to_string();
    assert!(error.contains("config.toml can not be read"), "{error}");
    #[cfg(unix)]
    assert!(error.contains("move that folder away"), "{error}");
}

#[test]
fn a_setting_knows_where_it_comes_from() {
    let sources = |config: Config| (config.source("port"), config.source("theme"));
    let none = load(None, &[], Overrides::default()).unwrap();
    assert_eq!(
        (none.theme, sources(none)),
        (Theme::System, (SettingSource::Default, SettingSource::Default))
    );
    let file = "port = 9100\ntheme = \"dark\"";
    assert_eq!(sources(from_file(file).unwrap()), (SettingSource::File, SettingSource::File));
    let environment = [("AMBIENT_INSIGHTS_THEME", "light"), ("AMBIENT_INSIGHTS_PORT", "1")];
    let command_line = Overrides { port: Some(2), public_url: None };
    let config = load(Some(file), &environment, command_line).unwrap();
    assert_eq!((config.theme, config.port), (Theme::Light, 2));
    assert_eq!(sources(config), (SettingSource::CommandLine, SettingSource::Environment));
    let error = from_file("theme = \"blue\"").unwrap_err().to_string();
    assert!(error.contains("\"system\", \"light\" or \"dark\""), "{error}");
}

#[test]
fn a_port_for_the_internet_needs_a_public_address_and_a_number_of_its_own() {
    let public = "public_url = \"https://a.example\"\n";
    assert_eq!(from_file("ingress_port = 9101").unwrap_err(), ConfigError::IngressWithoutPublicUrl);
    let config = from_file(&format!("{public}ingress_port = 0\nport = 0")).unwrap();
    assert_eq!(config.ingress_port, Some(0));
    let error = from_file(&format!("{public}ingress_port = 9100")).unwrap_err();
    assert_eq!(error, ConfigError::OnePortForBoth { port: 9100 });
    let error = from_file(&format!("{public}ingress_port = -1")).unwrap_err().to_string();
    assert!(error.contains("ingress_port") && error.contains("to 65535"), "{error}");
    assert_eq!(from_file("").unwrap().ingress_port, None);
}
