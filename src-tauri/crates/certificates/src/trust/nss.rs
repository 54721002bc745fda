//! NSS databases: the trust stores of Firefox (one a profile) and of Chromium and Chrome on Linux.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use super::command::{failed, run, run_well};
use super::{Action, CaCertificate, Places, State, TrustError, TrustStore};

const PACKAGES: &str = "the package libnss3-tools (Debian, Ubuntu), nss-tools (Fedora), nss (Arch) or mozilla-nss-tools (openSUSE)";

/// Folders under the home folder that are one database.
const DATABASES: [(&str, &str); 3] = [
    (".pki/nssdb", "Chromium and Chrome"),
    (".local/share/pki/nssdb", "Chromium and Chrome"),
    ("snap/chromium/current/.pki/nssdb", "Chromium (snap)"),
];

/// Folders under the home folder whose children are Firefox profiles, each with a database.
const PROFILES: [(&str, &str); 4] = [
    (".mozilla/firefox", "Firefox"),
    (".config/mozilla/firefox", "Firefox"),
    ("snap/firefox/common/.mozilla/firefox", "Firefox (snap)"),
    (".var/app/org.mozilla.firefox/.mozilla/firefox", "Firefox (Flatpak)"),
];

/// One NSS database.
#[derive(Debug)]
pub(super) struct NssDatabase {
    folder: PathBuf,
    program: String,
    certutil: PathBuf,
}

/// The databases of the browsers that this person has started at least once.
pub(super) fn find(places: &Places) -> Vec<NssDatabase> {
    let database = |folder: PathBuf, program: String| {
        let exists = folder.join("cert9.db").is_file();
        exists.then(|| NssDatabase { folder, program, certutil: places.certutil.clone() })
    };
    let mut found: Vec<_> = DATABASES
        .iter()
        .filter_map(|(folder, program)| database(places.home.join(folder), (*program).to_owned()))
        .collect();
    for (folder, program) in PROFILES {
        // No folder: that browser is not here.
        let Ok(entries) = fs::read_dir(places.home.join(folder)) else { continue };
        let mut profiles: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        profiles.sort();
        found.extend(profiles.into_iter().filter_map(|profile| {
            let name = profile.file_name().unwrap_or_default().to_string_lossy().into_owned();
            database(profile, format!("{program}, profile {name}"))
        }));
    }
    found
}

impl NssDatabase {
    fn certutil(&self, arguments: &[&str]) -> Command {
        let mut database = OsString::from("sql:");
        database.push(&self.folder);
        let mut command = Command::new(&self.certutil);
        command.args(arguments).arg("-d").arg(database);
        // An empty password file: a database with a primary password then refuses instead of asking at the
        // terminal for ever.
        command.args(["-f", if cfg!(windows) { "NUL" } else { "/dev/null" }]);
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, TrustError> {
        run(&mut self.certutil(arguments), PACKAGES)
    }

    /// Whether a certificate of our name is there and is ours.
    fn holds(&self, ca: &CaCertificate) -> Result<bool, TrustError> {
        let output = self.run(&["-L", "-n", ca.common_name(), "-a"])?;
        Ok(output.status.success() && ca.is_in(&output.stdout))
    }

    fn remove(&self, ca: &CaCertificate) -> Result<(), TrustError> {
        // A CA that was made again from its key may be there twice under its name; certutil removes one a call.
        for _ in 0..8 {
            if !self.holds(ca)? {
                break;
            }
            run_well(&mut self.certutil(&["-D", "-n", ca.common_name()]), PACKAGES)?;
        }
        Ok(())
    }

    fn add(&self, ca: &CaCertificate) -> Result<(), TrustError> {
        self.remove(ca)?;
        let path = ca.path().to_string_lossy();
        let arguments = ["-A", "-t", "C,,", "-n", ca.common_name(), "-i", &*path];
        let output = self.run(&arguments)?;
        if output.status.success() {
            return Ok(());
        }
        // certutil stores the certificate before it fails to set its trust.
        self.remove(ca)?;
        if String::from_utf8_lossy(&output.stderr).contains("SEC_ERROR_BAD_PASSWORD") {
            return Err(TrustError::Locked { store: self.label(), certificate: ca.path().to_owned() });
        }
        Err(failed(&self.certutil(&arguments), &output))
    }
}

impl TrustStore for NssDatabase {
    fn id(&self) -> String {
        format!("nss:{}", self.folder.display())
    }

    fn label(&self) -> String {
        format!("trust store of {}", self.program)
    }

    fn state(&self, ca: &CaCertificate) -> Result<State, TrustError> {
        if !self.holds(ca)? {
            return Ok(State::Absent);
        }
        let output = run_well(&mut self.certutil(&["-L"]), PACKAGES)?;
        let listing = String::from_utf8_lossy(&output.stdout);
        Ok(if trusted_for_servers(&listing, ca.common_name()) { State::Trusted } else { State::Incomplete })
    }

    fn steps(&self, ca: &CaCertificate, action: Action) -> (Vec<String>, bool) {
        let (name, folder) = (ca.common_name(), self.folder.display());
        let step = match action {
            Action::Trust => format!(
                "add \"{name}\" to {folder}, so that {} believes its certificates (it can only vouch for this \
                 computer's own names)",
                self.program
            ),
            Action::Untrust => format!("remove \"{name}\" from {folder}"),
        };
        (vec![step], false)
    }

    fn perform(&self, ca: &CaCertificate, action: Action) -> Result<(), TrustError> {
        match action {
            Action::Trust => self.add(ca),
            Action::Untrust => self.remove(ca),
        }
    }
}

/// Reads `certutil -L`: a name, spaces, and three groups of flags (TLS, mail, code); `C` among the first
/// means a CA that is trusted to vouch for servers.
fn trusted_for_servers(listing: &str, name: &str) -> bool {
    listing.lines().filter_map(|line| line.strip_prefix(name)).any(|rest| {
        let mut words = rest.split_whitespace();
        let flags = words.next().unwrap_or_default();
        words.next().is_none() && flags.split(',').next().is_some_and(|tls| tls.contains('C'))
    })
}

#[cfg(test)]
#[path = "nss_tests.rs"]
mod tests;
