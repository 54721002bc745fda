//! Telling the desktop environment that links with the scheme `ambient-insights:` are for this program.

use crate::place::Place;

/// Sees to it that links reach this program. A package that was installed brings this along; a program that was
/// built by hand, or that keeps its data elsewhere, tells it for this person alone.
#[cfg(target_os = "linux")]
pub(crate) fn settle(place: &Place) {
    if let Err(error) = linux::settle(place) {
        tracing::info!(%error, "links can not lead to this program; codes can be typed all the same");
    }
}

/// Elsewhere the package says it (`plugins.deep-link` in tauri.conf.json, read by the bundler).
#[cfg(not(target_os = "linux"))]
pub(crate) fn settle(_: &Place) {}

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    use crate::place::Place;

    /// The file's name; another than the package's, which it stands beside.
    const NAME: &str = "ambient-insights-link.desktop";
    const SCHEME: &str = "x-scheme-handler/ambient-insights";

    pub(super) fn settle(place: &Place) -> io::Result<()> {
        let Some(folder) = applications(place) else { return Ok(()) };
        let file = folder.join(NAME);
        let program = std::env::current_exe()?;
        if program.starts_with("/usr") && place.is_usual() {
            // The package's own entry is right; one of an earlier build would stand before it.
            return match std::fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let entry = entry(&program, (!place.is_usual()).then_some(&place.data_dir));
        if std::fs::read_to_string(&file).is_ok_and(|known| known == entry) {
            return Ok(());
        }
        std::fs::create_dir_all(&folder)?;
        std::fs::write(&file, entry)?;
        run(Command::new("update-desktop-database").arg(&folder));
        run(Command::new("xdg-mime").args(["default", NAME, SCHEME]));
        Ok(())
    }

    /// Where this person's own entries lie (XDG base directory specification).
    fn applications(place: &Place) -> Option<PathBuf> {
        let data = place.variable("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let data = data.or_else(|| Some(place.home().ok()?.join(".local/share")))?;
        Some(data.join("applications"))
    }

    /// A desktop entry that hands links over. Without `%u` the link would be lost.
    fn entry(program: &Path, data_dir: Option<&PathBuf>) -> String {
        let data_dir = data_dir.map(|path| format!(" --data-dir {}", argument(path))).unwrap_or_default();
        format!(
            "[Desktop Entry]\nType=Application\nName=Ambient Insights\nNoDisplay=true\nTerminal=false\n\
             Exec={}{data_dir} %u\nMimeType={SCHEME};\n",
            argument(program)
        )
    }

    /// A path as the desktop entry specification wants it in `Exec`: quoted only where it must be, because
    /// xdg-open's own parser knows no quotes.
    fn argument(path: &Path) -> String {
        let text = path.to_string_lossy().replace('%', "%%");
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@%".contains(c);
        if text.chars().all(plain) {
            return text;
        }
        let escaped: String = text
            .chars()
            .flat_map(|c| if "\"`$\\".contains(c) { vec!['\\', '\\', c] } else { vec![c] })
            .collect();
        format!("\"{escaped}\"")
    }

    /// Without these tools the entry is found more slowly, or not at all; the code can be typed then.
    fn run(command: &mut Command) {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // Waited for elsewhere: starting must not take longer for it.
        match quiet.spawn() {
            Ok(mut child) => drop(std::thread::spawn(move || child.wait())),
            Err(error) => tracing::debug!(%error, "a desktop tool is not there"),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_link_reaches_the_program_and_the_data_it_was_started_with() {
            let entry = entry(Path::new("/opt/ambient-insights"), Some(&PathBuf::from("/home/ada/my data")));
            assert!(
                entry.contains("\nExec=/opt/ambient-insights --data-dir \"/home/ada/my data\" %u\n"),
                "{entry}"
            );
            assert!(entry.contains("\nMimeType=x-scheme-handler/ambient-insights;\n"), "{entry}");
        }

        #[test]
        fn nothing_in_a_path_can_become_another_argument_or_a_field_code() {
            assert_eq!(argument(Path::new("/a/50%u")), "/a/50%%u");
            assert_eq!(argument(Path::new("/a/\"b")), "\"/a/\\\\\"b\"");
        }
    }
}
