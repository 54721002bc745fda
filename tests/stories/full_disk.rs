//! A disk that is really full, in the midst of everything: each part says so, nothing is half-written, the local door
//! works, and with room again everything goes on without a new start.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::certificates::pebble::{Pebble, Wishes};
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};
use crate::support::reached;
use crate::support::sshd::{Sshd, free_port};
use crate::support::world::{self, World};

/// Fills a disk to its last byte.
fn fill(disk: &Path) -> PathBuf {
    let ballast = disk.join("ballast");
    let mut file = std::fs::File::create(&ballast).unwrap();
    for size in [64 * 1024, 1024, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
    ballast
}

/// Every file but the databases' own and the ballast: its name and its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.is_file() && !name.contains(".db") && name != "ballast" {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

fn turn(number: usize) -> Value {
    let words = format!("Turn number {number}. ") + &format!("padding {number} ").repeat(400);
    json!({"user_message": words, "assistant_response": "Noted."})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs root, for a disk of its own"]
async fn a_full_disk_is_told_by_every_part_and_nothing_is_half_written() {
    const TEST: &str = "full_disk::a_full_disk_is_told_by_every_part_and_nothing_is_half_written";
    let Some(_) = world::enter(TEST) else { return };
    let port = free_port();
    let Some(pebble) = Pebble::start(Wishes { http_port: port, ..Wishes::default() }).await else { return };
    let (home, sshd) = (Home::new(), Sshd::start(""));
    let data = home.data();
    World::small_disk(&data, 16);
    let tunnel = reached::settings(&sshd, ("127.0.0.1", sshd.port), free_port(), "");
    let settings = format!(
        "public_url = \"https://memory.example.org\"\nacme.challenge = \"http-01\"\nacme.http_port = {port}\n{tunnel}"
    );
    std::fs::write(data.join("config.toml"), settings).unwrap();
    let environment =
        [("ACME_DIRECTORY", pebble.directory()), ("ACME_ROOT", pebble.root().display().to_string())];
    let environment = environment.map(|(name, value)| (format!("AMBIENT_INSIGHTS_{name}"), value)).to_vec();
    let server = home.serve_with(&Serve { environment, ..Serve::default() }).await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    assert_eq!(mcp.call("log_conversation_turn", turn(0)).await.content["stored"], true);
    // A host that the owner is asked about.
    home.run(["tunnel", "up"]).await.expect_failure(1, &[]);
    let offer = home.json(["tunnel", "status", "--json"]).await["host_key"]["fingerprint"].clone();
    let offer = offer.as_str().unwrap().to_owned();

    let ballast = fill(&data);
    let before = files(&data);

    // The store: what is answered is there, and what is not there is answered so. What the log has room for still fits.
    let mut stored = vec![0];
    let mut refusal = None;
    for number in 1..400 {
        let answer = mcp.call("log_conversation_turn", turn(number)).await;
        if answer.is_error {
            refusal = Some(answer.text);
            break;
        }
        assert_eq!(answer.content["stored"], true, "{}", answer.text);
        stored.push(number);
    }
    let refusal = refusal.expect("a full disk is noticed");
    assert!(refusal.contains("disk of the user's computer is full"), "{refusal}");

    // The known hosts.
    home.run(["tunnel", "trust-host", "--fingerprint", &offer])
        .await
        .expect_failure(1, &["known_hosts", "No space left"]);
    // The certificate and, on the way to it, the settings.
    home.run(["certificates", "order", "--agree-to-terms"]).await.expect_failure(1, &["No space left"]);
    let doctor = home.run(["doctor"]).await.expect_failure(1, &[]);
    assert!(doctor.stdout.contains("free some space on that disk"), "{}", doctor.stdout);
    assert!(!server.log().contains("panicked"), "{}", server.log());
    assert_eq!(files(&data), before, "no file is changed, cut off or left behind");
    // The local door, for whoever reads.
    assert_eq!(server.https().get("/health").await.status, 200);
    let remembered = mcp.call("get_user_context", json!({})).await;
    assert!(!remembered.is_error, "{}", remembered.text);

    // Room again: everything goes on, without a new start.
    std::fs::remove_file(ballast).unwrap();
    assert_eq!(mcp.call("log_conversation_turn", turn(1000)).await.content["stored"], true);
    stored.push(1000);
    home.run(["tunnel", "trust-host", "--fingerprint", &offer]).await.expect_success();
    home.run(["certificates", "order", "--agree-to-terms"]).await.expect_success();
    server.kill().await;

    let turns = home.json(["turns", "list", "--limit", "1000", "--json"]).await.to_string();
    for number in &stored {
        assert!(turns.contains(&format!("Turn number {number}. ")), "turn {number} was answered and is lost");
    }
    assert_eq!(turns.matches("Turn number ").count(), stored.len(), "what was refused is not there by half");
    let doctor: Value = serde_json::from_str(&home.run(["doctor", "--json"]).await.stdout).unwrap();
    let sound =
        doctor["checks"].as_array().unwrap().iter().filter(|check| check["detail"] == "sound").count();
    assert_eq!(sound, 2, "{doctor}");
}
