use std::fs;
use std::path::PathBuf;

use clock::Timestamp;
use serde_json::json;
use tempfile::TempDir;

use super::super::{plan, plan_hooks, plan_undo};
use super::*;

struct Person {
    _folder: TempDir,
    environment: SetupEnvironment,
}

impl Person {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (home, data_dir) = (folder.path().join("home"), folder.path().join("data"));
        fs::create_dir_all(home.join(".claude")).unwrap();
        let environment = SetupEnvironment {
            home,
            claude_config_dir: None,
            node_extra_ca_certs: None,
            mcp_url: "https://localhost:9100/mcp".to_owned(),
            ca_certificate: data_dir.join("ca.pem"),
            data_dir,
            combine_certificates: false,
            hooks: None,
            now: Timestamp::from_secs(1_795_262_400),
        };
        Self { _folder: folder, environment }
    }

    fn wish(&mut self, brief: bool) {
        self.environment.hooks =
            Some(HookWish { program: "'/opt/ambient insights/ambient-insights'".to_owned(), brief });
    }

    fn file(&self) -> PathBuf {
        self.environment.home.join(".claude/settings.json")
    }

    fn hooks(&self) -> Value {
        let text = fs::read_to_string(self.file()).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["hooks"].clone()
    }

    fn set_up(&self) -> usize {
        let plan = plan(Client::ClaudeCode, &self.environment).unwrap();
        plan.apply().unwrap();
        plan.changes.len()
    }

    fn undo(&self) {
        plan_undo(Client::ClaudeCode, &self.environment).unwrap().apply().unwrap();
    }

    fn consent(&self) -> HookConsent {
        hook_consent(&self.environment.data_dir)
    }
}

fn theirs() -> Value {
    json!({ "matcher": "*", "hooks": [{ "type": "command", "command": "say done" }] })
}

#[test]
fn hooks_are_written_once_with_a_brief_only_where_it_was_chosen() {
    let mut person = Person::new();
    assert_eq!(person.consent(), HookConsent::Off);
    person.set_up();
    assert_eq!(person.consent(), HookConsent::Off, "a set-up without hooks allows none");
    person.wish(false);
    assert_eq!(person.set_up(), 3);
    assert_eq!(person.consent(), HookConsent::Log);
    let command = "'/opt/ambient insights/ambient-insights' hook claude-code";
    let entry = json!([{ "hooks": [{ "type": "command", "command": command, "timeout": 5 }] }]);
    assert_eq!(person.hooks(), json!({ "SessionStart": entry, "Stop": entry, "SessionEnd": entry }));
    assert_eq!(person.set_up(), 0, "it is set up already");
    person.wish(true);
    assert_eq!(person.set_up(), 1);
    assert_eq!(person.consent(), HookConsent::LogAndBrief);
    let hooks = person.hooks();
    assert_eq!(hooks["SessionStart"][0]["hooks"][0]["command"], format!("{command} --brief"));
    assert_eq!(hooks["SessionStart"].as_array().unwrap().len(), 1, "ours is replaced, not doubled");
    person.environment.hooks = None;
    assert_eq!(person.set_up(), 0, "without a wish the hooks stay as they are");
}

#[test]
fn the_persons_own_hooks_stay_and_the_file_is_copied_before() {
    let mut person = Person::new();
    let before = format!("{{\n  \"hooks\": {{ \"Stop\": [{}] }}\n}}\n", theirs());
    fs::write(person.file(), &before).unwrap();
    person.wish(true);
    person.set_up();
    let stop = person.hooks()["Stop"].clone();
    assert_eq!(stop[0], theirs());
    assert_eq!(stop.as_array().unwrap().len(), 2);
    let folder = fs::read_dir(person.environment.home.join(".claude")).unwrap();
    let copies: Vec<_> =
        folder.map(|file| file.unwrap().path()).filter(|path| *path != person.file()).collect();
    assert_eq!(fs::read_to_string(&copies[0]).unwrap(), before);
    person.undo();
    let hooks = person.hooks();
    assert_eq!(hooks, json!({ "Stop": [theirs()] }));
    assert_eq!(person.consent(), HookConsent::Off);
}

#[test]
fn undoing_takes_our_entry_out_of_a_list_that_was_changed_since() {
    let mut person = Person::new();
    person.wish(false);
    person.set_up();
    let mut settings: Value = serde_json::from_str(&fs::read_to_string(person.file()).unwrap()).unwrap();
    settings["hooks"]["Stop"].as_array_mut().unwrap().push(theirs());
    settings["hooks"].as_object_mut().unwrap().remove("SessionEnd");
    fs::write(person.file(), settings.to_string()).unwrap();
    person.undo();
    assert_eq!(person.hooks(), json!({ "Stop": [theirs()] }));
    assert_eq!(person.consent(), HookConsent::Off);
}

#[test]
fn hooks_that_are_no_list_are_left_alone() {
    let mut person = Person::new();
    fs::write(person.file(), "{\"hooks\":{\"Stop\":\"later\"}}").unwrap();
    person.wish(false);
    let error = plan(Client::ClaudeCode, &person.environment).unwrap_err().to_string();
    assert!(error.contains("hooks.Stop") && error.contains("nothing was touched"), "{error}");
    assert_eq!(fs::read_to_string(person.file()).unwrap(), "{\"hooks\":{\"Stop\":\"later\"}}");
}

#[test]
fn only_our_own_commands_are_taken_for_ours() {
    let entry = |command: &str| json!({ "hooks": [{ "type": "command", "command": command }] });
    for ours in [
        "ambient-insights hook claude-code",
        "'/x y/ambient-insights' --data-dir /d hook claude-code --brief",
    ] {
        assert!(is_our_entry(&entry(ours)), "{ours}");
    }
    for theirs in [
        "other hook claude-code",
        "ambient-insights pause",
        "ambient-insights hook claude-code && say done",
        "",
    ] {
        assert!(!is_our_entry(&entry(theirs)), "{theirs}");
    }
    let mixed =
        json!({ "hooks": [{ "command": "ambient-insights hook claude-code" }, { "command": "say done" }] });
    assert!(!is_our_entry(&mixed), "what the person put beside ours is theirs");
    assert!(!is_our_entry(&json!({ "hooks": [] })));
}

const PROGRAM: &str = "'/opt/ambient insights/ambient-insights'";

impl Person {
    fn settings(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.file()).unwrap()).unwrap()
    }

    /// As the window's switch does it; how many changes that were.
    fn switch(&mut self, choice: HookConsent) -> usize {
        self.environment.hooks = None;
        if choice != HookConsent::Off {
            self.wish(choice == HookConsent::LogAndBrief);
        }
        let plan = plan_hooks(&self.environment).unwrap();
        plan.apply().unwrap();
        plan.changes.len()
    }

    fn state(&self) -> (HookConsent, bool) {
        let state = hook_state(&self.environment, PROGRAM).unwrap();
        (state.consent, state.is_written)
    }
}

#[test]
fn hooks_are_switched_on_and_off_and_the_server_stays_set_up() {
    let mut person = Person::new();
    assert_eq!(person.state(), (HookConsent::Off, true));
    person.set_up();
    let server = person.settings();
    assert_eq!(person.switch(HookConsent::LogAndBrief), 3);
    assert_eq!(person.state(), (HookConsent::LogAndBrief, true));
    assert_eq!(person.switch(HookConsent::Log), 1);
    assert_eq!(person.state(), (HookConsent::Log, true));
    assert_eq!(person.switch(HookConsent::Off), 3);
    assert_eq!(person.state(), (HookConsent::Off, true));
    assert_eq!(person.settings(), server);
    assert_eq!(person.switch(HookConsent::Off), 0);
    // The rest can still be taken back.
    person.undo();
    assert!(!person.file().exists(), "we made the file, so it goes");
}

#[test]
fn hooks_that_were_taken_out_by_hand_are_seen_and_allowed_nothing_once_they_are_off() {
    let mut person = Person::new();
    person.switch(HookConsent::Log);
    let theirs = "{ \"model\": \"opus\" }";
    fs::write(person.file(), theirs).unwrap();
    assert_eq!(person.state(), (HookConsent::Log, false));
    assert_eq!(person.switch(HookConsent::Off), 1);
    assert_eq!(person.state(), (HookConsent::Off, true));
    assert_eq!(fs::read_to_string(person.file()).unwrap(), theirs);
}

#[test]
fn hooks_of_a_program_that_was_moved_are_seen_and_written_anew() {
    let mut person = Person::new();
    person.switch(HookConsent::Log);
    let state = hook_state(&person.environment, "/elsewhere/ambient-insights").unwrap();
    assert_eq!((state.consent, state.is_written), (HookConsent::Log, false));
    // The record is lost: they are there, and nobody allowed them anything.
    fs::remove_dir_all(&person.environment.data_dir).unwrap();
    assert_eq!(person.state(), (HookConsent::Off, false));
    assert_eq!(person.switch(HookConsent::Off), 3);
    assert_eq!(person.state(), (HookConsent::Off, true));
    let hooks = person.hooks();
    assert!(hooks.is_null() || hooks == json!({}), "{hooks}");
}

#[test]
fn entries_behind_ours_stay_where_they_are_through_every_switch() {
    let mut person = Person::new();
    person.switch(HookConsent::Log);
    let mut settings = person.settings();
    for event in ["SessionStart", "Stop"] {
        settings["hooks"][event].as_array_mut().unwrap().push(theirs());
    }
    fs::write(person.file(), settings.to_string()).unwrap();
    assert_eq!(person.state(), (HookConsent::Log, true));
    assert_eq!(person.switch(HookConsent::LogAndBrief), 1, "Stop has what it needs");
    let start = person.hooks()["SessionStart"].clone();
    assert!(start[0]["hooks"][0]["command"].as_str().unwrap().ends_with("--brief"));
    assert_eq!(start[1], theirs());
    person.switch(HookConsent::Off);
    assert_eq!(person.hooks(), json!({ "SessionStart": [theirs()], "Stop": [theirs()] }));
}

#[test]
fn a_person_who_switches_all_hooks_off_is_told_and_a_broken_file_is_left_alone() {
    let mut person = Person::new();
    fs::write(person.file(), "{\"disableAllHooks\": true}").unwrap();
    person.switch(HookConsent::Log);
    assert!(hook_state(&person.environment, PROGRAM).unwrap().is_disabled);
    fs::write(person.file(), "{ broken").unwrap();
    person.environment.hooks = None;
    for error in [plan_hooks(&person.environment).err(), hook_state(&person.environment, PROGRAM).err()] {
        let error = error.unwrap().to_string();
        assert!(error.contains("settings.json is not valid JSON"), "{error}");
    }
    assert_eq!(fs::read_to_string(person.file()).unwrap(), "{ broken");
    assert_eq!(person.consent(), HookConsent::Log);
}
