use super::*;

const ED: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
const OTHER: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIG2T/B0l0gaqj3puu510tu9N1OkQ4znY3LYuEm5zCF";
/// `example.com`, hashed as `ssh-keygen -H` does, with the key `OTHER`.
const HASHED: &str = "|1|O33ESRMWPVkMYIwJ1Uw+n877jTo=|nuuC5vEqXlEZ/8BXQR7m619W6Ak=";

fn key(text: &str) -> PublicKey {
    PublicKey::from_openssh(text).unwrap()
}

struct Files {
    folder: tempfile::TempDir,
    known: KnownHosts,
}

fn files(own: &str, persons: &str) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let known = KnownHosts { own: folder.path().join("own"), others: vec![folder.path().join("persons")] };
    for (path, text) in [(&known.own, own), (&known.others[0], persons)] {
        if !text.is_empty() {
            fs::write(path, text).unwrap();
        }
    }
    Files { folder, known }
}

#[test]
fn a_key_counts_from_either_file_for_its_host_and_port_alone() {
    let files = files(
        &format!("[example.org]:2222 {ED}\n"),
        &format!("{HASHED} {OTHER}\nplain.example {ED} me@home\n"),
    );
    let check = |host: &str, port, text| files.known.check(host, port, &key(text));
    assert_eq!(check("example.org", 2222, ED), Ok(()));
    assert_eq!(check("example.com", 22, OTHER), Ok(()));
    assert_eq!(check("plain.example", 22, ED), Ok(()));
    for (host, port) in [("example.org", 22), ("example.com", 2222), ("nowhere.example", 22)] {
        assert!(matches!(check(host, port, ED), Err(TunnelError::HostKeyUnknown(_))), "{host}:{port}");
    }
    let Err(TunnelError::HostKeyChanged { file, line, .. }) = check("example.com", 22, ED) else { panic!() };
    assert_eq!((file, line), (files.folder.path().join("persons"), 1));
}

#[test]
fn a_revoked_key_is_refused_even_where_it_is_trusted() {
    let files = files(&format!("example.org {ED}\n"), &format!("@revoked * {ED}\n"));
    let judged = files.known.check("example.org", 22, &key(ED));
    assert!(matches!(judged, Err(TunnelError::HostKeyRevoked { .. })), "{judged:?}");
}

#[test]
fn a_file_that_can_not_be_read_trusts_nobody() {
    let files = files("", "");
    fs::create_dir(&files.known.own).unwrap();
    let judged = files.known.check("example.org", 22, &key(ED));
    assert!(matches!(judged, Err(TunnelError::KnownHosts { .. })), "{judged:?}");
}

#[test]
fn a_known_kind_of_key_is_asked_for_first() {
    let ecdsa = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHwf2HMM5TRXvo2SQJjsNkiDD5KqiiNjrGVv3UUh+mMT5RHxiRtOnlqvjhQtBq0VpmpCV/PwUdhOig4vkbqAcEc=";
    let files = files(&format!("example.org {ecdsa}\n"), "");
    let kinds = files.known.preferred("example.org", 22).unwrap();
    assert_eq!(kinds[0], key(ecdsa).algorithm());
    assert!(kinds.contains(&Algorithm::Ed25519) && kinds.iter().all(can_check));
    assert_eq!(files.known.preferred("other.example", 22).unwrap()[0], Algorithm::Ed25519);
}

#[test]
fn a_confirmed_key_is_added_and_nothing_else_is_changed() {
    let files = files(&format!("# mine\nfirst.example {OTHER}"), &format!("second.example {OTHER}\n"));
    let Err(TunnelError::HostKeyUnknown(offer)) = files.known.check("new.example", 22, &key(ED)) else {
        panic!()
    };
    files.known.trust(&offer).unwrap();
    assert_eq!(
        fs::read_to_string(&files.known.own).unwrap(),
        format!("# mine\nfirst.example {OTHER}\nnew.example {ED}\n")
    );
    assert_eq!(fs::read_to_string(&files.known.others[0]).unwrap(), format!("second.example {OTHER}\n"));
    assert_eq!(files.known.check("new.example", 22, &key(ED)), Ok(()));
    let before = fs::read(&files.known.own).unwrap();
    for bad in [
        HostKeyOffer { key: "nonsense".to_owned(), ..*offer.clone() },
        HostKeyOffer { host: "a.example,b.example".to_owned(), ..*offer.clone() },
        HostKeyOffer { host: "a.example\n*".to_owned(), ..*offer },
    ] {
        assert!(matches!(files.known.trust(&bad), Err(TrustError::NotAKey)));
    }
    assert_eq!(fs::read(&files.known.own).unwrap(), before);
}
