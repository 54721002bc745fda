use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use certificates::LocalCertificates;
use certificates::trust::Outcome;
use clock::{SystemClock, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::client_setup::{plan, plan_undo};

/// Somebody's computer with a real authority of ours.
struct Person {
    folder: TempDir,
    store: ClaudeCode,
    ca: CaCertificate,
}

impl Person {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        fs::create_dir_all(folder.path().join("home/.claude")).unwrap();
        let local = LocalCertificates::open(&data_dir.join("certificates"), Arc::new(SystemClock)).unwrap();
        let ca = CaCertificate::read(local.ca_certificate()).unwrap();
        let environment = SetupEnvironment {
            home: folder.path().join("home"),
            claude_config_dir: None,
            node_extra_ca_certs: None,
            mcp_url: "https://localhost:9100/mcp".to_owned(),
            ca_certificate: local.ca_certificate().to_owned(),
            data_dir,
            combine_certificates: false,
            hooks: None,
            now: Timestamp::from_secs(1_795_262_400),
        };
        Self { folder, store: ClaudeCode::new(environment), ca }
    }

    fn settings(&self) -> PathBuf {
        self.folder.path().join("home/.claude/settings.json")
    }

    fn servers(&self) -> PathBuf {
        self.folder.path().join("home/.claude.json")
    }

    fn state(&self) -> State {
        self.store.state(&self.ca).unwrap()
    }

    fn apply(&self, action: Action) -> Outcome {
        self.store.apply(&self.ca, action).unwrap()
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn what_will_be_done_is_said_first_and_then_just_that_is_done_and_taken_back() {
    let person = Person::new();
    let before = "{\n  \"model\": \"opus\"\n}\n";
    fs::write(person.settings(), before).unwrap();
    let planned = person.store.plan(&person.ca, Action::Trust).unwrap();
    assert!(!planned.administrator && planned.state == State::Absent, "{planned:?}");
    let steps = planned.steps.join("\n");
    for words in ["settings.json", "NODE_EXTRA_CA_CERTS", "ca.pem", "keep a copy"] {
        assert!(steps.contains(words), "{words} is not in {steps}");
    }
    assert_eq!(fs::read_to_string(person.settings()).unwrap(), before, "a plan changes nothing");

    assert_eq!(person.apply(Action::Trust), Outcome::Done);
    assert_eq!(person.state(), State::Trusted);
    assert!(!person.servers().exists(), "the server's address is another matter");
    assert_eq!(person.apply(Action::Trust), Outcome::Unchanged);
    assert!(person.store.plan(&person.ca, Action::Trust).unwrap().steps.is_empty());

    assert_eq!(person.apply(Action::Untrust), Outcome::Done);
    assert_eq!(
        (person.state(), fs::read_to_string(person.settings()).unwrap().as_str()),
        (State::Absent, before)
    );
    assert_eq!(person.apply(Action::Untrust), Outcome::Unchanged);
}

#[test]
fn it_takes_back_what_set_up_wrote_and_leaves_the_rest_of_it_to_undo() {
    let person = Person::new();
    let environment = &person.store.environment;
    plan(Client::ClaudeCode, environment).unwrap().apply().unwrap();
    assert_eq!(person.state(), State::Trusted);
    assert_eq!(person.apply(Action::Untrust), Outcome::Done);
    assert!(read(&person.servers())["mcpServers"]["ambient-insights"].is_object());
    assert_eq!(person.state(), State::Absent);

    // And what set-up wrote before and after can still be taken back as a whole.
    assert_eq!(person.apply(Action::Trust), Outcome::Done);
    plan_undo(Client::ClaudeCode, environment).unwrap().apply().unwrap();
    assert!(!person.servers().exists());
    assert_eq!(person.state(), State::Absent);
}

#[test]
fn somebody_s_own_authorities_are_kept_in_one_file_with_ours_and_come_back_alone() {
    let person = Person::new();
    let theirs = person.folder.path().join("company.pem");
    let pem = "# the company's\n-----BEGIN CERTIFICATE-----\ndGhlaXJz\n-----END CERTIFICATE-----\n";
    fs::write(&theirs, pem).unwrap();
    fs::write(person.settings(), json!({"env": {"NODE_EXTRA_CA_CERTS": theirs}}).to_string()).unwrap();
    assert_eq!(person.state(), State::Absent);
    assert_eq!(person.apply(Action::Trust), Outcome::Done);
    let both = read(&person.settings())["env"]["NODE_EXTRA_CA_CERTS"].as_str().unwrap().to_owned();
    let both = fs::read_to_string(&both).unwrap();
    assert!(both.contains("dGhlaXJz") && both.matches("BEGIN CERTIFICATE").count() == 2, "{both}");
    assert_eq!(person.apply(Action::Untrust), Outcome::Done);
    assert_eq!(read(&person.settings())["env"]["NODE_EXTRA_CA_CERTS"], theirs.to_str().unwrap());
    assert_eq!(fs::read_to_string(theirs).unwrap(), pem);
}

#[test]
fn what_is_believed_is_read_from_the_files_and_not_from_what_was_once_written() {
    let person = Person::new();
    person.apply(Action::Trust);
    fs::write(person.settings(), json!({"env": {"NODE_EXTRA_CA_CERTS": "/nowhere.pem"}}).to_string())
        .unwrap();
    assert_eq!(person.state(), State::Absent, "a file that is not there is nobody's authority");
    fs::remove_file(person.settings()).unwrap();
    assert_eq!(person.state(), State::Absent);
    assert_eq!(person.apply(Action::Trust), Outcome::Done);
}

#[test]
fn settings_that_can_not_be_read_are_named_and_left_alone() {
    let person = Person::new();
    fs::write(person.settings(), "{ not json").unwrap();
    let error = person.store.apply(&person.ca, Action::Trust).unwrap_err().to_string();
    assert!(error.contains("settings.json") && error.contains("mend it"), "{error}");
    assert_eq!(fs::read_to_string(person.settings()).unwrap(), "{ not json");
}
