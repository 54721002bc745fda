//! How the program is, and what is wrong with it.

use std::path::PathBuf;

use clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::doctor::{self, Diagnosis};
use crate::{Engine, Failure, Operation};

/// Asks how the program is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ShowStatus {}

/// How the program is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// Since when it runs.
    pub started_at: Timestamp,
    /// Whether assistants are let in.
    pub door_open: bool,
    /// The URL for assistants on this computer.
    pub mcp_url: String,
    /// The URL for assistants in the cloud, where there is one.
    pub public_url: Option<String>,
    /// The authorization server that decides in place of ours who comes in.
    #[serde(default)]
    pub external_issuer: Option<String>,
    /// How many authorization requests wait for the owner.
    pub pending_approvals: usize,
    /// Whether remembering is paused, and until when.
    pub paused: Option<context::Pause>,
    /// Everything that the program keeps lies here.
    pub data_dir: PathBuf,
    /// The file with the certificate of the local authority.
    pub ca_certificate: PathBuf,
    /// What is stored.
    pub stored: context::Statistics,
}

impl Operation for ShowStatus {
    const NAME: &'static str = "status.show";
    type Output = Status;

    async fn run(self, engine: &Engine) -> Result<Status, Failure> {
        Ok(Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started_at: engine.started_at(),
            door_open: engine.address().await.is_some(),
            mcp_url: engine.mcp_url(),
            public_url: engine.public_url(),
            external_issuer: engine.config().external.as_ref().map(|server| server.issuer.to_string()),
            pending_approvals: engine.authorization().pending().await?.len(),
            paused: engine.context().paused(),
            data_dir: engine.config().data_dir.clone(),
            ca_certificate: engine.ca_certificate(),
            stored: engine.context().statistics().await?,
        })
    }
}

/// Looks for what is wrong and how to mend it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Diagnose {}

impl Operation for Diagnose {
    const NAME: &'static str = "doctor.run";
    type Output = Diagnosis;

    async fn run(self, engine: &Engine) -> Result<Diagnosis, Failure> {
        Ok(doctor::examine(engine).await)
    }
}
