use super::*;
use crate::{Config, Overrides, SettingSource};

const DARK: SettingChange = SettingChange::Theme(Some(Theme::Dark));

fn changed(text: &str, changes: &[SettingChange]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    change_settings(directory.path(), changes, |_| Ok(())).unwrap();
    std::fs::read_to_string(&path).unwrap()
}

#[test]
fn only_the_values_own_bytes_change() {
    let text = "\u{feff}# mine\r\n  port   =  9100 # not 8080\r\n\r\nlimits = 'on'\r\n# the end";
    let port = SettingChange::Port(Some(9200));
    assert_eq!(changed(text, &[port]), text.replace("9100", "9200"));
    assert_eq!(changed(&text.replace("9100", "\"\"\"\nnine\"\"\""), &[port]), text.replace("9100", "9200"));
    assert_eq!(changed("theme = 'light'", &[DARK]), "theme = \"dark\"");
    assert_eq!(changed("\"theme\" = 'light'\n", &[DARK]), "\"theme\" = \"dark\"\n");
}

#[test]
fn a_new_setting_stands_at_the_end_or_before_what_would_swallow_it() {
    assert_eq!(changed("", &[DARK]), "theme = \"dark\"\n");
    assert_eq!(changed("# mine", &[DARK]), "# mine\ntheme = \"dark\"\n");
    assert_eq!(changed("port = 1\r\n", &[DARK]), "port = 1\r\ntheme = \"dark\"\r\n");
    assert_eq!(
        changed("port = 1\n[later]\nx = 1\n", &[DARK]),
        "theme = \"dark\"\nport = 1\n[later]\nx = 1\n"
    );
    assert_eq!(changed("[[later]]\ntheme = 1\n", &[DARK]), "theme = \"dark\"\n[[later]]\ntheme = 1\n");
}

#[test]
fn a_setting_that_is_taken_out_leaves_no_line() {
    let text = "# mine\nport = 9100 # once\nlimits = \"on\"\n";
    assert_eq!(changed(text, &[SettingChange::Port(None)]), "# mine\nlimits = \"on\"\n");
    assert_eq!(changed("port = 1", &[SettingChange::Port(None), DARK]), "theme = \"dark\"\n");
    assert_eq!(changed(text, &[SettingChange::Theme(None)]), text);
}

#[test]
fn what_was_written_is_read_back_with_its_source() {
    let directory = tempfile::tempdir().unwrap();
    change_settings(directory.path(), &[SettingChange::Port(Some(0)), DARK], |_| Ok(())).unwrap();
    let config = Config::load(directory.path().to_owned(), [], Overrides::default()).unwrap();
    assert_eq!((config.port, config.source("port")), (0, SettingSource::File));
    assert_eq!((config.theme, config.source("theme")), (Theme::Dark, SettingSource::File));
    let names: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["config.toml"]);
}

#[test]
fn a_file_that_is_no_toml_is_named_and_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    for broken in ["port = ".as_bytes(), b"port = 1\nport = 2\n", b"\xff"] {
        std::fs::write(&path, broken).unwrap();
        let error = change_settings(directory.path(), &[DARK], |_| Ok(())).unwrap_err().to_string();
        assert!(error.contains("config.toml is not valid TOML, so it was not touched"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), broken);
    }
    // Valid, but spread over several lines that no single value stands for.
    std::fs::write(&path, "port.a = 1\nport.b = 2\n").unwrap();
    let error = change_settings(directory.path(), &[SettingChange::Port(Some(1))], |_| Ok(()))
        .unwrap_err()
        .to_string();
    assert!(error.contains("port could not be changed in") && error.contains("by hand"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"port.a = 1\nport.b = 2\n");
}

#[cfg(unix)]
#[test]
fn a_new_file_is_for_its_owner_alone_and_a_link_and_its_rights_stay() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    change_settings(directory.path(), &[DARK], |_| Ok(())).unwrap();
    assert_eq!(mode(&path), 0o600);

    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join("dotfile.toml");
    std::fs::rename(&path, &kept).unwrap();
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&kept, &path).unwrap();
    change_settings(directory.path(), &[SettingChange::Theme(Some(Theme::Light))], |_| Ok(())).unwrap();
    assert!(path.symlink_metadata().unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "theme = \"light\"\n");
    assert_eq!(mode(&kept), 0o640);
}

#[test]
fn two_settings_that_do_not_go_together_are_refused_and_the_file_stays() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.toml");
    let text = "public_url = \"https://me.example\"\ningress_port = 9201\nport = 9200\n";
    std::fs::write(&file, text).unwrap();
    let changes = [DARK, SettingChange::Port(Some(9201))];
    let fits = |text: &str| Config::of_text(directory.path().to_owned(), text).map(drop);
    let error = change_settings(directory.path(), &changes, fits).unwrap_err();
    assert!(matches!(error, SettingsFileError::DoesNotFit(_)), "{error}");
    assert!(error.to_string().contains("port and ingress_port are both 9201"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_setting_of_a_table_stands_where_its_table_is_and_nothing_else_changes() {
    let set = |text: &str| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        set_text(directory.path(), "acme.agreed_terms", "https://ca.example/terms", |_| Ok(())).unwrap();
        std::fs::read_to_string(&path).unwrap()
    };
    let line = "agreed_terms = \"https://ca.example/terms\"";
    assert_eq!(set("port = 1\n"), format!("port = 1\nacme.{line}\n"));
    assert_eq!(set("[acme] # mine\r\nroot = 'x'\r\n"), format!("[acme] # mine\r\n{line}\r\nroot = 'x'\r\n"));
    assert_eq!(set("[acme]"), format!("[acme]\n{line}\n"));
    assert_eq!(
        set("[authorization]\nmode = 'own'\n"),
        format!("acme.{line}\n[authorization]\nmode = 'own'\n")
    );
    assert_eq!(set("acme.root = 'x'\n"), format!("acme.root = 'x'\nacme.{line}\n"));
    assert_eq!(set("[acme]\nagreed_terms = 'old' # once\n"), format!("[acme]\n{line} # once\n"));
}

#[test]
fn a_table_in_one_line_is_left_to_the_person() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, "acme = { root = 'x' }\n").unwrap();
    let error = set_text(directory.path(), "acme.agreed_terms", "https://ca.example/terms", |_| Ok(()));
    assert!(error.unwrap_err().to_string().contains("set it there by hand"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "acme = { root = 'x' }\n");
}

#[test]
fn a_setting_of_a_table_stands_below_the_nearest_header_that_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    let host = Edit { key: "tunnel.ssh.host", value: Some("a.example".into()) };
    let start = Edit { key: "tunnel.start", value: Some(true.into()) };
    for (before, after) in [
        ("", "tunnel.ssh.host = \"a.example\"\ntunnel.start = true\n"),
        ("[tunnel]\n", "[tunnel]\nstart = true\nssh.host = \"a.example\"\n"),
        ("[tunnel.ssh]\nport = 2", "tunnel.start = true\n[tunnel.ssh]\nhost = \"a.example\"\nport = 2"),
        (
            "[tunnel] # mine\n[ tunnel . ssh ]\n[acme]\n",
            "[tunnel] # mine\nstart = true\n[ tunnel . ssh ]\nhost = \"a.example\"\n[acme]\n",
        ),
        // What looks like a header within a text is none.
        (
            "x = \"\"\"\n[tunnel]\n\"\"\"\n",
            "tunnel.start = true\nx = \"\"\"\n[tunnel]\n\"\"\"\ntunnel.ssh.host = \"a.example\"\n",
        ),
    ] {
        std::fs::write(&path, before).unwrap();
        write_all(directory.path(), &[host.clone(), start.clone()], |_| Ok(())).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
    }
    // A table in one line takes no further setting: it is said, and nothing is written.
    std::fs::write(&path, "tunnel = { start = false }\n").unwrap();
    assert!(write_all(directory.path(), &[start, host], |_| Ok(())).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "tunnel = { start = false }\n");
}
