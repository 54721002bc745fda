use super::*;
use crate::config::Overrides;
use crate::{SettingSource, TunnelConfig};

fn load(directory: &std::path::Path, text: &str, environment: &[(&str, &str)]) -> Config {
    std::fs::write(directory.join(FILE_NAME), text).unwrap();
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(directory.to_owned(), environment, Overrides::default()).unwrap()
}

#[test]
fn every_setting_of_the_tunnel_has_a_text_that_sets_it_again() {
    let text = "public_url = \"https://memory.example.org\"\ntunnel.provider = \"ssh\"\ntunnel.start = true\n\
                tunnel.allow = \"anthropic\"\ntunnel.ssh.host = \"vps.example.org\"\ntunnel.ssh.port = 2222\n\
                tunnel.ssh.user = \"me\"\ntunnel.ssh.key = \"/k\"\ntunnel.ssh.remote_port = 8443\n\
                tunnel.ssh.remote_address = \"all\"\ntunnel.ngrok.authtoken_file = \"/t\"\n";
    let directory = tempfile::tempdir().unwrap();
    let config = load(directory.path(), text, &[]);
    let mut again = Layers::default();
    for key in KEYS.iter().filter(|key| key.starts_with("tunnel.")) {
        let value = config.text(key).unwrap_or_else(|| panic!("{key} has no text"));
        // What is not set has an empty text.
        if value.is_empty() {
            continue;
        }
        let place = Place { words: String::new(), source: SettingSource::File };
        again.set(&place, key, &value).unwrap();
    }
    assert_eq!(again.tunnel.check(None).unwrap(), config.tunnel);
    assert_ne!(config.tunnel, TunnelConfig::default());
}

#[test]
fn what_outweighed_the_file_at_the_start_outweighs_it_when_it_is_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let variables =
        [("AMBIENT_INSIGHTS_TUNNEL_SSH_USER", "root"), ("AMBIENT_INSIGHTS_PUBLIC_URL", "https://a.example")];
    let running = load(directory.path(), "tunnel.ssh.user = \"me\"\n", &variables);
    std::fs::write(directory.path().join(FILE_NAME), "[tunnel.ssh]\nuser = \"you\"\nhost = \"b.example\"\n")
        .unwrap();
    let now = Config::as_filed(&running).unwrap();
    assert_eq!(now.tunnel.ssh.user, "root");
    assert_eq!(now.source("tunnel.ssh.user"), SettingSource::Environment);
    assert_eq!(now.tunnel.ssh.host.as_deref(), Some("b.example"));
    assert_eq!(now.public_url, running.public_url);
    assert_eq!(now.written().get("tunnel.ssh.user").map(String::as_str), Some("you"));
    // A public address that the environment gives lets the file have what needs one.
    assert!(Config::with_text(&running, "ingress_port = 9443\n").is_ok());
    assert!(Config::of_text(directory.path().to_owned(), "ingress_port = 9443\n").is_err());
}

#[test]
fn a_table_that_lost_its_settings_says_nothing_and_a_foreign_one_is_still_refused() {
    let directory = tempfile::tempdir().unwrap();
    let of = |text: &str| Config::of_text(directory.path().to_owned(), text);
    assert!(of("[tunnel.ssh]\n[certificate]\n[acme]\n").is_ok());
    for foreign in ["[tunnels]\n", "[tunnel.ssh.host]\n", "[tunnel.s]\n"] {
        assert!(of(foreign).is_err(), "{foreign}");
    }
}

#[test]
fn a_refusal_stands_beside_its_setting_as_a_sentence() {
    let error = Config::check_value("tunnel.ssh.port", "0").unwrap_err();
    assert_eq!(error.key(), Some("tunnel.ssh.port"));
    assert_eq!(error.beside(), "It must be a number from 1 to 65535.");
    let directory = tempfile::tempdir().unwrap();
    let together =
        "tunnel.allow = \"anthropic\"\ntunnel.provider = \"ssh\"\ntunnel.ssh.remote_address = \"loopback\"\n";
    let error = Config::of_text(directory.path().to_owned(), together).unwrap_err();
    assert_eq!(error.key(), Some("tunnel.allow"));
    assert!(error.beside().starts_with("tunnel.allow = \"anthropic\" needs to know"), "{}", error.beside());
}
