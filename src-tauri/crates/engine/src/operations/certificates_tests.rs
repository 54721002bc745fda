use super::*;
use crate::{Door, FailureCode, Overrides, Surface};

async fn start(directory: &std::path::Path, door: Door, settings: &[(&str, &str)]) -> Engine {
    let settings = settings.iter().chain(&[("PORT", "0")]);
    let environment = settings.map(|(name, value)| (format!("AMBIENT_INSIGHTS_{name}"), (*value).to_owned()));
    let config = Config::load(directory.to_owned(), environment, Overrides::default()).unwrap();
    Engine::start(config, door).await.unwrap()
}

#[tokio::test]
async fn each_certificate_is_listed_with_where_it_is_shown() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Door::Open(Surface::Terminal), &[]).await;
    let port = engine.issuer().rsplit(':').next().unwrap().to_owned();
    let shown = ShowCertificates {}.run(&engine).await.unwrap();
    let used: Vec<_> = shown.list.iter().map(|it| it.used_at.join(" ")).collect();
    assert_eq!(
        used,
        [
            String::new(),
            format!("https://localhost:{port}"),
            format!("https://127.0.0.1:{port} https://[::1]:{port}"),
        ]
    );
    assert!(shown.public.is_none());
    let before: Vec<_> = shown.list.iter().map(|it| it.serial.clone()).collect();
    let renewed = RenewCertificates {}.run(&engine).await.unwrap();
    let after: Vec<_> = renewed.list.iter().map(|it| it.serial.clone()).collect();
    // The authority stays: programs were told to trust it.
    assert_eq!(before[0], after[0]);
    assert!(before[1] != after[1] && before[2] != after[2]);
    engine.stop().await;
}

#[tokio::test]
async fn without_a_public_name_nothing_is_ordered() {
    let directory = tempfile::tempdir().unwrap();
    let engine = start(directory.path(), Door::Open(Surface::Terminal), &[]).await;
    let failure = OrderCertificate { agreed_terms: None }.run(&engine).await.unwrap_err();
    assert!(failure.code == FailureCode::Refused && failure.message.contains("public_url"), "{failure}");
    engine.stop().await;
}

#[tokio::test]
async fn a_program_that_lets_nobody_in_orders_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let name = [("PUBLIC_URL", "https://memory.example.org")];
    let engine = start(directory.path(), Door::Closed, &name).await;
    let agreed_terms = Some("https://ca.example/terms".to_owned());
    let order = OrderCertificate { agreed_terms }.run(&engine).await.unwrap_err();
    let renew = RenewCertificates {}.run(&engine).await.unwrap_err();
    for failure in [order, renew] {
        assert!(failure.code == FailureCode::Refused && failure.message.contains("serve"), "{failure}");
    }
    assert!(!directory.path().join("config.toml").exists());
    let public = ShowCertificates {}.run(&engine).await.unwrap().public.unwrap();
    assert_eq!((public.name.as_str(), public.state), ("memory.example.org", PublicState::NotAsked));
    engine.stop().await;
}

#[tokio::test]
async fn files_that_can_not_be_used_are_told_and_keep_nothing_from_working() {
    let directory = tempfile::tempdir().unwrap();
    let settings = [
        ("PUBLIC_URL", "https://memory.example.org"),
        ("CERTIFICATE_CHAIN", "fullchain.pem"),
        ("CERTIFICATE_KEY", "privkey.pem"),
    ];
    let engine = start(directory.path(), Door::Open(Surface::Terminal), &settings).await;
    let problem = ShowCertificates {}.run(&engine).await.unwrap().public.unwrap().problem.unwrap();
    assert!(problem.what.contains("fullchain.pem"), "{problem}");
    let diagnosis = crate::doctor::examine(&engine).await;
    let check = diagnosis.checks.iter().find(|it| it.name.starts_with("public certificate")).unwrap();
    assert!(!check.ok && check.remedy.is_some(), "{check:?}");
    assert!(diagnosis.checks.iter().any(|it| it.name == "door" && it.ok), "{diagnosis:?}");
    engine.stop().await;
}

#[tokio::test]
async fn while_the_tunnel_is_down_no_authority_is_asked_and_the_local_certificates_are_renewed() {
    let directory = tempfile::tempdir().unwrap();
    let settings = [
        ("PUBLIC_URL", "https://memory.example.org"),
        ("TUNNEL_PROVIDER", "ssh"),
        // Nobody is there, and nobody is asked.
        ("ACME_DIRECTORY", "https://127.0.0.1:1/directory"),
    ];
    let engine = start(directory.path(), Door::Open(Surface::Terminal), &settings).await;
    assert!(!engine.is_reachable().await);
    let order = OrderCertificate { agreed_terms: None }.run(&engine).await.unwrap_err();
    assert!(order.code == FailureCode::Refused && order.message.contains("tunnel up"), "{order}");
    let before = ShowCertificates {}.run(&engine).await.unwrap();
    let after = RenewCertificates {}.run(&engine).await.unwrap();
    assert_ne!(before.list[1].serial, after.list[1].serial);
    engine.stop().await;

    // Over HTTP the authority comes by another way.
    let directory = tempfile::tempdir().unwrap();
    let more = [("ACME_CHALLENGE", "http-01"), ("ACME_HTTP_PORT", "0")];
    let settings: Vec<_> = settings.into_iter().chain(more).collect();
    let engine = start(directory.path(), Door::Open(Surface::Terminal), &settings).await;
    assert!(engine.is_reachable().await);
    engine.close_door().await;
    assert!(!engine.is_reachable().await, "nobody is found behind a closed door");
    engine.stop().await;
}
