use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use context::{CLAUDE_CODE, ClientMode, ClientRuleChange, Conversation, ItemKind, LogOutcome, NewItem};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::client_setup::{self, Client, HookWish, SetupEnvironment};
use crate::operations::{PauseRemembering, ResumeRemembering, TakeHook};
use crate::{Config, Door, Operation as _, Overrides};

/// Somebody with Claude Code, its hooks set up, and one session.
struct Person {
    folder: TempDir,
}

impl Person {
    fn new() -> Self {
        let person = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(person.folder.path().join("data/certificates")).unwrap();
        person
    }

    fn with_hooks(brief: bool) -> Self {
        let person = Self::new();
        let environment = SetupEnvironment {
            hooks: Some(HookWish { program: "ambient-insights".to_owned(), brief }),
            ..SetupEnvironment::of_this_computer(
                person.folder.path().join("home"),
                |_| None,
                "https://localhost:9100/mcp".to_owned(),
                person.folder.path().join("data/ca.pem"),
                &person.data(),
            )
        };
        client_setup::plan(Client::ClaudeCode, &environment).unwrap().apply().unwrap();
        person
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn transcript(&self) -> PathBuf {
        self.folder.path().join("session-1.jsonl")
    }

    async fn engine(&self) -> Engine {
        let config = Config::load(self.data(), [], Overrides::default()).unwrap();
        Engine::start(config, Door::Closed).await.unwrap()
    }

    fn write(&self, text: &str) {
        use std::io::Write as _;
        let mut file = fs::OpenOptions::new().create(true).append(true).open(self.transcript()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// One finished exchange in the transcript.
    fn exchange(&self, number: u32, said: &str) {
        self.write(&exchange(number, said, "end_turn"));
    }

    fn call(&self, event: HookEvent) -> HookCall {
        let size = fs::metadata(self.transcript()).map_or(0, |file| file.len());
        HookCall {
            event,
            session: "session-1".to_owned(),
            transcript: self.transcript(),
            size,
            brief: event == HookEvent::SessionStart,
            last_answer: None,
        }
    }

    async fn hook(&self, engine: &Engine, event: HookEvent) -> HookAnswer {
        TakeHook { call: self.call(event) }.run(engine).await.unwrap()
    }
}

fn exchange(number: u32, said: &str, stop_reason: &str) -> String {
    let mut text = String::new();
    let at = |second: u32| format!("2026-11-20T10:{number:02}:{second:02}.000Z");
    let user = json!({
        "type": "user", "uuid": format!("u{number}"), "sessionId": "session-1", "timestamp": at(0),
        "message": { "role": "user", "content": said },
    });
    let assistant = json!({
        "type": "assistant", "uuid": format!("a{number}"), "sessionId": "session-1", "timestamp": at(5),
        "message": {
            "role": "assistant", "model": "some-model", "stop_reason": stop_reason,
            "content": [{ "type": "text", "text": format!("Answer {number}.") }],
        },
    });
    let _ = writeln!(text, "{user}\n{assistant}");
    text
}

async fn said(engine: &Engine) -> Vec<String> {
    let query = TurnQuery { order: context::TurnOrder::OldestFirst, limit: 1000, ..TurnQuery::default() };
    let turns = engine.context().turns(query).await.unwrap();
    turns.entries.into_iter().map(|turn| turn.user_message).collect()
}

#[tokio::test]
async fn each_stop_stores_what_is_new_and_nothing_twice() {
    let person = Person::with_hooks(false);
    let engine = person.engine().await;
    person.hook(&engine, HookEvent::SessionStart).await;
    person.exchange(1, "First");
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 1);
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 0);
    person.exchange(2, "Second");
    person.exchange(3, "Third");
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 2);
    assert_eq!(person.hook(&engine, HookEvent::SessionEnd).await.stored, 0);
    assert_eq!(said(&engine).await, ["First", "Second", "Third"]);
    let page = engine.context().conversations(None, 10).await.unwrap();
    let [Conversation { author, external_key, .. }] = &page.entries[..] else { panic!("{page:?}") };
    assert_eq!(*author, Author::Import { source: "claude-code".to_owned() });
    assert_eq!(external_key.as_deref(), Some("session-1"));
    // Even if it is lost how far was read, the turns are known by their ids.
    fs::remove_dir_all(person.data().join("hooks")).unwrap();
    assert_eq!(person.hook(&engine, HookEvent::SessionEnd).await.stored, 0);
    assert_eq!(said(&engine).await.len(), 3);
    engine.stop().await;
}

#[tokio::test]
async fn an_answer_that_is_not_finished_waits_for_its_end() {
    let person = Person::with_hooks(false);
    let engine = person.engine().await;
    person.write(&exchange(1, "Old versions do not tell", "tool_use"));
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 0);
    let told = HookCall { last_answer: Some("Answer 1.\n".to_owned()), ..person.call(HookEvent::Stop) };
    assert_eq!(TakeHook { call: told }.run(&engine).await.unwrap().stored, 1);
    person.write(&exchange(2, "Broken off", "tool_use"));
    let other = HookCall { last_answer: Some("Something else".to_owned()), ..person.call(HookEvent::Stop) };
    assert_eq!(TakeHook { call: other }.run(&engine).await.unwrap().stored, 0);
    assert_eq!(person.hook(&engine, HookEvent::SessionEnd).await.stored, 1);
    engine.stop().await;
}

#[tokio::test]
async fn without_the_owners_set_up_nothing_is_read_told_or_left() {
    let person = Person::new();
    let engine = person.engine().await;
    person.exchange(1, "First");
    for event in [HookEvent::SessionStart, HookEvent::Stop, HookEvent::SessionEnd] {
        assert_eq!(person.hook(&engine, event).await, HookAnswer::default());
        leave(&person.data(), &person.call(event)).unwrap();
    }
    assert!(said(&engine).await.is_empty());
    assert!(!person.data().join("hooks").exists());
    engine.stop().await;
}

#[tokio::test]
async fn a_brief_is_given_only_where_the_owner_chose_it_and_stands_in_the_trail() {
    for brief in [true, false] {
        let person = Person::with_hooks(brief);
        let engine = person.engine().await;
        let goal = NewItem { kind: ItemKind::Goal, name: "Learn to sail".to_owned(), value: None };
        engine.context().add_item(goal, Author::Owner).await.unwrap();
        let answer = person.hook(&engine, HookEvent::SessionStart).await.brief.unwrap();
        assert_eq!(answer.contains("Learn to sail"), brief, "{answer}");
        assert!(answer.contains("do not call log_conversation_turn"), "{answer}");
        assert!(answer.len() / 4 < 300, "{answer}");
        engine.stop().await;
    }
}

#[tokio::test]
async fn what_was_said_before_the_hooks_were_there_is_not_read() {
    let person = Person::with_hooks(false);
    let engine = person.engine().await;
    person.exchange(1, "Before");
    person.hook(&engine, HookEvent::SessionStart).await;
    person.exchange(2, "After");
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 1);
    // A later break of the same session begins nothing anew.
    person.exchange(3, "Between");
    person.hook(&engine, HookEvent::SessionStart).await;
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 1);
    assert_eq!(said(&engine).await, ["After", "Between"]);
    engine.stop().await;
}

#[tokio::test]
async fn a_pause_that_began_and_ended_while_nothing_ran_is_left_out_when_it_catches_up() {
    let person = Person::with_hooks(false);
    leave(&person.data(), &person.call(HookEvent::SessionStart)).unwrap();
    let minute = |minute: u32| format!("2026-11-20T10:{minute:02}:00Z").parse::<Timestamp>().unwrap();
    let mut pauses = Pauses::default();
    pauses.begin(minute(2), Some(minute(4)));
    pauses.begin(minute(5), None);
    pauses.end(minute(6));
    pauses.save(&person.data()).unwrap();
    for (number, text) in
        [(1, "before"), (2, "in it"), (3, "in it too"), (4, "behind it"), (5, "in another"), (6, "after all")]
    {
        person.exchange(number, text);
    }
    leave(&person.data(), &person.call(HookEvent::SessionEnd)).unwrap();
    let engine = person.engine().await;
    engine.hooks().catch_up(&engine).await;
    assert_eq!(said(&engine).await, ["before", "behind it", "after all"]);
    person.hook(&engine, HookEvent::SessionEnd).await;
    assert_eq!(said(&engine).await, ["before", "behind it", "after all"], "nor later");
    engine.stop().await;
}

#[tokio::test]
async fn when_the_owner_pauses_and_resumes_is_written_down() {
    let person = Person::with_hooks(false);
    let engine = person.engine().await;
    PauseRemembering { minutes: Some(15) }.run(&engine).await.unwrap();
    let (now, later) = (engine.now(), engine.now().plus(Duration::from_mins(14)));
    let pauses = Pauses::load(&person.data());
    assert!(pauses.held(now) && pauses.held(later));
    ResumeRemembering {}.run(&engine).await.unwrap();
    let pauses = Pauses::load(&person.data());
    assert!(pauses.held(now) && !pauses.held(later), "{pauses:?}");
    assert!(PauseRemembering { minutes: Some(0) }.run(&engine).await.is_err());
    assert_eq!(Pauses::load(&person.data()), pauses);
    engine.stop().await;
}

#[tokio::test]
async fn what_is_said_in_a_pause_is_never_stored_also_not_later() {
    let person = Person::with_hooks(false);
    let engine = person.engine().await;
    person.exchange(1, "Before");
    person.hook(&engine, HookEvent::Stop).await;
    engine.context().pause(None).await.unwrap();
    person.exchange(2, "My secret");
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 0);
    engine.context().resume().await.unwrap();
    person.exchange(3, "After");
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 1);
    assert_eq!(person.hook(&engine, HookEvent::SessionEnd).await.stored, 0);
    assert_eq!(said(&engine).await, ["Before", "After"]);
    engine.stop().await;
}

#[tokio::test]
async fn an_owner_who_keeps_claude_code_out_keeps_its_hooks_out_too() {
    for client in [CLAUDE_CODE, CLIENT_ID] {
        for mode in [ClientMode::Incognito, ClientMode::ReadOnly] {
            let person = Person::with_hooks(false);
            let engine = person.engine().await;
            let rule = |mode| ClientRuleChange {
                client: client.to_owned(),
                name: "Claude Code".to_owned(),
                by_name: false,
                mode: Some(mode),
                retention: None,
            };
            engine.context().change_client_rule(rule(mode)).await.unwrap();
            person.exchange(1, "Kept out");
            assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 0, "{client} {mode}");
            engine.context().change_client_rule(rule(ClientMode::Normal)).await.unwrap();
            person.exchange(2, "Let in");
            assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 1);
            assert_eq!(said(&engine).await, ["Let in"], "{client} {mode}");
            engine.stop().await;
        }
    }
}

#[tokio::test]
async fn a_turn_that_the_owner_removed_does_not_come_back_with_the_next_stop() {
    let person = Person::with_hooks(false);
    let engine = person.engine().await;
    person.exchange(1, "Regretted");
    person.hook(&engine, HookEvent::Stop).await;
    let turn = engine.context().turns(TurnQuery::default()).await.unwrap().entries.remove(0);
    engine.context().remove_turn(turn.id, Author::Owner).await.unwrap();
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 0);
    person.exchange(2, "Next");
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 1);
    assert_eq!(said(&engine).await, ["Next"]);
    engine.stop().await;
}

#[tokio::test]
async fn a_turn_that_the_assistant_logged_itself_is_not_stored_again() {
    let person = Person::with_hooks(false);
    let engine = person.engine().await;
    person.exchange(1, "Logged by  itself");
    person.exchange(2, "Left to the hook");
    let turn = NewTurn {
        user_message: "Logged by itself".to_owned(),
        assistant_response: "In short.".to_owned(),
        occurred_at: Some("2026-11-20T10:01:20Z".parse().unwrap()),
        ..NewTurn::default()
    };
    let of = |name: &str| Author::Client { client_id: "dcr-1".to_owned(), client_name: name.to_owned() };
    let logged = engine.context().log_turn(turn, of("Claude Code (ambient-insights)")).await.unwrap();
    assert!(matches!(logged, LogOutcome::Stored { .. }));
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 1);
    // Another assistant that is asked the same is another conversation.
    person.exchange(3, "Asked of both");
    let turn = NewTurn {
        user_message: "Asked of both".to_owned(),
        occurred_at: Some("2026-11-20T10:03:00Z".parse().unwrap()),
        ..NewTurn::default()
    };
    engine.context().log_turn(turn, of("Cursor")).await.unwrap();
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 1);
    engine.stop().await;
}

#[tokio::test]
async fn calls_that_found_no_program_are_worked_off_at_the_next_one() {
    let person = Person::with_hooks(false);
    person.exchange(0, "Before the hooks");
    leave(&person.data(), &person.call(HookEvent::SessionStart)).unwrap();
    person.exchange(1, "First");
    leave(&person.data(), &person.call(HookEvent::Stop)).unwrap();
    person.exchange(2, "Second");
    leave(&person.data(), &person.call(HookEvent::Stop)).unwrap();
    let spool = fs::read_to_string(person.data().join("hooks/claude-code.spool")).unwrap();
    assert_eq!(spool.lines().count(), 2, "one line for each session and event: {spool}");
    assert!(!spool.contains("First"), "no text is left in it");
    // A crash cut the last line off.
    fs::write(person.data().join("hooks/claude-code.spool"), format!("{spool}{{\"event\":\"st")).unwrap();
    let engine = person.engine().await;
    engine.hooks().catch_up(&engine).await;
    assert_eq!(said(&engine).await, ["First", "Second"]);
    engine.hooks().catch_up(&engine).await;
    assert_eq!(said(&engine).await.len(), 2);
    assert_eq!(
        fs::read_dir(person.data().join("hooks")).unwrap().count(),
        1,
        "only how far was read is left"
    );
    engine.stop().await;
}

#[tokio::test]
async fn a_spool_that_a_crash_left_half_worked_off_is_worked_off_again() {
    let person = Person::with_hooks(false);
    person.exchange(1, "First");
    leave(&person.data(), &person.call(HookEvent::SessionEnd)).unwrap();
    let hooks = person.data().join("hooks");
    fs::rename(hooks.join("claude-code.spool"), hooks.join("claude-code.taken")).unwrap();
    let engine = person.engine().await;
    person.exchange(2, "Second");
    assert_eq!(person.hook(&engine, HookEvent::Stop).await.stored, 0, "catching up has stored both");
    assert_eq!(said(&engine).await, ["First", "Second"]);
    engine.stop().await;
}

#[tokio::test]
async fn a_full_spool_takes_no_more_and_nothing_breaks() {
    let person = Person::with_hooks(false);
    for number in 0..3_000 {
        let transcript = person.folder.path().join(format!("session-{number}-with-a-rather-long-name.jsonl"));
        let call = HookCall { transcript, ..person.call(HookEvent::Stop) };
        if fs::metadata(person.data().join("hooks/claude-code.spool"))
            .is_ok_and(|file| file.len() > 257 * 1024)
        {
            panic!("the spool has grown beyond its limit");
        }
        if !(20..=2_990).contains(&number) {
            leave(&person.data(), &call).unwrap();
        } else if number == 20 {
            let path = person.data().join("hooks/claude-code.spool");
            let line = fs::read_to_string(&path).unwrap();
            fs::write(&path, line.repeat(60)).unwrap();
        }
    }
    let engine = person.engine().await;
    engine.hooks().catch_up(&engine).await;
    assert!(said(&engine).await.is_empty(), "transcripts that are gone hold nothing");
    engine.stop().await;
}

#[test]
fn what_claude_code_tells_its_hooks_is_understood() {
    let given = |event: &str, path: &str| {
        json!({
            "session_id": "abc", "transcript_path": path, "cwd": "/work", "hook_event_name": event,
            "permission_mode": "default", "stop_hook_active": false, "last_assistant_message": "Done.",
        })
        .to_string()
    };
    let path = if cfg!(windows) { r"C:\x\abc.jsonl" } else { "/x/abc.jsonl" };
    let call = HookCall::of_claude_code(&given("Stop", path), false).unwrap().unwrap();
    assert_eq!((call.event, call.session.as_str(), call.size), (HookEvent::Stop, "abc", 0));
    assert_eq!(call.last_answer.as_deref(), Some("Done."));
    assert!(HookCall::of_claude_code(&given("PreToolUse", path), false).unwrap().is_none());
    for nonsense in ["", "{}", "[]", "null", "{\"hook_event_name\":\"Stop\"}"] {
        assert!(
            matches!(HookCall::of_claude_code(nonsense, false), Err(HookCallError::NotACall(_))),
            "{nonsense}"
        );
    }
    for path in ["abc.jsonl", "../abc.jsonl", "/etc/passwd", "/x/"] {
        assert!(HookCall::of_claude_code(&given("Stop", path), false).is_err(), "{path}");
    }
}
