//! Where a program lies, and what it answers when it is asked something.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::{Version, on_its_own};
use crate::TunnelError;

/// For an answer.
const LIMIT: Duration = Duration::from_secs(10);

/// No answer of interest is longer.
const LONGEST_ANSWER: u64 = 1024 * 1024;

/// A program that a provider needs.
#[derive(Debug)]
pub(crate) struct Program {
    /// As it is called.
    pub(crate) name: &'static str,
    /// The setting that says where it lies.
    pub(crate) setting: &'static str,
    /// Where installers put it, beside the search path: a program with windows is often started with a poor one.
    pub(crate) places: &'static [&'static str],
    /// From where it comes.
    pub(crate) source: &'static str,
    /// The oldest that does.
    pub(crate) oldest: Version,
}

/// A program that lies there.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) name: &'static str,
    pub(crate) path: PathBuf,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) ok: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// Looks for it: where `set` says, else on the search path, else where installers put it.
    pub(crate) fn find(&self, set: Option<&Path>) -> Result<Found, TunnelError> {
        let path = if let Some(path) = set {
            Some(path.to_owned()).filter(|path| can_be_started(path))
        } else {
            let search = std::env::var_os("PATH").unwrap_or_default();
            // What stands relative to wherever we were started is no installed program.
            let folders = std::env::split_paths(&search).filter(|folder| folder.is_absolute());
            let file = format!("{}{}", self.name, std::env::consts::EXE_SUFFIX);
            let places = self.places.iter().map(PathBuf::from);
            folders.map(|folder| folder.join(&file)).chain(places).find(|path| can_be_started(path))
        };
        path.map(|path| Found { name: self.name, path }).ok_or_else(|| TunnelError::ProgramMissing {
            program: self.name,
            place: set.map(Path::to_owned),
            setting: self.setting,
            source_address: self.source,
        })
    }

    /// Its version, if it is not too old.
    pub(crate) async fn check_version(&self, found: &Found, ask: &str) -> Result<Version, TunnelError> {
        let answer = found.ask([ask]).await?;
        let version = Version::find(&answer.stdout)
            .ok_or_else(|| found.unusable("it does not tell its version".to_owned()))?;
        if version < self.oldest {
            return Err(TunnelError::ProgramTooOld {
                program: self.name,
                found: version.to_string(),
                needed: self.oldest.to_string(),
            });
        }
        Ok(version)
    }
}

impl Found {
    /// Asks it something to which it answers and ends.
    pub(crate) async fn ask(
        &self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Result<Answer, TunnelError> {
        let mut command = Command::new(&self.path);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        on_its_own(&mut command);
        let mut process =
            command.spawn().map_err(|error| self.unusable(format!("it could not be started: {error}")))?;
        let (stdout, stderr) = (process.stdout.take(), process.stderr.take());
        let (mut said, mut complained) = (Vec::new(), Vec::new());
        let asked = async {
            let ((), (), status) =
                tokio::join!(read(stdout, &mut said), read(stderr, &mut complained), process.wait());
            status
        };
        match tokio::time::timeout(LIMIT, asked).await {
            Ok(Ok(status)) => Ok(Answer {
                ok: status.success(),
                stdout: String::from_utf8_lossy(&said).into_owned(),
                stderr: String::from_utf8_lossy(&complained).into_owned(),
            }),
            Ok(Err(error)) => Err(self.unusable(error.to_string())),
            Err(_) => Err(TunnelError::ProgramSilent { program: self.name, seconds: LIMIT.as_secs() }),
        }
    }

    /// It is there, and does not do.
    pub(crate) fn unusable(&self, detail: String) -> TunnelError {
        TunnelError::ProgramUnusable { program: self.name, path: self.path.clone(), detail }
    }
}

async fn read(stream: Option<impl tokio::io::AsyncRead + Unpin>, bytes: &mut Vec<u8>) {
    if let Some(stream) = stream {
        let _ = stream.take(LONGEST_ANSWER).read_to_end(bytes).await;
    }
}

fn can_be_started(path: &Path) -> bool {
    let Ok(metadata) = std::fs::metadata(path) else { return false };
    #[cfg(unix)]
    let may = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may = true;
    metadata.is_file() && may
}
