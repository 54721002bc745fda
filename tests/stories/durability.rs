//! Nothing answered is lost: `kill -9` at any moment, under many writers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clock::Random as _;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::mcp::{Era, McpClient, message, tool_answer};
use crate::support::oauth::connect;
use crate::support::program::{Home, RunningServer, Serve};
use crate::support::within;

const WRITERS: usize = 50;
const ROUNDS: usize = 4;

/// An answered turn: the id that the server gave, and the text that it stands for.
type Acknowledged = (String, String);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_turn_that_was_answered_survives_kill_9_under_fifty_writers() {
    let home = Home::new();
    let mut server = home.serve_with(&Serve::unlimited()).await;
    let port = server.port();
    let (_, tokens) = connect(&server, "Writers", None).await;
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();

    for round in 0..ROUNDS {
        // Some are only just beginning, some are in full flow: the moment is counted in answers, not in time.
        let moment = random_below(600);
        eprintln!("round {round}: kill -9 after {moment} answers");
        let (answers, mut answered) = mpsc::unbounded_channel::<Acknowledged>();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (https, token, answers) = (server.https(), tokens.access.clone(), answers.clone());
                tokio::spawn(async move {
                    let mut mcp = McpClient::open(&https, &token, Era::Modern).await;
                    write_until_the_end(&mut mcp, &format!("round {round} writer {writer}"), &answers).await;
                })
            })
            .collect();
        drop(answers);
        let mut in_this_round = 0;
        while in_this_round <= moment {
            let (id, text) = within("an answered turn", answered.recv()).await.expect("the writers write");
            acknowledged.insert(id, text);
            in_this_round += 1;
        }
        server.kill().await;
        // What was answered while the kill was on its way counts as well.
        while let Some((id, text)) = within("the end of the writers", answered.recv()).await {
            acknowledged.insert(id, text);
        }
        for writer in writers {
            // A writer whose connection had not stood yet panics in its handshake: the server is gone.
            drop(within("the end of a writer", writer).await);
        }

        server = home.serve_with(&Serve { port, ..Serve::unlimited() }).await;
        expect_all_there(&server, &acknowledged, round).await;
    }
    server.kill().await;
    for file in ["context.db", "authorization.db"] {
        expect_sound(&home.data().join(file));
    }
    assert!(acknowledged.len() > ROUNDS);
}

/// So many clients at once, each on a connection of its own, and beside them a second process that writes too. The
/// data directory belongs to one process, so the second one writes through it, over the control socket.
async fn clients_and_a_second_process(turns: usize) {
    let server = Home::new().serve_with(&Serve::unlimited()).await;
    let (_, tokens) = connect(&server, "Writers", None).await;
    let file = server.home.file("import.jsonl");
    let lines: Vec<String> = (0..turns * 4)
        .map(|number| json!({"id": format!("i{number}"), "user_message": format!("imported {number}"), "assistant_response": "ok"}).to_string())
        .collect();
    std::fs::write(&file, lines.join("\n")).expect("the file can be written");
    let import = || {
        let (home, file) = (server.home.clone(), file.clone());
        tokio::spawn(async move {
            let arguments = ["import", "--format", "turns"].map(std::ffi::OsString::from);
            home.run(arguments.into_iter().chain([file.into_os_string()])).await
        })
    };
    // The same file twice at the same time: each turn comes in once.
    let imports = [import(), import()];
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (https, token) = (server.https(), tokens.access.clone());
            tokio::spawn(async move {
                let mut mcp = McpClient::open(&https, &token, Era::Modern).await;
                let mut answered = BTreeMap::new();
                for number in 0..turns {
                    let text = format!("writer {writer} turn {number}");
                    let turn = json!({"user_message": text, "assistant_response": "stored once"});
                    let said = mcp.call("log_conversation_turn", turn.clone()).await.content;
                    assert_eq!(said["stored"], true, "{said}");
                    answered.insert(said["turn_id"].as_str().expect("an id").to_owned(), text);
                    if number % 10 == 0 {
                        // A retry whose answer was lost on the way.
                        let again = mcp.call("log_conversation_turn", turn).await.content;
                        assert_eq!(again["stored"], false, "{again}");
                    }
                }
                answered
            })
        })
        .collect();
    let mut acknowledged = BTreeMap::new();
    for writer in writers {
        acknowledged.append(&mut within("the end of a writer", writer).await.expect("a writer ends well"));
    }
    for import in imports {
        within("the end of an import", import).await.expect("the import ends").expect_success();
    }
    assert_eq!(acknowledged.len(), WRITERS * turns, "every answer has an id of its own");
    expect_all_there(&server, &acknowledged, 0).await;
    let exported = std::fs::read(server.home.file("round-0.json")).expect("the export is there");
    let mut stored = BTreeMap::new();
    gather(&serde_json::from_slice(&exported).expect("JSON"), &mut stored);
    let texts: BTreeSet<&String> = stored.values().collect();
    assert_eq!(
        (stored.len(), texts.len()),
        (WRITERS * turns + turns * 4, stored.len()),
        "nothing is doubled"
    );
    let home = server.home.clone();
    server.kill().await;
    expect_sound(&home.data().join("context.db"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clients_and_a_second_process_at_once_lose_and_double_nothing() {
    clients_and_a_second_process(10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "five thousand calls; `cargo xtask test --all` runs it"]
async fn fifty_clients_with_a_hundred_turns_each_and_a_second_process_lose_and_double_nothing() {
    clients_and_a_second_process(100).await;
}

async fn write_until_the_end(mcp: &mut McpClient, who: &str, answers: &mpsc::UnboundedSender<Acknowledged>) {
    for number in 0.. {
        let text = format!("{who} turn {number}");
        let arguments = json!({"user_message": text, "assistant_response": "stored before it is answered"});
        let call = json!({"name": "log_conversation_turn", "arguments": arguments});
        let Ok(answer) = mcp.try_post("tools/call", Some("log_conversation_turn"), &call).await else {
            return;
        };
        assert_eq!(answer.status, 200, "{}", answer.text());
        let said = tool_answer(&message(&answer)).content;
        assert_eq!(said["stored"], true, "{said}");
        let id = said["turn_id"].as_str().expect("a stored turn has an id").to_owned();
        if answers.send((id, text)).is_err() {
            return;
        }
    }
}

/// Asks through the running program, by an export of all, so that what the owner sees is what is compared.
async fn expect_all_there(server: &RunningServer, acknowledged: &BTreeMap<String, String>, round: usize) {
    let file = server.home.file(&format!("round-{round}.json"));
    let arguments = ["export", "--format", "json", "--output"];
    let arguments = arguments.iter().map(AsRef::<std::ffi::OsStr>::as_ref).chain([file.as_os_str()]);
    server.home.run(arguments).await.expect_success();
    let exported: Value =
        serde_json::from_slice(&std::fs::read(&file).expect("the export is there")).expect("JSON");
    let mut stored = BTreeMap::new();
    gather(&exported, &mut stored);
    let lost: BTreeSet<&String> = acknowledged
        .iter()
        .filter(|(id, text)| stored.get(*id) != Some(*text))
        .map(|(_, text)| text)
        .collect();
    assert!(lost.is_empty(), "{} of {} answered turns are lost: {lost:?}", lost.len(), acknowledged.len());
}

/// Every object with an id and a user's message, wherever in the export it stands.
fn gather(value: &Value, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            if let (Some(Value::String(id)), Some(Value::String(text))) =
                (fields.get("id"), fields.get("user_message"))
            {
                found.insert(id.clone(), text.clone());
            }
            fields.values().for_each(|value| gather(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, found)),
        _ => {}
    }
}

fn random_below(limit: u64) -> u64 {
    let mut bytes = [0; 8];
    clock::OsRandom.fill(&mut bytes);
    u64::from_le_bytes(bytes) % limit
}

/// SQLite itself finds nothing wrong with the file.
pub(crate) fn expect_sound(path: &Path) {
    let database = Connection::open(path).expect("the database opens");
    let found: String =
        database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("the check can be made");
    assert_eq!(found, "ok", "{}", path.display());
    let orphans = database
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut check| check.query_map([], |_| Ok(())).map(Iterator::count))
        .expect("the check can be made");
    assert_eq!(orphans, 0, "{}", path.display());
}

/// Brings everything from the log into the database file, whose program has ended.
pub(crate) fn checkpoint(path: &Path) {
    let database = Connection::open(path).expect("the database opens");
    let busy: i64 = database
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .expect("a checkpoint can be made");
    assert_eq!(busy, 0, "somebody still has {}", path.display());
}
