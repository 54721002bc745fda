use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_key_file_is_for_its_owner_alone_and_a_certificate_for_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("key"), folder.path().join("certificate"));
    write(&key, b"secret", Audience::Owner).unwrap();
    write(&certificate, b"public", Audience::Everybody).unwrap();
    assert_eq!(mode(&key), 0o600);
    assert_eq!(mode(&certificate), 0o644);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
}

#[test]
fn a_folder_is_made_for_its_owner_alone_and_unfinished_files_are_removed() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("certificates");
    prepare_folder(&folder).unwrap();
    assert_eq!(mode(&folder), 0o700);
    fs::write(folder.join(".unfinished-abc"), "half a key").unwrap();
    fs::write(folder.join("mine.pem"), "kept").unwrap();
    prepare_folder(&folder).unwrap();
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["mine.pem"]);
}

#[test]
fn a_write_that_fails_leaves_the_old_file_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    write(&path, b"old", Audience::Owner).unwrap();
    let elsewhere = folder.path().join("not-there").join("key");
    let error = write(&elsewhere, b"new", Audience::Owner).unwrap_err();
    assert!(error.to_string().contains("make room on the disk"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

#[test]
fn a_missing_file_is_no_error_but_an_unreadable_one_is() {
    let folder = tempfile::tempdir().unwrap();
    assert!(read(&folder.path().join("missing")).unwrap().is_none());
    let error = read(folder.path()).unwrap_err();
    assert!(error.to_string().contains("make it readable"), "{error}");
}
