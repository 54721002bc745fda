//! Writing the configuration of the person's MCP clients, so that they find this server and believe its
//! certificate.
//!
//! First a [`Plan`] is made and shown; only [`Plan::apply`] writes. Of somebody else's file only the members
//! that are ours change, the rest keeps its bytes; a copy is put beside it first. What was added is recorded
//! in our data folder, so that undoing takes back exactly that and leaves what the person changed since.
//! One client is one file here; it names its [`Wishes`], everything else is common. How clients are connected
//! that are not (or not only) set up this way is told by [`guides`].

mod claude_code;
mod error;
mod guides;
mod hooks;
mod json_file;
mod plan;
mod record;
pub(crate) mod write;

use std::path::PathBuf;
use std::str::FromStr;

use clock::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use error::SetupError;
pub use guides::{Addresses, Guide, GuideStep, guides};
pub use hooks::{HookConsent, HookState, HookWish, hook_consent, hook_state};
pub use plan::{Applied, Change, Plan};

use record::Record;

/// The name that the server has in clients' configurations.
pub const SERVER_NAME: &str = "ambient-insights";

/// An MCP client that can be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Client {
    /// Anthropic's Claude Code.
    ClaudeCode,
}

impl Client {
    /// All clients that can be set up.
    pub const ALL: [Self; 1] = [Self::ClaudeCode];

    /// The name on the command line.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
        }
    }

    fn wishes(
        self,
        environment: &SetupEnvironment,
        record: &Record,
        part: Part,
    ) -> Result<Wishes, SetupError> {
        match (self, part) {
            (Self::ClaudeCode, Part::Whole) => claude_code::wishes(environment, record),
            (Self::ClaudeCode, Part::Trust) => claude_code::trust(environment, record),
        }
    }

    /// Whether it believes this server's certificate by its own settings.
    ///
    /// # Errors
    /// A file that cannot be read or is no JSON.
    pub fn trusts(self, environment: &SetupEnvironment) -> Result<bool, SetupError> {
        match self {
            Self::ClaudeCode => claude_code::trusts(environment),
        }
    }

    /// Whether it seems to be used on this computer.
    #[must_use]
    pub fn is_here(self, environment: &SetupEnvironment) -> bool {
        match self {
            Self::ClaudeCode => claude_code::is_here(environment),
        }
    }
}

impl FromStr for Client {
    type Err = SetupError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|client| client.id() == text)
            .ok_or_else(|| SetupError::UnknownClient { name: text.to_owned() })
    }
}

/// How much of a client's configuration is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All that it needs to connect.
    Whole,
    /// That it believes this server's certificate, and nothing else.
    Trust,
}

/// Where things are on this computer. Everything that a plan depends on stands here or in the files it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupEnvironment {
    /// The person's home folder.
    pub home: PathBuf,
    /// The environment variable `CLAUDE_CONFIG_DIR`, if it is set.
    pub claude_config_dir: Option<PathBuf>,
    /// The environment variable `NODE_EXTRA_CA_CERTS`, if it is set: the person's own extra authorities.
    pub node_extra_ca_certs: Option<PathBuf>,
    /// The server's address, for example `https://localhost:9100/mcp`.
    pub mcp_url: String,
    /// The PEM file of the local CA.
    pub ca_certificate: PathBuf,
    /// Our own data folder.
    pub data_dir: PathBuf,
    /// Whether to make one file of the person's own extra authorities and ours, where a client takes only one.
    /// Without it the person's setting stays and the plan says so.
    pub combine_certificates: bool,
    /// The hooks to set up; without them those that are there stay as they are.
    pub hooks: Option<HookWish>,
    /// The time, for the names of the copies.
    pub now: Timestamp,
}

/// What a client's configuration should hold.
#[derive(Clone, Debug, Default)]
struct Wishes {
    settings: Vec<Setting>,
    own_files: Vec<OwnFile>,
    notes: Vec<String>,
}

/// One member of a JSON file.
#[derive(Clone, Debug)]
struct Setting {
    file: PathBuf,
    /// The names of the objects from the root, then the member's own.
    pointer: Vec<String>,
    value: Value,
    /// What it is good for, after "so that".
    purpose: String,
}

/// A file in our own data folder that a setting points at.
#[derive(Clone, Debug)]
struct OwnFile {
    path: PathBuf,
    contents: Vec<u8>,
    purpose: String,
}

/// Works out what setting up would change. Reads only.
///
/// # Errors
/// A file that cannot be read or is no JSON. Nothing was changed.
pub fn plan(client: Client, environment: &SetupEnvironment) -> Result<Plan, SetupError> {
    set_up(client, environment, Part::Whole)
}

/// The same for the one thing that the client believes this server's certificate.
///
/// # Errors
/// Those of [`plan`].
pub fn plan_trust(client: Client, environment: &SetupEnvironment) -> Result<Plan, SetupError> {
    set_up(client, environment, Part::Trust)
}

/// Works out what undoing would change. Reads only.
///
/// # Errors
/// A file that cannot be read or is no JSON. Nothing was changed.
pub fn plan_undo(client: Client, environment: &SetupEnvironment) -> Result<Plan, SetupError> {
    let record = Record::load(client, environment)?;
    undo(client, environment, Part::Whole, record, &Record::default())
}

/// The same for the one thing that the client believes this server's certificate, whichever of the two set it up.
///
/// # Errors
/// Those of [`plan_undo`].
pub fn plan_untrust(client: Client, environment: &SetupEnvironment) -> Result<Plan, SetupError> {
    let (record, rest) = Record::load(client, environment)?.split(claude_code::is_trust);
    undo(client, environment, Part::Trust, record, &rest)
}

fn set_up(client: Client, environment: &SetupEnvironment, part: Part) -> Result<Plan, SetupError> {
    let record = Record::load(client, environment)?;
    let wishes = client.wishes(environment, &record, part)?;
    Plan::to_set_up(client, environment, record, wishes)
}

fn undo(
    client: Client,
    environment: &SetupEnvironment,
    part: Part,
    mut record: Record,
    rest: &Record,
) -> Result<Plan, SetupError> {
    if record.is_empty() {
        // The record is lost (or there never was one): what looks exactly like ours is ours.
        let wishes = client.wishes(environment, &record, part)?;
        record.assume(wishes.settings);
    }
    Plan::to_undo(client, environment, &record, rest)
}

/// Works out what would change so that Claude Code's hooks are those that the environment wishes for, and none where
/// it wishes for none. Nothing else of the client's configuration changes. Reads only.
///
/// # Errors
/// A file that cannot be read or is no JSON. Nothing was changed.
pub fn plan_hooks(environment: &SetupEnvironment) -> Result<Plan, SetupError> {
    let client = Client::ClaudeCode;
    let record = Record::load(client, environment)?;
    if environment.hooks.is_some() {
        let settings = hooks::settings(environment, &claude_code::settings_file(environment))?;
        let wishes = Wishes { settings, ..Wishes::default() };
        return Plan::to_set_up(client, environment, record, wishes);
    }
    let allowed = hook_consent(&environment.data_dir) != HookConsent::Off;
    let (hooks, rest) = hooks::parted(environment, record)?;
    let mut plan = Plan::to_undo(client, environment, &hooks, &rest)?;
    if plan.is_empty() && allowed {
        // Somebody took them out of the settings by hand; what they were allowed is to go too.
        plan.changes.push(Change {
            file: record::path(client, environment),
            summary: "note that Claude Code's hooks may do nothing here any more".to_owned(),
            before: None,
            after: None,
        });
    }
    Ok(plan)
}
