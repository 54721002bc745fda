//! The package that people install, in a system that has nothing but what it asks for.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::computer::display::Display;
use crate::computer::until;

/// Where `cargo xtask test --all` has put the package.
const PACKAGE: &str = "AMBIENT_INSIGHTS_TEST_PACKAGE";
/// A whole system is fetched from the registry of Debian's packages and unpacked.
const LIMIT: Duration = Duration::from_mins(12);

/// A system of its own, in a folder that goes with it.
struct CleanSystem {
    folder: tempfile::TempDir,
}

impl CleanSystem {
    /// The smallest system that can install packages, from where this machine has its own.
    async fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("clean-system-").tempdir().unwrap();
        let system = Self { folder };
        let mut command = Command::new("mmdebstrap");
        command.args(["--variant=apt", "--include=ca-certificates", ""]).arg(system.root()).args(sources());
        succeed("making a clean system", command).await;
        system
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// A program of that system, which sees nothing of this one but the network and X's socket.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("bwrap");
        command.arg("--bind").arg(self.root()).arg("/");
        command.args(["--proc", "/proc", "--dev", "/dev", "--die-with-parent", "--clearenv"]);
        if Path::new("/etc/resolv.conf").exists() {
            command.args(["--ro-bind", "/etc/resolv.conf", "/etc/resolv.conf"]);
        }
        for (name, value) in [
            ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
            ("HOME", "/root"),
            ("DEBIAN_FRONTEND", "noninteractive"),
        ] {
            command.args(["--setenv", name, value]);
        }
        command.arg("--").args(words).stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    async fn succeed(&self, words: &[&str]) -> String {
        let output = succeed(&words.join(" "), self.command(words)).await;
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// Where this machine gets its packages from.
fn sources() -> Vec<PathBuf> {
    [
        "/etc/apt/sources.list.d/debian.sources",
        "/etc/apt/sources.list.d/ubuntu.sources",
        "/etc/apt/sources.list",
    ]
    .iter()
    .map(PathBuf::from)
    .filter(|path| std::fs::metadata(path).is_ok_and(|file| file.len() > 0))
    .take(1)
    .collect()
}

async fn succeed(what: &str, mut command: Command) -> Output {
    let ended = tokio::time::timeout(LIMIT, command.stdin(Stdio::null()).kill_on_drop(true).output()).await;
    let output = ended.unwrap_or_else(|_| panic!("{what} took too long")).expect("the program is there");
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

#[tokio::test]
#[ignore = "makes a clean system: cargo xtask test --all"]
async fn the_package_installs_in_a_clean_system_starts_there_and_leaves_nothing_when_it_goes() {
    let package =
        std::env::var_os(PACKAGE).expect("`cargo xtask test --all` builds the package and names it");
    let system = CleanSystem::new().await;
    std::fs::copy(package, system.root().join("package.deb")).unwrap();
    system.succeed(&["apt-get", "update", "-qq"]).await;
    system.succeed(&["apt-get", "install", "-y", "-qq", "--no-install-recommends", "/package.deb"]).await;

    assert!(system.succeed(&["ambient-insights", "--version"]).await.starts_with("ambient-insights "));
    let entry = system.succeed(&["cat", "/usr/share/applications/ambient-insights.desktop"]).await;
    assert!(entry.contains("\nExec=ambient-insights %u\n"), "without %u a link would be lost: {entry}");
    let handler =
        system.succeed(&["xdg-mime", "query", "default", "x-scheme-handler/ambient-insights"]).await;
    // A space in the name would make it two names, and links would lead nowhere.
    assert_eq!(handler.trim(), "ambient-insights.desktop");

    let display = Display::start().await;
    let mut command = Command::new("bwrap");
    command.arg("--bind").arg(system.root()).arg("/").args(["--proc", "/proc", "--dev", "/dev"]);
    command.args([
        "--die-with-parent",
        "--clearenv",
        "--setenv",
        "PATH",
        "/usr/bin:/bin",
        "--setenv",
        "HOME",
        "/root",
    ]);
    command.args(["--setenv", "LIBGL_ALWAYS_SOFTWARE", "1", "--setenv", "AMBIENT_INSIGHTS_PORT", "0"]);
    command.args(["--setenv", "DISPLAY", &display.name()]);
    command.args(["--", "ambient-insights", "--data-dir", "/data"]);
    let mut app = command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap();
    // There is neither a session bus nor a tray: the window must come all the same.
    display.wait_for("Ambient Insights").await;
    let socket = system.root().join("data/control.sock");
    until("the control socket of the installed program", || async { socket.exists().then_some(()) }).await;
    let status = system.succeed(&["ambient-insights", "doctor", "--json", "--data-dir", "/data"]).await;
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["ok"], true, "{status:#}");
    app.kill().await.unwrap();

    system.succeed(&["apt-get", "purge", "-y", "-qq", "ambient-insights"]).await;
    for left in ["/usr/bin/ambient-insights", "/usr/share/applications/ambient-insights.desktop"] {
        assert!(!system.root().join(&left[1..]).exists(), "{left} is still there");
    }
}
