use authorization::{ClientDocuments, RegistrationPolicy};

use crate::config::{Config, ConfigError, Overrides};

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.toml"), file).unwrap();
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(directory.path().to_owned(), environment, Overrides::default())
}

#[test]
fn without_a_setting_documents_are_fetched_and_every_yes_is_asked_for() {
    let config = load("", &[]).unwrap();
    assert_eq!(config.registration, RegistrationPolicy::Open);
    assert_eq!(config.client_documents, ClientDocuments::Fetch);
    assert!(!config.remember_consent);
    assert_eq!(config.request_lifetime.as_secs(), 600);
}

#[test]
fn each_word_is_read_from_the_file_and_the_environment_wins() {
    let words =
        [("fetch", ClientDocuments::Fetch), ("known", ClientDocuments::Known), ("off", ClientDocuments::Off)];
    for (word, choice) in words {
        let config = load(&format!("client_documents = \"{word}\""), &[]).unwrap();
        assert_eq!(config.client_documents, choice);
        let environment = [("AMBIENT_INSIGHTS_CLIENT_DOCUMENTS", word)];
        assert_eq!(load("client_documents = \"known\"", &environment).unwrap().client_documents, choice);
    }
    assert!(load("remember_consent = true", &[]).unwrap().remember_consent);
    let environment = [("AMBIENT_INSIGHTS_REMEMBER_CONSENT", "false")];
    assert!(!load("remember_consent = true", &environment).unwrap().remember_consent);
}

#[test]
fn what_does_not_fit_is_refused_with_the_words_that_do() {
    for (line, remedy) in [
        ("client_documents = \"none\"", "it must be \"fetch\", \"known\" or \"off\""),
        ("client_documents = false", "it must be \"fetch\", \"known\" or \"off\""),
        ("remember_consent = \"yes\"", "it must be true or false"),
        ("remember_consent = 1", "it must be true or false"),
        ("registration = \"closed\"", "it must be \"open\", \"documents\" or \"off\""),
        ("approval_minutes = 11", "it must be a number from 1 to 10"),
    ] {
        let error = load(line, &[]).unwrap_err().to_string();
        let key = line.split(' ').next().unwrap();
        assert!(error.contains(key) && error.contains(remedy), "{line}: {error}");
    }
}
