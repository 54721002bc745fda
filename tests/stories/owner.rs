//! What the owner sees and changes from a terminal, with the program running and without.

use serde_json::{Value, json};

use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::Home;

/// The id of the entry whose JSON holds `text`, in any listing.
fn id_of(listing: &Value, text: &str) -> String {
    match listing {
        Value::Array(entries) => {
            let entry = entries.iter().find(|entry| entry.to_string().contains(text));
            entry
                .and_then(|entry| entry["id"].as_str())
                .unwrap_or_else(|| panic!("no {text} in {listing}"))
                .to_owned()
        }
        Value::Object(fields) => {
            let array = fields.values().find(|value| value.is_array());
            id_of(array.unwrap_or_else(|| panic!("no array in {listing}")), text)
        }
        _ => panic!("{listing} is no listing"),
    }
}

#[tokio::test]
async fn the_owner_corrects_what_is_remembered_and_assistants_see_it() {
    let home = Home::new();
    let server = home.serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    mcp.call("add_user_interest", json!({"interest": "astrolgy"})).await;
    mcp.call("set_user_goal", json!({"goal": "learn to juggle"})).await;

    let listing = home.json(["context", "list", "--json"]).await;
    home.run(["context", "edit", &id_of(&listing, "astrolgy"), "--text", "astronomy"]).await.expect_success();
    home.run(["context", "remove", &id_of(&listing, "juggle")]).await.expect_success();
    home.run(["context", "add", "preference", "language", "--value", "German"]).await.expect_success();
    let seen = mcp.call("get_user_context", json!({})).await.text;
    assert!(seen.contains("astronomy") && seen.contains("German"), "{seen}");
    assert!(!seen.contains("astrolgy") && !seen.contains("juggle"), "{seen}");
}

#[tokio::test]
async fn everything_works_without_a_running_program_too() {
    let home = Home::new();
    home.run(["context", "add", "interest", "beekeeping"]).await.expect_success();
    let context = home.json(["context", "--json"]).await;
    assert!(context.to_string().contains("beekeeping"), "{context}");
    assert_eq!(home.json(["turns", "--json"]).await.to_string().matches("user_message").count(), 0);
    assert!(!home.json(["insights", "--json"]).await.to_string().contains("evidence"));
    assert_eq!(home.json(["clients", "--json"]).await, json!([]));
    home.json(["audit", "--json"]).await;
    home.json(["certificates", "list", "--json"]).await;
    home.run(["context", "edit", "01890000-0000-7000-8000-000000000000", "--text", "x"])
        .await
        .expect_failure(1, &["01890000-0000-7000-8000-000000000000"]);
}

#[tokio::test]
async fn deciding_needs_the_running_program_and_says_so() {
    let home = Home::new();
    let ended = home.run(["approvals", "approve", "01890000-0000-7000-8000-000000000000"]).await;
    // The command that it names is for this data directory, not for the usual one.
    let data = home.data().display().to_string();
    ended.expect_failure(1, &["serve", &format!("ambient-insights --data-dir {data}")]);
    let server = home.serve().await;
    let ended = server.home.run(["approvals", "approve", "01890000-0000-7000-8000-000000000000"]).await;
    ended.expect_failure(1, &["approvals list"]);
}

#[tokio::test]
async fn the_originals_folder_is_taken_over_with_its_context_and_insights() {
    let home = Home::new();
    let folder = home.file("mcp_data");
    std::fs::create_dir(&folder).unwrap();
    let context = json!({
        "interests": ["sailing", "rust"], "skills": ["welding"], "current_projects": ["the boat"],
        "goals": ["cross the bay"], "preferences": {"tone": "dry"}, "last_updated": "2025-06-01T10:00:00.123456",
    });
    let insight = json!({
        "timestamp": "2025-06-01T10:00:00.123456", "insight_type": "learning_moment",
        "content": "Knots hold by friction.", "context": {"source": "conversation"}, "confidence": 0.8,
    });
    std::fs::write(folder.join("user_context.json"), context.to_string()).unwrap();
    std::fs::write(folder.join("insights.jsonl"), format!("{insight}\n")).unwrap();

    for _ in 0..2 {
        home.run(["import".as_ref(), folder.as_os_str()]).await.expect_success();
    }
    let context = home.json(["context", "--json"]).await.to_string();
    for word in ["sailing", "welding", "the boat", "cross the bay", "dry"] {
        assert_eq!(context.matches(word).count(), 1, "{word} in {context}");
    }
    let insights = home.json(["insights", "--json"]).await.to_string();
    assert_eq!(
        insights.matches("Knots hold by friction.").count(),
        1,
        "imported twice, there once: {insights}"
    );

    std::fs::write(folder.join("user_context.json"), "{ this is not json").unwrap();
    let ended = home.run(["import".as_ref(), folder.as_os_str()]).await;
    assert!(format!("{}{}", ended.stdout, ended.stderr).contains("user_context.json"), "{ended:?}");
    assert_eq!(ended.code, 1, "a script must notice that something was left out: {ended:?}");
    let after = home.json(["context", "--json"]).await.to_string();
    assert_eq!(after, context, "a bad import changes nothing");
}

#[tokio::test]
async fn turns_are_imported_exported_and_imported_into_another_store_unchanged() {
    let home = Home::new();
    let input = home.file("turns.jsonl");
    let lines: Vec<String> = (0..50)
        .map(|number| {
            json!({
                "id": format!("old-{number}"), "conversation": format!("talk-{}", number % 5),
                "user_message": format!("Question {number}: ünïcödé 🦀 \"quoted\"\nsecond line"),
                "assistant_response": format!("Answer {number}."),
                "occurred_at": format!("2025-03-{:02}T08:00:00Z", 1 + number % 28), "client": "elsewhere",
            })
            .to_string()
        })
        .collect();
    std::fs::write(&input, lines.join("\n")).unwrap();
    home.run(["import".as_ref(), input.as_os_str(), "--format".as_ref(), "turns".as_ref()])
        .await
        .expect_success();

    let first = home.file("first.json");
    let export = ["export", "--format", "json", "--output"];
    home.run(export.iter().map(AsRef::<std::ffi::OsStr>::as_ref).chain([first.as_os_str()]))
        .await
        .expect_success();
    let exported: Value = serde_json::from_slice(&std::fs::read(&first).unwrap()).unwrap();
    let text = exported.to_string();
    for number in 0..50 {
        assert!(text.contains(&format!("Answer {number}.")), "turn {number} is missing");
        assert!(text.contains(&format!("old-{number}\"")), "the given id {number} is missing");
    }

    // A file is never replaced unasked.
    let again =
        home.run(export.iter().map(AsRef::<std::ffi::OsStr>::as_ref).chain([first.as_os_str()])).await;
    again.expect_failure(1, &["first.json is already there", "overwrit"]);

    let other = Home::new();
    other
        .run(["import".as_ref(), first.as_os_str(), "--format".as_ref(), "json".as_ref()])
        .await
        .expect_success();
    let second = other.file("second.json");
    other
        .run(export.iter().map(AsRef::<std::ffi::OsStr>::as_ref).chain([second.as_os_str()]))
        .await
        .expect_success();
    let moved = std::fs::read_to_string(&second).unwrap();
    for number in 0..50 {
        assert!(moved.contains(&format!("Answer {number}.")), "turn {number} is missing after the move");
    }

    let notes = home.file("notes");
    home.run([
        "export".as_ref(),
        "--format".as_ref(),
        "markdown".as_ref(),
        "--output".as_ref(),
        notes.as_os_str(),
    ])
    .await
    .expect_success();
    assert!(all_text(&notes).contains("Answer 49."), "the Markdown export has the turns");
}

#[tokio::test]
async fn an_import_with_a_bad_line_keeps_the_good_ones_names_the_bad_one_and_does_not_end_well() {
    let home = Home::new();
    let input = home.file("turns.jsonl");
    let good = json!({"user_message": "good question", "assistant_response": "good answer"});
    std::fs::write(&input, format!("{good}\n{{\"user_message\": 7}}\n{good}\n")).unwrap();
    let ended = home.run(["import".as_ref(), input.as_os_str(), "--format".as_ref(), "turns".as_ref()]).await;
    assert!(format!("{}{}", ended.stdout, ended.stderr).contains("line 2"), "{ended:?}");
    assert_eq!(ended.code, 1, "a script must notice that something was left out: {ended:?}");
    let turns = home.json(["turns", "--json"]).await.to_string();
    assert!(turns.contains("good question"), "{turns}");
}

#[tokio::test]
async fn forgetting_a_turn_takes_it_out_of_every_file() {
    let home = Home::new();
    let secret = "zanzibar-pineapple-umbrella";
    let input = home.file("turns.jsonl");
    std::fs::write(&input, json!({"user_message": secret, "assistant_response": "noted"}).to_string())
        .unwrap();
    home.run(["import".as_ref(), input.as_os_str(), "--format".as_ref(), "turns".as_ref()])
        .await
        .expect_success();
    let id = id_of(&home.json(["turns", "--json"]).await, secret);
    home.run(["turns", "remove", &id]).await.expect_success();
    assert!(!home.json(["turns", "--json"]).await.to_string().contains(secret));
    let bytes = all_bytes(&home.data());
    let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(!found, "the forgotten text still lies in the data directory");
}

#[tokio::test]
async fn doctor_finds_nothing_wrong_with_a_new_store_and_names_what_is_wrong_with_a_bad_one() {
    let home = Home::new();
    let server = home.serve().await;
    let ended = home.run(["doctor", "--json"]).await;
    let report: Value =
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    assert_eq!(report["local_origin"], server.ready.issuer.as_str().trim_end_matches('/'));
    let checks = report["checks"].as_array().unwrap();
    assert!(!checks.is_empty());
    for check in checks {
        assert!(
            check["name"].is_string() && check["ok"].is_boolean() && check["detail"].is_string(),
            "{check}"
        );
        assert!(check["ok"] == true || check["remedy"].is_string(), "what is wrong has a remedy: {check}");
    }
    for name in ["context", "authorization"] {
        let of_store = checks.iter().find(|check| check["name"].as_str().unwrap().contains(name));
        assert_eq!(of_store.map(|check| &check["ok"]), Some(&Value::from(true)), "{name} in {report}");
    }
    assert_eq!(ended.code, i32::from(report["ok"] != true), "the exit code says the same as the report");
    server.kill().await;

    // A page in the middle is overwritten: the file opens, and is not sound.
    let path = home.data().join("context.db");
    crate::durability::checkpoint(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 4096].fill(0xab);
    std::fs::write(&path, bytes).unwrap();
    let ended = home.run(["doctor", "--json"]).await;
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(format!("{}{}", ended.stdout, ended.stderr).contains("context"), "{ended:?}");
}

fn all_bytes(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(all_bytes(&path));
        } else if path.is_file() {
            bytes.extend(std::fs::read(&path).unwrap());
        }
    }
    bytes
}

fn all_text(folder: &std::path::Path) -> String {
    String::from_utf8_lossy(&all_bytes(folder)).into_owned()
}

#[tokio::test]
async fn revoking_a_client_that_is_not_there_does_not_look_like_success() {
    let home = Home::new();
    home.run(["clients", "revoke", "mistyped"]).await.expect_failure(1, &["mistyped", "clients list"]);
    let server = home.serve().await;
    home.run(["clients", "revoke", "mistyped"]).await.expect_failure(1, &["mistyped", "clients list"]);
    connect(&server, "Story", None).await;
    let clients = home.json(["clients", "--json"]).await;
    let id = clients[0]["client_id"].as_str().unwrap();
    home.run(["clients", "revoke", id]).await.expect_success();
    // It is known and has nothing left: that is what was wanted.
    home.run(["clients", "revoke", id]).await.expect_success();
}

#[tokio::test]
async fn doctor_says_which_setting_keeps_the_program_from_starting() {
    let home = Home::new();
    std::fs::create_dir_all(home.data()).unwrap();
    std::fs::write(home.data().join("config.toml"), "prot = 9100\n").unwrap();
    let ended = home.run(["doctor", "--json"]).await;
    assert_eq!(ended.code, 1, "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["ok"], false);
    assert_eq!(report["checks"][0]["name"], "settings");
    let detail = report["checks"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("prot") && detail.contains("\"port\""), "{detail}");
    assert!(report["checks"][0]["remedy"].is_string() && report["local_origin"].is_string(), "{report}");
}

#[tokio::test]
async fn an_export_to_standard_output_is_refused_and_leaves_no_file_of_that_name() {
    let home = Home::new();
    home.run(["export", "--output", "-"]).await.expect_failure(2, &["--output"]);
    assert!(!home.file("-").exists());
}

#[tokio::test]
async fn a_client_is_not_set_up_for_an_address_that_nobody_knows_yet() {
    let home = Home::new();
    std::fs::create_dir_all(home.data()).unwrap();
    std::fs::write(home.data().join("config.toml"), "port = 0\n").unwrap();
    let setup = ["setup", "claude-code", "--yes"];
    home.run(setup).await.expect_failure(1, &["port", "serve"]);
    assert!(!home.home().join(".claude.json").exists());
    home.run(["setup", "claude-code", "--undo", "--yes"]).await.expect_success();
    let server = home.serve().await;
    home.run(setup).await.expect_success();
    let servers = std::fs::read_to_string(home.home().join(".claude.json")).unwrap();
    assert!(servers.contains(server.ready.mcp_url.as_str()), "{servers}");
}

#[tokio::test]
async fn an_audit_of_a_client_that_did_nothing_does_not_say_that_nothing_happened() {
    let home = Home::new();
    let ended = home.run(["audit", "--client", "mistyped"]).await.expect_success();
    assert!(ended.stdout.contains("mistyped") && ended.stdout.contains("clients"), "{ended:?}");
}
