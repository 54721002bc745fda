//! `cargo xtask run`: from a fresh clone to the running program.

use crate::process::Step;
use crate::say::{self, Failure};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Build with optimisation (slow to build, fast to run)
    #[arg(long)]
    release: bool,
    /// Handed to the program, after `--`
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<(), Failure> {
    let desktop = has_display(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    setup::prepare(workspace, if desktop { Purpose::Desktop } else { Purpose::Serve })?;
    let profile: &[&str] = if arguments.release { &["--release"] } else { &[] };
    // Where nobody can see a window, none is built: that needs no web engine.
    let features: &[&str] = if desktop { &[] } else { &["--no-default-features"] };
    Step::cargo(workspace.root())
        .arguments(["build", "--bin", "ambient-insights"])
        .arguments(profile)
        .arguments(features)
        .remedy("read the first error above; on a machine that built before, `cargo clean` helps after a new Rust")
        .run("build the program")?;

    let folder = if arguments.release { "release" } else { "debug" };
    let name = format!("ambient-insights{}", std::env::consts::EXE_SUFFIX);
    let program = workspace.target()?.join(folder).join(name);
    let step = Step::new(program).directory(workspace.root());
    if desktop {
        return step.arguments(&arguments.arguments).become_it("the app; its icon is in the tray");
    }
    say::note(
        "there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set): starting `serve`, the same engine \
         without a window.",
    );
    say::note(
        "Decide who comes in with `ambient-insights approvals watch` in a second terminal; Ctrl-C ends it.",
    );
    step.arguments(["serve"]).arguments(&arguments.arguments).become_it("the engine, until Ctrl-C")
}

/// macOS and Windows always have one; elsewhere the session's environment tells.
fn has_display(is_set: impl Fn(&str) -> bool) -> bool {
    cfg!(any(target_os = "macos", windows)) || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::has_display;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_linux_session_has_a_display_when_wayland_or_x11_says_so() {
        assert!(!has_display(|_| false));
        assert!(has_display(|name| name == "WAYLAND_DISPLAY"));
        assert!(has_display(|name| name == "DISPLAY"));
    }
}
