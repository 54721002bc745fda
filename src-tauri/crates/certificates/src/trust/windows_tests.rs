use super::*;
use crate::trust::{command::quoted, fixture};

#[test]
fn every_step_is_for_the_current_user_and_names_our_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let ca = fixture::ca(folder.path());
    let words = |command: &Command| command.get_args().map(quoted).collect::<Vec<_>>().join(" ");
    let path = quoted(ca.path().as_os_str());
    assert_eq!(words(&UserRoot::add(&ca)), format!("-user -addstore Root {path}"));
    assert_eq!(words(&UserRoot::delete(&ca)), format!("-user -delstore Root {}", ca.serial()));
    assert_eq!(words(&UserRoot::find(&ca)), format!("-user -store Root {}", ca.serial()));
    assert!(ca.serial().len() == 32 && ca.serial().chars().all(|digit| digit.is_ascii_hexdigit()));
}
