use super::*;
use crate::{Config, Overrides};

fn load(text: &str) -> Result<Config, ConfigError> {
    Config::of_text("/data".into(), text)
}

fn of(text: &str) -> PublicCertificateSettings {
    load(text).unwrap().public_certificate
}

#[test]
fn by_default_lets_encrypt_is_asked_in_our_own_handshake_and_nothing_is_agreed_to() {
    let settings = of("");
    assert_eq!(settings.source, PublicSource::Acme(AcmeSettings::default()));
    assert_eq!(settings.challenge_port, None);
    let AcmeSettings { directory, challenge, agreed_terms, .. } = AcmeSettings::default();
    assert_eq!((directory, challenge), (Directory::LetsEncrypt, ChallengeKind::TlsAlpn01));
    assert_eq!(agreed_terms, None);
}

#[test]
fn files_are_looked_for_in_the_data_directory_and_win_over_an_authority() {
    let text = "public_url = 'https://a.example'\n[certificate]\nchain = 'c.pem'\nkey = '/etc/k.pem'\n\
                [acme]\nagreed_terms = 'https://ca.example/terms'";
    let PublicSource::Files(files) = of(text).source else { panic!("files are set") };
    let found = [files.chain, files.key].map(|path| path.to_string_lossy().replace('\\', "/"));
    assert_eq!(found, ["/data/c.pem", "/etc/k.pem"]);
}

#[test]
fn an_authority_is_set_in_a_table_or_by_the_environment() {
    let text = "[acme]\ndirectory = 'letsencrypt-staging'\nchallenge = 'http-01'\nhttp_port = 8080\n\
                profile = 'shortlived'";
    let settings = of(text);
    assert_eq!(settings.challenge_port, Some(8080));
    let PublicSource::Acme(acme) = settings.source else { panic!("an authority is set") };
    assert_eq!(acme.directory, Directory::LetsEncryptStaging);
    assert_eq!(acme.profile.as_deref(), Some("shortlived"));
    let environment = [("AMBIENT_INSIGHTS_ACME_HTTP_PORT".to_owned(), "81".to_owned())];
    Config::load("/data".into(), environment, Overrides::default()).unwrap();
}

#[test]
fn what_does_not_fit_names_the_setting_and_what_would() {
    for (text, words) in [
        ("certificate.chain = 'c.pem'", "certificate.key"),
        ("certificate.key = 'k.pem'", "certificate.chain"),
        ("certificate.chain = 'c.pem'\ncertificate.key = 'k.pem'", "public_url"),
        ("certificate.chain = ''", "the path of a PEM file"),
        ("acme.challenge = 'http-01'", "acme.http_port"),
        ("acme.challenge = 'dns-01'", "tls-alpn-01"),
        ("acme.directory = 'http://ca.example/'", "https"),
        ("acme.directory = 'letsencrypt-stagin'", "letsencrypt-staging"),
        ("acme.http_port = 'x'", "a port is a number"),
        ("acme.profil = 'x'", "acme.profile"),
        ("acme.agreed_terms = ''", "terms"),
    ] {
        let error = load(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}
