use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt as _;

use clock::{Clock as _, ManualClock};

use super::*;

fn now() -> Timestamp {
    ManualClock::default().now()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with_authority() -> Self {
        let folder = Self::new();
        folder.open().unwrap();
        folder
    }

    fn open(&self) -> Result<Authority, Error> {
        Authority::open(self.0.path(), now())
    }

    fn certificate(&self) -> PathBuf {
        self.0.path().join(CERTIFICATE_FILE)
    }

    fn key(&self) -> PathBuf {
        self.0.path().join(KEY_FILE)
    }

    /// Opens, expects an error, and that neither file was touched.
    fn refused(&self) -> Error {
        let before = (fs::read(self.certificate()).ok(), fs::read(self.key()).ok());
        let error = self.open().unwrap_err();
        let after = (fs::read(self.certificate()).ok(), fs::read(self.key()).ok());
        assert!(before == after, "a refused CA was changed on disk");
        error
    }
}

#[test]
fn the_first_start_makes_a_ca_for_loopback_names_alone() {
    let folder = Folder::new();
    let authority = folder.open().unwrap();
    let info = authority.info();
    assert_eq!(info.names, ["localhost", "127.0.0.0/8", "::1/128"]);
    assert_eq!(info.subject, info.issuer);
    assert!(info.subject.contains("CN=Ambient Insights local CA "), "{}", info.subject);
    assert_eq!(info.not_after.since(now()), LIFETIME);
    let parsed = info::parse(authority.certificate()).unwrap();
    let constraints = parsed.basic_constraints().unwrap().unwrap();
    assert!(constraints.critical && constraints.value.ca);
    assert_eq!(constraints.value.path_len_constraint, Some(0));
    assert!(parsed.name_constraints().unwrap().unwrap().critical);
    assert!(parsed.key_usage().unwrap().unwrap().value.key_cert_sign());
}

#[cfg(unix)]
#[test]
fn the_key_is_for_its_owner_alone_and_the_certificate_for_everybody() {
    let folder = Folder::with_authority();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(folder.key()), 0o600);
    assert_eq!(mode(folder.certificate()), 0o644);
}

#[test]
fn the_next_start_loads_the_same_ca() {
    let folder = Folder::with_authority();
    let first = fs::read(folder.certificate()).unwrap();
    assert_eq!(folder.open().unwrap().certificate(), &parse_certificate(&first).unwrap());
    assert_eq!(fs::read(folder.certificate()).unwrap(), first);
}

#[test]
fn two_installations_have_two_names() {
    let (one, other) = (Folder::new(), Folder::new());
    assert_ne!(one.open().unwrap().info().subject, other.open().unwrap().info().subject);
}

#[test]
fn a_crash_after_the_key_and_before_the_certificate_is_made_good_by_the_next_start() {
    let folder = Folder::with_authority();
    let subject = folder.open().unwrap().info().subject.clone();
    let key = fs::read(folder.key()).unwrap();
    fs::remove_file(folder.certificate()).unwrap();
    let again = folder.open().unwrap();
    assert_eq!(again.info().subject, subject, "the name comes from the key");
    assert_eq!(fs::read(folder.key()).unwrap(), key);
}

#[test]
fn a_crash_in_the_middle_of_writing_the_key_leaves_a_folder_that_starts_afresh() {
    let folder = Folder::new();
    fs::write(folder.0.path().join(".unfinished-x"), "-----BEGIN PRIV").unwrap();
    folder.open().unwrap();
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_made_private_again() {
    let folder = Folder::with_authority();
    fs::set_permissions(folder.key(), fs::Permissions::from_mode(0o644)).unwrap();
    folder.open().unwrap();
    assert_eq!(fs::metadata(folder.key()).unwrap().permissions().mode() & 0o7777, 0o600);
}

#[test]
fn a_missing_key_is_an_error_that_says_how_to_begin_afresh() {
    let folder = Folder::with_authority();
    fs::remove_file(folder.key()).unwrap();
    let error = folder.refused();
    assert!(matches!(error, Error::MissingKey { .. }), "{error}");
    assert!(error.to_string().contains("certificates untrust"), "{error}");
}

#[test]
fn a_damaged_key_is_an_error_and_is_not_replaced() {
    let folder = Folder::with_authority();
    for contents in [
        &b""[..],
        b"nonsense",
        b"\xff\xfe",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        fs::write(folder.key(), contents).unwrap();
        let error = folder.refused();
        assert!(matches!(error, Error::DamagedKey { .. }), "{error}");
    }
}

#[test]
fn a_damaged_certificate_is_an_error_whose_remedy_works() {
    let folder = Folder::with_authority();
    let good = fs::read_to_string(folder.certificate()).unwrap();
    let two = format!("{good}{good}");
    let der = parse_certificate(good.as_bytes()).unwrap();
    let flipped = with_a_broken_signature(&good);
    for contents in ["", "nonsense", &good[..good.len() / 2], &two, &flipped] {
        fs::write(folder.certificate(), contents).unwrap();
        let error = folder.refused();
        assert!(matches!(error, Error::DamagedCertificate { .. }), "{error}");
        assert!(error.to_string().contains("delete this one file and start again"), "{error}");
    }
    fs::remove_file(folder.certificate()).unwrap();
    let again = folder.open().unwrap();
    assert!(verifies_for_old_trust(&again, &der), "who trusts the old certificate trusts new leaves");
}

/// The same certificate with another signature: one symbol near its end is changed.
fn with_a_broken_signature(pem: &str) -> String {
    let at = pem.find("-----END").unwrap() - 8;
    let other = if &pem[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &pem[..at], &pem[at + 1..])
}

fn verifies_for_old_trust(authority: &Authority, old: &CertificateDer<'_>) -> bool {
    let leaf = crate::leaf::Leaf::issue(crate::leaf::Names::Dns, authority, now()).unwrap();
    crate::leaf::verify(&leaf.certified.cert[0], old, "localhost", now()).is_ok()
}

#[test]
fn somebody_elses_key_is_refused() {
    let (folder, other) = (Folder::with_authority(), Folder::with_authority());
    fs::copy(other.key(), folder.key()).unwrap();
    let error = folder.refused();
    assert!(matches!(error, Error::KeyMismatch { .. }), "{error}");
}

#[test]
fn a_certificate_that_is_no_ca_is_refused() {
    let folder = Folder::with_authority();
    let key = KeyPair::from_pem(&fs::read_to_string(folder.key()).unwrap()).unwrap();
    let plain = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    fs::write(folder.certificate(), plain.pem()).unwrap();
    assert!(folder.refused().to_string().contains("not the certificate of a CA"));
}

#[test]
fn a_clock_before_the_ca_begins_is_named_as_the_cause() {
    let folder = Folder::with_authority();
    let error = Authority::open(folder.0.path(), now().minus(Duration::from_hours(24 * 365))).unwrap_err();
    assert!(matches!(error, Error::ClockBeforeStart { .. }), "{error}");
    assert!(error.to_string().contains("2025-11-21T12:00:00Z"), "{error}");
    assert!(error.to_string().contains("set the clock right"), "{error}");
    folder.open().unwrap();
}

#[test]
fn an_hour_too_early_is_inside_the_back_dated_start() {
    let folder = Folder::with_authority();
    Authority::open(folder.0.path(), now().minus(Duration::from_hours(1))).unwrap();
}

#[test]
fn an_expired_ca_is_an_error_with_both_remedies() {
    let folder = Folder::with_authority();
    let error = Authority::open(folder.0.path(), now().plus(LIFETIME)).unwrap_err();
    assert!(matches!(error, Error::Expired { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("if the clock is wrong") && text.contains("begin afresh"), "{text}");
}

#[test]
fn the_key_never_appears_in_debug_output() {
    let folder = Folder::with_authority();
    let authority = folder.open().unwrap();
    let key = fs::read_to_string(folder.key()).unwrap();
    let secret = key.lines().nth(1).unwrap();
    assert!(!format!("{authority:?}").contains(secret));
}
