use std::path::PathBuf;

use serde_json::json;

use super::*;
use crate::testing::fakes::{Fake, gone, is_running, signal};
use crate::testing::{LIMIT, guard};

#[test]
#[ignore = "no test: the other tests start this program anew with it, as their guard"]
fn the_guard_of_the_other_tests() {
    let words: Vec<_> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    if !words.is_empty() {
        std::process::exit(i32::from(guard::guard(words)));
    }
}

const ASKED: &str = "a program of the tests";

fn start(fake: &Fake, words: &[&str]) -> Child {
    let found = Found { name: ASKED, path: fake.program() };
    let words = words.iter().map(OsString::from).collect();
    Child::start(&guard(), &found, words, vec![("TUNNEL_TOKEN", "hush".to_owned())]).unwrap()
}

/// A stand-in that says one line and stays.
fn staying(more: serde_json::Value) -> Fake {
    let mut fake = Fake::new("tailscale", json!({"says": ["hello"]}));
    fake.change(more);
    fake
}

const STAY: [&str; 3] = ["funnel", "--yes", "tcp://127.0.0.1:1"];

async fn until(child: &mut Child, wanted: &str) {
    let heard = async {
        loop {
            match child.next().await {
                Said::Line(line) if line == wanted => return,
                Said::Line(_) => {}
                Said::Ended(status) => panic!("it ended: {status:?}"),
            }
        }
    };
    tokio::time::timeout(LIMIT, heard).await.expect("the line comes");
}

/// Starts one that stays, and who it is.
async fn settled(fake: &Fake) -> (Child, Vec<u32>) {
    let mut child = start(fake, &STAY);
    // It writes down who it is before its first word.
    until(&mut child, "hello").await;
    let family = fake.family();
    assert!(!family.is_empty());
    (child, family)
}

#[tokio::test]
async fn what_a_program_says_is_heard_and_how_it_ended() {
    let fake = Fake::new("tailscale", json!({"says": ["first", "last words"], "code": 7}));
    let mut child = start(&fake, &STAY);
    until(&mut child, "last words").await;
    loop {
        if let Said::Ended(status) = child.next().await {
            assert_eq!(status.unwrap().code(), Some(7));
            break;
        }
    }
    // It was told its secret by its environment, and none of ours.
    let calls = fake.calls();
    assert_eq!(calls[0]["environment"], json!({"TUNNEL_TOKEN": "hush"}));
    assert!(!calls[0]["words"].to_string().contains("hush"));
}

#[tokio::test]
async fn a_stop_leaves_nothing_not_even_of_a_program_that_does_not_want_to_end() {
    for does in [json!({}), json!({"stubborn": true, "family": true})] {
        let fake = staying(does);
        let (child, family) = settled(&fake).await;
        assert!(family.iter().all(|process| is_running(*process)));
        tokio::time::timeout(LIMIT, child.stop()).await.expect("it stops");
        gone(&family).await;
    }
}

#[tokio::test]
async fn dropping_it_leaves_nothing_either() {
    let fake = staying(json!({"stubborn": true, "family": true}));
    let (child, family) = settled(&fake).await;
    drop(child);
    gone(&family).await;
}

#[tokio::test]
async fn a_guard_that_was_killed_takes_its_program_along() {
    let fake = staying(json!({"family": true}));
    let (mut child, family) = settled(&fake).await;
    signal("-KILL", child.process.id().unwrap());
    let ended = tokio::time::timeout(LIMIT, async { while !matches!(child.next().await, Said::Ended(_)) {} });
    ended.await.expect("it is noticed");
    gone(&family).await;
}

#[tokio::test]
async fn a_program_without_anybody_to_watch_it_for_ends_by_itself() {
    // What the kernel does when we are killed: it closes the other end of the guard's standard input.
    let fake = staying(json!({"family": true, "stubborn": true}));
    let (mut child, family) = settled(&fake).await;
    drop(child.leash.take());
    gone(&family).await;
}

#[tokio::test]
async fn what_can_not_be_started_is_said_with_its_place() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in [file.path().to_owned(), PathBuf::from("/nowhere/at/all")] {
        let found = Found { name: ASKED, path: path.clone() };
        let error = found.ask(["version"]).await.unwrap_err().to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
    }
}
