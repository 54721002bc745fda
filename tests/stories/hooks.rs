//! Claude Code's hooks as it runs them: a shell, JSON on standard input, and what is kept of the session.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::support::program::{Ended, Home};
use crate::support::within;

/// One session of Claude Code.
struct Session {
    home: Home,
    transcript: PathBuf,
}

impl Session {
    fn new(home: &Home) -> Self {
        let folder = home.home().join(".claude/projects/-work");
        std::fs::create_dir_all(&folder).expect("the home can be written");
        Self { home: home.clone(), transcript: folder.join("5f1c7c4e-session.jsonl") }
    }

    /// Writes one exchange to the transcript, as Claude Code does.
    fn exchange(&self, number: u32, said: &str) {
        use std::io::Write as _;
        let at = |second: u32| format!("2026-11-20T10:{number:02}:{second:02}.000Z");
        let session = "5f1c7c4e-session";
        let user = json!({
            "type": "user", "uuid": format!("u{number}"), "sessionId": session, "timestamp": at(0),
            "message": { "role": "user", "content": said },
        });
        let assistant = json!({
            "type": "assistant", "uuid": format!("a{number}"), "sessionId": session, "timestamp": at(9),
            "message": {
                "role": "assistant", "model": "some-model", "stop_reason": "end_turn",
                "content": [{ "type": "text", "text": format!("Answer {number}.") }],
            },
        });
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.transcript)
            .expect("the transcript can be opened");
        writeln!(file, "{user}\n{assistant}").expect("the transcript can be written");
    }

    /// Runs the command that stands in the person's settings for this event, in a shell.
    async fn hook(&self, event: &str) -> Ended {
        let settings = std::fs::read_to_string(self.home.home().join(".claude/settings.json"))
            .expect("the hooks are set up");
        let settings: Value = serde_json::from_str(&settings).expect("settings are JSON");
        let command =
            settings["hooks"][event][0]["hooks"][0]["command"].as_str().expect("a command").to_owned();
        let mut shell = Command::new("sh");
        self.home.isolate(&mut shell);
        shell.arg("-c").arg(command);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = shell.spawn().expect("a shell is there");
        let told = json!({
            "session_id": "5f1c7c4e-session",
            "transcript_path": self.transcript,
            "cwd": "/work",
            "permission_mode": "default",
            "hook_event_name": event,
            "source": "startup",
            "stop_hook_active": false,
        });
        let mut input = child.stdin.take().expect("standard input is a pipe");
        input.write_all(told.to_string().as_bytes()).await.expect("the hook reads");
        drop(input);
        Ended::from(within("the end of a hook", child.wait_with_output()).await.expect("the hook ends"))
    }

    /// A hook that must succeed without a word.
    async fn silent(&self, event: &str) {
        let ended = self.hook(event).await.expect_success();
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""), "{event}");
    }

    async fn set_up(&self, what: &str) {
        self.home.run(["setup", "claude-code", what, "--yes"]).await.expect_success();
    }

    /// What was said, oldest first.
    async fn kept(&self) -> Vec<String> {
        let turns = self.home.json(["turns", "list", "--json"]).await;
        let turns = turns["entries"].as_array().or(turns.as_array()).expect("a list of turns").clone();
        let mut said: Vec<String> =
            turns.iter().map(|turn| turn["user_message"].as_str().expect("a text").to_owned()).collect();
        said.reverse();
        said
    }
}

#[tokio::test]
async fn a_session_is_kept_through_its_hooks_and_nothing_twice() {
    let home = Home::new();
    let session = Session::new(&home);
    session.set_up("--hooks").await;
    let server = home.serve().await;
    home.run(["context", "add", "goal", "Learn to sail"]).await.expect_success();
    let started = session.hook("SessionStart").await.expect_success();
    let told: Value = serde_json::from_str(&started.stdout).unwrap();
    assert_eq!(told["hookSpecificOutput"]["hookEventName"], "SessionStart");
    let brief = told["hookSpecificOutput"]["additionalContext"].as_str().unwrap();
    assert!(brief.contains("Learn to sail") && brief.len() < 1_200, "{brief}");
    let trail = home.run(["audit", "--json"]).await.expect_success();
    assert!(trail.stdout.contains("hook:session_start"), "the owner sees who read it: {}", trail.stdout);

    session.exchange(1, "Which knot holds a boat?");
    session.silent("Stop").await;
    session.silent("Stop").await;
    session.exchange(2, "And which one a tent?");
    session.silent("Stop").await;
    session.silent("SessionEnd").await;
    assert_eq!(session.kept().await, ["Which knot holds a boat?", "And which one a tent?"]);
    assert!(!server.log().contains("knot"), "no text stands in the log");
}

#[tokio::test]
async fn while_the_program_is_stopped_hooks_are_silent_and_it_catches_up_at_its_start() {
    let home = Home::new();
    let session = Session::new(&home);
    session.set_up("--hooks=log").await;
    session.silent("SessionStart").await;
    session.exchange(1, "Said while nobody listened");
    session.silent("Stop").await;
    session.silent("SessionEnd").await;
    let server = home.serve().await;
    let mut kept = session.kept().await;
    for _ in 0..600 {
        if !kept.is_empty() {
            break;
        }
        kept = session.kept().await;
    }
    assert_eq!(kept, ["Said while nobody listened"]);
    drop(server);
}

#[tokio::test]
async fn undone_hooks_and_hooks_of_a_project_keep_nothing() {
    let home = Home::new();
    let session = Session::new(&home);
    session.set_up("--hooks").await;
    let settings = std::fs::read_to_string(home.home().join(".claude/settings.json")).unwrap();
    home.run(["setup", "claude-code", "--undo", "--yes"]).await.expect_success();
    let left = std::fs::read_to_string(home.home().join(".claude/settings.json")).unwrap_or_default();
    assert!(!left.contains("hook claude-code"), "{left}");
    // A project's settings may still call the program.
    std::fs::write(home.home().join(".claude/settings.json"), settings).unwrap();
    let _server = home.serve().await;
    session.exchange(1, "Not for you");
    for event in ["SessionStart", "Stop", "SessionEnd"] {
        session.silent(event).await;
    }
    assert!(session.kept().await.is_empty());
}

#[tokio::test]
async fn nonsense_for_a_hook_is_passed_over_in_silence() {
    let home = Home::new();
    for nonsense in [
        "",
        "{}",
        "not json",
        "{\"hook_event_name\":\"Stop\",\"session_id\":\"x\",\"transcript_path\":\"/etc/passwd\"}",
    ] {
        let mut command = home.command(["hook", "claude-code"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(nonsense.as_bytes()).await.unwrap();
        let ended = Ended::from(within("the end of a hook", child.wait_with_output()).await.unwrap());
        let ended = ended.expect_success();
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""), "{nonsense}");
    }
    assert!(!home.data().exists(), "a hook makes no data folder");
}
