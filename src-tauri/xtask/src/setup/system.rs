//! System packages, by the platform's own package manager, after saying which.

use super::Purpose;
use crate::process::{Step, is_installed};
use crate::say::Failure;

/// A package manager of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
    Pacman,
    Brew,
    Winget,
}

/// Something that the system must have.
struct Need {
    what: &'static str,
    why: &'static str,
    from: Purpose,
    /// Whether this kind of system needs it at all.
    applies: bool,
    is_there: fn() -> bool,
    /// The package's name for each manager that has it.
    packages: &'static [(Manager, &'static str)],
}

use Manager::{Apt, Brew, Dnf, Pacman, Winget};

const NEEDS: [Need; 17] = [
    Need {
        what: "a C compiler",
        why: "SQLite and the cryptography are built from their C sources",
        from: Purpose::Serve,
        // With Rust's MSVC toolchain on Windows the compiler is already there: Rust links with it.
        applies: cfg!(unix),
        is_there: || ["cc", "gcc", "clang"].into_iter().any(is_installed),
        packages: &[(Apt, "build-essential"), (Dnf, "gcc"), (Pacman, "gcc"), (Brew, "gcc")],
    },
    Need {
        what: "pkg-config",
        why: "the system's libraries are found with it",
        from: Purpose::Desktop,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("pkg-config"),
        packages: &[(Apt, "pkg-config"), (Dnf, "pkgconf-pkg-config"), (Pacman, "pkgconf")],
    },
    Need {
        what: "WebKitGTK",
        why: "the windows are drawn with it",
        from: Purpose::Desktop,
        applies: cfg!(target_os = "linux"),
        is_there: || Step::new("pkg-config").arguments(["--exists", "webkit2gtk-4.1"]).succeeds(),
        packages: &[(Apt, "libwebkit2gtk-4.1-dev"), (Dnf, "webkit2gtk4.1-devel"), (Pacman, "webkit2gtk-4.1")],
    },
    Need {
        what: "strace",
        why: "a test counts the syncs between a turn and its answer",
        from: Purpose::Test,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("strace"),
        packages: &[(Apt, "strace"), (Dnf, "strace"), (Pacman, "strace")],
    },
    Need {
        what: "sshd",
        why: "the tunnel is tested against a real SSH server, which only the tests start",
        from: Purpose::Test,
        applies: cfg!(target_os = "linux"),
        is_there: || {
            ["/usr/sbin/sshd", "/usr/bin/sshd"].iter().any(|path| std::path::Path::new(path).exists())
        },
        packages: &[(Apt, "openssh-server"), (Dnf, "openssh-server"), (Pacman, "openssh")],
    },
    Need {
        what: "certutil",
        why: "the trust stores of browsers are tested with the browsers' own tool",
        from: Purpose::Test,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("certutil"),
        packages: &[(Apt, "libnss3-tools"), (Dnf, "nss-tools"), (Pacman, "nss")],
    },
    Need {
        what: "Pebble",
        why: "certificates are ordered from this authority for tests, on this computer alone",
        from: Purpose::Test,
        // Only Debian and its kin package it; without it those tests say so and do nothing.
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("pebble") || !is_installed("apt-get"),
        packages: &[(Apt, "pebble")],
    },
    Need {
        what: "npm",
        why: "the windows' files are built with it, and real clients of assistants come as npm packages",
        from: Purpose::Desktop,
        applies: true,
        is_there: || {
            is_installed("npm") || (cfg!(windows) && Step::new("npm.cmd").arguments(["--version"]).succeeds())
        },
        packages: &[(Apt, "npm"), (Dnf, "npm"), (Pacman, "npm"), (Brew, "node"), (Winget, "OpenJS.NodeJS")],
    },
    Need {
        what: "Xvfb",
        why: "the windows are tested on a display of their own",
        from: Purpose::TestAll,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("Xvfb"),
        packages: &[(Apt, "xvfb"), (Dnf, "xorg-x11-server-Xvfb"), (Pacman, "xorg-server-xvfb")],
    },
    Need {
        what: "WebKit's driver",
        why: "it clicks in the real windows",
        from: Purpose::TestAll,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("WebKitWebDriver"),
        packages: &[(Apt, "webkit2gtk-driver"), (Dnf, "webkit2gtk-driver"), (Pacman, "webkit2gtk-4.1")],
    },
    Need {
        what: "D-Bus",
        why: "the tray is tested on a bus of its own",
        from: Purpose::TestAll,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("dbus-daemon"),
        packages: &[(Apt, "dbus"), (Dnf, "dbus-daemon"), (Pacman, "dbus")],
    },
    Need {
        what: "xdg-open",
        why: "links are followed with the system's own tool",
        from: Purpose::TestAll,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("xdg-open"),
        packages: &[(Apt, "xdg-utils"), (Dnf, "xdg-utils"), (Pacman, "xdg-utils")],
    },
    Need {
        what: "update-desktop-database",
        why: "it tells the desktop which program a link is for",
        from: Purpose::TestAll,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("update-desktop-database"),
        packages: &[(Apt, "desktop-file-utils"), (Dnf, "desktop-file-utils"), (Pacman, "desktop-file-utils")],
    },
    Need {
        what: "mmdebstrap",
        why: "the package is installed in a clean system",
        from: Purpose::TestAll,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("mmdebstrap") || !is_installed("apt-get"),
        packages: &[(Apt, "mmdebstrap"), (Dnf, "mmdebstrap"), (Pacman, "mmdebstrap")],
    },
    Need {
        what: "bubblewrap",
        why: "programs of that clean system are started with it",
        from: Purpose::TestAll,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("bwrap") || !is_installed("apt-get"),
        packages: &[(Apt, "bubblewrap"), (Dnf, "bubblewrap"), (Pacman, "bubblewrap")],
    },
    Need {
        what: "Chromium",
        why: "the windows' files are tested in a second browser engine, with a check of their accessibility",
        from: Purpose::TestAll,
        applies: cfg!(target_os = "linux"),
        is_there: || is_installed("chromium"),
        packages: &[(Apt, "chromium"), (Dnf, "chromium"), (Pacman, "chromium")],
    },
    Need {
        what: "Python with venv",
        why: "the MCP SDK for Python is one of the real clients",
        from: Purpose::TestAll,
        applies: true,
        is_there: || {
            let python = if cfg!(windows) { "py" } else { "python3" };
            Step::new(python).arguments(["-c", "import venv, ensurepip"]).succeeds()
        },
        packages: &[
            (Apt, "python3-venv"),
            (Dnf, "python3"),
            (Pacman, "python"),
            (Brew, "python"),
            (Winget, "Python.Python.3.13"),
        ],
    },
];

pub(super) fn prepare(purpose: Purpose) -> Result<(), Failure> {
    let missing: Vec<&Need> =
        NEEDS.iter().filter(|need| need.applies && need.from <= purpose && !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let why =
        missing.iter().map(|need| format!("{} ({})", need.what, need.why)).collect::<Vec<_>>().join(", ");
    let Some(manager) = Manager::of_this_machine() else {
        return Err(Failure::new(format!(
            "this machine lacks {why}, and has no package manager that we know"
        ))
        .with_remedy("install it your system's way and try again"));
    };
    let packages: Vec<&str> = missing.iter().filter_map(|need| manager.package(need)).collect();
    if packages.len() < missing.len() {
        return Err(Failure::new(format!(
            "this machine lacks {why}, and its package manager does not have it all"
        ))
        .with_remedy("install it your system's way and try again"));
    }

    let mut command = manager.install(&packages);
    if manager.needs_root() && !is_root() {
        // `sudo -n` asks nobody: a password prompt in the middle of a build surprises, so we stop and say it.
        if !(is_installed("sudo") && Step::new("sudo").arguments(["-n", "true"]).succeeds()) {
            return Err(Failure::new(format!(
                "this machine lacks {why}, and installing needs an administrator"
            ))
            .with_remedy(format!("run `sudo {}` and try again", command.join(" "))));
        }
        command.insert(0, "sudo".to_owned());
    }
    if manager == Apt {
        // A fresh machine has no package lists, and then apt finds nothing.
        let refresh: Vec<String> = command.iter().take_while(|word| *word != "install").cloned().collect();
        step_of(&refresh)
            .arguments(["update", "-qq"])
            .run("apt's list of packages, as new machines have none")?;
    }
    step_of(&command)
        .environment("DEBIAN_FRONTEND", "noninteractive")
        .remedy(format!("run `{}` yourself, mend what it says, and try again", command.join(" ")))
        .run(&format!("this machine lacks {why}"))
}

fn step_of(command: &[String]) -> Step {
    let (program, arguments) = command.split_first().expect("a package manager's command has a program");
    Step::new(program).arguments(arguments)
}

fn is_root() -> bool {
    Step::new("id").arguments(["-u"]).output().is_ok_and(|user| user.trim() == "0")
}

impl Manager {
    fn of_this_machine() -> Option<Self> {
        [Apt, Dnf, Pacman, Brew, Winget].into_iter().find(|manager| is_installed(manager.program()))
    }

    fn program(self) -> &'static str {
        match self {
            Apt => "apt-get",
            Dnf => "dnf",
            Pacman => "pacman",
            Brew => "brew",
            Winget => "winget",
        }
    }

    fn needs_root(self) -> bool {
        matches!(self, Apt | Dnf | Pacman)
    }

    fn package(self, need: &Need) -> Option<&'static str> {
        need.packages.iter().find(|(manager, _)| *manager == self).map(|(_, package)| *package)
    }

    fn install(self, packages: &[&str]) -> Vec<String> {
        let words: &[&str] = match self {
            Apt => &["install", "-y", "--no-install-recommends"],
            Dnf => &["install", "-y"],
            Pacman => &["-S", "--needed", "--noconfirm"],
            Brew => &["install"],
            Winget => &["install", "--accept-source-agreements", "--accept-package-agreements"],
        };
        std::iter::once(&self.program()).chain(words).chain(packages).map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Manager, NEEDS};

    /// What other systems do not package; there its tests say so and do nothing.
    const OF_DEBIAN_ALONE: &str = "Pebble";

    #[test]
    fn every_linux_package_manager_has_a_package_for_every_need() {
        for manager in [Manager::Apt, Manager::Dnf, Manager::Pacman] {
            for need in NEEDS.iter().filter(|need| manager == Manager::Apt || need.what != OF_DEBIAN_ALONE) {
                assert!(manager.package(need).is_some(), "{manager:?} has nothing for {}", need.what);
            }
        }
    }

    #[test]
    fn the_printed_command_can_be_pasted() {
        let command = Manager::Apt.install(&["strace", "npm"]).join(" ");
        assert_eq!(command, "apt-get install -y --no-install-recommends strace npm");
    }
}
