//! Bringing in a long history, beside reading the same lines and putting them into a bare table.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::load::as_float;
use crate::report::{self, Report};
use crate::search::{Chance, until_indexed, word};
use crate::start::highest_megabytes;
use crate::support::mcp::{Era, McpClient};
use crate::support::oauth::connect;
use crate::support::program::{Home, Serve};

const TURNS: usize = 100_000;
/// More than one of the index's segments, in which the words of many documents lie together.
const LONG_TURNS: usize = 40_000;
const LONG_WORDS: usize = 1_200;

pub(crate) async fn run(report: &mut Report) {
    report::title(&format!("Importing {TURNS} turns"));
    let home = Home::new();
    let file = home.file("turns.jsonl");
    write_history(&file);
    let bytes = std::fs::metadata(&file).map_or(0, |file| file.len());
    report::line(&format!("the file: {:.0} MB", as_float(usize::try_from(bytes).unwrap_or(0)) / 1e6));
    let bare = bare_table(&file, &home.file("bare.db"));
    report::line(&format!("reading, parsing and a bare table: {bare:.0} turns/s"));
    for (what, limit) in [("importing", 10_000.0), ("importing it again", 10_000.0)] {
        let arguments = ["import".as_ref(), file.as_os_str(), "--json".as_ref()];
        let start = Instant::now();
        let answer = home.run(arguments).await.expect_success();
        let seconds = start.elapsed().as_secs_f64();
        let said: Value = serde_json::from_str(&answer.stdout).expect("the report is JSON");
        assert_eq!(said["skipped"], 0, "{said}");
        // With the start of the program and the end of its store: that is what a person waits for.
        report.at_least(what, as_float(TURNS) / seconds, limit, " turns/s");
        report::line(&format!("  {:.2} of the bare table's", as_float(TURNS) / seconds / bare));
    }
    long_texts(report).await;
}

/// However long the texts are: the program that brings them in, and puts them into its index, stays small.
async fn long_texts(report: &mut Report) {
    report::title(&format!("Importing {LONG_TURNS} turns of {LONG_WORDS} words"));
    let home = Home::new();
    let file = home.file("long.jsonl");
    let bytes = write_long_texts(&file).expect("the turns can be written");
    let server = home.serve_with(&Serve::unlimited()).await;
    let start = Instant::now();
    let mut import = home.command(["import".as_ref(), file.as_os_str(), "--json".as_ref()]);
    let answer = import.output().await.expect("the program starts");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = as_float(bytes) / 1e6;
    report::line(&format!("{megabytes:.0} MB, {:.1} MB/s", megabytes / seconds));
    let (_, tokens) = connect(&server, "Benchmark", None).await;
    until_indexed(&mut McpClient::open(&server.https(), &tokens.access, Era::Modern).await).await;
    report::line(&format!("indexed {:.1} s after the import began", start.elapsed().as_secs_f64()));
    if let Some(highest) = highest_megabytes(server.ready.pid) {
        report.at_most("the program's memory at its highest", highest, 200.0, " MB");
    }
}

/// How many bytes it wrote.
fn write_long_texts(file: &Path) -> std::io::Result<usize> {
    let (mut out, mut chance, mut bytes) = (BufWriter::new(std::fs::File::create(file)?), Chance(11), 0);
    for number in 0..LONG_TURNS {
        let words: Vec<String> = (0..LONG_WORDS).map(|_| word(chance.rank())).collect();
        let (said, answered) = words.split_at(LONG_WORDS / 4);
        let turn = json!({
            "id": format!("l{number}"),
            "conversation": format!("c{}", number / 10),
            "user_message": said.join(" "),
            "assistant_response": answered.join(" "),
        })
        .to_string();
        bytes += turn.len() + 1;
        writeln!(out, "{turn}")?;
    }
    out.flush()?;
    Ok(bytes)
}

/// Two texts of some hundred characters a turn, all different, in conversations of about ten.
fn write_history(file: &Path) {
    let mut out = BufWriter::new(std::fs::File::create(file).expect("the file can be made"));
    let words =
        ["harbour", "ledger", "quiet", "maple", "engine", "window", "travel", "winter", "paper", "signal"];
    for number in 0..TURNS {
        let text = |seed: usize, length: usize| {
            let chosen = (0..length).map(|at| words[(seed * 7 + at * at + at * 3) % words.len()]);
            chosen.collect::<Vec<_>>().join(" ")
        };
        let turn = json!({
            "id": format!("t{number}"),
            "conversation": format!("c{}", number / 10),
            "user_message": format!("{number}: {}", text(number, 20)),
            "assistant_response": text(number + 3, 60),
            "occurred_at": format!("2025-{:02}-{:02}T10:00:00Z", number % 12 + 1, number % 28 + 1),
        });
        writeln!(out, "{turn}").expect("the file can be written");
    }
}

/// The same lines, parsed and put into one table with one key, a thousand a commit: turns a second.
fn bare_table(file: &Path, database: &Path) -> f64 {
    let mut database = rusqlite::Connection::open(database).expect("a database can be made");
    database
        .execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
             CREATE TABLE turn (id TEXT, conversation TEXT, said TEXT, answered TEXT, at TEXT, \
             UNIQUE (conversation, id));",
        )
        .expect("a table can be made");
    let start = Instant::now();
    let lines = BufReader::new(std::fs::File::open(file).expect("the file is there")).lines();
    let lines: Vec<String> = lines.map(|line| line.expect("the file can be read")).collect();
    for batch in lines.chunks(1000) {
        let transaction = database.transaction().expect("a transaction begins");
        for line in batch {
            let turn: Value = serde_json::from_str(line).expect("the line is JSON");
            let text = |key: &str| turn[key].as_str().map(str::to_owned);
            transaction
                .prepare_cached("INSERT INTO turn VALUES (?1, ?2, ?3, ?4, ?5)")
                .and_then(|mut insert| {
                    insert.execute((
                        text("id"),
                        text("conversation"),
                        text("user_message"),
                        text("assistant_response"),
                        text("occurred_at"),
                    ))
                })
                .expect("a row is written");
        }
        transaction.commit().expect("the rows are kept");
    }
    as_float(TURNS) / start.elapsed().as_secs_f64()
}
