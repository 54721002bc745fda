//! The command line's grammar.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use engine::types::Day;

mod audit;
mod clients;
mod forget;
mod insights;
mod search;
mod transfer;
mod tunnel;

pub(super) use audit::Audit;
pub(super) use clients::{ClientsAdd, ClientsArguments, ClientsCommand, MemoryMode, SecretSource};
pub(super) use forget::ForgetArguments;
pub(super) use insights::{InsightsArguments, InsightsCommand};
pub(super) use search::{Found, Search};
pub(super) use transfer::{Export, Import, parts};
pub(super) use tunnel::{Provider, Tunnel};

/// Where the options that every command has stand in its help.
const AFTER_OWN_OPTIONS: usize = 500;

/// How many entries a listing can be asked for.
fn entries() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(engine::types::MAX_PAGE))
}

fn port(text: &str) -> Result<u16, &'static str> {
    text.parse().map_err(|_| "a port is a number from 0 (a free one) to 65535")
}

/// One private memory for all your AI assistants, kept on your own computer.
///
/// Without a command it starts the desktop: the icon in the tray, and its window.
#[derive(Debug, Parser)]
#[command(name = "ambient-insights", version, about)]
pub(super) struct Arguments {
    /// Keep everything in this folder instead of the usual one
    #[arg(
        long,
        global = true,
        display_order = AFTER_OWN_OPTIONS,
        value_name = "FOLDER",
        env = "AMBIENT_INSIGHTS_DATA_DIR",
        hide_env_values = true
    )]
    pub(super) data_dir: Option<PathBuf>,
    /// Write JSON for scripts instead of text for people
    #[arg(long, global = true, display_order = AFTER_OWN_OPTIONS)]
    pub(super) json: bool,
    /// Start the desktop without opening its window
    #[arg(long, display_order = AFTER_OWN_OPTIONS)]
    pub(super) in_tray: bool,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run without a desktop: let assistants in until stopped
    Serve(Serve),
    /// Decide who is let in
    #[command(subcommand)]
    Approvals(Approvals),
    /// See and change what assistants know about you
    Context(ContextArguments),
    /// Find what was said, noticed and learned about you
    Search(Search),
    /// See and remove logged conversations
    Turns(TurnsArguments),
    /// See, accept and dismiss what was found in your conversations
    Insights(InsightsArguments),
    /// Find all that analysis finds anew; what you and your assistants said stays
    Rebuild,
    /// Write everything that is stored to a file or folder
    Export(Export),
    /// Read in what another memory wrote
    Import(Import),
    /// Take something out of the memory for good
    Forget(ForgetArguments),
    /// See who is connected, and end it
    Clients(ClientsArguments),
    /// See who did what
    Audit(Audit),
    /// See the certificates, and have this computer trust them
    #[command(subcommand)]
    Certificates(Certificates),
    /// Let assistants in the cloud reach this program
    #[command(subcommand)]
    Tunnel(Tunnel),
    /// Remember nothing for a while
    Pause(Pause),
    /// Remember again, and open the door again after `panic`
    Resume,
    /// Take every access back and close the door; what is remembered stays
    Panic(Panic),
    /// Find out what is wrong and how to mend it
    Doctor,
    /// Write an assistant's settings so that it connects
    Setup(Setup),
    /// What an assistant's hooks run: keeps the session's turns (`setup claude-code --hooks` sets it up)
    Hook(Hook),
}

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Listen on this port of 127.0.0.1; 0 takes a free one [default: 9100]
    #[arg(long, value_name = "PORT", value_parser = port)]
    pub(super) port: Option<u16>,
    /// The https address under which the internet reaches this program
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// Print one line of JSON on standard output when ready
    #[arg(long)]
    pub(super) ready_json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Approvals {
    /// List what waits, oldest first
    List,
    /// Show what waits and what comes, until stopped
    Watch,
    /// Let a client in
    Approve {
        /// The request's id, as `approvals list` shows it
        #[arg(value_name = "ID")]
        id: String,
        /// The code that the browser's waiting page shows
        #[arg(long, value_name = "CODE")]
        code: Option<String>,
        /// Give only these scopes (separated by spaces or commas)
        #[arg(long, value_name = "SCOPES")]
        scopes: Option<String>,
        /// Yes, give the scope `admin` too
        #[arg(long)]
        yes_admin: bool,
    },
    /// Send a client away
    Deny {
        /// The request's id
        #[arg(value_name = "ID")]
        id: String,
        /// Refuse this client's further requests unseen
        #[arg(long)]
        block: bool,
        /// Keep this client's further requests quiet for 24 hours: no window, no notice
        #[arg(long, conflicts_with = "block")]
        mute: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct ContextArguments {
    #[command(subcommand)]
    pub(super) command: Option<ContextCommand>,
}

#[derive(Debug, Subcommand)]
pub(super) enum ContextCommand {
    /// Show what an assistant is told about you (the default)
    Show,
    /// List the single entries with their ids
    List {
        /// Only this kind
        #[arg(long)]
        kind: Option<Kind>,
        /// Only this state
        #[arg(long)]
        state: Option<State>,
        /// At most so many
        #[arg(long, default_value_t = 200, value_parser = entries())]
        limit: u32,
    },
    /// Add an entry
    Add {
        /// What it is
        kind: Kind,
        /// The entry; of a preference, what it is about
        text: String,
        /// Of a preference: what you prefer
        #[arg(long)]
        value: Option<String>,
    },
    /// Change an entry; analysis never changes it back
    Edit {
        /// The entry's id
        id: String,
        /// Say it like this
        #[arg(long)]
        text: Option<String>,
        /// Of a preference: what you prefer
        #[arg(long)]
        value: Option<String>,
        /// Put it into this state
        #[arg(long)]
        state: Option<State>,
        /// Of a goal: the day by which it is to be reached, such as 2026-05-31
        #[arg(long, value_name = "DAY")]
        target: Option<Day>,
        /// Of a goal: it has no such day any more
        #[arg(long, conflicts_with = "target")]
        no_target: bool,
        /// Add a note, for example a step towards a goal
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
    },
    /// Show an entry with its notes and what it was before
    Entry {
        /// The entry's id
        id: String,
    },
    /// Remove an entry
    Remove {
        /// The entry's id
        id: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Kind {
    Interest,
    Skill,
    Project,
    Preference,
    Goal,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum State {
    Suggested,
    Active,
    Paused,
    Archived,
    Dismissed,
}

#[derive(Debug, Args)]
pub(super) struct TurnsArguments {
    #[command(subcommand)]
    pub(super) command: Option<TurnsCommand>,
}

#[derive(Debug, Subcommand)]
pub(super) enum TurnsCommand {
    /// List the newest turns (the default)
    List {
        /// Only this conversation
        #[arg(long, value_name = "ID")]
        conversation: Option<String>,
        /// Only this client
        #[arg(long, value_name = "CLIENT_ID")]
        client: Option<String>,
        /// Only those behind the place that the listing before named
        #[arg(long, value_name = "PLACE")]
        before: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = entries())]
        limit: u32,
    },
    /// Show one turn whole
    Show {
        /// The turn's id
        id: String,
    },
    /// Remove a turn and what was derived from it alone
    Remove {
        /// The turn's id
        id: String,
    },
    /// List the conversations, newest first
    Conversations {
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = entries())]
        limit: u32,
    },
    /// Remove a whole conversation and what was derived from it alone
    RemoveConversation {
        /// The conversation's id
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Pause {
    /// How long: a number with m, h or d, such as 15m; else until `resume`
    #[arg(long = "for", value_name = "TIME", value_parser = minutes)]
    pub(super) minutes: Option<u32>,
}

/// A time such as `15m`, `2h` or `1d`, in minutes.
fn minutes(text: &str) -> Result<u32, &'static str> {
    let rule = "a time is a number with m, h or d, such as 15m";
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(rule)?;
    let minutes = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return Err(rule),
    };
    number.parse::<u32>().ok().filter(|number| *number > 0).and_then(|n| n.checked_mul(minutes)).ok_or(rule)
}

#[derive(Debug, Args)]
pub(super) struct Panic {
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Certificates {
    /// List the certificates in use, and how it stands with the public one
    List,
    /// Get new certificates now: the local ones, and the public one where there is one
    Renew,
    /// Order a certificate for the public name from a certificate authority (Let's Encrypt, if not set otherwise)
    Order {
        /// Yes, I have read the authority's terms and agree to them
        #[arg(long)]
        agree_to_terms: bool,
    },
    /// Have programs on this computer trust the local certificate authority
    Trust(Trust),
    /// Take that trust back
    Untrust(Trust),
}

#[derive(Debug, Args)]
pub(super) struct Trust {
    /// Only this store
    #[arg(long)]
    pub(super) store: Option<Store>,
    /// Only Claude Code, by its own settings: no other program believes anything new (short for --store claude-code)
    #[arg(long, conflicts_with = "store")]
    pub(super) claude_code: bool,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Store {
    /// The system's own store (needs root on Linux)
    System,
    /// Firefox's and Chromium's stores
    Nss,
    /// Claude Code's own settings
    ClaudeCode,
}

#[derive(Debug, Args)]
pub(super) struct Setup {
    /// The assistant
    pub(super) client: Assistant,
    /// Have the assistant's hooks keep every session's turns, and begin each with a short brief [default: all]
    #[arg(long, value_name = "WHAT", num_args = 0..=1, default_missing_value = "all", conflicts_with = "undo")]
    pub(super) hooks: Option<HookSet>,
    /// Take back what an earlier set-up wrote
    #[arg(long)]
    pub(super) undo: bool,
    /// Where the assistant takes only one certificate file and you have named another: make one file of both
    #[arg(long)]
    pub(super) combine_certificates: bool,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
}

/// Reads what the assistant tells its hooks from standard input. Says nothing and ends with 0 when the program does
/// not run: what was said is then kept at its next start.
#[derive(Debug, Args)]
pub(super) struct Hook {
    /// The assistant
    pub(super) client: Assistant,
    /// Begin each session with a brief of what is known about you
    #[arg(long)]
    pub(super) brief: bool,
}

/// What hooks are set up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum HookSet {
    /// Keep the turns of each session, and begin each with a short brief
    All,
    /// Keep the turns alone
    Log,
    /// Take the hooks out again, and leave the rest as it is
    Off,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Assistant {
    /// Anthropic's Claude Code
    ClaudeCode,
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;
