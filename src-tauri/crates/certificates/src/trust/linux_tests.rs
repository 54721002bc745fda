use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::trust::{Outcome, fixture};

/// A system in a folder, whose update command is a script that joins the anchors into the bundle.
struct System {
    root: tempfile::TempDir,
    ca: CaCertificate,
    store: SystemStore,
}

impl System {
    fn new(anchors: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join(anchors)).unwrap();
        let mut store = SystemStore::detect(root.path()).unwrap();
        fs::create_dir_all(store.bundle.parent().unwrap()).unwrap();
        let script = root.path().join("update");
        let extension = store.extension;
        let (anchors, bundle) = (store.anchors.display(), store.bundle.display());
        fs::write(
            &script,
            format!("#!/bin/sh\ncat '{anchors}'/*.{extension} > '{bundle}' 2>/dev/null\nexit 0\n"),
        )
        .unwrap();
        store.update = vec!["/bin/sh".to_owned(), script.to_str().unwrap().to_owned()];
        let ca = fixture::ca(&root.path().join("data"));
        Self { root, ca, store }
    }

    fn debian() -> Self {
        Self::new("usr/local/share/ca-certificates")
    }

    fn anchors(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.store.anchors)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn trust_and_untrust_work_in_every_layout_and_twice_is_once() {
    for layout in &LAYOUTS {
        let system = System::new(layout.anchors);
        let (store, ca) = (&system.store, &system.ca);
        assert_eq!(store.state(ca).unwrap(), State::Absent);
        assert_eq!(store.apply(ca, Action::Trust).unwrap(), Outcome::Done);
        assert_eq!(store.state(ca).unwrap(), State::Trusted);
        assert_eq!(store.apply(ca, Action::Trust).unwrap(), Outcome::Unchanged);
        assert_eq!(store.apply(ca, Action::Untrust).unwrap(), Outcome::Done);
        assert_eq!(store.state(ca).unwrap(), State::Absent);
        assert_eq!(store.apply(ca, Action::Untrust).unwrap(), Outcome::Unchanged);
        assert!(system.anchors().is_empty());
    }
}

#[test]
fn untrust_removes_our_ca_and_nothing_else() {
    let system = System::debian();
    let neighbour = fixture::ca(&system.root.path().join("another installation"));
    system.store.apply(&neighbour, Action::Trust).unwrap();
    system.store.apply(&system.ca, Action::Trust).unwrap();
    assert_eq!(system.anchors().len(), 2);
    system.store.apply(&system.ca, Action::Untrust).unwrap();
    assert_eq!(system.store.state(&neighbour).unwrap(), State::Trusted);
    assert_eq!(system.anchors(), [format!("{}.crt", neighbour.file_stem())]);
}

#[test]
fn a_file_of_our_name_that_is_not_our_ca_is_left_alone() {
    let system = System::debian();
    let path = system.store.anchor(&system.ca);
    fs::write(&path, "somebody else's").unwrap();
    for action in [Action::Trust, Action::Untrust] {
        let error = system.store.apply(&system.ca, action).unwrap_err();
        assert!(matches!(error, TrustError::Foreign { .. }), "{error}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody else's");
}

#[test]
fn a_failing_update_command_is_told_and_the_folder_is_as_before() {
    let mut system = System::debian();
    system.store.apply(&system.ca, Action::Trust).unwrap();
    let good = system.store.update.clone();
    let failing = vec!["/bin/sh".to_owned(), "-c".to_owned(), "echo no room >&2; exit 3".to_owned()];
    system.store.update.clone_from(&failing);
    let error = system.store.apply(&system.ca, Action::Untrust).unwrap_err();
    assert!(error.to_string().ends_with("failed: no room"), "{error}");
    assert_eq!(system.anchors().len(), 1);
    system.store.update = good;
    system.store.apply(&system.ca, Action::Untrust).unwrap();
    system.store.update = failing;
    system.store.apply(&system.ca, Action::Trust).unwrap_err();
    assert!(system.anchors().is_empty());
}

#[test]
fn a_missing_update_command_names_its_package() {
    let mut system = System::debian();
    system.store.update = vec!["/nowhere/update-ca-certificates".to_owned()];
    let error = system.store.apply(&system.ca, Action::Trust).unwrap_err();
    assert!(error.to_string().contains("install ca-certificates"), "{error}");
}

#[test]
fn an_update_command_without_effect_is_noticed() {
    let mut system = System::debian();
    fs::write(&system.store.bundle, "").unwrap();
    system.store.update = vec!["/bin/true".to_owned()];
    let error = system.store.apply(&system.ca, Action::Trust).unwrap_err();
    assert!(matches!(error, TrustError::NoEffect { .. }), "{error}");
    assert_eq!(system.store.state(&system.ca).unwrap(), State::Incomplete);
}

#[test]
fn who_is_no_administrator_reads_the_command_to_type() {
    let system = System::debian();
    let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
    let (anchor, source) = (system.store.anchor(&system.ca), system.ca.path());
    let update = system.store.update.join(" ");
    let error = system.store.write_error(&system.ca, Action::Trust, denied());
    let command = format!("sudo install -m 644 {} {} && sudo {update}", source.display(), anchor.display());
    assert!(error.to_string().ends_with(&format!("run: {command}")), "{error}");
    let error = system.store.write_error(&system.ca, Action::Untrust, denied());
    assert!(
        error.to_string().ends_with(&format!("run: sudo rm {} && sudo {update} --fresh", anchor.display())),
        "{error}"
    );
    let other =
        system.store.write_error(&system.ca, Action::Trust, io::Error::from(io::ErrorKind::StorageFull));
    assert!(matches!(other, TrustError::Write { .. }), "{other}");
}

#[test]
fn the_plan_says_what_will_be_done_and_does_nothing() {
    let system = System::debian();
    let plan = system.store.plan(&system.ca, Action::Trust).unwrap();
    assert!(plan.administrator);
    assert_eq!(plan.steps.len(), 2);
    assert!(plan.steps[0].starts_with("copy "), "{plan:?}");
    assert_eq!(system.store.state(&system.ca).unwrap(), State::Absent);
    system.store.apply(&system.ca, Action::Trust).unwrap();
    assert!(system.store.plan(&system.ca, Action::Trust).unwrap().steps.is_empty(), "nothing is left to do");
}

#[test]
fn the_anchor_is_readable_for_everybody() {
    let system = System::debian();
    system.store.apply(&system.ca, Action::Trust).unwrap();
    let mode = fs::metadata(system.store.anchor(&system.ca)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o644);
}

#[test]
fn a_system_without_an_anchors_folder_has_no_store() {
    assert!(SystemStore::detect(tempfile::tempdir().unwrap().path()).is_none());
}

/// Debian's own tool on folders of the test's, where the machine has it.
#[test]
fn the_real_update_ca_certificates_takes_our_ca_in_and_out() {
    let tool = Path::new("/usr/sbin/update-ca-certificates");
    if !tool.exists() {
        eprintln!("update-ca-certificates is not installed: nothing to run");
        return;
    }
    let mut system = System::debian();
    let root = system.root.path().to_owned();
    let folder = |name: &str| {
        fs::create_dir_all(root.join(name)).unwrap();
        root.join(name).to_str().unwrap().to_owned()
    };
    fs::write(root.join("ca-certificates.conf"), "").unwrap();
    // Without any certificate the tool would leave the old bundle; a computer has always others.
    let neighbour = fixture::ca(&root.join("another installation"));
    fs::write(system.store.anchors.join("neighbour.crt"), neighbour.pem()).unwrap();
    system.store.update = [
        tool.to_str().unwrap(),
        "--certsconf",
        root.join("ca-certificates.conf").to_str().unwrap(),
        "--certsdir",
        &folder("usr/share/ca-certificates"),
        "--localcertsdir",
        &folder("usr/local/share/ca-certificates"),
        "--etccertsdir",
        &folder("etc/ssl/certs"),
        "--hooksdir",
        &folder("no-hooks"),
    ]
    .map(str::to_owned)
    .to_vec();
    assert_eq!(system.store.apply(&system.ca, Action::Trust).unwrap(), Outcome::Done);
    let bundle = fs::read(root.join("etc/ssl/certs/ca-certificates.crt")).unwrap();
    assert!(system.ca.is_in(&bundle));
    assert_eq!(system.store.apply(&system.ca, Action::Untrust).unwrap(), Outcome::Done);
    let bundle = fs::read(root.join("etc/ssl/certs/ca-certificates.crt")).unwrap();
    assert!(neighbour.is_in(&bundle) && !system.ca.is_in(&bundle));
    for entry in fs::read_dir(root.join("etc/ssl/certs")).unwrap() {
        let path = entry.unwrap().path();
        assert!(path.exists(), "{} points nowhere", path.display());
    }
}
