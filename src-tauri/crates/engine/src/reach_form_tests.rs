use std::collections::BTreeSet;

use super::*;
use crate::Overrides;

fn form(text: &str) -> ReachForm {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.toml"), text).unwrap();
    let config = Config::load(directory.path().to_owned(), [], Overrides::default()).unwrap();
    ReachForm::new(&config, &config.written())
}

fn every_field(form: &ReachForm) -> Vec<&ReachField> {
    let ways = form.provider.ways.iter().chain(&form.certificate.ways);
    form.general.iter().chain(ways.flat_map(|way| &way.fields)).collect()
}

#[test]
fn every_setting_of_the_tunnel_can_be_filled_in() {
    let form = form("");
    let shown: BTreeSet<&str> = every_field(&form).iter().map(|field| field.key.as_str()).collect();
    let settings = crate::config::every_key().iter().filter(|key| key.starts_with("tunnel."));
    // The provider is the choice itself; what is not built in can not be chosen.
    let is_there = |key: &str| tunnel::ngrok::IS_BUILT_IN || !key.starts_with("tunnel.ngrok.");
    let missing: Vec<_> = settings
        .filter(|key| **key != "tunnel.provider" && is_there(key) && !shown.contains(**key))
        .collect();
    assert_eq!(missing, Vec::<&&str>::new());
    for field in every_field(&form) {
        assert!(Config::key(&field.key).is_some(), "{} is no setting", field.key);
        assert!(field.value.is_empty() || Config::check_value(&field.key, &field.value).is_ok(), "{field:?}");
        if let ReachFieldKind::Choice { choices } = &field.kind {
            assert!(choices.iter().any(|choice| choice.value == field.value), "{field:?}");
            for choice in choices.iter().filter(|choice| !choice.value.is_empty()) {
                Config::check_value(&field.key, &choice.value).unwrap();
            }
        }
    }
}

#[test]
fn every_provider_is_a_way_that_says_what_it_means() {
    let form = form("");
    let ids: Vec<&str> = form.provider.ways.iter().map(|way| way.id.as_str()).collect();
    let known: Vec<&str> = std::iter::once(NONE)
        .chain(ProviderKind::ALL.into_iter().filter(|kind| can_be_chosen(*kind)).map(ProviderKind::as_str))
        .collect();
    assert_eq!(ids, known);
    assert!(form.provider.ways.iter().all(|way| !way.words.is_empty() && !way.name.is_empty()));
    assert_eq!(form.provider.chosen, NONE);
}

#[test]
fn what_is_set_is_shown_as_it_was_written() {
    let form = form(
        "public_url = \"https://memory.example.org\"\ningress_port = 9443\n[certificate]\nchain = \"mine.pem\"\n\
         key = \"mine.key\"\n[acme]\ndirectory = \"https://ca.example/dir\"\n",
    );
    assert_eq!((form.provider.chosen.as_str(), form.certificate.chosen.as_str()), ("ingress", FILES));
    let value = |key: &str| {
        every_field(&form).iter().find(|field| field.key == key).map(|field| field.value.clone()).unwrap()
    };
    assert_eq!(value("certificate.chain"), "mine.pem");
    assert_eq!(
        value("acme.directory"),
        "https://ca.example/dir",
        "it does not count just now, and is not forgotten"
    );
    assert_eq!((value("tunnel.ssh.port"), value("tunnel.ssh.host")), ("22".to_owned(), String::new()));
}
