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
    assert_eq!(
        config,
        TunnelConfig { provider: Some(ProviderKind::Ssh), start: true, ssh, ..TunnelConfig::default() }
    );
    assert_eq!(load("").unwrap(), TunnelConfig::default());
}

#[test]
fn every_wrong_value_is_refused_with_its_rule() {
    for (text, words) in [
        (
            "tunnel.provider = \"carrier-pigeon\"",
            "\"ssh\", \"ingress\", \"tailscale\", \"cloudflared\" or \"ngrok\"",
        ),
        ("tunnel.tailscale.port = 444", "443, 8443 or 10000"),
        ("tunnel.tailscale.tls = \"there\"", "\"here\""),
        ("tunnel.tailscale.program = \"bin/tailscale\"", "the whole path"),
        ("tunnel.cloudflared.program = \"cloudflared\"", "the whole path"),
        ("tunnel.cloudflared.token_file = \"\"", "the tunnel's token"),
        ("tunnel.cloudflared.credentials_file = \"\"", "cloudflared tunnel create"),
        ("tunnel.cloudflared.quick = \"perhaps\"", "true or false"),
        ("tunnel.cloudflared.port = 70000", "to 65535"),
        ("tunnel.cloudflared.token = \"eyJ\"", "did you mean \"tunnel.cloudflared.token_file\""),
        ("tunnel.start = \"perhaps\"", "true or false"),
        ("tunnel.allow = \"claude\"", "\"anyone\" or \"anthropic\""),
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

#[test]
fn programs_of_others_have_their_own_tables() {
    let config = load(
        "[tunnel]\nprovider = \"tailscale\"\n[tunnel.tailscale]\nprogram = \"/opt/tailscale\"\nport = 8443\ntls = \
         \"tailscale\"\n[tunnel.cloudflared]\nprogram = \"/opt/cloudflared\"\ntoken_file = \"token\"\nport = 9202\n",
    )
    .unwrap();
    let tailscale =
        TailscaleConfig { program: Some("/opt/tailscale".into()), port: 8443, tls: Some(TlsEnd::Tailscale) };
    let cloudflared = CloudflaredConfig {
        program: Some("/opt/cloudflared".into()),
        token_file: Some("token".into()),
        port: Some(9202),
        ..CloudflaredConfig::default()
    };
    assert_eq!(
        (config.provider, config.tailscale, config.cloudflared),
        (Some(ProviderKind::Tailscale), tailscale, cloudflared)
    );
}

#[test]
fn the_own_way_in_is_opened_at_the_start_unless_somebody_says_otherwise() {
    let ingress = "public_url = \"https://me.example\"\ningress_port = 9201\n";
    for (more, starts) in [
        ("", true),
        ("tunnel.provider = \"ingress\"\n", true),
        ("tunnel.start = false\n", false),
        ("tunnel.provider = \"ssh\"\n", false),
        ("tunnel.provider = \"ssh\"\ntunnel.start = true\n", true),
    ] {
        assert_eq!(load(&format!("{ingress}{more}")).unwrap().start, starts, "{more}");
    }
    assert!(!load("tunnel.provider = \"ingress\"\n").unwrap().start);
}

#[test]
fn claudes_cloud_alone_is_refused_where_nobody_tells_who_comes() {
    let public = "public_url = \"https://memory.example.org\"\n";
    for (text, remedy) in [
        ("tunnel.provider = \"ssh\"\ntunnel.ssh.remote_address = \"loopback\"\n", "remote_address = \"all\""),
        ("ingress_port = 9443\n", "ingress_proxy_protocol = true"),
    ] {
        let text = format!("{public}{text}");
        assert!(load(&text).is_ok(), "{text}");
        let error = load(&format!("tunnel.allow = \"anthropic\"\n{text}")).unwrap_err();
        assert!(error.contains("needs to know from where") && error.contains(remedy), "{text}: {error}");
    }
    let known = "tunnel.allow = \"anthropic\"\ntunnel.provider = \"ssh\"\n";
    assert_eq!(load(known).unwrap().allow, Visitors::Anthropic);
    let proxied = "ingress_port = 9443\ningress_proxy_protocol = true\n";
    assert_eq!(load(&format!("{public}{known}{proxied}")).unwrap().allow, Visitors::Anthropic);
}
