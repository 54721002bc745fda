use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use clock::Timestamp;
use tempfile::TempDir;

use super::super::{Applied, Client, Plan, plan, plan_undo};
use super::*;

const OUR_PEM: &str = "-----BEGIN CERTIFICATE-----\nb3Vycw==\n-----END CERTIFICATE-----\n";
const THEIR_PEM: &str = "# the company's\n-----BEGIN CERTIFICATE-----\ndGhlaXJz\n-----END CERTIFICATE-----\n";

/// Somebody's home folder.
struct Person {
    folder: TempDir,
    environment: SetupEnvironment,
}

impl Person {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let data_dir = folder.path().join("data");
        fs::create_dir_all(home.join(".claude")).unwrap();
        fs::create_dir_all(&data_dir).unwrap();
        fs::write(data_dir.join("ca.pem"), OUR_PEM).unwrap();
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
        Self { folder, environment }
    }

    fn servers(&self) -> PathBuf {
        self.environment.home.join(".claude.json")
    }

    fn settings(&self) -> PathBuf {
        self.environment.home.join(".claude/settings.json")
    }

    fn plan(&self) -> Plan {
        plan(Client::ClaudeCode, &self.environment).unwrap()
    }

    fn set_up(&self) -> Applied {
        self.plan().apply().unwrap()
    }

    fn undo(&self) -> Plan {
        let undo = plan_undo(Client::ClaudeCode, &self.environment).unwrap();
        undo.apply().unwrap();
        undo
    }

    fn their_authorities(&self) -> PathBuf {
        let path = self.folder.path().join("company.pem");
        fs::write(&path, THEIR_PEM).unwrap();
        path
    }

    /// Puts a value for `NODE_EXTRA_CA_CERTS` into the settings.
    fn with_variable(&self, value: &Path) {
        fs::write(self.settings(), json!({"env": {"NODE_EXTRA_CA_CERTS": value}}).to_string()).unwrap();
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_server_and_the_authority_are_added_to_new_files_for_the_owner_alone() {
    let person = Person::new();
    let applied = person.set_up();
    let server =
        json!({"mcpServers": {"ambient-insights": {"type": "http", "url": "https://localhost:9100/mcp"}}});
    assert_eq!(json(&person.servers()), server);
    let ca = person.environment.ca_certificate.to_str().unwrap();
    assert_eq!(json(&person.settings()), json!({"env": {"NODE_EXTRA_CA_CERTS": ca}}));
    assert!(applied.backups.is_empty(), "there was nothing to copy");
    let mode = fs::metadata(person.servers()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn the_plan_shows_every_change_and_changes_nothing() {
    let person = Person::new();
    let plan = person.plan();
    assert_eq!(plan.changes.len(), 2);
    assert_eq!(plan.changes[0].file, person.servers());
    assert!(plan.changes[0].summary.starts_with("add mcpServers.ambient-insights, so that "), "{plan:?}");
    assert!(plan.changes[0].before.is_none());
    assert!(plan.changes[0].after.as_ref().unwrap().contains("https://localhost:9100/mcp"));
    assert!(!person.servers().exists() && !person.settings().exists());
    assert_eq!(fs::read_dir(&person.environment.data_dir).unwrap().count(), 1);
}

#[test]
fn a_second_run_finds_nothing_to_do() {
    let person = Person::new();
    person.set_up();
    let before = (fs::read(person.servers()).unwrap(), fs::read(person.settings()).unwrap());
    let again = person.plan();
    assert!(again.is_empty());
    assert!(again.apply().unwrap().files.is_empty());
    assert_eq!(before, (fs::read(person.servers()).unwrap(), fs::read(person.settings()).unwrap()));
}

#[test]
fn what_stood_there_stays_to_the_byte_and_is_copied_first_and_undo_brings_it_back() {
    let person = Person::new();
    let servers = "{\n  \"numStartups\": 3,\n  \"mcpServers\": {\n    \"other\": {\n      \"command\": \"x\"\n    }\n  },\n  \"oauthAccount\": null\n}";
    let settings = "{\n    \"permissions\": { \"allow\": [\"Bash(ls)\"] },\n    \"env\": {\n        \"A\": \"1\"\n    }\n}\n";
    fs::write(person.servers(), servers).unwrap();
    fs::set_permissions(person.servers(), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(person.settings(), settings).unwrap();
    fs::set_permissions(person.settings(), fs::Permissions::from_mode(0o640)).unwrap();

    let applied = person.set_up();
    let ca = person.environment.ca_certificate.to_str().unwrap();
    let added = format!("\"A\": \"1\",\n        \"NODE_EXTRA_CA_CERTS\": \"{ca}\"");
    assert_eq!(fs::read_to_string(person.settings()).unwrap(), settings.replace("\"A\": \"1\"", &added));
    let backup = person.environment.home.join(".claude/settings.json.backup-20261121T120000Z");
    assert!(applied.backups.contains(&backup), "{applied:?}");
    assert_eq!(fs::read_to_string(&backup).unwrap(), settings);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&person.settings()), mode(&backup), mode(&person.servers())), (0o640, 0o640, 0o600));

    person.undo();
    assert_eq!(fs::read_to_string(person.servers()).unwrap(), servers);
    assert_eq!(fs::read_to_string(person.settings()).unwrap(), settings);
}

#[test]
fn undo_removes_the_files_that_were_made_and_forgets_what_it_recorded() {
    let person = Person::new();
    person.set_up();
    person.undo();
    assert!(!person.servers().exists() && !person.settings().exists());
    assert_eq!(fs::read_dir(record::folder(&person.environment)).unwrap().count(), 0);
    assert!(person.undo().is_empty(), "undoing twice is undoing once");
}

#[test]
fn undo_leaves_what_the_person_added_or_changed_since() {
    let person = Person::new();
    person.set_up();
    let mut settings = json(&person.settings());
    settings["env"]["NODE_EXTRA_CA_CERTS"] = json!("/their/own.pem");
    settings["model"] = json!("opus");
    fs::write(person.settings(), settings.to_string()).unwrap();
    let mut servers = json(&person.servers());
    servers["mcpServers"]["another"] = json!({"command": "x"});
    fs::write(person.servers(), servers.to_string()).unwrap();

    let undo = person.undo();
    assert_eq!(json(&person.settings()), settings);
    assert_eq!(json(&person.servers()), json!({"mcpServers": {"another": {"command": "x"}}}));
    assert_eq!(undo.notes.len(), 1);
    assert!(undo.notes[0].contains("was changed since"), "{undo:?}");
}

#[test]
fn undo_without_a_record_takes_back_what_is_exactly_ours() {
    let person = Person::new();
    person.set_up();
    fs::remove_dir_all(record::folder(&person.environment)).unwrap();
    person.undo();
    assert_eq!(json(&person.servers()), json!({"mcpServers": {}}));
    assert_eq!(json(&person.settings()), json!({"env": {}}));
}

#[test]
fn a_new_port_changes_the_address_alone_and_undo_still_removes_the_whole() {
    let mut person = Person::new();
    person.set_up();
    person.environment.mcp_url = "https://localhost:9200/mcp".to_owned();
    let plan = person.plan();
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(plan.changes[0].before.as_deref(), Some("\"https://localhost:9100/mcp\""));
    plan.apply().unwrap();
    assert_eq!(
        json(&person.servers())["mcpServers"]["ambient-insights"]["url"],
        "https://localhost:9200/mcp"
    );
    person.undo();
    assert!(!person.servers().exists());
}

#[test]
fn headers_that_the_person_added_to_our_server_stay() {
    let person = Person::new();
    let entry = json!({"type": "http", "url": "https://localhost:9300/mcp", "headers": {"X-A": "b"}});
    fs::write(person.servers(), json!({"mcpServers": {"ambient-insights": entry}}).to_string()).unwrap();
    person.set_up();
    let now = json(&person.servers());
    assert_eq!(now["mcpServers"]["ambient-insights"]["url"], "https://localhost:9100/mcp");
    assert_eq!(now["mcpServers"]["ambient-insights"]["headers"], entry["headers"]);
    person.undo();
    assert_eq!(json(&person.servers())["mcpServers"]["ambient-insights"], entry);
}

#[test]
fn a_configuration_folder_of_ones_own_is_used_for_both_files() {
    let mut person = Person::new();
    let folder = person.folder.path().join("config");
    person.environment.claude_config_dir = Some(folder.clone());
    person.set_up();
    assert!(folder.join(".claude.json").exists() && folder.join("settings.json").exists());
    assert!(!person.servers().exists() && !person.settings().exists());
}

#[test]
fn the_older_file_is_used_where_claude_code_uses_it() {
    let person = Person::new();
    let older = person.environment.home.join(".claude/.config.json");
    fs::write(&older, "{}").unwrap();
    person.set_up();
    assert_eq!(json(&older)["mcpServers"]["ambient-insights"]["type"], "http");
    assert!(!person.servers().exists());
}

#[test]
fn other_authorities_of_the_person_stay_and_the_plan_says_so() {
    let mut person = Person::new();
    let theirs = person.their_authorities();
    for in_settings in [true, false] {
        if in_settings {
            person.with_variable(&theirs);
        } else {
            fs::remove_file(person.settings()).unwrap();
            person.environment.node_extra_ca_certs = Some(theirs.clone());
        }
        let before = fs::read(person.settings()).ok();
        let plan = person.plan();
        assert!(plan.notes[0].contains("--combine-certificates"), "{plan:?}");
        plan.apply().unwrap();
        assert_eq!(fs::read(person.settings()).ok(), before);
    }
}

#[test]
fn one_file_of_both_authorities_is_made_when_asked_for_and_refreshed_and_taken_back() {
    let mut person = Person::new();
    let theirs = person.their_authorities();
    person.with_variable(&theirs);
    let before = fs::read(person.settings()).unwrap();
    person.environment.combine_certificates = true;
    person.set_up();
    let bundle = PathBuf::from(json(&person.settings())["env"]["NODE_EXTRA_CA_CERTS"].as_str().unwrap());
    let text = fs::read_to_string(&bundle).unwrap();
    assert!(contains(&text, THEIR_PEM) && contains(&text, OUR_PEM), "{text}");
    assert!(person.plan().is_empty());

    // The company changes its file; running it again, even without the flag, refreshes ours.
    fs::write(&theirs, THEIR_PEM.replace("dGhlaXJz", "bmV3ZXI=")).unwrap();
    person.environment.combine_certificates = false;
    person.set_up();
    assert!(fs::read_to_string(&bundle).unwrap().contains("bmV3ZXI="));

    person.undo();
    assert_eq!(fs::read(person.settings()).unwrap(), before);
    assert!(!bundle.exists());
}

#[test]
fn a_file_of_both_stays_in_use_when_the_record_is_lost() {
    let mut person = Person::new();
    person.with_variable(&person.their_authorities());
    person.environment.combine_certificates = true;
    person.set_up();
    fs::remove_file(record::path(Client::ClaudeCode, &person.environment)).unwrap();
    let before = fs::read(person.settings()).unwrap();
    person.set_up();
    assert_eq!(fs::read(person.settings()).unwrap(), before);
}

#[test]
fn a_plan_shows_no_secret_of_the_persons_in_debug_output_or_json() {
    let person = Person::new();
    fs::write(
        person.servers(),
        "{\"mcpServers\": {\"other\": {\"headers\": {\"Authorization\": \"s3cret\"}}}}",
    )
    .unwrap();
    let plan = person.plan();
    assert!(!format!("{plan:?}").contains("s3cret"));
    assert!(!serde_json::to_string(&plan).unwrap().contains("s3cret"));
    assert!(!format!("{plan:?}").contains("115, 51"), "nor as bytes");
}

#[test]
fn authorities_that_hold_our_ca_already_need_no_change() {
    let person = Person::new();
    let theirs = person.their_authorities();
    fs::write(&theirs, format!("{THEIR_PEM}{}", OUR_PEM.replace('\n', "\r\n"))).unwrap();
    person.with_variable(&theirs);
    let plan = person.plan();
    assert_eq!(plan.changes.len(), 1, "the server alone");
    assert!(plan.notes[0].contains("holds this server's CA already"), "{plan:?}");
}

#[test]
fn a_moved_data_folder_changes_our_own_value() {
    let mut person = Person::new();
    person.set_up();
    let moved = person.environment.data_dir.join("moved.pem");
    fs::copy(&person.environment.ca_certificate, &moved).unwrap();
    person.environment.ca_certificate.clone_from(&moved);
    person.set_up();
    assert_eq!(json(&person.settings())["env"]["NODE_EXTRA_CA_CERTS"], moved.to_str().unwrap());
    person.undo();
    assert!(!person.settings().exists());
}

#[test]
fn a_linked_file_stays_a_link_and_its_target_changes() {
    let person = Person::new();
    let dotfiles = person.folder.path().join("dotfiles");
    fs::create_dir(&dotfiles).unwrap();
    fs::write(dotfiles.join("settings.json"), "{}\n").unwrap();
    std::os::unix::fs::symlink(dotfiles.join("settings.json"), person.settings()).unwrap();
    person.set_up();
    assert!(fs::symlink_metadata(person.settings()).unwrap().is_symlink());
    assert!(json(&dotfiles.join("settings.json"))["env"]["NODE_EXTRA_CA_CERTS"].is_string());
    person.undo();
    assert_eq!(json(&dotfiles.join("settings.json")), json!({}));
}

#[test]
fn a_link_to_nowhere_is_an_error() {
    let person = Person::new();
    std::os::unix::fs::symlink("nowhere.json", person.settings()).unwrap();
    let error = plan(Client::ClaudeCode, &person.environment).unwrap_err();
    assert!(matches!(error, SetupError::DanglingLink { .. }), "{error}");
}

#[test]
fn a_broken_file_is_an_error_and_neither_file_is_touched() {
    let person = Person::new();
    fs::write(person.settings(), "{\n  \"env\": {,}\n}").unwrap();
    let error = plan(Client::ClaudeCode, &person.environment).unwrap_err();
    assert!(error.to_string().contains("line 2 column"), "{error}");
    assert_eq!(fs::read_to_string(person.settings()).unwrap(), "{\n  \"env\": {,}\n}");
    assert!(!person.servers().exists());
}

#[test]
fn a_file_that_changed_since_the_plan_is_not_overwritten() {
    let person = Person::new();
    fs::write(person.settings(), "{}").unwrap();
    let plan = person.plan();
    fs::write(person.settings(), "{\"model\": \"opus\"}").unwrap();
    let error = plan.apply().unwrap_err();
    assert!(matches!(error, SetupError::ChangedMeanwhile { .. }), "{error}");
    assert_eq!(fs::read_to_string(person.settings()).unwrap(), "{\"model\": \"opus\"}");
    assert!(!person.servers().exists(), "all or nothing");
}

#[test]
fn a_file_that_cannot_be_written_puts_the_others_back() {
    let person = Person::new();
    fs::write(person.settings(), "{\"model\": \"opus\"}").unwrap();
    let plan = person.plan();
    // The settings are written first; then a folder stands where the other file's new text would go.
    let blocked = format!(".claude.json.ambient-insights-{}", std::process::id());
    fs::create_dir(person.environment.home.join(blocked)).unwrap();
    let error = plan.apply().unwrap_err();
    assert!(matches!(&error, SetupError::Write { path, .. } if *path == person.servers()), "{error}");
    assert!(error.to_string().contains("try again"), "{error}");
    assert_eq!(fs::read_to_string(person.settings()).unwrap(), "{\"model\": \"opus\"}");
    assert!(!person.servers().exists());
}

#[test]
fn a_damaged_record_is_named() {
    let person = Person::new();
    person.set_up();
    let record = record::path(Client::ClaudeCode, &person.environment);
    fs::write(&record, "{").unwrap();
    let error = plan_undo(Client::ClaudeCode, &person.environment).unwrap_err();
    assert!(error.to_string().contains("delete it and try again"), "{error}");
}

#[test]
fn an_unknown_client_is_answered_with_the_known_ones() {
    let error = "emacs".parse::<Client>().unwrap_err();
    assert_eq!(error.to_string(), "\"emacs\" is no client that can be set up; known: claude-code");
    assert_eq!("claude-code".parse::<Client>().unwrap(), Client::ClaudeCode);
}
