use super::*;
use crate::authority::Authority;
use crate::leaf::{Leaf, Names};
use crate::trust::{Outcome, fixture};

/// A home folder with databases made by the real certutil.
struct Home {
    folder: tempfile::TempDir,
    ca: CaCertificate,
}

impl Home {
    /// `None`, and a word about it, where certutil is not installed.
    fn with_databases(folders: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        for database in folders {
            let path = folder.path().join(database);
            fs::create_dir_all(&path).unwrap();
            let made = Command::new("certutil")
                .args(["-N", "--empty-password", "-d"])
                .arg(format!("sql:{}", path.display()))
                .status();
            let Ok(status) = made else {
                eprintln!("certutil is not installed: nothing to run");
                return None;
            };
            assert!(status.success());
        }
        let ca = fixture::ca(&folder.path().join("data"));
        Some(Self { folder, ca })
    }

    fn places(&self) -> Places {
        Places { system: self.folder.path().to_owned(), ..Places::of(self.folder.path().to_owned()) }
    }

    fn stores(&self) -> Vec<NssDatabase> {
        find(&self.places())
    }
}

#[test]
fn the_databases_of_all_browsers_are_found() {
    let home = tempfile::tempdir().unwrap();
    for folder in [
        ".pki/nssdb",
        "snap/chromium/current/.pki/nssdb",
        ".mozilla/firefox/abc.default-release",
        ".mozilla/firefox/xyz.work",
        "snap/firefox/common/.mozilla/firefox/s.default",
    ] {
        fs::create_dir_all(home.path().join(folder)).unwrap();
        fs::write(home.path().join(folder).join("cert9.db"), "").unwrap();
    }
    fs::create_dir_all(home.path().join(".mozilla/firefox/Crash Reports")).unwrap();
    let labels: Vec<_> =
        find(&Places::of(home.path().to_owned())).iter().map(|database| database.program.clone()).collect();
    assert_eq!(
        labels,
        [
            "Chromium and Chrome",
            "Chromium (snap)",
            "Firefox, profile abc.default-release",
            "Firefox, profile xyz.work",
            "Firefox (snap), profile s.default",
        ]
    );
}

#[test]
fn a_browser_trusts_and_untrusts_and_twice_is_once() {
    let Some(home) = Home::with_databases(&[".pki/nssdb", ".mozilla/firefox/abc.default"]) else { return };
    let stores = home.stores();
    assert_eq!(stores.len(), 2);
    for store in stores {
        assert_eq!(store.state(&home.ca).unwrap(), State::Absent);
        let plan = store.plan(&home.ca, Action::Trust).unwrap();
        assert!(!plan.administrator && plan.steps.len() == 1, "{plan:?}");
        assert_eq!(store.apply(&home.ca, Action::Trust).unwrap(), Outcome::Done);
        assert_eq!(store.state(&home.ca).unwrap(), State::Trusted);
        assert_eq!(store.apply(&home.ca, Action::Trust).unwrap(), Outcome::Unchanged);
        assert_eq!(store.apply(&home.ca, Action::Untrust).unwrap(), Outcome::Done);
        assert_eq!(store.state(&home.ca).unwrap(), State::Absent);
        assert_eq!(store.apply(&home.ca, Action::Untrust).unwrap(), Outcome::Unchanged);
    }
}

#[test]
fn untrust_leaves_another_installations_ca_alone() {
    let Some(home) = Home::with_databases(&[".pki/nssdb"]) else { return };
    let neighbour = fixture::ca(&home.folder.path().join("another"));
    let store = &home.stores()[0];
    store.apply(&neighbour, Action::Trust).unwrap();
    store.apply(&home.ca, Action::Trust).unwrap();
    store.apply(&home.ca, Action::Untrust).unwrap();
    assert_eq!(store.state(&neighbour).unwrap(), State::Trusted);
}

#[test]
fn a_ca_made_again_from_its_key_is_the_same_to_a_browser_and_is_removed_whole() {
    let Some(home) = Home::with_databases(&[".pki/nssdb"]) else { return };
    let store = &home.stores()[0];
    store.apply(&home.ca, Action::Trust).unwrap();
    fs::remove_file(home.ca.path()).unwrap();
    let again = fixture::ca(&home.folder.path().join("data"));
    assert_ne!(again, home.ca);
    assert_eq!(store.state(&again).unwrap(), State::Trusted);
    store.add(&again).unwrap();
    store.apply(&again, Action::Untrust).unwrap();
    assert_eq!(store.state(&home.ca).unwrap(), State::Absent);
}

#[test]
fn a_ca_whose_trust_was_taken_away_by_hand_is_trusted_again() {
    let Some(home) = Home::with_databases(&[".pki/nssdb"]) else { return };
    let store = &home.stores()[0];
    store.apply(&home.ca, Action::Trust).unwrap();
    run_well(&mut store.certutil(&["-M", "-t", ",,", "-n", home.ca.common_name()]), PACKAGES).unwrap();
    assert_eq!(store.state(&home.ca).unwrap(), State::Incomplete);
    assert_eq!(store.apply(&home.ca, Action::Trust).unwrap(), Outcome::Done);
}

#[test]
fn a_database_with_a_primary_password_is_named_and_left_as_it_was() {
    let Some(home) = Home::with_databases(&[]) else { return };
    let folder = home.folder.path().join(".mozilla/firefox/abc.default");
    fs::create_dir_all(&folder).unwrap();
    let password = home.folder.path().join("password");
    fs::write(&password, "secret\n").unwrap();
    let made = Command::new("certutil")
        .args(["-N", "-f"])
        .arg(&password)
        .arg("-d")
        .arg(format!("sql:{}", folder.display()))
        .status();
    let Ok(status) = made else {
        eprintln!("certutil is not installed: nothing to run");
        return;
    };
    let store = &home.stores()[0];
    assert!(status.success());
    let error = store.apply(&home.ca, Action::Trust).unwrap_err();
    assert!(matches!(error, TrustError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("under Authorities"), "{error}");
    assert_eq!(store.state(&home.ca).unwrap(), State::Absent);
}

/// NSS itself as the judge: it believes our leaves after trust, not before, and never one for another name.
#[test]
fn nss_believes_our_leaves_and_no_leaf_for_another_name() {
    let Some(home) = Home::with_databases(&[".pki/nssdb"]) else { return };
    let store = &home.stores()[0];
    let now = clock::Clock::now(&clock::ManualClock::default());
    let authority = Authority::open(&home.folder.path().join("data"), now).unwrap();
    let add = |name: &str, der: &[u8]| {
        let file = home.folder.path().join(name);
        fs::write(&file, der).unwrap();
        let path = file.to_str().unwrap();
        run_well(&mut store.certutil(&["-A", "-t", ",,", "-n", name, "-i", path]), PACKAGES).unwrap();
    };
    let verdict = |name: &str| {
        let output = store.run(&["-V", "-u", "V", "-b", "261121120000Z", "-n", name]).unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let [named, unnamed] = [Names::Dns, Names::Addresses]
        .map(|names| Leaf::issue(names, &authority, now).unwrap().certified.cert[0].clone());
    add("named", &named);
    add("unnamed", &unnamed);
    let before = verdict("named");
    assert!(before.contains("issuer is not recognized"), "{before}");

    store.apply(&home.ca, Action::Trust).unwrap();
    for name in ["named", "unnamed"] {
        let after = verdict(name);
        assert!(after.contains("certificate is valid"), "{after}");
    }
    let mut params = rcgen::CertificateParams::new(["example.com".to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "example.com");
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let key = rcgen::KeyPair::generate().unwrap();
    let other = params.signed_by(&key, authority.issuer()).unwrap();
    add("another name", other.der());
    let refused = verdict("another name");
    assert!(refused.contains("not permitted to issue a certificate with this name"), "{refused}");
}

#[test]
fn a_missing_certutil_names_the_package() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir_all(home.path().join(".pki/nssdb")).unwrap();
    fs::write(home.path().join(".pki/nssdb/cert9.db"), "").unwrap();
    let ca = fixture::ca(&home.path().join("data"));
    let places = Places { certutil: "/nowhere/certutil".into(), ..Places::of(home.path().to_owned()) };
    let error = find(&places)[0].plan(&ca, Action::Trust).unwrap_err();
    assert!(error.to_string().contains("libnss3-tools (Debian, Ubuntu)"), "{error}");
}

#[test]
fn a_broken_database_is_an_error_and_no_trust() {
    let Some(home) = Home::with_databases(&[".pki/nssdb"]) else { return };
    let store = &home.stores()[0];
    fs::write(store.folder.join("cert9.db"), "this is no database, and long enough to be read as one")
        .unwrap();
    assert!(store.apply(&home.ca, Action::Trust).is_err());
}

#[test]
fn the_flags_are_read_from_our_own_line_alone() {
    let listing =
        "\nCertificate Nickname   Trust Attributes\n\nOurs 2    C,,  \nOurs     ,,   \nTheirs  C,,\n";
    assert!(!trusted_for_servers(listing, "Ours"));
    assert!(trusted_for_servers(listing, "Theirs"));
    assert!(trusted_for_servers("Ours   CT,C,C", "Ours"));
    assert!(!trusted_for_servers("Ours   c,C,C", "Ours"));
}
