//! The certificate of the public name, from a real authority (Debian's Pebble) through the second port; the local
//! door works whatever becomes of it.

#[path = "../../src-tauri/crates/certificates/tests/support/pebble.rs"]
#[expect(dead_code, reason = "the room's own tests use more of it")]
pub(crate) mod pebble;

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::support::https::Https;
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::within;
use pebble::{Pebble, TERMS, Wishes, free_port};

const NAME: &str = "memory.example.org";

/// `serve` with a public name and a second port, at which the authority looks for it.
async fn serve(home: &Home, port: u16, pebble: &Pebble, more: &[(&str, &str)]) -> RunningServer {
    let settings = [
        ("PUBLIC_URL", format!("https://{NAME}")),
        ("INGRESS_PORT", port.to_string()),
        ("ACME_DIRECTORY", pebble.directory()),
        ("ACME_ROOT", pebble.root().display().to_string()),
    ];
    let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let environment = settings.into_iter().chain(more);
    let environment = environment.map(|(name, value)| (format!("AMBIENT_INSIGHTS_{name}"), value)).collect();
    home.serve_with(&Serve { environment, ..Serve::default() }).await
}

fn public(list: &Value) -> Option<&Value> {
    list.as_array().unwrap().iter().find(|certificate| certificate["use"] == "public")
}

/// One question for `/health` as a visitor from the internet asks it: by the public name, believing the
/// authority's roots alone.
async fn visit(port: u16, pebble: &Pebble) -> StatusCode {
    let visitor = Https::named(NAME, port, &pebble.root());
    let request =
        hyper::Request::get("/health").header("host", NAME).body(http_body_util::Full::default()).unwrap();
    visitor.send(request).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_certificate_is_ordered_at_the_terminal_and_renewed_without_one_failed_request() {
    let port = free_port();
    let wishes = Wishes { tls_port: port, ..Wishes::default() };
    let Some(pebble) = Pebble::start(wishes).await else { return };
    let home = Home::new();
    let server = serve(&home, port, &pebble, &[]).await;
    assert!(public(&home.json(["certificates", "list", "--json"]).await).is_none());

    // Nobody has agreed to anything yet, and a script does not agree by accident.
    home.run(["certificates", "order"]).await.expect_failure(2, &[TERMS, "--agree-to-terms"]);
    let ordered = home.run(["certificates", "order", "--agree-to-terms"]).await.expect_success();
    assert!(ordered.stdout.contains(TERMS) && ordered.stdout.contains("in use"), "{}", ordered.stdout);

    let list = home.json(["certificates", "list", "--json"]).await;
    let first = public(&list).unwrap().clone();
    assert_eq!((&first["names"], &first["used_at"]), (&json!([NAME]), &json!([format!("https://{NAME}")])));
    for field in ["issuer", "not_before", "not_after", "next_renewal", "path"] {
        assert!(first[field].is_string(), "{field} in {first}");
    }
    assert_eq!(visit(port, &pebble).await, StatusCode::OK);
    assert_eq!(server.https().get("/health").await.status, StatusCode::OK);
    // As a whole it is not well: this test's name has no address in DNS.
    let diagnosis: Value = serde_json::from_str(&home.run(["doctor", "--json"]).await.stdout).unwrap();
    let check = format!("public certificate for {NAME}");
    let checks = diagnosis["checks"].as_array().unwrap();
    assert!(checks.iter().any(|it| it["name"] == check && it["ok"] == true), "{diagnosis}");

    // A renewal in the middle of visits.
    let renewing = tokio::spawn({
        let home = home.clone();
        async move { home.run(["certificates", "renew"]).await }
    });
    let mut visits = 0;
    while !renewing.is_finished() {
        assert_eq!(visit(port, &pebble).await, StatusCode::OK);
        visits += 1;
    }
    renewing.await.unwrap().expect_success();
    assert!(visits > 3, "{visits} visits");
    let second = home.json(["certificates", "list", "--json"]).await;
    assert_ne!(public(&second).unwrap()["serial"], first["serial"]);

    // What was agreed to stands in the settings; the next start shows the certificate at once.
    drop(server);
    let settings = std::fs::read_to_string(home.data().join("config.toml")).unwrap();
    assert!(settings.contains(&format!("acme.agreed_terms = \"{TERMS}\"")), "{settings}");
    let again = serve(&home, port, &pebble, &[]).await;
    assert_eq!(visit(port, &pebble).await, StatusCode::OK);
    drop(again);

    // A stopped program asks no authority to look for it.
    home.run(["certificates", "order", "--agree-to-terms"]).await.expect_failure(1, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_fails_says_why_and_the_local_door_works_on() {
    // The authority looks elsewhere.
    let wishes = Wishes { tls_port: free_port(), ..Wishes::default() };
    let Some(pebble) = Pebble::start(wishes).await else { return };
    let home = Home::new();
    let server = serve(&home, free_port(), &pebble, &[]).await;
    let failed = home.run(["certificates", "order", "--agree-to-terms"]).await;
    failed.expect_failure(1, &["could not see that memory.example.org leads here", "port 443"]);
    assert_eq!(server.https().get("/health").await.status, StatusCode::OK);
    let diagnosis = home.run(["doctor"]).await.expect_failure(1, &[]);
    assert!(diagnosis.stdout.contains("leads here"), "{}", diagnosis.stdout);
    let list = home.run(["certificates", "list"]).await.expect_success();
    assert!(
        list.stdout.contains("The last try failed") && list.stdout.contains("Next try"),
        "{}",
        list.stdout
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_obtained_over_http_on_the_port_that_is_set_for_it() {
    let http_port = free_port();
    let Some(pebble) = Pebble::start(Wishes { http_port, ..Wishes::default() }).await else { return };
    let home = Home::new();
    let port = free_port();
    let http = http_port.to_string();
    // Who has agreed in the settings has ordered with that.
    let more =
        [("ACME_CHALLENGE", "http-01"), ("ACME_HTTP_PORT", http.as_str()), ("ACME_AGREED_TERMS", TERMS)];
    let server = serve(&home, port, &pebble, &more).await;
    within("the certificate", async {
        while public(&home.json(["certificates", "list", "--json"]).await).is_none() {}
    })
    .await;
    assert_eq!(visit(port, &pebble).await, StatusCode::OK);
    drop(server);
}
