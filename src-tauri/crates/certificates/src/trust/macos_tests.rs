use super::*;
use crate::trust::{command::quoted, fixture};

#[test]
fn every_step_names_our_certificate_and_the_login_keychain() {
    let folder = tempfile::tempdir().unwrap();
    let ca = fixture::ca(folder.path());
    let store = LoginKeychain::of(Path::new("/Users/ada"));
    let words = |step| {
        let command = store.security(&ca, step);
        let words: Vec<_> = command.get_args().map(quoted).collect();
        words.join(" ")
    };
    let keychain = "/Users/ada/Library/Keychains/login.keychain-db";
    let (path, name) = (quoted(ca.path().as_os_str()), ca.common_name());
    assert_eq!(words(Step::Add), format!("add-trusted-cert -r trustRoot -p ssl -k {keychain} {path}"));
    assert_eq!(words(Step::Distrust), format!("remove-trusted-cert {path}"));
    assert_eq!(words(Step::Delete), format!("delete-certificate -c '{name}' {keychain}"));
    assert_eq!(words(Step::Find), format!("find-certificate -a -p -c '{name}' {keychain}"));
    assert_eq!(words(Step::Verify), format!("verify-cert -L -l -p ssl -c {path}"));
}
