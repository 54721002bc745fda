//! Where assistants keep their configuration on this computer.

use std::path::{Path, PathBuf};

use clock::{Clock as _, SystemClock};

use crate::client_setup::SetupEnvironment;

impl SetupEnvironment {
    /// The real places of the person with this home folder; `variable` gives an environment variable's value.
    pub fn of_this_computer<'a>(
        home: PathBuf,
        variable: impl Fn(&str) -> Option<&'a str>,
        mcp_url: String,
        ca_certificate: PathBuf,
        data_dir: &Path,
    ) -> Self {
        Self {
            home,
            claude_config_dir: variable("CLAUDE_CONFIG_DIR").map(PathBuf::from),
            node_extra_ca_certs: variable("NODE_EXTRA_CA_CERTS").map(PathBuf::from),
            mcp_url,
            ca_certificate,
            data_dir: data_dir.to_owned(),
            combine_certificates: false,
            hooks: None,
            now: SystemClock.now(),
        }
    }
}
