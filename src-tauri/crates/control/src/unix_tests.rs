use super::*;

const SELF: u32 = 1000;
const OTHER: u32 = 1001;

#[test]
fn whoever_answers_must_be_the_same_person_the_owner_of_the_data_or_the_administrator() {
    for (answerer, owner_of_data, trusted) in [
        (SELF, Some(SELF), true),
        (SELF, None, true),
        (0, Some(SELF), true),
        (OTHER, Some(OTHER), true),
        (OTHER, Some(SELF), false),
        (OTHER, None, false),
    ] {
        let checked = check_answerer(answerer, SELF, owner_of_data);
        assert_eq!(checked.is_ok(), trusted, "{answerer} answers for data of {owner_of_data:?}");
    }
}

#[tokio::test]
async fn a_folder_of_somebody_else_is_no_place_for_the_socket() {
    let directory = tempfile::tempdir().unwrap();
    let own = own_uid().unwrap();
    assert!(check_ours(directory.path(), own).is_ok());
    let error = check_ours(directory.path(), own + 1).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("XDG_RUNTIME_DIR"), "{error}");
}

#[tokio::test]
async fn a_link_of_somebody_else_to_a_folder_of_ours_is_no_place_for_the_socket_either() {
    let directory = tempfile::tempdir().unwrap();
    let (own, link) = (own_uid().unwrap(), directory.path().join("link"));
    std::os::unix::fs::symlink(directory.path(), &link).unwrap();
    assert!(check_ours(&link, own).is_ok());
    // Only the administrator can give a link away; anybody else can not make the case at all.
    if std::os::unix::fs::lchown(&link, Some(own + 1), None).is_ok() {
        assert_eq!(check_ours(&link, own).unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }
}

#[tokio::test]
async fn our_own_socket_answers_us() {
    let directory = tempfile::tempdir().unwrap();
    let address = Address::of(directory.path());
    let mut listener = Listener::bind(&address).unwrap();
    let (accepted, connected) = tokio::join!(listener.accept(), connect(&address, directory.path()));
    assert!(accepted.is_ok() && connected.is_ok());
}
