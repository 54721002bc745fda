//! The published description of our endpoints, held against the running program: schemathesis makes up requests, good
//! and bad ones, and compares each answer with what the description promises.

use std::time::Duration;

use tokio::process::Command;

use super::{installed, isolate};
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};

/// What must hold of every answer. Not among them: that each request which fits its schema succeeds (a code that
/// nobody gave out does not), and that each one which does not is refused (what is unknown is passed over).
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,allow_header_conformance";

/// Where the made-up requests begin, so that the same program gets the same answer here every time. Another number
/// in the environment tries others: `AMBIENT_INSIGHTS_TEST_SEED`.
const SEED: &str = "146941930273971449880462643766971859692";

#[tokio::test]
#[ignore = "needs schemathesis; `cargo xtask test --all` installs and runs it"]
async fn every_endpoint_answers_as_its_published_description_says() {
    let home = Home::new();
    let server = home.serve_with(&Serve::unlimited()).await;
    let (client, tokens) = connect(&server, "Described", None).await;
    let description = server.ready.issuer.join("/oauth/openapi.json").expect("the issuer is a base");
    let published = server.https().get(description.path()).await.json();
    assert_eq!(published["servers"][0]["url"], server.ready.issuer.as_str().trim_end_matches('/'));
    let operations: usize = published["paths"]
        .as_object()
        .expect("the description has paths")
        .values()
        // Beside its operations a path may have parameters that they share.
        .map(|path| path.as_object().map_or(0, |path| path.keys().filter(|key| *key != "parameters").count()))
        .sum();

    let seed = std::env::var("AMBIENT_INSIGHTS_TEST_SEED").unwrap_or_else(|_| SEED.to_owned());
    let mut command = Command::new(installed(".venv/bin/schemathesis"));
    isolate(&home, &mut command);
    command
        .args(["run", description.as_str(), "--checks", CHECKS, "--max-examples", "40", "--seed", &seed])
        // No redirect is followed: what is sent on would be sent to whoever a made-up request names.
        .args(["--phases", "examples,coverage,fuzzing", "--max-redirects", "0", "--warnings", "off"])
        // A connection that is kept may be closed at the very moment when it is used again (RFC 9112 §9.3.1).
        .args(["--request-retries", "2", "--request-timeout", "20", "--continue-on-failure", "--tls-verify"])
        .arg(server.authority())
        // The description itself is fetched by the same rules.
        .env("REQUESTS_CA_BUNDLE", server.authority());
    // It takes a minute and more where others use the computer too.
    let output = tokio::time::timeout(Duration::from_mins(5), command.output()).await;
    let output = output.expect("schemathesis ends within five minutes").expect("schemathesis starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    // A run that tested nothing would succeed as well. It leaves out the place that it has the description from.
    assert!(said.contains(&format!("Tested: {}\n", operations - 1)), "{operations} operations: {said}");

    // And nobody who was in before is out.
    let answer = client.refresh(&server, &tokens.refresh).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}
