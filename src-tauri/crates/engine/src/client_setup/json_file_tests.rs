use serde_json::json;

use super::*;

fn pointer(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

/// Sets a member in a file of this text; the new text.
fn set(text: &str, path: &str, value: &Value) -> Result<String, SetupError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.json");
    std::fs::write(&file, text).unwrap();
    let mut file = JsonFile::read(&file)?;
    file.set(&pointer(path), value)?;
    Ok(file.text().to_owned())
}

/// Sets a member and removes it again with everything that was made for it; the new text.
fn set_and_remove(text: &str, path: &str, value: &Value) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.json");
    std::fs::write(&file, text).unwrap();
    let mut file = JsonFile::read(&file).unwrap();
    let made = file.set(&pointer(path), value).unwrap();
    file.remove(&pointer(path), made).unwrap();
    file.text().to_owned()
}

#[test]
fn a_member_is_added_and_every_other_byte_stays() {
    let text = "{\n    \"b\": 1.50,\n    \"a\": [1, 2,   3],\n    \"env\": {\n        \"Z\": \"1\"\n    },\n    \"big\": 12345678901234567890123\n}\n";
    let expected = text.replace("\"Z\": \"1\"\n", "\"Z\": \"1\",\n        \"X\": \"/ca.pem\"\n");
    assert_eq!(set(text, "env/X", &json!("/ca.pem")).unwrap(), expected);
}

#[test]
fn a_missing_object_is_made_in_the_files_own_indentation() {
    let text = "{\n\t\"a\": 1\n}\n";
    let expected = "{\n\t\"a\": 1,\n\t\"env\": {\n\t\t\"X\": \"1\"\n\t}\n}\n";
    assert_eq!(set(text, "env/X", &json!("1")).unwrap(), expected);
}

#[test]
fn an_empty_file_gets_one_member_a_line() {
    let expected = "{\n  \"mcpServers\": {\n    \"us\": {\n      \"type\": \"http\"\n    }\n  }\n}\n";
    assert_eq!(set("{}\n", "mcpServers/us", &json!({"type": "http"})).unwrap(), expected);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_stay() {
    let text = "\u{feff}{\r\n  \"a\": 1\r\n}\r\n";
    assert_eq!(set(text, "b", &json!(2)).unwrap(), "\u{feff}{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n");
}

#[test]
fn what_is_set_and_removed_leaves_the_bytes_as_they_were() {
    for text in [
        "{}\n",
        "{\n  \"a\": 1\n}\n",
        "{\n  \"env\": {\n    \"Z\": \"1\"\n  }\n}",
        "{\"a\":1,\"env\":{\"Z\":\"1\"}}",
        "{\n\t\"env\": {},\n\t\"a\": [\n\t\t1\n\t]\n}\n",
    ] {
        let back = set_and_remove(text, "env/X", &json!("1"));
        let meaning = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(meaning(&back), meaning(text));
        if text.contains("\n  \"") {
            assert_eq!(back, text);
        }
    }
}

#[test]
fn a_value_is_changed_in_its_place() {
    let text = "{\n  \"env\": { \"X\": \"old\", \"Y\": \"2\" },\n  \"a\": 1\n}\n";
    assert_eq!(set(text, "env/X", &json!("new")).unwrap(), text.replace("old", "new"));
}

#[test]
fn a_text_that_is_no_strict_json_is_refused_with_the_place() {
    for text in ["", "{", "{ // remark\n}", "{\"a\": 1,}", "{'a': 1}", "nonsense"] {
        let error = set(text, "a", &json!(1)).unwrap_err();
        assert!(matches!(error, SetupError::NotJson { .. }), "{text:?}: {error}");
        assert!(error.to_string().contains("line 1"), "{text:?}: {error}");
    }
}

#[test]
fn another_shape_is_refused() {
    for text in ["[]", "1", "{\"env\": []}", "{\"env\": \"x\"}", "{\"env\": null}"] {
        let error = set(text, "env/X", &json!(1)).unwrap_err();
        assert!(matches!(error, SetupError::NotAnObject { .. }), "{text:?}: {error}");
    }
}

#[test]
fn a_member_that_stands_twice_is_refused_since_readers_disagree_about_it() {
    for text in
        ["{\"env\": {\"X\": \"1\"}, \"env\": {\"Y\": \"2\"}}", "{\"env\": {\"X\": \"1\", \"X\": \"2\"}}"]
    {
        let error = set(text, "env/X", &json!("3")).unwrap_err();
        assert!(matches!(error, SetupError::Ambiguous { .. }), "{text:?}: {error}");
    }
}

#[test]
fn removing_what_is_not_there_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = JsonFile::read(&folder.path().join("missing.json")).unwrap();
    file.remove(&pointer("env/X"), 1).unwrap();
    assert_eq!(file.text(), "{}\n");
    assert!(file.before.is_none());
}
