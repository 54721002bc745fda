//! `cargo xtask bundle`: what people install, built for release.

use std::path::PathBuf;

use crate::say::{self, Failure};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which kinds of package, such as `deb`, `rpm`, `dmg` or `nsis`; else those that this system can build
    bundles: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<(), Failure> {
    let kinds = match arguments.bundles.as_slice() {
        [] if cfg!(target_os = "macos") => vec!["dmg".to_owned()],
        [] if cfg!(windows) => vec!["nsis".to_owned()],
        [] => vec!["deb".to_owned()],
        named => named.to_vec(),
    };
    build(workspace, &kinds.join(","), &[])?;
    say::note(&format!("the packages lie in {}", folder(workspace)?.display()));
    Ok(())
}

/// What the tests do without: it makes the program smaller and faster, not another one, and is about a third of the time
/// of building it.
const NOT_AS_SMALL: [(&str, &str); 2] =
    [("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")];

/// Builds the Debian package for the tests and says where it lies.
pub(crate) fn debian_package_to_try(workspace: &Workspace) -> Result<PathBuf, Failure> {
    build(workspace, "deb", &NOT_AS_SMALL)?;
    let folder = folder(workspace)?.join("deb");
    let newest = std::fs::read_dir(&folder)
        .ok()
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .max_by_key(|path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok());
    newest.ok_or_else(|| Failure::new(format!("there is no package in {}", folder.display())))
}

fn build(workspace: &Workspace, kinds: &str, settings: &[(&str, &str)]) -> Result<(), Failure> {
    setup::prepare(workspace, Purpose::Desktop)?;
    let step = setup::npm::step(&workspace.front_end())
        .arguments(["run", "--silent", "tauri", "--", "build", "--bundles", kinds])
        // The same folder as every other build; the bundler looks nowhere else.
        .environment("CARGO_TARGET_DIR", workspace.target()?);
    settings
        .iter()
        .fold(step, |step, (name, value)| step.environment(name, value))
        .remedy("read the first error above")
        .run("the program for release, and its package")
}

fn folder(workspace: &Workspace) -> Result<PathBuf, Failure> {
    Ok(workspace.target()?.join("release").join("bundle"))
}
