//! Where things lie in this checkout.

use std::path::{Path, PathBuf};

use crate::process::Step;
use crate::say::Failure;

/// This checkout.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout that this program was built from.
    pub(crate) fn of_this_program() -> Self {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
    }

    /// The checkout at `root`.
    pub(crate) fn at(root: impl AsRef<Path>) -> Self {
        let root = root.as_ref();
        Self { root: root.canonicalize().unwrap_or_else(|_| root.to_owned()) }
    }

    /// The folder of the root manifest.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the windows' files.
    pub(crate) fn front_end(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The folder with the real clients that the tests run.
    pub(crate) fn clients(&self) -> PathBuf {
        self.root.join("tests").join("clients")
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target(&self) -> Result<PathBuf, Failure> {
        let text = Step::cargo(&self.root)
            .arguments(["metadata", "--no-deps", "--format-version", "1"])
            .remedy("mend the manifest that cargo names")
            .output()?;
        serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|metadata| metadata["target_directory"].as_str().map(PathBuf::from))
            .ok_or_else(|| Failure::new("cargo metadata does not say where the target directory is"))
    }
}
