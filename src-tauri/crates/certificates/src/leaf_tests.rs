use clock::{Clock as _, ManualClock};

use super::*;

fn authority() -> (tempfile::TempDir, Authority) {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::open(folder.path(), now()).unwrap();
    (folder, authority)
}

fn now() -> Timestamp {
    ManualClock::default().now()
}

#[test]
fn the_dns_leaf_has_no_address_and_the_address_leaf_no_dns_name() {
    let (_folder, authority) = authority();
    assert_eq!(Leaf::issue(Names::Dns, &authority, now()).unwrap().info.names, ["localhost"]);
    assert_eq!(Leaf::issue(Names::Addresses, &authority, now()).unwrap().info.names, ["127.0.0.1", "::1"]);
}

#[test]
fn a_leaf_is_short_lived_back_dated_and_for_servers_alone() {
    let (_folder, authority) = authority();
    let leaf = Leaf::issue(Names::Dns, &authority, now()).unwrap();
    assert_eq!(leaf.info.not_after, now().plus(LIFETIME));
    assert_eq!(leaf.info.not_before, now().minus(BACK_DATED));
    assert_eq!(leaf.info.next_renewal, Some(now().plus(Duration::from_hours(20 * 24))));
    let parsed = crate::info::parse(&leaf.certified.cert[0]).unwrap();
    let usage = parsed.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.server_auth && !usage.client_auth && !usage.any);
    assert!(!parsed.is_ca());
    let identifiers = parsed.extensions().iter().filter(|extension| {
        let oid = extension.oid.to_id_string();
        oid == "2.5.29.14" || oid == "2.5.29.35"
    });
    assert_eq!(identifiers.count(), 2, "subject and authority key identifier");
}

#[test]
fn a_leaf_outlives_its_authority_in_neither_direction() {
    let (_folder, authority) = authority();
    let (start, end) = (authority.info().not_before, authority.info().not_after);
    let early = Leaf::issue(Names::Dns, &authority, start).unwrap();
    assert_eq!(early.info.not_before, start);
    let late = Leaf::issue(Names::Dns, &authority, end.minus(Duration::from_hours(24))).unwrap();
    assert_eq!(late.info.not_after, end);
    assert!(!late.is_due(end.minus(Duration::from_hours(1))), "a new one would not last longer");
    assert!(late.is_due(end));
    assert!(matches!(Leaf::issue(Names::Dns, &authority, end), Err(Error::Expired { .. })));
}

#[test]
fn a_leaf_is_due_in_its_last_third_and_when_the_clock_is_set_back() {
    let (_folder, authority) = authority();
    let leaf = Leaf::issue(Names::Dns, &authority, now()).unwrap();
    assert!(!leaf.is_due(now()));
    assert!(!leaf.is_due(now().plus(Duration::from_hours(20 * 24 - 1))));
    assert!(leaf.is_due(now().plus(Duration::from_hours(20 * 24))));
    assert!(leaf.is_due(now().minus(Duration::from_hours(2))));
}

#[test]
fn a_leaf_for_a_name_outside_the_constraints_is_never_published() {
    let (_folder, authority) = authority();
    for name in ["example.com", "localhost.example.com", "192.0.2.1"] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = authority::date(now());
        params.not_after = authority::date(now().plus(LIFETIME));
        let certificate = CertificateDer::from(params.signed_by(&key, authority.issuer()).unwrap());
        let error = Leaf::verified(certificate, &key, &authority, now()).unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn every_leaf_has_its_own_serial_number_and_key() {
    let (_folder, authority) = authority();
    let one = Leaf::issue(Names::Dns, &authority, now()).unwrap();
    let other = Leaf::issue(Names::Dns, &authority, now()).unwrap();
    assert_ne!(one.info.serial, other.info.serial);
    let key = |leaf: &Leaf| leaf.certified.key.public_key().unwrap().to_vec();
    assert_ne!(key(&one), key(&other));
}

/// A second opinion from another implementation, where the machine has it.
#[test]
fn openssl_accepts_both_leaves_and_refuses_another_name() {
    let (folder, authority) = authority();
    // The leaf's dates are the manual clock's; `-attime` tells openssl the same.
    let verify = |leaf: &Leaf, flag: &str, name: &str| {
        let file = folder.path().join("leaf.der");
        std::fs::write(&file, &leaf.certified.cert[0]).unwrap();
        std::process::Command::new("openssl")
            .args(["verify", "-x509_strict", "-purpose", "sslserver", "-attime"])
            .arg(now().as_secs().to_string())
            .arg("-CAfile")
            .arg(authority.path())
            .args([flag, name])
            .arg(&file)
            .output()
    };
    let dns = Leaf::issue(Names::Dns, &authority, now()).unwrap();
    let addresses = Leaf::issue(Names::Addresses, &authority, now()).unwrap();
    let Ok(first) = verify(&dns, "-verify_hostname", "localhost") else {
        eprintln!("openssl is not installed: nothing to compare with");
        return;
    };
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    for address in ["127.0.0.1", "::1"] {
        let output = verify(&addresses, "-verify_ip", address).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!verify(&dns, "-verify_hostname", "example.com").unwrap().status.success());
    assert!(!verify(&dns, "-verify_ip", "127.0.0.1").unwrap().status.success());
}
