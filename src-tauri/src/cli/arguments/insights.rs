//! The grammar of `insights`.

use clap::{Args, Subcommand};
use engine::types::InsightState;

use super::entries;

#[derive(Debug, Args)]
pub(in crate::cli) struct InsightsArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<InsightsCommand>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum InsightsCommand {
    /// List the newest insights: the suggested and the active ones (the default)
    List {
        /// At most so many
        #[arg(long, default_value_t = 20, value_parser = entries())]
        limit: u32,
        /// Only this type
        #[arg(long = "type", value_name = "TYPE")]
        insight_type: Option<String>,
        /// Only in this state: suggested, active, paused, archived or dismissed
        #[arg(long)]
        state: Option<InsightState>,
    },
    /// Accept a suggestion: it is active
    Accept {
        /// The insight's id
        id: String,
    },
    /// Set an insight aside for a while
    Pause {
        /// The insight's id
        id: String,
    },
    /// Put an insight away: it is over and done
    Archive {
        /// The insight's id
        id: String,
    },
    /// Dismiss an insight: it is not shown again, nor found again
    Dismiss {
        /// The insight's id
        id: String,
    },
    /// Remove an insight
    Remove {
        /// The insight's id
        id: String,
    },
}
