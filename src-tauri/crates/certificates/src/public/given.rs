//! Certificate files that the person names: read, and read again when they change.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clock::Timestamp;
use zeroize::Zeroizing;

use super::pair::{Believed, Pair, Refusal};
use crate::{Error, believers};

/// The two files, and whose word counts about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenFiles {
    /// The chain, the server's own certificate first: certbot's `fullchain.pem`.
    pub chain: PathBuf,
    /// The key: certbot's `privkey.pem`.
    pub key: PathBuf,
    /// A PEM file with authorities that are believed beside the system's.
    pub root: Option<PathBuf>,
}

/// How the two files looked, so that a change is noticed without reading them. Links are followed: certbot
/// renews by pointing a link elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp([Option<(u64, Option<SystemTime>)>; 3]);

/// Why the files are not used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("{} and {}: {source}", .chain.display(), .key.display())]
    Refused { chain: PathBuf, key: PathBuf, source: Refusal },
    #[error(transparent)]
    File(#[from] Error),
}

impl GivenFiles {
    pub(crate) fn stamp(&self) -> Stamp {
        let look = |path: &Path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.len(), metadata.modified().ok()))
        };
        Stamp([look(&self.chain), look(&self.key), self.root.as_deref().and_then(look)])
    }

    /// Reads both and judges them. Blocks.
    pub(crate) fn read(&self, name: &str, now: Timestamp) -> Result<Believed, Unusable> {
        let read = |path: &Path| {
            fs::read(path).map(Zeroizing::new).map_err(|source| Error::Read { path: path.to_owned(), source })
        };
        let (chain, key) = (read(&self.chain)?, read(&self.key)?);
        let refused = |source| Unusable::Refused { chain: self.chain.clone(), key: self.key.clone(), source };
        let pair = Pair::read(&chain, &key).map_err(refused)?;
        let verifier = believers::verifier(self.root.as_deref()).map_err(|error| match error {
            believers::Unbelieving::File(error) => Unusable::File(error),
            believers::Unbelieving::Judge(refusal) => refused(refusal),
        })?;
        let mut believed = pair.judge(name, verifier.as_ref(), now).map_err(refused)?;
        believed.info.path = Some(self.chain.clone());
        Ok(believed)
    }
}
