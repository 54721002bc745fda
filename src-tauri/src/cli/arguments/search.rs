//! The grammar of `search`.

use clap::{Args, ValueEnum};
use engine::types::{MAX_HITS, MAX_NEIGHBOURS};

#[derive(Debug, Args)]
pub(in crate::cli) struct Search {
    /// What to look for; a phrase in quotes is preferred, and nothing else has a meaning of its own
    #[arg(value_name = "QUERY", required = true, num_args = 1.., allow_hyphen_values = false)]
    pub(in crate::cli) query: Vec<String>,
    /// At most so many
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_HITS)))]
    pub(in crate::cli) limit: u32,
    /// Only this kind; may be given several times
    #[arg(long = "kind", value_name = "KIND")]
    pub(in crate::cli) kinds: Vec<Found>,
    /// Only what this client brought (its id), or this import (its source)
    #[arg(long, value_name = "CLIENT_ID")]
    pub(in crate::cli) client: Option<String>,
    /// Only turns of this conversation
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) conversation: Option<String>,
    /// Only from this time on: 2026-05-07, March, "last week", "3 days ago", "seit März"
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) since: Option<String>,
    /// Only until this time; a day or a month counts to its end
    #[arg(long, value_name = "TIME")]
    pub(in crate::cli) until: Option<String>,
    /// The newest first, of those that have the most of the words
    #[arg(long)]
    pub(in crate::cli) newest: bool,
    /// Also what was dismissed or archived
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// With so many turns before and behind each found one
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_NEIGHBOURS)))]
    pub(in crate::cli) neighbours: u32,
    /// Only those behind the place that the search before named
    #[arg(long, value_name = "PLACE")]
    pub(in crate::cli) after: Option<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum Found {
    Turn,
    Insight,
    Interest,
    Skill,
    Project,
    Preference,
    Goal,
}
