use std::path::Path;

use super::*;
use crate::operations::{ShowSettings, ShowTunnel};
use crate::{Door, Overrides, Surface};

async fn start(directory: &Path, environment: &[(&str, &str)]) -> Engine {
    let environment = [("AMBIENT_INSIGHTS_PORT", "0")].iter().chain(environment);
    let environment = environment.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let config = Config::load(directory.to_owned(), environment, Overrides::default()).unwrap();
    Engine::start(config, Door::Open(Surface::Desktop)).await.unwrap()
}

async fn fill_in(engine: &Engine, provider: &str, values: &[(&str, &str)]) -> ReachChanged {
    let values = values.iter().map(|(key, value)| ReachValue { key: (*key).into(), value: (*value).into() });
    let change =
        ChangeReach { provider: provider.into(), certificate: "authority".into(), values: values.collect() };
    change.run(engine).await.unwrap()
}

fn file(directory: &Path) -> String {
    std::fs::read_to_string(directory.join("config.toml")).unwrap_or_default()
}

/// A port where nobody listens.
async fn nobody() -> String {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    listener.local_addr().unwrap().port().to_string()
}

#[tokio::test]
async fn what_is_filled_in_stands_in_the_file_and_the_public_address_waits_for_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("config.toml"), "# mine\ntheme = \"dark\"\n").unwrap();
    let engine = start(directory.path(), &[]).await;
    assert!(!ShowSettings {}.run(&engine).await.unwrap().restart_needed);
    let values = [
        ("public_url", " https://memory.example.org "),
        ("tunnel.ssh.host", "vps.example.org"),
        ("tunnel.ssh.port", "2222"),
        ("tunnel.ssh.user", "ambient-insights"),
        ("tunnel.start", "true"),
    ];
    let changed = fill_in(&engine, "ssh", &values).await;
    assert_eq!(changed.problems, []);
    assert!(
        changed.note.unwrap().contains("a restart of the engine"),
        "the public name is read at the start"
    );
    assert_eq!(changed.form.provider.chosen, "ssh");
    assert_eq!(
        file(directory.path()),
        "# mine\ntheme = \"dark\"\ntunnel.provider = \"ssh\"\npublic_url = \"https://memory.example.org\"\n\
         tunnel.ssh.host = \"vps.example.org\"\ntunnel.ssh.port = 2222\ntunnel.start = true\n"
    );
    assert!(ShowSettings {}.run(&engine).await.unwrap().restart_needed);
    let status = ShowTunnel {}.run(&engine).await.unwrap();
    assert_eq!(
        status.provider.map(tunnel::ProviderKind::as_str),
        Some("ssh"),
        "the tunnel's own is used at once"
    );
    let changed = fill_in(&engine, "none", &[]).await;
    assert_eq!(changed.form.provider.chosen, "none");
    assert!(
        !file(directory.path()).contains("provider") && file(directory.path()).contains("vps.example.org")
    );
    engine.stop().await;
}

#[tokio::test]
async fn each_wrong_answer_stands_at_its_setting_and_nothing_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), &[("AMBIENT_INSIGHTS_TUNNEL_SSH_USER", "root")]).await;
    let values = [
        ("public_url", "http://memory.example.org/path"),
        ("tunnel.ssh.host", ""),
        ("tunnel.ssh.port", "0"),
        ("tunnel.ssh.user", "me"),
        ("tunnel.ssh.remote_port", "443"),
    ];
    let changed = fill_in(&engine, "ssh", &values).await;
    let problems: Vec<_> = changed
        .problems
        .iter()
        .map(|it| (it.key.as_deref().unwrap_or_default(), it.message.as_str()))
        .collect();
    let [public, port, user, host] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(*port, ("tunnel.ssh.port", "It must be a number from 1 to 65535."));
    assert!(user.0 == "tunnel.ssh.user" && user.1.contains("the environment"), "{user:?}");
    assert!(public.0 == "public_url" && public.1.starts_with("It must be https://"), "{public:?}");
    assert_eq!(*host, ("tunnel.ssh.host", "It is needed."));
    // Good alone, but not together.
    let together = [
        ("public_url", "https://memory.example.org"),
        ("tunnel.ssh.host", "vps.example.org"),
        ("tunnel.ssh.remote_address", "loopback"),
        ("tunnel.allow", "anthropic"),
    ];
    let changed = fill_in(&engine, "ssh", &together).await;
    assert_eq!(changed.problems[0].key.as_deref(), Some("tunnel.allow"));
    assert_eq!(file(directory.path()), "");
    let change =
        ChangeReach { provider: "pigeon".into(), certificate: "authority".into(), values: Vec::new() };
    assert!(change.run(&engine).await.unwrap_err().message.contains("no such way"));
    engine.stop().await;
}

#[tokio::test]
async fn a_tunnel_that_is_wanted_comes_up_again_with_its_new_settings_and_goes_with_its_provider() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (nobody().await, nobody().await);
    let text = format!(
        "public_url = \"https://memory.example.org\"\n[tunnel]\nprovider = \"ssh\"\nstart = true\n[tunnel.ssh]\n\
         host = \"127.0.0.1\"\nport = {first}\n"
    );
    std::fs::write(directory.path().join("config.toml"), text).unwrap();
    let engine = start(directory.path(), &[]).await;
    let broken = async |port: &str| {
        let mut state = engine.reach().unwrap().state();
        let at_that_port = |state: &tunnel::State| matches!(state, tunnel::State::Backoff { reason, .. } if reason.message.contains(port));
        tokio::time::timeout(std::time::Duration::from_secs(30), state.wait_for(at_that_port))
            .await
            .unwrap()
            .unwrap();
    };
    broken(&first).await;
    let changed = fill_in(&engine, "ssh", &[("tunnel.ssh.port", &second)]).await;
    assert_eq!(changed.note.unwrap(), "Kept, and in use from now on.");
    broken(&second).await;
    fill_in(&engine, "none", &[]).await;
    assert_eq!(*engine.reach().unwrap().state().borrow(), tunnel::State::Off);
    engine.stop().await;
}

#[tokio::test]
async fn an_authority_in_place_of_own_files_takes_these_out_of_the_settings() {
    let directory = tempfile::tempdir().unwrap();
    let text = "public_url = \"https://memory.example.org\"\n[tunnel]\nprovider = \"ssh\"\nssh.host = \"a\"\n[certificate]\n\
                chain = \"c.pem\"\nkey = \"k.pem\"\n";
    std::fs::write(directory.path().join("config.toml"), text).unwrap();
    let engine = start(directory.path(), &[]).await;
    let changed = fill_in(&engine, "ssh", &[]).await;
    assert_eq!((changed.problems, changed.form.certificate.chosen.as_str()), (Vec::new(), "authority"));
    assert!(!file(directory.path()).contains(".pem"), "{}", file(directory.path()));
    let mut change = ChangeReach {
        provider: "ssh".into(),
        certificate: "files".into(),
        values: vec![ReachValue { key: "certificate.chain".into(), value: "c.pem".into() }],
    };
    let changed = change.clone().run(&engine).await.unwrap();
    assert_eq!(
        changed.problems,
        [ReachProblem { key: Some("certificate.key".into()), message: "It is needed.".into() }]
    );
    change.values.push(ReachValue { key: "certificate.key".into(), value: "k.pem".into() });
    assert_eq!(change.run(&engine).await.unwrap().form.certificate.chosen, "files");
    engine.stop().await;
}
