use super::*;
use crate::{Config, Overrides};

fn load(text: &str) -> Result<TunnelConfig, String> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.toml"), text).unwrap();
    let config = Config::load(directory.path().to_owned(), [], Overrides::default());
    config.map(|config| config.tunnel).map_err(|error| error.to_string())
}

#[test]
fn a_tunnel_is_set_in_its_own_tables() {
    let config = load(
        "[tunnel]\nprovider = \"ssh\"\nstart = true\n[tunnel.ssh]\nhost = \"vps.example.org\"\nport = 2222\n\
         user = \"me\"\nkey = \"/keys/id\"\nremote_port = 8443\nremote_address = \"loopback\"\n",
    )
    .unwrap();
    let ssh = SshConfig {
        host: Some("vps.example.org".to_owned()),
        port: 2222,
        user: "me".to_owned(),
        key: Some("/keys/id".into()),
        remote_port: 8443,
        remote_address: RemoteAddress::Loopback,
    };
    assert_eq!(config, TunnelConfig { provider: Some(ProviderKind::Ssh), start: true, ssh });
    assert_eq!(load("").unwrap(), TunnelConfig::default());
}

#[test]
fn every_wrong_value_is_refused_with_its_rule() {
    for (text, words) in [
        ("tunnel.provider = \"carrier-pigeon\"", "\"ssh\" or \"ingress\""),
        ("tunnel.start = \"perhaps\"", "true or false"),
        ("tunnel.ssh.host = \"me@vps.example.org\"", "without a user"),
        ("tunnel.ssh.host = \"-oProxyCommand=x\"", "a host's name"),
        ("tunnel.ssh.user = \"me; rm\"", "a user's name"),
        ("tunnel.ssh.port = 0", "1 to 65535"),
        ("tunnel.ssh.remote_port = 70000", "1 to 65535"),
        ("tunnel.ssh.key = \"\"", "private key"),
        ("tunnel.ssh.remote_address = \"some\"", "\"loopback\""),
        ("tunnel.ssh.hots = \"x\"", "did you mean \"tunnel.ssh.host\""),
    ] {
        let error = load(text).unwrap_err();
        assert!(error.contains(words), "{text}: {error}");
    }
}
