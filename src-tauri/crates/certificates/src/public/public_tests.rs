use std::fs;
use std::time::Duration;

use clock::{ManualClock, OsRandom};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::*;

/// A folder with somebody's own CA, and the files that they renew.
struct Owner {
    folder: tempfile::TempDir,
    issuer: Issuer<'static, KeyPair>,
    clock: ManualClock,
}

impl Owner {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        fs::write(folder.path().join("root.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Self { folder, issuer: Issuer::new(params, key), clock: ManualClock::default() }
    }

    fn files(&self) -> GivenFiles {
        let path = |name| self.folder.path().join(name);
        GivenFiles { chain: path("fullchain.pem"), key: path("privkey.pem"), root: Some(path("root.pem")) }
    }

    /// A new certificate for `name`, valid for so many days, and its key.
    fn sign(&self, name: &str, days: i64) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        let day = |days: i64| {
            let seconds = self.clock.now().as_secs() + days * 24 * 3600;
            time::OffsetDateTime::from_unix_timestamp(seconds).unwrap()
        };
        params.serial_number = Some(crate::authority::serial_number());
        (params.not_before, params.not_after) = (day(days.min(0) - 1), day(days));
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn put(&self, (chain, key): &(String, String)) {
        fs::write(self.files().chain, chain).unwrap();
        fs::write(self.files().key, key).unwrap();
    }

    fn open(&self) -> PublicCertificate {
        let settings = PublicSettings {
            name: "Memory.example.org".to_owned(),
            folder: self.folder.path().join("public"),
            source: PublicSource::Files(self.files()),
        };
        PublicCertificate::open(settings, Arc::new(self.clock.clone()), Arc::new(OsRandom))
    }
}

#[tokio::test]
async fn given_files_are_used_and_a_new_pair_takes_their_place() {
    let owner = Owner::new();
    owner.put(&owner.sign("memory.example.org", 90));
    let public = owner.open();
    assert_eq!(public.status().state, PublicState::InUse);
    let first = public.info().unwrap();
    assert_eq!((first.path.as_ref(), first.next_renewal), (Some(&owner.files().chain), None));
    assert!(!public.tend().await);
    owner.put(&owner.sign("memory.example.org", 60));
    assert!(public.tend().await);
    assert_ne!(public.info().unwrap().serial, first.serial);
    assert!(public.certified_for("MEMORY.example.org").is_some());
    assert!(public.certified_for("localhost").is_none());
}

#[tokio::test]
async fn a_bad_pair_is_refused_with_its_reason_and_the_old_one_stays_until_a_good_one_comes() {
    let owner = Owner::new();
    let good = owner.sign("memory.example.org", 90);
    owner.put(&good);
    let public = owner.open();
    let serial = public.info().unwrap().serial;
    let other = owner.sign("memory.example.org", 80);
    for (pair, words) in [
        ((other.0.clone(), good.1.clone()), "the key is not the one of the certificate"),
        (owner.sign("other.example.org", 90), "for other.example.org, not for memory.example.org"),
        (owner.sign("memory.example.org", -2), "the certificate ended at"),
        ((String::new(), good.1.clone()), "the chain holds no certificate"),
    ] {
        owner.put(&pair);
        assert!(public.tend().await, "{words}");
        let status = public.status();
        let problem = status.problem.unwrap();
        assert!(
            problem.what.contains(words) && problem.what.contains("the one before stays in use"),
            "{problem}"
        );
        assert!(!problem.remedy.is_empty());
        assert_eq!((status.state, public.info().unwrap().serial), (PublicState::InUse, serial.clone()));
    }
    fs::remove_file(owner.files().key).unwrap();
    assert!(public.tend().await);
    assert!(public.status().problem.unwrap().what.contains("privkey.pem"));
    owner.put(&other);
    assert!(public.tend().await);
    assert_eq!(public.status().problem, None);
    assert_ne!(public.info().unwrap().serial, serial);
}

#[tokio::test]
async fn files_that_are_not_there_yet_are_taken_up_when_they_come() {
    let owner = Owner::new();
    let public = owner.open();
    assert_eq!(public.status().state, PublicState::Waiting);
    assert!(public.status().problem.unwrap().what.contains("fullchain.pem"));
    assert!(public.renew().await.is_err());
    owner.put(&owner.sign("memory.example.org", 90));
    assert!(public.tend().await);
    assert_eq!(public.status().state, PublicState::InUse);
}

#[tokio::test]
async fn files_that_run_out_unnoticed_are_said_to_have() {
    let owner = Owner::new();
    owner.put(&owner.sign("memory.example.org", 1));
    let public = owner.open();
    owner.clock.advance(Duration::from_hours(48));
    assert!(public.tend().await);
    let problem = public.status().problem.unwrap();
    assert!(problem.what.contains("the certificate ended at"), "{problem}");
    assert!(!public.tend().await);
}

/// certbot renews by making a link lead elsewhere; the file behind the old one stays.
#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leads_elsewhere_is_a_change() {
    let owner = Owner::new();
    let archive = |number: u32, (chain, key): (String, String)| {
        for (name, text) in [("fullchain", chain), ("privkey", key)] {
            let target = owner.folder.path().join(format!("{name}{number}.pem"));
            let link = owner.folder.path().join(format!("{name}.pem"));
            fs::write(&target, text).unwrap();
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(target, link).unwrap();
        }
    };
    archive(1, owner.sign("memory.example.org", 30));
    let public = owner.open();
    let first = public.info().unwrap().serial;
    archive(2, owner.sign("memory.example.org", 90));
    assert!(public.tend().await);
    assert_ne!(public.info().unwrap().serial, first);
}
