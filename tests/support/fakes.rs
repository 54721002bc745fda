//! Stand-ins for the programs `tailscale` and `cloudflared` (see `fakes/program.py`), for the tests of the room `tunnel`
//! and for the stories.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

/// A stand-in in a folder of its own.
pub(crate) struct Fake {
    folder: TempDir,
    name: &'static str,
    does: Value,
}

impl Fake {
    /// Stands in for the program of that name, and does what `does` says.
    pub(crate) fn new(name: &'static str, does: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The script itself is never written, so no test finds it "busy".
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|folder| folder.join("tests/support/fakes/program.py"))
            .find(|path| path.exists())
            .expect("the script lies with the stories");
        std::os::unix::fs::symlink(script, folder.path().join(name)).unwrap();
        let mut fake = Self { folder, name, does: json!({}) };
        fake.change(does);
        fake
    }

    /// `tailscale` on a computer of that name that may have a funnel; visitors reach it on the port `listen`.
    pub(crate) fn tailscale(computer: &str, listen: u16) -> Self {
        let ports = "https://tailscale.com/cap/funnel-ports?ports=443,8443,10000";
        let status = json!({
            "Version": "1.98.2-t1", "BackendState": "Running", "AuthURL": "",
            "Self": {"DNSName": format!("{computer}."), "Online": true,
                "CapMap": {"https": null, "funnel": null, ports: null}},
        });
        Self::new("tailscale", json!({"status": status, "listen": listen}))
    }

    /// Where it lies.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    /// A file in its folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it does from its next start on, beside what it did.
    pub(crate) fn change(&mut self, does: Value) {
        let Value::Object(changes) = does else { panic!("{does} is no object") };
        let all = self.does.as_object_mut().unwrap();
        all.extend(changes);
        all.retain(|_, value| !value.is_null());
        // Whole or not at all: it may be starting just now.
        let new = self.file("fake.json.new");
        std::fs::write(&new, self.does.to_string()).unwrap();
        std::fs::rename(new, self.file("fake.json")).unwrap();
    }

    /// What was asked of it that it stayed for or refused.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.file("calls")).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The processes of the last one that stayed: itself, and what it started.
    pub(crate) fn family(&self) -> Vec<u32> {
        let calls = self.calls();
        let Some(last) = calls.iter().rfind(|call| call["stays"] == true) else { return Vec::new() };
        let ids = [last["pid"].as_u64(), last["family"].as_u64()];
        ids.into_iter().flatten().map(|id| u32::try_from(id).unwrap()).collect()
    }

    /// Kills the last one that stayed, as the system does when memory runs out.
    pub(crate) fn crash(&self) {
        signal("-KILL", self.family()[0]);
    }
}

/// Sends a signal to a process that a test started.
pub(crate) fn signal(signal: &str, process: u32) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(sent.success(), "{process}");
}

/// Whether a process is there; one that has ended, and that nobody has asked how, is not.
pub(crate) fn is_running(process: u32) -> bool {
    let said = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().unwrap().stdout;
    let state = String::from_utf8(said).unwrap();
    !state.trim().is_empty() && !state.trim_start().starts_with('Z')
}

/// Returns when none of them is there any more.
pub(crate) async fn gone(processes: &[u32]) {
    let limit = std::time::Duration::from_secs(30);
    let ended = async {
        while processes.iter().any(|process| is_running(*process)) {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(limit, ended).await.unwrap_or_else(|_| panic!("{processes:?} did not end"));
}
