//! The real MCP clients that the slow stories run: npm and Python packages, pinned by their lock files, in
//! folders of this checkout alone.

use std::path::Path;

use super::npm;
use super::once::once;
use crate::process::Step;
use crate::say::Failure;
use crate::workspace::Workspace;

pub(super) fn prepare(workspace: &Workspace) -> Result<(), Failure> {
    let folder = workspace.clients();
    npm::install(
        &folder,
        "Claude Code, the MCP Inspector, openid-client, another authorization server, the conformance suite and a \
         Node that is new enough for them",
    )?;
    python(&folder)
}

fn python(folder: &Path) -> Result<(), Failure> {
    let environment = folder.join(".venv");
    let requirements = folder.join("requirements.txt");
    once(&requirements, &environment, || {
        let system_python = if cfg!(windows) { "py" } else { "python3" };
        Step::new(system_python)
            .directory(folder)
            .arguments(["-m", "venv", "--clear", ".venv"])
            .remedy("Python 3.10 or newer with its venv module is needed")
            .run("a Python environment of its own for the MCP SDK, Authlib and schemathesis")?;
        let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        Step::new(python)
            .directory(folder)
            .arguments([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
                "requirements.txt",
            ])
            .remedy("see that pip reaches its registry, then try again")
            .run("the MCP SDK for Python, Authlib and schemathesis")
    })
}
