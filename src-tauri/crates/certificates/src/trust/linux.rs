//! The system's trust store on Linux: a folder of anchors, and a command that builds the bundle from it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{quoted, run_well};
use super::{Action, CaCertificate, State, TrustError, TrustStore};
use crate::files::{self, Audience};

/// Where a family of systems keeps its anchors. The order is that of smallstep/truststore.
struct Layout {
    anchors: &'static str,
    extension: &'static str,
    update: &'static [&'static str],
    /// What the command is told after a removal: Debian's leaves dangling links without it.
    after_removal: &'static [&'static str],
    bundle: &'static str,
    package: &'static str,
}

const LAYOUTS: [Layout; 4] = [
    // Fedora, RHEL
    Layout {
        anchors: "etc/pki/ca-trust/source/anchors",
        extension: "pem",
        update: &["update-ca-trust", "extract"],
        after_removal: &[],
        bundle: "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        package: "ca-certificates",
    },
    // Debian, Ubuntu, Alpine
    Layout {
        anchors: "usr/local/share/ca-certificates",
        extension: "crt",
        update: &["update-ca-certificates"],
        after_removal: &["--fresh"],
        bundle: "etc/ssl/certs/ca-certificates.crt",
        package: "ca-certificates",
    },
    // openSUSE
    Layout {
        anchors: "usr/share/pki/trust/anchors",
        extension: "pem",
        update: &["update-ca-certificates"],
        after_removal: &["--fresh"],
        bundle: "var/lib/ca-certificates/ca-bundle.pem",
        package: "ca-certificates",
    },
    // Arch
    Layout {
        anchors: "etc/ca-certificates/trust-source/anchors",
        extension: "crt",
        update: &["trust", "extract-compat"],
        after_removal: &[],
        bundle: "etc/ca-certificates/extracted/tls-ca-bundle.pem",
        package: "p11-kit and ca-certificates-utils",
    },
];

/// The system's trust store.
#[derive(Debug)]
pub(super) struct SystemStore {
    pub(super) anchors: PathBuf,
    pub(super) extension: &'static str,
    pub(super) update: Vec<String>,
    pub(super) after_removal: &'static [&'static str],
    pub(super) bundle: PathBuf,
    pub(super) package: &'static str,
}

impl SystemStore {
    /// The first layout whose anchors folder exists under `root`.
    pub(super) fn detect(root: &Path) -> Option<Self> {
        LAYOUTS.iter().find(|layout| root.join(layout.anchors).is_dir()).map(|layout| Self {
            anchors: root.join(layout.anchors),
            extension: layout.extension,
            update: layout.update.iter().map(|word| (*word).to_owned()).collect(),
            after_removal: layout.after_removal,
            bundle: root.join(layout.bundle),
            package: layout.package,
        })
    }

    fn anchor(&self, ca: &CaCertificate) -> PathBuf {
        self.anchors.join(format!("{}.{}", ca.file_stem(), self.extension))
    }

    /// Whether our anchor file is there; an error where a file of its name holds something else.
    fn has_anchor(&self, ca: &CaCertificate) -> Result<bool, TrustError> {
        let path = self.anchor(ca);
        match read(&path)? {
            None => Ok(false),
            Some(pem) if ca.is_in(&pem) => Ok(true),
            Some(_) => Err(TrustError::Foreign { path }),
        }
    }

    /// The command that builds the bundle after this action, and its arguments.
    fn update_words(&self, action: Action) -> Vec<&str> {
        let extra = if action == Action::Untrust { self.after_removal } else { &[] };
        self.update.iter().map(String::as_str).chain(extra.iter().copied()).collect()
    }

    fn run_update(&self, action: Action) -> Result<(), TrustError> {
        let words = self.update_words(action);
        let (program, arguments) = words.split_first().expect("every layout names a command");
        run_well(Command::new(program).args(arguments), self.package).map(|_| ())
    }

    /// What an administrator types to do the same.
    fn sudo(&self, ca: &CaCertificate, action: Action) -> String {
        let anchor = quoted(self.anchor(ca).as_os_str());
        let update = self.update_words(action).join(" ");
        match action {
            Action::Trust => {
                let source = quoted(ca.path().as_os_str());
                format!("sudo install -m 644 {source} {anchor} && sudo {update}")
            }
            Action::Untrust => format!("sudo rm {anchor} && sudo {update}"),
        }
    }

    /// A refused write as the error that helps: the command for an administrator, if rights are the reason.
    fn write_error(&self, ca: &CaCertificate, action: Action, source: io::Error) -> TrustError {
        if source.kind() == io::ErrorKind::PermissionDenied {
            TrustError::NeedsAdministrator { store: self.label(), command: self.sudo(ca, action) }
        } else {
            TrustError::Write { path: self.anchor(ca), source }
        }
    }
}

impl TrustStore for SystemStore {
    fn id(&self) -> String {
        "system".to_owned()
    }

    fn label(&self) -> String {
        "trust store of this computer".to_owned()
    }

    fn state(&self, ca: &CaCertificate) -> Result<State, TrustError> {
        let anchor = self.has_anchor(ca)?;
        let believed = read(&self.bundle)?.map(|bundle| ca.is_in(&bundle));
        Ok(match (anchor, believed) {
            (_, Some(true)) | (true, None) => State::Trusted,
            (true, Some(false)) => State::Incomplete,
            (false, Some(false) | None) => State::Absent,
        })
    }

    fn steps(&self, ca: &CaCertificate, action: Action) -> (Vec<String>, bool) {
        let anchor = self.anchor(ca);
        let first = match action {
            Action::Trust => format!("copy {} to {}", ca.path().display(), anchor.display()),
            Action::Untrust => format!("remove {}", anchor.display()),
        };
        let what = match action {
            Action::Trust => {
                "believe certificates of this CA (it can only vouch for this computer's own names)"
            }
            Action::Untrust => "no longer believe certificates of this CA",
        };
        let update = self.update_words(action).join(" ");
        (vec![first, format!("run {update}, so that programs that use the system's store {what}")], true)
    }

    fn perform(&self, ca: &CaCertificate, action: Action) -> Result<(), TrustError> {
        let anchor = self.anchor(ca);
        let had = self.has_anchor(ca)?;
        match action {
            Action::Trust => {
                files::replace(&anchor, ca.pem(), Audience::Everybody)
                    .map_err(|source| self.write_error(ca, action, source))?;
            }
            Action::Untrust if had => {
                std::fs::remove_file(&anchor).map_err(|source| self.write_error(ca, action, source))?;
            }
            Action::Untrust => {}
        }
        self.run_update(action).inspect_err(|_| {
            // Half of it would be done: put the folder back as it was.
            let back = match (action, had) {
                (Action::Trust, false) => std::fs::remove_file(&anchor),
                (Action::Untrust, true) => files::replace(&anchor, ca.pem(), Audience::Everybody),
                _ => Ok(()),
            };
            if let Err(error) = back {
                tracing::warn!(path = %anchor.display(), %error, "could not put the system's trust store back");
            }
        })
    }
}

/// The file's bytes; `None` where there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, TrustError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(TrustError::Read { path: path.to_owned(), source }),
    }
}

#[cfg(test)]
#[path = "linux_tests.rs"]
mod tests;
