//! What analysis finds is found again after `kill -9` in the middle of finding it anew.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::support::program::{Home, RunningServer, Serve};
use crate::support::within;

const TURNS: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_killed_in_the_middle_is_finished_at_the_next_start_with_the_same_result() {
    let home = Home::new();
    let input = home.file("turns.jsonl");
    std::fs::write(&input, turns()).expect("the input can be written");
    home.run(["import".as_ref(), input.as_os_str(), "--format".as_ref(), "turns".as_ref()])
        .await
        .expect_success();
    let mut server = home.serve_with(&Serve::unlimited()).await;
    home.run(["rebuild"]).await.expect_success();
    let whole = exported(&server, "whole.json").await;
    assert!(whole.contains("hiking"), "something was found");
    for round in 0..2 {
        let mut rebuild = home.command(["rebuild"]).spawn().expect("the command starts");
        within("a rebuild under way", seen(&server, |seen, all| seen > 0 && seen < all)).await;
        server.kill().await;
        let ended = within("the end of the rebuild", rebuild.wait()).await.expect("it ends");
        assert!(!ended.success(), "it was answered before it was killed");
        server = home.serve_with(&Serve::unlimited()).await;
        within("the rest of the rebuild", seen(&server, |seen, all| seen == all)).await;
        same(&exported(&server, &format!("round-{round}.json")).await, &whole);
    }
    server.kill().await;
}

/// A whole export is too long to be shown: the first lines that differ are.
fn same(found: &str, wanted: &str) {
    let differ: Vec<_> =
        found.lines().zip(wanted.lines()).filter(|(found, wanted)| found != wanted).take(3).collect();
    assert!(differ.is_empty() && found.len() == wanted.len(), "{differ:#?}");
}

/// A file of turns that say something of a person.
fn turns() -> String {
    let mut lines = String::new();
    for n in 0..TURNS {
        let text = match n % 5 {
            0 => format!("I love hiking and topic {}.", n % 7),
            1 => format!("I'm working on a boat number {}", n % 4),
            2 => "I had no idea that it rains.".to_owned(),
            3 => "how do I use Python with Docker?".to_owned(),
            _ => format!("nothing to say {n}"),
        };
        let (conversation, day, minute) = (n / 9, 1 + n / 80, n % 60);
        let _ = writeln!(
            lines,
            "{{\"id\":\"{n}\",\"conversation\":\"c{conversation}\",\"user_message\":\"{text}\",\
             \"occurred_at\":\"2026-03-{day:02}T12:{minute:02}:00Z\"}}"
        );
    }
    lines
}

async fn exported(server: &RunningServer, name: &str) -> String {
    let file = server.home.file(name);
    let arguments = ["export", "--format", "json", "--output"];
    let arguments = arguments.iter().map(AsRef::<std::ffi::OsStr>::as_ref).chain([file.as_os_str()]);
    server.home.run(arguments).await.expect_success();
    std::fs::read_to_string(&file).expect("the export is there")
}

/// Looks into the store until analysis has come as far as asked; where it has seen all, also its conclusions.
async fn seen(server: &RunningServer, far_enough: impl Fn(i64, i64) -> bool) {
    let path = server.home.data().join("context.db");
    loop {
        if let Some((seen, all, concluded)) = progress(&path)
            && far_enough(seen, all)
            && (seen < all || concluded)
        {
            return;
        }
        tokio::task::yield_now().await;
    }
}

fn progress(path: &Path) -> Option<(i64, i64, bool)> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let sql = "SELECT analysed_seq, (SELECT max(seq) FROM turn), grounds = concluded FROM store";
    connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).ok()
}
