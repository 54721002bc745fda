//! The windows' files: built from `ui/` before the program, which takes them in.

use std::path::Path;
use std::time::SystemTime;

use super::npm;
use crate::say::Failure;
use crate::workspace::Workspace;

pub(super) fn prepare(workspace: &Workspace) -> Result<(), Failure> {
    let folder = workspace.front_end();
    npm::install(&folder, "what the windows' files are built with")?;
    let built = folder.join("dist").join("index.html");
    let is_current =
        modified(&built).zip(newest_source(&folder)).is_some_and(|(built, source)| built >= source);
    if is_current {
        return Ok(());
    }
    npm::step(&folder)
        .arguments(["run", "--silent", "build"])
        .remedy("read the first error above; it is in `ui/`")
        .run("the windows' files")
}

/// When the newest of the files was changed that the build reads.
fn newest_source(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            !["node_modules", "dist", "tests", "test-results"].iter().any(|made| entry.file_name() == *made)
        })
        .filter_map(|entry| {
            let path = entry.path();
            if path.is_dir() { newest_source(&path) } else { modified(&path) }
        })
        .max()
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::newest_source;

    #[test]
    fn what_was_made_from_the_sources_is_none_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (name, changed) in [
            ("src/a/App.svelte", old),
            ("dist/index.html", old + Duration::from_secs(9)),
            ("node_modules/x", old + Duration::from_secs(9)),
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::File::create(&path).unwrap().set_modified(changed).unwrap();
        }
        assert_eq!(newest_source(folder.path()), Some(old));
    }
}
