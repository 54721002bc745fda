//! Where a running program is reached, whichever way it was started.

use std::path::PathBuf;

use url::Url;

use super::browser::Browser;
use super::https::Https;

/// One of the program's origins: the local one, or the public one.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) mcp_url: Url,
    pub(crate) issuer: Url,
    pub(crate) authority: PathBuf,
}

impl AsRef<Self> for Origin {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl Origin {
    /// A client that trusts this program's authority.
    pub(crate) fn https(&self) -> Https {
        Https::new(&self.mcp_url, &self.authority)
    }

    /// A browser that has not been there yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.issuer, self.https())
    }
}
