//! `cargo xtask fuzz`: made-up input for everything that reads what strangers write.
//!
//! The targets and their properties are those of the rooms that read it (`fuzz/` there). They run without a
//! sanitizer: no line of ours is `unsafe`, and so the stable toolchain is enough.

use std::path::Path;

use crate::process::Step;
use crate::say::{self, Failure};
use crate::setup;
use crate::workspace::Workspace;

/// The rooms that have targets.
const ROOMS: [&str; 2] = ["authorization", "context"];

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// One target alone
    #[arg(long)]
    target: Option<String>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<(), Failure> {
    setup::prepare_fuzzing(workspace)?;
    fuzz(workspace, arguments.seconds, arguments.target.as_deref())
}

/// Runs every target, or the one that is named, on its corpus and then on what follows from it. What the fuzzer
/// finds new is kept beside what is built, so that the committed corpora stay small.
pub(crate) fn fuzz(workspace: &Workspace, seconds: u32, only: Option<&str>) -> Result<(), Failure> {
    if cfg!(windows) {
        say::note("the fuzz targets are not run: their engine is not to be had on Windows.");
        return Ok(());
    }
    let target_folder = workspace.target()?.join("fuzz");
    let mut known = Vec::new();
    let mut runs = 0;
    for room in ROOMS {
        let room = workspace.root().join("src-tauri/crates").join(room);
        let listed = Step::cargo(&room)
            .arguments(["fuzz", "list"])
            .remedy("see that `cargo fuzz --version` works")
            .output()?;
        let names: Vec<String> = listed.lines().map(str::to_owned).collect();
        let targets: Vec<&String> =
            names.iter().filter(|name| only.is_none_or(|only| only == name.as_str())).collect();
        runs += targets.len();
        if !targets.is_empty() {
            Step::cargo(&room)
                .arguments(["fuzz", "build", "--sanitizer", "none", "--target-dir"])
                .arguments([target_folder.as_os_str()])
                .remedy("read the first error above")
                .run(
                    "the fuzz targets, built apart from the program; the first time it takes some minutes",
                )?;
        }
        for target in targets {
            one(&room, &target_folder, target, seconds)?;
        }
        known.extend(names);
    }
    if runs == 0 {
        let names = known.join(", ");
        return Err(Failure::new("there is no such target").with_remedy(format!("the targets are {names}")));
    }
    Ok(())
}

fn one(room: &Path, target_folder: &Path, target: &str, seconds: u32) -> Result<(), Failure> {
    let found = target_folder.join("found").join(target);
    let broken = target_folder.join("broken");
    for folder in [&found, &broken] {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::new(format!("{} cannot be made: {error}", folder.display())))?;
    }
    say::step(&format!("cargo fuzz run {target}"), &format!("{seconds} s of made-up input"));
    Step::cargo(room)
        .arguments(["fuzz", "run", "--sanitizer", "none", "--target-dir"])
        .arguments([target_folder.as_os_str()])
        .arguments([target])
        .arguments([found.as_os_str(), room.join("fuzz/corpus").join(target).as_os_str()])
        .arguments(["--", "-verbosity=0", "-timeout=5"])
        .arguments([format!("-max_total_time={seconds}")])
        .arguments([format!("-artifact_prefix={}/{target}-", broken.display())])
        .remedy(format!(
            "the input that breaks {target} is in {}: copy it into the corpus under a name that says what it is, \
             and mend the code until the unit test of the corpora passes",
            broken.display()
        ))
        // Not shown while it goes well: at its end the engine lists every word that it thought useful.
        .output()
        .map(drop)
}
