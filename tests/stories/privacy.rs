//! What the owner keeps to themselves: forgetting down to the bytes, clients that may not read, pausing.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};
use crate::support::within;

/// The files below `folder` that hold `word`, whatever its case.
fn files_with(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, word));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.to_ascii_lowercase().windows(word.len()).any(|window| window == word.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

async fn log(mcp: &mut McpClient, text: &str) -> Value {
    let answer = mcp
        .call("log_conversation_turn", json!({ "user_message": text, "assistant_response": "Certainly." }))
        .await;
    answer.content
}

#[tokio::test]
async fn a_forgotten_phrase_is_in_no_file_while_the_program_runs_and_after_it_was_killed() {
    let home = Home::new();
    let server = home.serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    for number in 0..20 {
        log(&mut mcp, &format!("the Pachyderm project, part {number}")).await;
        log(&mut mcp, &format!("something else, part {number}")).await;
    }
    mcp.call("set_user_goal", json!({ "goal": "Ship Pachyderm" })).await;
    assert!(!files_with(&home.data(), "pachyderm").is_empty());

    let preview = home.json(["forget", "--phrase", "pachyderm", "--preview", "--json"]).await;
    assert_eq!(preview["counts"]["turns"], 20, "{preview}");
    assert_eq!(home.json(["turns", "list", "--limit", "100", "--json"]).await.as_array().unwrap().len(), 40);
    let forgotten = home.json(["forget", "--phrase", "pachyderm", "--yes", "--json"]).await;
    assert_eq!(forgotten["counts"], preview["counts"]);
    assert_eq!(files_with(&home.data(), "pachyderm"), Vec::<String>::new());

    server.kill().await;
    let again = home.serve().await;
    assert_eq!(files_with(&home.data(), "pachyderm"), Vec::<String>::new());
    assert_eq!(home.json(["turns", "list", "--limit", "100", "--json"]).await.as_array().unwrap().len(), 20);
    let nothing = home.run(["forget", "--phrase", "pachyderm", "--yes"]).await.expect_success();
    assert!(nothing.stdout.contains("nothing to forget"), "{}", nothing.stdout);
    again.stop().await;
}

#[tokio::test]
async fn a_forgetting_that_is_killed_is_whole_or_not_at_all_after_the_next_start() {
    let home = Home::new();
    let lines: Vec<String> = (0..1000)
        .map(|number| {
            let animal = if number % 2 == 0 { "pachyderm" } else { "otter" };
            json!({ "id": number.to_string(), "conversation": (number / 10).to_string(),
                "user_message": format!("{animal} {number} {}", "lorem ".repeat(20)) })
            .to_string()
        })
        .collect();
    let file = home.file("turns.jsonl");
    std::fs::write(&file, lines.join("\n")).unwrap();
    home.run(["import".as_ref(), file.as_os_str()]).await.expect_success();
    std::fs::remove_file(&file).unwrap();

    let server = home.serve().await;
    // The answer never comes: the program is killed once the forgetting has begun.
    let mut command = home.command(["forget", "--phrase", "pachyderm", "--yes"]);
    let mut forgetting = command.spawn().unwrap();
    let turns = |home: &Home| {
        let path = home.data().join("context.db");
        let connection =
            rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
        connection.unwrap().query_row("SELECT count(*) FROM turn", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    within("the first step", async {
        while turns(&home) == 1000 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    server.kill().await;
    let _ = forgetting.wait().await;
    let again = home.serve().await;
    assert_eq!(turns(&home), 500);
    assert_eq!(files_with(&home.data(), "pachyderm"), Vec::<String>::new());
    again.stop().await;
    // And without a running program.
    home.run(["forget", "--phrase", "otter", "--yes"]).await.expect_success();
    assert_eq!(turns(&home), 0);
    assert_eq!(files_with(&home.data(), "otter"), Vec::<String>::new());
}

#[tokio::test]
async fn a_client_can_be_kept_from_reading_and_from_writing_also_after_a_restart() {
    let home = Home::new();
    let server = home.serve().await;
    let (client, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    mcp.call("add_user_interest", json!({ "interest": "walruses" })).await;
    let id = client.id.clone();
    home.run(["clients", "mode", &id, "incognito"]).await.expect_success();
    let seen = mcp.call("get_user_context", json!({})).await;
    assert!(seen.is_error && seen.text.contains("incognito"), "{}", seen.text);
    assert!(!seen.text.contains("walrus"));
    assert_eq!(log(&mut mcp, "hello").await, json!({ "stored": false, "reason": "incognito" }));
    let listed = home.json(["clients", "--json"]).await;
    assert_eq!(listed[0]["mode"], "incognito", "{listed}");

    let port = server.port();
    server.kill().await;
    let server = home.serve_with(&Serve { port, ..Serve::default() }).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    assert_eq!(log(&mut mcp, "hello").await, json!({ "stored": false, "reason": "incognito" }));
    home.run(["clients", "mode", &id, "read-only"]).await.expect_success();
    assert!(mcp.call("get_user_context", json!({})).await.text.contains("walruses"));
    assert_eq!(log(&mut mcp, "hello").await, json!({ "stored": false, "reason": "read_only" }));
    home.run(["clients", "mode", &id, "normal"]).await.expect_success();
    assert_eq!(log(&mut mcp, "hello").await["stored"], true);
    home.run(["clients", "mode", "nobody", "incognito"]).await.expect_failure(1, &["clients list"]);
    home.run(["clients", "keep", &id, "soon"]).await.expect_failure(2, &["forever"]);
    home.run(["clients", "keep", &id, "30"]).await.expect_success();
    assert_eq!(home.json(["clients", "--json"]).await[0]["retention"], json!({ "kind": "days", "days": 30 }));
}

#[tokio::test]
async fn pausing_holds_every_assistant_back_and_panic_sends_them_away() {
    let home = Home::new();
    let server = home.serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    home.run(["pause", "--for", "15m"]).await.expect_success();
    assert_eq!(log(&mut mcp, "hello").await, json!({ "stored": false, "reason": "paused" }));
    let refused = mcp.call("set_user_goal", json!({ "goal": "sail" })).await;
    assert!(refused.is_error && refused.text.contains("paused"), "{}", refused.text);
    assert!(!mcp.call("get_user_context", json!({})).await.is_error);
    home.run(["resume"]).await.expect_success();
    assert_eq!(log(&mut mcp, "hello").await["stored"], true);
    home.run(["pause", "--for", "never"]).await.expect_failure(2, &["15m"]);
    home.run(["panic", "--yes"]).await.expect_success();
    assert_eq!(home.json(["clients", "--json"]).await[0]["grants"], json!([]));
}

#[tokio::test]
async fn secrets_and_private_parts_never_reach_a_file_unless_the_owner_keeps_secrets() {
    let home = Home::new();
    let server = home.serve().await;
    let (_, tokens) = connect(&server, "Story", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    let token = ["ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].concat();
    assert_eq!(
        log(&mut mcp, &format!("push with {token} <private>pachyderm</private>")).await["stored"],
        true
    );
    assert_eq!(log(&mut mcp, "<private>pachyderm").await, json!({ "stored": false, "reason": "private" }));
    let turns = home.json(["turns", "--json"]).await;
    assert_eq!(turns[0]["user_message"], "push with [redacted: GitHub token] [private]", "{turns}");
    for word in [token.to_lowercase().as_str(), "pachyderm"] {
        assert_eq!(files_with(&home.data(), word), Vec::<String>::new());
    }
    server.stop().await;
    std::fs::write(home.data().join("config.toml"), "redact_secrets = false\n").unwrap();
    let server = home.serve().await;
    let (_, tokens) = connect(&server, "Again", None).await;
    let mut mcp = McpClient::open(&server.https(), &tokens.access, Era::Modern).await;
    log(&mut mcp, &format!("push with {token}")).await;
    assert!(!files_with(&home.data(), &token.to_lowercase()).is_empty());
}

#[tokio::test]
async fn forgetting_needs_one_thing_named_and_a_yes() {
    let home = Home::new();
    home.run(["forget"]).await.expect_failure(2, &["--phrase"]);
    home.run(["forget", "--everything", "--phrase", "x"]).await.expect_failure(2, &["cannot be used"]);
    home.run(["forget", "--turn", "none", "--yes"]).await.expect_failure(2, &["id"]);
    home.run(["forget", "--phrase", "…", "--yes"]).await.expect_failure(2, &["letters"]);
    let unknown = "01890000-0000-7000-8000-000000000000";
    home.run(["forget", "--turn", unknown, "--yes"]).await.expect_failure(1, &[unknown]);
    home.run(["context", "add", "goal", "see a pachyderm"]).await.expect_success();
    home.run(["forget", "--everything", "--yes"]).await.expect_success();
    assert_eq!(files_with(&home.data(), "pachyderm"), Vec::<String>::new());
}
