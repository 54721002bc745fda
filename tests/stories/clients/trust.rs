//! Real programs as judges of `certificates trust` and `untrust`: curl, which asks the system's store, and
//! Chromium, which asks NSS.

use std::ffi::OsString;
use std::path::Path;

use tokio::process::Command;

use crate::support::program::{Home, RunningServer};
use crate::support::within;

/// Where Debian keeps the system's store.
const ANCHORS: &str = "/usr/local/share/ca-certificates";
const BUNDLE: &str = "/etc/ssl/certs";

/// Starts a program that sees copies of the system's store in place of the real one, as if it were root there.
fn with_own_store(copies: &Path) -> Vec<OsString> {
    let mut words: Vec<OsString> =
        ["bwrap", "--unshare-user", "--uid", "0", "--gid", "0", "--dev-bind", "/", "/"]
            .map(OsString::from)
            .to_vec();
    for (copy, place) in [("anchors", ANCHORS), ("bundle", BUNDLE)] {
        words.extend(["--bind".into(), copies.join(copy).into_os_string(), place.into()]);
    }
    words
}

/// curl under this wrapper, with nothing but the store to go by; what it said where it refused.
async fn curl(home: &Home, wrapper: &[OsString], url: &str, resolve: &str) -> Result<String, String> {
    let mut command = Command::new(&wrapper[0]);
    command.args(&wrapper[1..]).args(["curl", "-sS", "--max-time", "20", "--resolve", resolve, url]);
    home.isolate(&mut command);
    let output = within("the end of curl", command.output()).await.unwrap();
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "changes a copy of the system's trust store"]
async fn curl_believes_us_after_trust_for_our_name_alone_and_not_after_untrust() {
    let home = Home::new();
    let copies = home.file("store");
    for folder in ["anchors", "bundle"] {
        std::fs::create_dir_all(copies.join(folder)).unwrap();
    }
    let copying = Command::new("cp").args(["-a", BUNDLE]).arg(copies.join("all")).status().await.unwrap();
    assert!(copying.success());
    std::fs::remove_dir(copies.join("bundle")).unwrap();
    std::fs::rename(copies.join("all"), copies.join("bundle")).unwrap();

    let server = home.serve().await;
    let wrapper = with_own_store(&copies);
    let url = format!("https://localhost:{}/health", server.port());
    let elsewhere = format!("https://bank.example:{}/health", server.port());
    let resolve = format!("bank.example:{}:127.0.0.1", server.port());
    let change = async |verb: &str| {
        let arguments = ["certificates", verb, "--store", "system", "--yes"];
        let output = within("the change", home.command_under(&wrapper, arguments).output()).await.unwrap();
        assert!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let refused = curl(&home, &wrapper, &url, &resolve).await.unwrap_err();
    assert!(refused.contains("certificate"), "{refused}");
    change("trust").await;
    assert!(curl(&home, &wrapper, &url, &resolve).await.unwrap().contains("ok"));
    let refused = curl(&home, &wrapper, &elsewhere, &resolve).await.unwrap_err();
    assert!(refused.contains("bank.example") || refused.contains("subject name"), "{refused}");
    change("untrust").await;
    curl(&home, &wrapper, &url, &resolve).await.unwrap_err();
}

/// What Chromium shows of a page, and behind it what it logs: the reason where it shows nothing.
async fn chromium(server: &RunningServer, host: &str) -> String {
    let home = &server.home;
    let mut command = Command::new("chromium");
    home.isolate(&mut command);
    let output = command
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
        ])
        .arg(format!("--user-data-dir={}", home.file("chromium").display()))
        .arg(format!("--host-resolver-rules=MAP {host} 127.0.0.1"))
        .args(["--enable-logging=stderr", "--dump-dom", &format!("https://{host}:{}/health", server.port())])
        .output();
    let output = within("the end of Chromium", output).await.unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "starts Chromium"]
async fn chromium_believes_us_after_trust_for_our_name_alone_and_not_after_untrust() {
    let home = Home::new();
    let database = home.home().join(".pki/nssdb");
    std::fs::create_dir_all(&database).unwrap();
    let made = Command::new("certutil")
        .args(["-N", "--empty-password", "-d"])
        .arg(format!("sql:{}", database.display()))
        .status()
        .await
        .unwrap();
    assert!(made.success());
    let server = home.serve().await;
    let is_ours = |page: &str| page.contains("\"status\":\"ok\"");
    let refused = chromium(&server, "localhost").await;
    assert!(refused.contains("ERR_CERT_AUTHORITY_INVALID"), "{refused}");
    home.run(["certificates", "trust", "--store", "nss", "--yes"]).await.expect_success();
    let page = chromium(&server, "localhost").await;
    assert!(is_ours(&page), "{page}");
    let refused = chromium(&server, "bank.example").await;
    assert!(refused.contains("ERR_CERT_COMMON_NAME_INVALID"), "{refused}");
    home.run(["certificates", "untrust", "--store", "nss", "--yes"]).await.expect_success();
    let refused = chromium(&server, "localhost").await;
    assert!(refused.contains("ERR_CERT_AUTHORITY_INVALID"), "{refused}");
}
