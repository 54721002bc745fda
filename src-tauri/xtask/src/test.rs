//! `cargo xtask test`: everything that must hold before a change lands.

use std::path::Path;

use crate::bundle;
use crate::process::{Step, is_installed};
use crate::say::{self, Failure};
use crate::setup::{self, Purpose};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Also the slow stories: the real windows, Claude Code, the MCP Inspector, the Python SDK, independent OAuth
    /// clients, schemathesis, the conformance suite, the installed package; and the fuzz targets, a short while each
    #[arg(long)]
    all: bool,
}

/// Where the stories find the conformance server, which is an example of the gateway and never shipped.
pub(crate) const CONFORMANCE_SERVER: &str = "AMBIENT_INSIGHTS_TEST_CONFORMANCE_SERVER";

/// How long each fuzz target runs here: long enough to find what a change broke outright.
const FUZZ_SECONDS: u32 = 6;

/// How many times as many lives of an authorization server are led here as in the fast tests.
const LIVES: (&str, &str) = ("AMBIENT_INSIGHTS_TEST_LIVES", "2");

/// Where the stories find the package that people install.
const PACKAGE: &str = "AMBIENT_INSIGHTS_TEST_PACKAGE";

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<(), Failure> {
    let root = workspace.root();
    setup::prepare(workspace, if arguments.all { Purpose::TestAll } else { Purpose::Test })?;

    crate::house::run(workspace)?;
    Step::cargo(root)
        .arguments(["fmt", "--all", "--check"])
        .remedy("`cargo fmt --all` writes it the way the project does")
        .run("one way of writing")?;
    Step::cargo(root)
        .arguments(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])
        .remedy("mend what clippy names; where it is wrong, `#[expect(lint, reason = \"…\")]` says why")
        .run("the lints of the workspace, warnings are errors")?;
    dependencies(root)?;
    if arguments.all {
        other_builds(root)?;
        front_end(workspace)?;
        crate::fuzz::fuzz(workspace, FUZZ_SECONDS, None)?;
    }
    Step::cargo(root)
        .arguments(["test", "--workspace", "--doc", "--quiet"])
        .remedy("an example in the documentation is wrong: mend it or the code")
        .run("the examples in the documentation")?;
    programs(workspace, arguments.all)
}

/// Licences, sources and doubles need no network. Advisories need the advisory database, which lives in a
/// git repository: a machine that reaches only package registries cannot have it.
fn dependencies(root: &Path) -> Result<(), Failure> {
    Step::cargo(root)
        .arguments(["deny", "--log-level", "error", "check", "bans", "licenses", "sources"])
        .remedy("deny.toml has the rules, each with its reason")
        .run("licences, sources and doubles among the dependencies")?;
    if Step::cargo(root).arguments(["deny", "fetch", "db"]).succeeds() {
        Step::cargo(root)
            .arguments(["deny", "--log-level", "error", "check", "advisories"])
            .remedy("update the crate that the advisory names")
            .run("known holes in the dependencies")
    } else {
        say::note("advisories: not checked, the advisory database cannot be had from here.");
        Ok(())
    }
}

/// The same program for servers, which must build without a web engine and leave nothing lying about, with the one
/// way of reach that the program that we give away does not have.
fn other_builds(root: &Path) -> Result<(), Failure> {
    Step::cargo(root)
        .arguments(["clippy", "--package", "ambient-insights", "--bins", "--no-default-features"])
        .arguments(["--features", "ngrok", "--quiet", "--", "-D", "warnings"])
        .remedy("what only the desktop needs stands behind `feature = \"desktop\"`, ngrok behind its own")
        .run("the program without its desktop, with ngrok")
}

/// The windows' files in a second browser engine, with a stand-in for the program.
fn front_end(workspace: &Workspace) -> Result<(), Failure> {
    setup::npm::step(&workspace.front_end())
        .arguments(["test", "--silent"])
        .remedy("the failed tests are named above; `npm test -- -g NAME` in `ui/` runs one alone")
        .run("the windows' files: keyboard, accessibility, hostile texts")
}

/// The unit tests and the whole-program stories. Last, so that their summary closes the output.
fn programs(workspace: &Workspace, all: bool) -> Result<(), Failure> {
    let root = workspace.root();
    let mut step = Step::cargo(root).arguments(["nextest", "run", "--workspace", "--no-fail-fast"]);
    if all {
        Step::cargo(root)
            .arguments(["build", "--package", "gateway", "--example", "conformance_server"])
            .remedy("read the first error above")
            .run("the server with the conformance suite's fixtures")?;
        let name = format!("conformance_server{}", std::env::consts::EXE_SUFFIX);
        let server = workspace.target()?.join("debug").join("examples").join(name);
        step = step
            .arguments(["--run-ignored", "all"])
            .environment(CONFORMANCE_SERVER, server)
            .environment(LIVES.0, LIVES.1);
        step = if is_installed("apt-get") {
            step.environment(PACKAGE, bundle::debian_package_to_try(workspace)?)
        } else {
            say::note("the Debian package is not tested: this system has no apt.");
            step.arguments(["-E", "not (binary(desktop) & test(/^package::/))"])
        };
    }
    step.remedy("the failed tests are named above; `cargo nextest run NAME` runs one alone").run(if all {
        "every test, with the real clients"
    } else {
        "every fast test"
    })
}
