//! The grammar of `clients`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use engine::types::Retention;

use super::minutes;

#[derive(Debug, Args)]
pub(in crate::cli) struct ClientsArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<ClientsCommand>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ClientsCommand {
    /// List the clients and what each may do (the default)
    List,
    /// Take everything back that a client was given
    Revoke {
        /// The client's id
        #[arg(value_name = "CLIENT_ID")]
        id: String,
    },
    /// Let a client use the memory as usual, only read it, or neither read nor write it
    Mode {
        /// The client's id
        #[arg(value_name = "CLIENT_ID")]
        id: String,
        /// How it may use the memory
        mode: MemoryMode,
    },
    /// Keep what a client or an import brought for so long, by when it happened
    Keep {
        /// The client's id, or the import's source
        #[arg(value_name = "CLIENT_ID")]
        id: String,
        /// A number of days; `forever`; `default`: as the setting `retention_days` says
        #[arg(value_parser = retention)]
        time: Retention,
    },
    /// Register a client beforehand; a secret is made and shown once unless you give one
    Add(ClientsAdd),
    /// Give a client that you added another secret
    RotateSecret {
        /// The client's id
        #[arg(value_name = "CLIENT_ID")]
        id: String,
        /// How long the old secret is good too: a number with m, h or d, or 0 [default: 24h]
        #[arg(long, value_name = "TIME", value_parser = minutes_or_none)]
        overlap: Option<u32>,
        #[command(flatten)]
        secret: SecretSource,
    },
    /// Remove a client that you added or that registered itself, with everything it was given
    Remove {
        /// The client's id
        #[arg(value_name = "CLIENT_ID")]
        id: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum MemoryMode {
    /// It reads and writes what you granted
    Normal,
    /// It reads; nothing that it says is stored
    ReadOnly,
    /// It reads nothing, and nothing that it says is stored
    Incognito,
}

pub(super) fn retention(text: &str) -> Result<Retention, &'static str> {
    match text {
        "forever" => Ok(Retention::ForEver),
        "default" => Ok(Retention::AsForAll),
        days => days
            .parse()
            .map(Retention::Days)
            .map_err(|_| "name a number of days such as 90, or `forever`, or `default`"),
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ClientsAdd {
    /// The client's name for people
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: String,
    /// An address that its answers may go to; may be given more than once
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub(in crate::cli) redirect_uris: Vec<String>,
    /// Its id; one is made otherwise
    #[arg(long, value_name = "CLIENT_ID")]
    pub(in crate::cli) id: Option<String>,
    /// It has no secret
    #[arg(long, conflicts_with_all = ["secret_file", "secret_stdin"])]
    pub(in crate::cli) public: bool,
    #[command(flatten)]
    pub(in crate::cli) secret: SecretSource,
    /// It may ask about tokens for this resource, as the server behind it; may be given more than once
    #[arg(long, value_name = "RESOURCE")]
    pub(in crate::cli) introspects: Vec<String>,
}

/// Where a secret comes from; never from an argument, which other programs can read.
#[derive(Debug, Args)]
pub(in crate::cli) struct SecretSource {
    /// Take the secret from this file
    #[arg(long, value_name = "FILE", conflicts_with = "secret_stdin")]
    pub(in crate::cli) secret_file: Option<PathBuf>,
    /// Take the secret from standard input
    #[arg(long)]
    pub(in crate::cli) secret_stdin: bool,
}

fn minutes_or_none(text: &str) -> Result<u32, &'static str> {
    if text == "0" { Ok(0) } else { minutes(text) }
}
