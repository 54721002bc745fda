use super::*;

#[test]
fn a_second_instance_is_refused_with_the_first_ones_pid() {
    let directory = tempfile::tempdir().unwrap();
    let _first = DataDirectoryLock::acquire(directory.path()).unwrap();
    let refusal = DataDirectoryLock::acquire(directory.path()).unwrap_err();
    let LockError::Held { pid, .. } = &refusal else { panic!("{refusal}") };
    assert_eq!(*pid, Some(std::process::id()));
    assert!(refusal.to_string().contains("--data-dir"), "{refusal}");
}

#[test]
fn the_directory_is_free_again_once_the_lock_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    drop(DataDirectoryLock::acquire(directory.path()).unwrap());
    DataDirectoryLock::acquire(directory.path()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_new_data_directory_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("a/b");
    let _lock = DataDirectoryLock::acquire(&directory).unwrap();
    assert_eq!(std::fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_file_in_the_directorys_place_is_an_error_that_names_it() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("taken");
    std::fs::write(&file, "x").unwrap();
    let error = DataDirectoryLock::acquire(&file).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("taken") && error.contains("a file is in the way"), "{error}");
    assert!(!error.contains("database"), "nobody has come to a database yet: {error}");
}
